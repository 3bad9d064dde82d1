"""Rules judge facts alone, so limits are tried on facts made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from media_checks import Facts, find_policy, judge, load_policy, verdict
from media_checks.probing.facts import AudioFacts, PictureFacts, Problem, SoundFacts, VideoFacts

VIDEO = VideoFacts(
    codec="h264",
    profile="High",
    pixel_format="yuv420p",
    width=1440,
    height=1080,
    sample_aspect="1:1",
    rotation=0,
    display_width=1440,
    display_height=1080,
    frames=6000,
    frame_rate=30.0,
    duration_s=200.0,
    header_s=200.0,
    key_frames=100,
    key_gap_s=2.0,
    bit_rate=9_000_000,
)
AUDIO = AudioFacts("aac", "LC", 2, "stereo", 48000, 200.0, 200.0, 128_000)
PICTURE = PictureFacts(100, 2.0, "keyframes", [], [], 1440, 1080)
SOUND = SoundFacts(-16.0, 5.0, -1.0, 4.4, [], 0.0, 45.0, -9.0)
STEREO = replace(SOUND, side_gap=0.4, correlation=0.9, hum_hz=50, hum_db=3.0, hum_level=-70.0)
GOOD = Facts(10**8, "mp4", "isom", 200.0, VIDEO, AUDIO, 0, 0, [], PICTURE, SOUND)


def finding(facts, rule, **limits):
    policy = load_policy({"name": "t", "rules": {rule: {"level": "hard", **limits}}})
    [result] = judge(facts, policy)
    return result


@pytest.mark.parametrize(
    ("seconds", "outcome", "message"),
    [
        (178.9, "fail", "Hãy thêm ít nhất 2 giây nội dung."),
        (179.0, "pass", ""),
        (180, "pass", ""),
        (301.0, "pass", ""),
        (
            301.1,
            "fail",
            "Clip dài 5 phút 1,1 giây; cho phép 3–5 phút. Hãy cắt bớt ít nhất 2 giây.",
        ),
        (342, "fail", "Clip dài 5 phút 42 giây; cho phép 3–5 phút. Hãy cắt bớt ít nhất 42 giây."),
    ],
)
def test_duration(seconds, outcome, message):
    facts = replace(GOOD, video=replace(VIDEO, duration_s=seconds))
    result = finding(facts, "duration", min_s=180, max_s=300, tolerance_s=1)
    assert (result.outcome, result.found) == (outcome, seconds)
    assert result.message_vi.endswith(message)


def test_a_policy_may_say_itself_what_to_do():
    own = {"vi": "Gọi chị Hoa.", "en": "Call Ms Hoa."}
    long = replace(GOOD, video=replace(VIDEO, duration_s=342))
    told = finding(long, "duration", min_s=180, max_s=300, remedy=own)
    assert (told.remedy_vi, told.remedy_en) == (own["vi"], own["en"])
    assert told.message_en == "The clip is 5 min 42 s long; 3–5 min is allowed. Call Ms Hoa."
    assert finding(GOOD, "duration", min_s=180, max_s=300, remedy=own).remedy_vi == ""


def test_sound_does_not_lengthen_the_picture():
    facts = replace(GOOD, video=replace(VIDEO, duration_s=6.0), duration_s=200.0)
    result = finding(facts, "duration", min_s=180, max_s=300)
    assert result.outcome == "fail"
    assert "chỉ tính phần có hình" in result.message_vi


def test_sound_that_goes_on_makes_a_clip_too_long_and_is_named():
    video = replace(VIDEO, duration_s=290.0)
    facts = replace(GOOD, video=video, duration_s=345.0, only_sound=[(290.0, 345.0)])
    result = finding(facts, "duration", min_s=180, max_s=300, tolerance_s=1)
    assert (result.outcome, result.found, result.at) == ("fail", 345.0, [(290.0, 345.0)])
    assert "4:50–5:45: có tiếng mà không có hình." in result.message_vi
    assert "4:50–5:45: sound without a picture." in result.message_en


def test_a_clip_that_was_not_read_to_its_end_is_longer_than_that():
    facts = replace(GOOD, duration_s=11_700.0, complete=False)
    result = finding(facts, "duration", min_s=180, max_s=300)
    assert result.outcome == "fail"
    assert result.message_en.startswith(
        "The clip is longer than 3 hours 15 minutes (counting stopped there)"
    )
    assert "dài hơn 3 giờ 15 phút" in result.message_vi


def test_what_could_not_be_measured_is_for_a_person_to_hear_and_not_silent():
    facts = replace(GOOD, sound=replace(SOUND, loudness=-70.0, measured=False))
    result = finding(facts, "audio_silent")
    assert (result.outcome, result.level) == ("fail", "soft")
    assert result.message_en.startswith("The sound could not be measured.")
    assert finding(facts, "audio_level").level == "soft"
    policy = load_policy({"name": "t", "rules": {"audio_clipping": {"level": "hard"}}})
    assert judge(facts, policy) == []


def test_a_clip_without_packets_of_sound_is_silent_whether_measured_or_not():
    sound = replace(SOUND, loudness=-70.0, measured=False, silent_share=0.9)
    assert finding(replace(GOOD, sound=sound), "audio_silent").level == "hard"


def test_a_trace_of_damage_is_a_remark():
    facts = replace(GOOD, remarks=[Problem("damaged_sound", 75.0, "1")])
    result = finding(facts, "intact")
    assert result.outcome == "pass"
    assert "A trace of the sound is damaged at 1:15" in result.message_en


def test_a_picture_that_changes_its_size_says_so():
    sizes = [(0.0, 1440, 1080), (75.0, 720, 540)]
    video = replace(VIDEO, display_width=720, display_height=540, sizes=sizes)
    result = finding(replace(GOOD, video=video), "aspect_ratio", ratio="4:3")
    assert "0:00 1440×1080, 1:15 720×540" in result.message_vi


@pytest.mark.parametrize("codec", ["pcm_bluray", "pcm_mulaw"])
def test_a_list_with_pcm_takes_its_kin(codec):
    facts = replace(GOOD, audio=replace(AUDIO, codec=codec))
    assert finding(facts, "container").outcome == "pass"
    assert finding(facts, "codec", video=["h264"], audio=["pcm_s16le"]).outcome == "pass"
    assert finding(facts, "codec", video=["h264"], audio=["aac"]).outcome == "fail"


@pytest.mark.parametrize(
    ("width", "height", "outcome"),
    [
        (1440, 1080, "pass"),
        (1440, 1088, "pass"),
        (1454, 1080, "pass"),
        (1456, 1080, "fail"),
        (1424, 1080, "fail"),
        (1920, 1080, "fail"),
        (1080, 1440, "fail"),
    ],
)
def test_aspect_ratio(width, height, outcome):
    facts = replace(GOOD, video=replace(VIDEO, display_width=width, display_height=height))
    assert finding(facts, "aspect_ratio", ratio="4:3").outcome == outcome


def test_an_upright_picture_is_called_so():
    facts = replace(GOOD, video=replace(VIDEO, display_width=1080, display_height=1920))
    result = finding(facts, "aspect_ratio", ratio="4:3")
    assert "1080×1920 (9:16, quay dọc); yêu cầu 4:3" in result.message_vi
    assert "Tỉ lệ (Ratio) 4:3" in result.message_vi


@pytest.mark.parametrize(
    ("width", "height", "outcome"),
    [(1440, 1080, "pass"), (1920, 1440, "pass"), (1439, 1080, "fail"), (1440, 1079, "fail")],
)
def test_resolution(width, height, outcome):
    facts = replace(GOOD, video=replace(VIDEO, display_width=width, display_height=height))
    assert finding(facts, "resolution", min_width=1440, min_height=1080).outcome == outcome


@pytest.mark.parametrize(
    ("spans", "outcome"),
    [
        ([], "pass"),
        ([(10.0, 14.0)], "pass"),
        ([(10.0, 14.1)], "fail"),
        ([(i, i + 3.0) for i in range(0, 70, 10)], "fail"),
    ],
)
def test_black(spans, outcome):
    facts = replace(GOOD, picture=replace(PICTURE, black=spans))
    assert finding(facts, "black", max_run_s=4, max_share_pct=10).outcome == outcome


def test_black_is_not_also_called_frozen():
    facts = replace(GOOD, picture=replace(PICTURE, black=[(1.0, 30.0)], frozen=[(1.0, 30.0)]))
    assert finding(facts, "frozen", max_run_s=10).outcome == "pass"


@pytest.mark.parametrize(
    ("change", "rule", "outcome"),
    [
        ({"loudness": -40.0}, "audio_silent", "pass"),
        ({"loudness": -40.1}, "audio_silent", "fail"),
        ({"silent_share": 0.5}, "audio_silent", "pass"),
        ({"silent_share": 0.51, "silences": [(0.0, 102.0)]}, "audio_silent", "fail"),
        ({"loudness": -30.1}, "audio_level", "fail"),
        ({"loudness": -7.9}, "audio_level", "fail"),
        ({"true_peak": 2.0}, "audio_clipping", "pass"),
        ({"true_peak": 2.0, "full_scale_pct": 0.3}, "audio_clipping", "pass"),
        ({"true_peak": 2.0, "full_scale_pct": 0.31}, "audio_clipping", "fail"),
        ({"true_peak": -0.1, "full_scale_pct": 0.5}, "audio_clipping", "pass"),
        ({"side_gap": 20.0, "correlation": 0.5}, "audio_one_sided", "pass"),
        ({"side_gap": 20.1, "correlation": 0.5}, "audio_one_sided", "fail"),
        ({"side_gap": 0.0, "correlation": -0.5}, "audio_antiphase", "pass"),
        ({"side_gap": 0.0, "correlation": -0.51}, "audio_antiphase", "fail"),
        ({"hum_hz": 50, "hum_db": 20.0, "hum_level": -40.0}, "audio_hum", "pass"),
        ({"hum_hz": 50, "hum_db": 20.1, "hum_level": -40.0}, "audio_hum", "fail"),
        ({"hum_hz": 50, "hum_db": 40.0, "hum_level": -50.1}, "audio_hum", "pass"),
        ({"speech_to_noise": 13.0, "quiet_flatness": -25.0}, "audio_noise", "pass"),
        ({"speech_to_noise": 29.9, "quiet_flatness": -3.0}, "audio_noise", "fail"),
        ({"speech_to_noise": 33.0, "quiet_flatness": -3.0}, "audio_noise", "pass"),
    ],
)
def test_sound(change, rule, outcome):
    assert finding(replace(GOOD, sound=replace(SOUND, **change)), rule).outcome == outcome


@pytest.mark.parametrize(
    ("change", "rule", "outcome"),
    [
        ({"frame_rate": 19.9}, "frame_rate", "fail"),
        ({"frame_rate": 20.0}, "frame_rate", "pass"),
        ({"frame_rate": 61.0}, "frame_rate", "pass"),
        ({"frame_rate": 61.1}, "frame_rate", "fail"),
        ({"bit_rate": 1_999_000}, "bitrate", "fail"),
        ({"bit_rate": 2_000_000}, "bitrate", "pass"),
        ({"bit_rate": 60_001_000}, "bitrate", "fail"),
        ({"codec": "hevc"}, "codec", "pass"),
        ({"codec": "vp9"}, "codec", "fail"),
    ],
)
def test_coding(change, rule, outcome):
    result = finding(replace(GOOD, video=replace(VIDEO, **change)), rule)
    assert result.outcome == outcome
    assert bool(result.remedy_vi) == (outcome == "fail")


def test_a_codec_of_the_sound_counts_too():
    facts = replace(GOOD, audio=replace(AUDIO, codec="mp3"))
    result = finding(facts, "codec", video=["h264"], audio=["aac"])
    assert (result.outcome, result.found) == ("fail", ["h264", "mp3"])
    assert finding(replace(GOOD, audio=None), "codec").outcome == "pass"


@pytest.mark.parametrize(("channels", "outcome"), [(1, "fail"), (2, "pass"), (6, "pass")])
def test_mono(channels, outcome):
    facts = replace(GOOD, audio=replace(AUDIO, channels=channels))
    assert finding(facts, "audio_mono").outcome == outcome


@pytest.mark.parametrize("rule", ["audio_one_sided", "audio_antiphase", "audio_hum"])
def test_what_was_not_measured_is_not_judged(rule):
    policy = load_policy({"name": "t", "rules": {rule: {"level": "soft"}}})
    assert judge(GOOD, policy) == []


def test_a_clip_without_sound_fails_once():
    facts = replace(GOOD, audio=None, sound=None)
    rules = ("audio_present", "audio_silent", "audio_level", "audio_clipping", "audio_noise")
    policy = load_policy({"name": "t", "rules": {rule: {"level": "hard"} for rule in rules}})
    assert [f.rule for f in judge(facts, policy)] == ["audio_present"]


def test_container():
    facts = replace(GOOD, container="avi")
    result = finding(facts, "container", containers=["mp4", "mov"], video_codecs=["h264"])
    assert result.outcome == "fail"
    assert result.found == {"container": "avi", "video_codec": "h264", "audio_codec": "aac"}
    assert result.message_vi.startswith("Tệp thuộc loại AVI; chỉ nhận MOV hoặc MP4.")


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (Problem("truncated", detail="2000000000"), "Tệp bị cắt cụt: phần sau không có trong tệp"),
        (Problem("truncated", detail="1"), "Tệp bị cắt cụt: thiếu 1 byte ở cuối"),
        (Problem("header", 185.0, "2.0"), "Độ dài ghi trong tệp không đúng: thực tế có 3 phút 5"),
        (Problem("unfinished", 0.0), "Không đọc được clip từ đầu."),
        (Problem("damaged", 75.0, "1"), "Dữ liệu hình hoặc tiếng bị hỏng lúc 1:15."),
        (Problem("truncated", detail="1500000"), "Tệp bị cắt cụt: thiếu 1,5 MB ở cuối"),
        (Problem("hole", 75.0, "98304"), "Tệp bị hỏng: khoảng 98,3 kB dữ liệu hình bị mất từ 1:15"),
        (Problem("header", 6.0, "240.0"), "Phần đầu tệp ghi dài 4 phút nhưng thực tế chỉ có 6"),
        (Problem("jump", 75.0), "Thời gian của clip bị nhảy tại 1:15"),
        (Problem("unfinished", 75.0), "Không đọc được phần sau 1:15"),
        (Problem("damaged", detail="4"), "Dữ liệu hình hoặc tiếng bị hỏng (4 chỗ)"),
    ],
)
def test_intact(problem, message):
    result = finding(replace(GOOD, problems=[problem]), "intact")
    assert (result.outcome, result.found) == ("fail", [problem.kind])
    assert result.message_vi.startswith(message)


@pytest.mark.parametrize(
    ("duration", "noise", "expected"),
    [(200.0, 45.0, "pass"), (200.0, 10.0, "look"), (400.0, 45.0, "fail"), (400.0, 10.0, "fail")],
)
def test_verdict(duration, noise, expected):
    rules = {
        "duration": {"level": "hard", "min_s": 180, "max_s": 300},
        "audio_noise": {"level": "soft"},
    }
    facts = replace(
        GOOD,
        video=replace(VIDEO, duration_s=duration),
        sound=replace(SOUND, speech_to_noise=noise, quiet_flatness=-3.0),
    )
    assert verdict(judge(facts, load_policy({"name": "t", "rules": rules}))) == expected


@pytest.mark.parametrize(
    "facts", [GOOD, replace(GOOD, sound=STEREO), replace(GOOD, audio=None, sound=None)]
)
def test_every_finding_can_be_shown_in_a_table(facts):
    for result in judge(facts, find_policy("quan11-2023")):
        texts = [
            getattr(result, f"{part}_{language}")
            for part in ("message", "found", "allowed")
            for language in ("vi", "en")
        ]
        assert all(texts), result.rule
        assert bool(result.remedy_vi) == bool(result.remedy_en) == (result.outcome == "fail")
        assert result.message_vi.endswith(result.remedy_vi)
