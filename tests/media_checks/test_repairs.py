"""What is repaired passes; what is not asked for stays as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from media_checks import Report, check, find_policy, load_policy
from media_checks.probing.probe import probe
from media_checks.repairs import Recipe, RepairOptions, recipe_for, repair, repairable, still
from tests.media_checks.corpus import kept

Reports = Callable[[Path], Report]


def repaired(before: Report, path: Path, out: Path, options: RepairOptions | None = None) -> Report:
    """The report on the repaired clip, of which there was the report ``before``."""
    repair(path, out, recipe_for(before.to_dict(), options or RepairOptions()))
    return check(out, before.policy)


def failed(report: Report) -> set[str]:
    return {f.rule for f in report.findings if f.outcome == "fail"}


@pytest.mark.parametrize(
    ("filmed", "what", "frame", "verdict"),
    [
        ({"size": "432x244"}, ["frame"], "crop", "pass"),
        ({"size": "432x244"}, ["frame"], "pad", "look"),  # the bars are told to the reviewer
        ({"picture": "scale=240:240,pad=320:240:40:0,setsar=1"}, ["borders"], "crop", "pass"),
        ({"picture": "scale=320:180,pad=320:240:0:30,setsar=1"}, ["borders"], "crop", "pass"),
        ({"size": "432x244", "picture": "scale=326:244,pad=432:244:53:0,setsar=1"},
         ["frame", "borders"], "crop", "pass"),
        ({"seconds": 6}, ["length"], "crop", "pass"),
        ({"voice": "volume=-20dB"}, ["sound"], "crop", "pass"),
        ({"size": "432x244", "seconds": 6, "voice": "volume=-20dB"},
         ["frame", "length", "sound"], "crop", "pass"),
    ],
    ids=["wide_crop", "wide_pad", "pillars", "letterbox", "pillars_in_wide", "long", "quiet",
         "all"],
)  # fmt: skip
def test_what_was_wrong_is_right_afterwards(
    *, filmed: dict[str, Any], what: list[str], frame: str, verdict: str, report: Reports,
    tmp_path: Path,
) -> None:  # fmt: skip
    clip = kept(**filmed)
    assert repairable(report(clip).to_dict()) == what
    after = repaired(report(clip), clip, tmp_path / "out.mp4", RepairOptions(frame=frame))
    assert (after.verdict, failed(after) - {"borders"}) == (verdict, set())


def test_a_wide_clip_reaches_full_hd_at_4_to_3(tmp_path: Path) -> None:
    clip = kept(seconds=2, size="1920x1080")
    before = check(clip, find_policy("quan11-2023"))
    choices = [RepairOptions(frame=frame) for frame in ("crop", "pad")]
    crop, pad = (recipe_for(before.to_dict(), options) for options in choices)
    assert (crop.crop, crop.frame) == ((240, 0, 1440, 1080), (1440, 1080))
    assert (pad.crop, pad.scale, pad.frame) == (
        (0, 0, 1920, 1080), (1920, 1080), (1920, 1440),
    )  # fmt: skip
    report = repaired(before, clip, tmp_path / "out.mp4")
    assert failed(report) == {"duration"}  # two seconds stay two seconds


@pytest.mark.parametrize(
    ("cut", "seconds", "most_s"),
    [pytest.param("end", 310, 300, marks=pytest.mark.long), ("end", 31, 30), ("start", 31, 30)],
)
def test_five_minutes_and_ten_seconds_become_five_minutes(
    tmp_path: Path, cut: str, seconds: int, most_s: int
) -> None:
    """In the short form a tenth of it: to look at five minutes of sound takes eight seconds."""
    clip = kept(seconds=seconds, size="64x48", more=("-r", "2", "-ar", "8000"))
    limits = {"level": "hard", "min_s": most_s * 0.6, "max_s": most_s, "tolerance_s": 1}
    before = check(clip, load_policy({"name": "length", "rules": {"duration": limits}}))
    report = repaired(before, clip, tmp_path / f"{cut}.mp4", RepairOptions(cut=cut))
    assert report.verdict == "pass"
    assert report.facts.video.duration_s == pytest.approx(most_s, abs=1)


def test_minus_35_lufs_comes_within_the_limits(report: Reports, tmp_path: Path) -> None:
    clip = kept(voice="volume=-24dB")
    before = report(clip)
    assert before.facts.sound is not None and before.facts.sound.loudness < -34
    after = repaired(before, clip, tmp_path / "out.mp4")
    assert after.facts.sound is not None
    assert after.facts.sound.loudness == pytest.approx(-16, abs=3)
    assert after.facts.sound.true_peak <= -0.5
    assert after.verdict == "pass"


def test_the_chosen_end_is_cut(report: Reports, tmp_path: Path) -> None:
    """The first second is black: it stays when the end is cut, and goes with the start."""
    clip = kept(seconds=6.5, picture="drawbox=c=black:t=fill:enable='lt(t,1)'")
    dark = {}
    for cut in ("end", "start"):
        out = tmp_path / f"{cut}.mp4"
        picture = repaired(report(clip), clip, out, RepairOptions(cut=cut)).facts.picture
        dark[cut] = bool(picture and picture.black)
    assert dark == {"end": True, "start": False}


def test_what_needs_no_repair_is_copied(report: Reports, tmp_path: Path) -> None:
    clip, out = kept(voice="volume=-20dB"), tmp_path / "out.mp4"
    digest = hashlib.sha256(clip.read_bytes()).hexdigest()
    repair(clip, out, recipe_for(report(clip).to_dict(), RepairOptions()))
    streams = [probe(path).facts.video for path in (clip, out)]
    assert streams[0].bit_rate == streams[1].bit_rate  # the same packets
    assert hashlib.sha256(clip.read_bytes()).hexdigest() == digest


def test_nothing_is_offered_where_a_machine_cannot_help(
    clip: Callable[[str], Path], report: Reports
) -> None:
    for name in ("good.mp4", "too-short.mp4", "no-sound.mp4", "mute.mp4", "hiss.mp4"):
        found = report(clip(name)).to_dict()
        assert (repairable(found), recipe_for(found, RepairOptions())) == ([], Recipe()), name


def test_an_upright_clip_is_cropped_upright(
    clip: Callable[[str], Path], report: Reports, tmp_path: Path
) -> None:
    after = repaired(report(clip("upright.mp4")), clip("upright.mp4"), tmp_path / "out.mp4")
    assert after.verdict == "pass"
    assert (after.facts.video.display_width, after.facts.video.rotation) == (320, 0)


@pytest.mark.usefixtures("ffmpeg_itself")
def test_progress_rises_and_a_stop_leaves_nothing(report: Reports, tmp_path: Path) -> None:
    clip = kept(size="432x244")
    recipe = recipe_for(report(clip).to_dict(), RepairOptions())
    shares: list[float] = []
    repair(clip, tmp_path / "out.mp4", recipe, progress=shares.append)
    assert shares == sorted(shares) and shares[-1] == 1.0

    def stop(_share: float) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        repair(clip, tmp_path / "none.mp4", recipe, progress=stop)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.mp4"]


def test_a_still_has_the_shape_that_people_see(clip: Callable[[str], Path], tmp_path: Path) -> None:
    still(clip("stretched-wide.mp4"), 1.0, tmp_path / "still.jpg")
    with Image.open(tmp_path / "still.jpg") as image:
        assert image.size == (640, 360)
