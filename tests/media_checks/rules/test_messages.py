"""Every sentence, with values that nobody thought of: none denies itself or needs a dictionary."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from media_checks import judge, load_policy
from media_checks.coding_names import NAMES, plain_name
from media_checks.policy import built_in_names, find_policy
from media_checks.probing.allowed import AUDIO_CODECS, SOUND_DECODED, VIDEO_CODECS
from media_checks.probing.facts import Problem
from media_checks.rules import apps
from media_checks.rules.clip import CONTAINERS
from tests.media_checks.rules.test_rules import AUDIO, GOOD, PICTURE, STEREO, VIDEO, finding

JARGON = re.compile(
    r"mốc thời gian|thủng|\bLUFS\b|dBTP|bitrate|bit rate|container|codec|moov|mục lục|\bGOP\b"
    r"|pts\b|h264|mpeg4|pcm_|matroska|mpegts|\bkbit",
    re.IGNORECASE,
)
BROKEN = re.compile(r"[?]|None|\bnan\b|\binf\b|\{|\}|  |\( |\.\.|,\.|;\.|:\.")
# What is told of one thing in the form of several, or the other way round.
PLURALS = re.compile(
    r"(?<![\d.,])1 (hours|minutes|seconds|frames|places|channels|bytes|pieces)\b"
    r"|(?<![\d.,])(?:0|[2-9]|\d+\d) (hour|minute|second|place|channel|byte)\b"
)
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")

seconds = st.one_of(
    st.sampled_from([0.0, 0.04, 1.0, 2.0, 59.96, 60.0, 178.99, 179.98, 180.0, 299.98, 300.02,
                     301.0004, 301.1, 3599.97, 3600.0, 11_700.0, 9e5]),
    st.floats(0, 1e6),
)  # fmt: skip
levels = st.one_of(st.floats(-70, 0), st.sampled_from([-70.0, -40.04, -30.04, -7.96, -23.0]))
shares = st.floats(0, 1)
spans = st.lists(st.tuples(st.floats(0, 400), st.floats(0.04, 200)), max_size=5).map(
    lambda pairs: [(start, start + long) for start, long in pairs]
)
problems = st.builds(
    Problem,
    st.sampled_from(["truncated", "short", "hole", "header", "jump", "unfinished", "damaged", "x"]),
    st.one_of(st.none(), st.floats(0, 1e5)),
    st.one_of(st.just(""), st.integers(0, 10**13).map(str), st.floats(0, 1e6).map(str)),
)
videos = st.builds(
    lambda **some: replace(VIDEO, **some),
    codec=st.sampled_from(VIDEO_CODECS),
    width=st.integers(1, 8000),
    height=st.integers(1, 8000),
    display_width=st.one_of(st.integers(1, 8000), st.sampled_from([1439, 1440, 1456, 1919, 1920])),
    display_height=st.one_of(st.integers(1, 8000), st.sampled_from([1079, 1080, 1081])),
    rotation=st.sampled_from([0, 90, 180, 270]),
    sample_aspect=st.sampled_from(["1:1", "4:3"]),
    frame_rate=st.one_of(st.floats(0, 1000), st.sampled_from([0.0, 1.0, 7.996, 29.97, 61.004])),
    duration_s=seconds,
    bit_rate=st.one_of(st.integers(0, 10**9), st.sampled_from([1_999_900, 2_000_000, 60_000_400])),
)
audios = st.one_of(
    st.none(),
    st.builds(
        lambda **some: replace(AUDIO, **some),
        codec=st.sampled_from(SOUND_DECODED),
        channels=st.integers(0, 24),
        duration_s=seconds,
    ),
)
sounds = st.builds(
    lambda **some: replace(STEREO, **some),
    loudness=levels,
    true_peak=st.floats(-20, 20),
    full_scale_pct=st.floats(0, 100),
    silences=spans,
    silent_share=st.one_of(shares, st.sampled_from([0.5, 0.5004, 0.503, 1.0])),
    speech_to_noise=st.one_of(st.none(), st.floats(0, 90), st.just(29.96)),
    quiet_flatness=st.floats(-60, 0),
    side_gap=st.one_of(st.floats(0, 120), st.just(20.04)),
    correlation=st.one_of(st.floats(-1, 1), st.just(-0.504)),
    hum_db=st.one_of(st.floats(0, 60), st.just(20.04)),
    hum_level=st.floats(-90, 0),
    measured=st.booleans(),
)
everything = st.builds(
    lambda **some: replace(GOOD, **some),
    size=st.integers(1, 10**11),
    container=st.sampled_from(CONTAINERS),
    duration_s=seconds,
    video=videos,
    audio=audios,
    problems=st.lists(problems, max_size=2),
    picture=st.builds(
        lambda **some: replace(PICTURE, **some),
        black=spans,
        frozen=spans,
        active_width=st.integers(0, 8000),
        active_height=st.integers(1, 8000),
    ),
    sound=sounds,
    only_sound=spans,
    only_picture=spans,
    remarks=st.lists(problems, max_size=1),
    complete=st.booleans(),
    made_by=st.sampled_from(["", *apps.MADE]),
)
ALL = {
    "intact": {}, "duration": {"min_s": 180, "max_s": 300, "tolerance_s": 1},
    "container": {"containers": ["mp4", "mov"], "video_codecs": ["h264"], "audio_codecs": ["aac"]},
    "aspect_ratio": {"ratio": "4:3", "tolerance_pct": 0.05},
    "resolution": {"min_width": 1440, "min_height": 1080},
    "frame_rate": {"min_fps": 8, "max_fps": 61}, "bitrate": {}, "codec": {}, "borders": {},
    "black": {"max_run_s": 4, "max_share_pct": 10}, "frozen": {"max_run_s": 10},
    "audio_present": {}, "audio_silent": {}, "audio_level": {}, "audio_clipping": {},
    "audio_noise": {}, "audio_hum": {}, "audio_mono": {}, "audio_one_sided": {},
    "audio_antiphase": {},
}  # fmt: skip
STRICT = load_policy(
    {"name": "all", "rules": {name: {"level": "hard", **limits} for name, limits in ALL.items()}}
)


@settings(max_examples=80, deadline=None, derandomize=True, phases=[Phase.generate])
@given(everything)
def test_no_sentence_denies_itself_or_needs_a_dictionary(facts):
    for found in judge(facts, STRICT):
        reads_well(found)
        holds_together(found)


def reads_well(found):
    for text in (found.message_vi, found.message_en, found.remedy_vi, found.remedy_en):
        assert not BROKEN.search(text), text
        assert not JARGON.search(text), text
    for text in (found.message_en, found.remedy_en, found.found_en, found.allowed_en):
        assert not PLURALS.search(text), text
    for text in (found.found_vi, found.found_en, found.allowed_vi, found.allowed_en):
        assert text and not BROKEN.search(text), (found.rule, text)
    assert found.message_vi[0].isupper() or not found.message_vi[0].isalpha()
    assert bool(found.remedy_vi) == bool(found.remedy_en) == (found.outcome == "fail")


LOW_HIGH = {
    "frame_rate": (8, 61), "bitrate": (2, 60), "audio_noise": (30, None),
    "audio_one_sided": (None, 20), "audio_antiphase": (-0.5, None), "audio_hum": (None, 20),
    "borders": (None, 3),
}  # fmt: skip


def holds_together(found):
    """Whether the value that is shown lies beyond the limit exactly if the rule failed."""
    if found.rule == "duration":
        shown = _as_seconds(found.found_en)
        assert (not 179 <= shown <= 301) == (found.outcome == "fail"), found.message_en
    elif found.rule in ("audio_silent", "audio_level") and "%" in found.found_en:
        assert (_first(found.found_en) > 50) == (found.outcome == "fail"), found.message_en
    elif found.rule == "audio_level" and "LUFS" in found.found_en:
        shown = _first(found.found_en)
        assert (not -30 <= shown <= -8) == (found.outcome == "fail"), found.found_en
    elif found.rule in ("black", "frozen"):
        run, share = _as_seconds(found.found_en.split(",")[0]), _last(found.found_en)
        limits = STRICT.rules[found.rule]
        beyond = run > limits["max_run_s"] or share > limits["max_share_pct"]
        assert beyond == (found.outcome == "fail"), found.found_en
    elif found.rule == "aspect_ratio":
        assert found.found_en.startswith("4:3 ") == (found.outcome == "pass")
    elif found.rule in LOW_HIGH and NUMBER.search(found.found_en):
        low, high = LOW_HIGH[found.rule]
        shown = _first(found.found_en)
        beyond = (low is not None and shown < low) or (high is not None and shown > high)
        assert beyond == (found.outcome == "fail"), (found.rule, found.found_en)


def _first(text: str) -> float:
    return float(NUMBER.search(text)[0].replace(",", ""))


def _last(text: str) -> float:
    return float(NUMBER.findall(text)[-1].replace(",", ""))


def _as_seconds(text: str) -> float:
    units = {"hour": 3600, "min": 60, "s": 1}
    parts = re.findall(r"([\d,.]+) (hour|min|s)", text)
    return sum(float(count.replace(",", "")) * units[unit] for count, unit in parts)


@pytest.mark.parametrize(
    ("rate", "told"),
    [(7.996, "7,996"), (7.99, "7,99"), (7.94, "7,9"), (7.9999999, "7,999"), (8.0, "8"),
     (61.0, "61"), (61.0004, "61,001"), (29.97, "30"), (0.0, "0"), (1.0, "1")],
)  # fmt: skip
def test_a_number_beside_its_limit_lies_on_its_side(rate, told):
    facts = replace(GOOD, video=replace(VIDEO, frame_rate=rate))
    found = finding(facts, "frame_rate", min_fps=8, max_fps=61)
    assert found.message_vi.startswith(f"Clip có {told} hình mỗi giây; nên từ 8 đến 61.")


@pytest.mark.parametrize(
    ("length", "told"),
    [(299.98, "5 phút"), (300.02, "5 phút 0,02 giây"), (300.0004, "5 phút 0,001 giây"),
     (179.98, "2 phút 59,98 giây"), (10_800.0, "3 giờ"), (11_700.0, "3 giờ 15 phút")],
)  # fmt: skip
def test_a_length_beside_its_limit_lies_on_its_side(length, told):
    facts = replace(GOOD, duration_s=length, video=replace(VIDEO, duration_s=length))
    found = finding(facts, "duration", min_s=180, max_s=300)
    assert found.message_vi.startswith(f"Clip dài {told}; cho phép 3–5 phút.")


def test_a_tolerated_length_says_why_it_passes():
    facts = replace(GOOD, duration_s=300.6, video=replace(VIDEO, duration_s=300.6))
    found = finding(facts, "duration", min_s=180, max_s=300, tolerance_s=1)
    assert found.outcome == "pass"
    assert found.message_en.endswith("Up to 1 s more or less is accepted.")


def test_a_shape_near_the_wanted_one_is_not_called_so():
    facts = replace(GOOD, video=replace(VIDEO, display_width=1446, display_height=1080))
    found = finding(facts, "aspect_ratio", ratio="4:3", tolerance_pct=0.1)
    assert found.outcome == "fail"
    assert "1446×1080 (1.34:1); yêu cầu 4:3" in found.message_vi
    lying = replace(GOOD, video=replace(VIDEO, display_width=1920, display_height=1080))
    assert "(16:9, quay ngang)" in finding(lying, "aspect_ratio", ratio="9:16").message_vi


def test_only_what_is_wrong_is_named_and_only_what_is_accepted_is_advised():
    facts = replace(GOOD, container="avi", audio=replace(AUDIO, codec="flac"))
    limits = {"containers": ["webm"], "video_codecs": ["h264"], "audio_codecs": ["opus", "vorbis"]}
    found = finding(facts, "container", **limits)
    assert found.message_en == (
        "The kind of file is AVI; WebM is accepted. The sound is stored as FLAC; Opus or Vorbis is "
        "accepted. When exporting, choose WebM as the file, H.264 for the picture and Opus for the "
        "sound."
    )


def test_every_kind_has_a_name_that_people_know():
    for name in (*VIDEO_CODECS, *AUDIO_CODECS, *CONTAINERS):
        assert name in NAMES or name.startswith("pcm_"), name
        assert plain_name(name) != name


OF_CLIPS = [name for name in built_in_names() if find_policy(name).kind == "clip"]


@pytest.mark.parametrize("app", apps.MADE)
@pytest.mark.parametrize("name", OF_CLIPS)
def test_the_app_that_made_a_clip_is_named_with_its_setting(app, name):
    bad = replace(VIDEO, display_width=300, display_height=299, codec="h263", bit_rate=1)
    facts = replace(GOOD, container="avi", made_by=app, video=bad)
    told = [f for f in judge(facts, find_policy(name)) if apps.MADE[app].vi in f.message_vi]
    assert told, (app, name)
    for found in told:
        assert found.remedy_vi.endswith(".") and apps.MADE[app].en in found.remedy_en
        assert "{" not in found.remedy_vi


def test_a_policys_own_remedy_goes_before_the_apps():
    own = {"vi": "Gọi chị Hoa.", "en": "Call Ms Hoa."}
    facts = replace(GOOD, made_by="capcut", video=replace(VIDEO, display_width=1920))
    found = finding(facts, "aspect_ratio", ratio="4:3", remedy=own)
    assert found.remedy_en == "Call Ms Hoa."
