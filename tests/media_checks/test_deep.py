"""The deep pass sees what lies between keyframes, and makes the rendition on the way."""

from __future__ import annotations

import pytest

from media_checks import MediaCheckError, Unreadable, check, deepen, load_policy
from media_checks.deep import changed
from tests import forks
from tests.clip_cache import cached
from tests.media_checks.corpus import AAC, CORPUS, SMALL, X264, ffmpeg, kept
from tests.small_disk import SmallDisk

READABLE = [entry for entry in CORPUS if entry.verdict != "unreadable"]
# A shape of its own for each way into the rendition and each kind of stretch.
ALIKE = ["good.mp4", "good.mkv", "good.ts", "good.webm", "good.avi", "upright.mp4", "black.mp4",
         "still.mp4", "no-sound.mp4", "hiss.mp4", "joined.ts", "far-keyframes.mp4",
         "ambisonic.webm", "mono-then-stereo.ts", "aperture.mp4", "one-long-frame.mp4",
         "padded.mp4", "several-edits.mp4", "smaller-later.ts"]  # fmt: skip


@pytest.fixture
def rules():
    """The corpus's policy with room for clips of ten seconds."""
    duration = SMALL["rules"]["duration"] | {"max_s": 12}
    return load_policy(SMALL | {"rules": SMALL["rules"] | {"duration": duration}})


def on_a_full_disk(clip, policy, place, answer):
    """In a process of its own, which alone sees the disk: what the pass raises there."""
    disk = SmallDisk(place)
    disk.fill()
    try:
        deepen(clip, policy, place / "web.mp4")
    except MediaCheckError as error:
        answer.write_text(f"{type(error).__name__}: {error}")


def test_a_full_disk_is_no_fault_of_the_clip(clip, small, tmp_path):
    """FFmpeg ends without a picture, as it does with a clip that has none."""
    answer = tmp_path / "answer"
    process = forks.begin(on_a_full_disk, clip("good.mp4"), small, tmp_path / "disk", answer)
    process.join()
    assert answer.read_text().startswith("ToolFailed: The machine has no room")


@pytest.mark.parametrize("entry", [e for e in READABLE if e.name in ALIKE], ids=lambda e: e.name)
def test_it_agrees_with_the_quick_verdict(entry, clip, small, tmp_path):
    deep = deepen(clip(entry.name), small, tmp_path / "web.mp4")
    failed = {f.rule for f in deep.report.findings if f.outcome == "fail"}
    assert (deep.report.verdict, failed) == (entry.verdict, set(entry.findings.split()))
    assert deep.report.facts.picture.method == "all frames"
    assert deep.rendition.size == (tmp_path / "web.mp4").stat().st_size
    assert list(tmp_path.iterdir()) == [tmp_path / "web.mp4"]


def test_damage_between_keyframes_revises_the_verdict(clip, report, small, tmp_path):
    quick = report(clip("scratched.mp4"))
    deep = deepen(clip("scratched.mp4"), small, tmp_path / "web.mp4")
    assert (quick.verdict, quick.facts.picture.method) == ("pass", "keyframes")
    assert deep.report.verdict == "fail"
    assert changed(quick.findings, deep.report.findings) == ["intact"]
    [problem] = deep.report.facts.problems
    assert problem.kind == "damaged"
    # Frames are decoded a little ahead of those that are looked at: at ten a second, by 1-2 s.
    assert problem.at == pytest.approx(2.2, abs=2.2)
    [intact] = [f for f in deep.report.findings if f.rule == "intact"]
    assert intact.message_vi.startswith("Dữ liệu hình hoặc tiếng bị hỏng")


def cut_out(out, whole):
    """What follows 3.3 s, without encoding it again."""
    ffmpeg("-ss", "3.3", "-i", whole, "-c", "copy", out)


@pytest.mark.parametrize("ending", ["mp4", "mkv", "ts"])
@pytest.mark.parametrize("kind", ["open-gop=1", "intra-refresh=1"])
def test_a_cut_without_reencoding_is_no_damage(kind, ending, rules, tmp_path):
    """Editors cut at pictures that lean on others before the cut."""
    codecs = [*X264, "-bf", "3", "-x264-params", kind, *AAC]
    cut = cached(f"deep/cut.{ending}", cut_out, kept(ending, seconds=12, codecs=codecs))
    report = deepen(cut, rules, tmp_path / "web.mp4").report
    assert (report.verdict, report.facts.problems) == ("pass", [])


def test_slow_movement_is_not_frozen(rules, tmp_path):
    """Looked at twice a second, little changes from one look to the next."""
    slow = kept(seconds=6, size="640x480", picture="loop=loop=-1:size=1,crop=320:240:x=4*t:y=2*t")
    report = deepen(slow, rules, tmp_path / "web.mp4").report
    assert report.facts.picture.frozen == []


def test_a_ruined_half_is_damage_and_never_a_crash(rules, tmp_path):
    data = bytearray(kept(seconds=6, more=("-movflags", "+faststart")).read_bytes())
    middle = data.index(b"mdat") + (len(data) - data.index(b"mdat")) // 2
    for i in range(middle, len(data), 7):  # lengths of the units are lost, nothing is blank
        data[i] ^= 0x55
    (tmp_path / "clip.mp4").write_bytes(data)
    report = deepen(tmp_path / "clip.mp4", rules, tmp_path / "web.mp4").report
    assert "damaged" in {problem.kind for problem in report.facts.problems}
    assert report.verdict == "fail"


def test_progress_is_the_position(clip, small, tmp_path):
    shares: list[float] = []
    deepen(clip("good.avi"), small, tmp_path / "web.mp4", progress=shares.append)
    assert shares == sorted(shares) and shares[-1] == 1.0


@pytest.mark.usefixtures("ffmpeg_itself")
def test_a_stopped_pass_leaves_nothing(clip, small, tmp_path):
    class Stop(Exception):
        pass

    def stop(_share: float) -> None:
        raise Stop

    with pytest.raises(Stop):
        deepen(clip("good.avi"), small, tmp_path / "web.mp4", progress=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["playlist.mp4", "no-index.mp4", "rare-codec.mov"])
def test_what_is_no_clip_leaves_nothing(name, clip, small, tmp_path):
    with pytest.raises(Unreadable):
        deepen(clip(name), small, tmp_path / "web.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_sound_track_of_rubbish_is_refused_with_a_sentence(clip, small, tmp_path):
    """Every packet is there and none can be decoded; the quick check fails it, and goes on."""
    ffmpeg("-i", clip("good.mp4"), "-c", "copy", "-bsf:a", "noise=amount=1", tmp_path / "clip.mp4")
    quick = check(tmp_path / "clip.mp4", small)
    assert (quick.verdict, {p.kind for p in quick.facts.problems}) == ("fail", {"damaged"})
    with pytest.raises(Unreadable) as refused:
        deepen(tmp_path / "clip.mp4", small, tmp_path / "web.mp4")
    assert refused.value.message_en == "The clip is too damaged to be shown. Export it again."
    assert list(tmp_path.iterdir()) == [tmp_path / "clip.mp4"]
