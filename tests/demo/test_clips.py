"""The sample clips pass the reference contest's rules, or break just the one they are meant to: in
the short form a third as long and a quarter as wide and high, as rules like those ask for."""

from dataclasses import replace
from pathlib import Path

import pytest

import media_checks
from contest.demo.clips import FLAWS, Sample, make
from tests.clip_cache import cached
from tests.demo.films import FULL, SMALL, film

SAMPLE = Sample(3, "Ba trách nhiệm", "Đoàn Phường 5", "Nguyễn Thị Ánh")
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


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_sample_clip_breaks_the_rule_it_is_made_to_break(
    flaw: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    kind = FULL if pytestconfig.getoption("long") else SMALL
    (rules := tmp_path / "rules.toml").write_text(kind.source)
    path = cached("demo/clip.mp4", film, kind.filmed(replace(SAMPLE, flaw=flaw)))
    report = media_checks.check(path, media_checks.find_policy(str(rules)))
    assert {f.rule for f in report.findings if f.outcome == "fail"} == BROKEN[flaw]


def test_nothing_but_the_clip_is_left_in_its_folder(tmp_path: Path) -> None:
    make(SMALL.filmed(SAMPLE), tmp_path / "clip.mp4")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["clip.mp4"]
