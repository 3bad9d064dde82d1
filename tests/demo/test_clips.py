"""The sample clips pass the reference contest's rules, or break just the one they are meant to."""

from pathlib import Path

import pytest

import media_checks
from contest.demo.clips import FLAWS, Sample, make
from tests.clip_cache import cached

PROFILE = Path(__file__).parent.parent.parent / "contest" / "profiles" / "quan11-2023.toml"
BROKEN = {
    "": set(),
    "short": {"duration"},
    "long": {"duration"},
    "wide": {"aspect_ratio"},
    "small": {"resolution"},
    "borders": {"borders"},
    "silent": {"audio_silent", "audio_level"},
    "mute": {"audio_present"},
    "noise": {"audio_noise"},
}


def make_sample(path: Path, flaw: str) -> None:
    make(Sample(3, "Ba trách nhiệm", "Đoàn Phường 5", "Nguyễn Thị Ánh", flaw), path)


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_sample_clip_breaks_the_rule_it_is_made_to_break(flaw: str) -> None:
    path = cached("demo/clip.mp4", make_sample, flaw)
    report = media_checks.check(path, media_checks.find_policy(str(PROFILE)))
    assert {f.rule for f in report.findings if f.outcome == "fail"} == BROKEN[flaw]


def test_nothing_but_the_clip_is_left_in_its_folder(tmp_path: Path) -> None:
    make_sample(tmp_path / "clip.mp4", "")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["clip.mp4"]
