"""What is repaired passes; what is not asked for stays as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from media_checks import Policy, check, find_policy, load_policy
from media_checks.probing.probe import probe
from media_checks.repairs import Recipe, RepairOptions, recipe_for, repair, repairable, still
from tests.media_checks.corpus import film


def repaired(path: Path, policy: Policy, out: Path, options: RepairOptions | None = None) -> Any:
    """The report on the repaired clip."""
    before = check(path, policy).to_dict()
    repair(path, out, recipe_for(before, options or RepairOptions()))
    return check(out, policy)


def failed(report: Any) -> set[str]:
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
    *, filmed: dict[str, Any], what: list[str], frame: str, verdict: str, small: Policy,
    tmp_path: Path,
) -> None:  # fmt: skip
    film(tmp_path / "clip.mp4", **filmed)
    assert repairable(check(tmp_path / "clip.mp4", small).to_dict()) == what
    options = RepairOptions(frame=frame)
    report = repaired(tmp_path / "clip.mp4", small, tmp_path / "out.mp4", options)
    assert (report.verdict, failed(report) - {"borders"}) == (verdict, set())


def test_a_wide_clip_reaches_full_hd_at_4_to_3(tmp_path: Path) -> None:
    film(tmp_path / "clip.mp4", seconds=2, size="1920x1080")
    policy = find_policy("quan11-2023")
    before = check(tmp_path / "clip.mp4", policy).to_dict()
    crop, pad = (recipe_for(before, RepairOptions(frame=frame)) for frame in ("crop", "pad"))
    assert (crop.crop, crop.frame) == ((240, 0, 1440, 1080), (1440, 1080))
    assert (pad.crop, pad.scale, pad.frame) == (
        (0, 0, 1920, 1080), (1920, 1080), (1920, 1440),
    )  # fmt: skip
    report = repaired(tmp_path / "clip.mp4", policy, tmp_path / "out.mp4")
    assert failed(report) == {"duration"}  # two seconds stay two seconds


def test_five_minutes_and_ten_seconds_become_five_minutes(tmp_path: Path) -> None:
    film(tmp_path / "clip.mp4", seconds=310, size="64x48", more=("-r", "2"))
    limits = {"level": "hard", "min_s": 180, "max_s": 300, "tolerance_s": 1}
    policy = load_policy({"name": "length", "rules": {"duration": limits}})
    for cut in ("end", "start"):
        out = tmp_path / f"{cut}.mp4"
        report = repaired(tmp_path / "clip.mp4", policy, out, RepairOptions(cut=cut))
        assert report.verdict == "pass"
        assert report.facts.video.duration_s == pytest.approx(300, abs=1)


def test_minus_35_lufs_comes_within_the_limits(small: Policy, tmp_path: Path) -> None:
    film(tmp_path / "clip.mp4", voice="volume=-24dB")
    before = check(tmp_path / "clip.mp4", small)
    assert before.facts.sound is not None and before.facts.sound.loudness < -34
    report = repaired(tmp_path / "clip.mp4", small, tmp_path / "out.mp4")
    assert report.facts.sound.loudness == pytest.approx(-16, abs=3)
    assert report.facts.sound.true_peak <= -0.5
    assert report.verdict == "pass"


def test_the_chosen_end_is_cut(small: Policy, tmp_path: Path) -> None:
    """The first second is black: it stays when the end is cut, and goes with the start."""
    black = "drawbox=c=black:t=fill:enable='lt(t,1)'"
    film(tmp_path / "clip.mp4", seconds=6.5, picture=black)
    dark = {}
    for cut in ("end", "start"):
        out = tmp_path / f"{cut}.mp4"
        report = repaired(tmp_path / "clip.mp4", small, out, RepairOptions(cut=cut))
        dark[cut] = bool(report.facts.picture.black)
    assert dark == {"end": True, "start": False}


def test_what_needs_no_mending_is_copied(small: Policy, tmp_path: Path) -> None:
    film(tmp_path / "clip.mp4", voice="volume=-20dB")
    before = hashlib.sha256((tmp_path / "clip.mp4").read_bytes()).hexdigest()
    repaired(tmp_path / "clip.mp4", small, tmp_path / "out.mp4")
    streams = [probe(tmp_path / name).facts.video for name in ("clip.mp4", "out.mp4")]
    assert streams[0].bit_rate == streams[1].bit_rate  # the same packets
    assert hashlib.sha256((tmp_path / "clip.mp4").read_bytes()).hexdigest() == before


def test_nothing_is_offered_where_a_machine_cannot_help(
    clip: Callable[[str], Path], small: Policy
) -> None:
    for name in ("good.mp4", "too-short.mp4", "no-sound.mp4", "mute.mp4", "hiss.mp4"):
        report = check(clip(name), small).to_dict()
        assert (repairable(report), recipe_for(report, RepairOptions())) == ([], Recipe()), name


def test_an_upright_clip_is_cropped_upright(
    clip: Callable[[str], Path], small: Policy, tmp_path: Path
) -> None:
    report = repaired(clip("upright.mp4"), small, tmp_path / "out.mp4")
    assert report.verdict == "pass"
    assert (report.facts.video.display_width, report.facts.video.rotation) == (320, 0)


def test_progress_rises_and_a_stop_leaves_nothing(small: Policy, tmp_path: Path) -> None:
    film(tmp_path / "clip.mp4", size="432x244")
    recipe = recipe_for(check(tmp_path / "clip.mp4", small).to_dict(), RepairOptions())
    shares: list[float] = []
    repair(tmp_path / "clip.mp4", tmp_path / "out.mp4", recipe, progress=shares.append)
    assert shares == sorted(shares) and shares[-1] == 1.0

    def stop(_share: float) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        repair(tmp_path / "clip.mp4", tmp_path / "none.mp4", recipe, progress=stop)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["clip.mp4", "out.mp4"]


def test_a_still_has_the_shape_that_people_see(clip: Callable[[str], Path], tmp_path: Path) -> None:
    still(clip("stretched-wide.mp4"), 1.0, tmp_path / "still.jpg")
    with Image.open(tmp_path / "still.jpg") as image:
        assert image.size == (640, 360)
