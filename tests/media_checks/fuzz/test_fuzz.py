"""Spoilt files are judged or refused with a sentence; nothing else ever comes out.

The commit draws what a run tries; the number of a failed test is its seed.
"""

from __future__ import annotations

import random

import pytest

from tests import seeds
from tests.media_checks.fuzz.files import FileTrial
from tests.media_checks.fuzz.files import seeds as file_seeds
from tests.media_checks.fuzz.trial import SEEDS, Trial

pytestmark = pytest.mark.usefixtures("ffmpeg_itself")

MANY, CLIPS, FILES = 90, 9, 9  # numbers there are, and of either kind in a run


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    long = metafunc.config.getoption("long")
    for name, many in (("clip_number", CLIPS), ("file_number", FILES)):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, seeds.some(range(MANY), many, long=long))


def test_a_spoilt_clip_is_judged_or_refused(clip_number, clip, tmp_path):
    data = clip(SEEDS[clip_number % len(SEEDS)]).read_bytes()
    trial = Trial(data, random.Random(f"test-{clip_number}"))
    assert trial.run(tmp_path / "spoilt.clip") == "", trial.story


@pytest.fixture(scope="module")
def originals():
    return file_seeds()


def test_a_spoilt_file_is_judged_or_refused(file_number, originals, tmp_path):
    trial = FileTrial(originals[file_number % len(originals)], random.Random(f"test-{file_number}"))
    assert trial.run(tmp_path / "spoilt.file") == "", trial.story
