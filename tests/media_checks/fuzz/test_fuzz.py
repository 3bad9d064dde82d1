"""Spoilt files are judged or refused with a sentence; nothing else ever comes out."""

from __future__ import annotations

import random

import pytest

from tests.media_checks.fuzz.files import NAMES, FileTrial
from tests.media_checks.fuzz.files import seeds as file_seeds
from tests.media_checks.fuzz.trial import SEEDS, Trial


@pytest.mark.parametrize("number", range(21))
def test_a_spoilt_clip_is_judged_or_refused(number, clip, tmp_path):
    data = clip(SEEDS[number % len(SEEDS)]).read_bytes()
    trial = Trial(data, random.Random(f"test-{number}"))
    assert trial.run(tmp_path / "spoilt.clip") == "", trial.story


@pytest.fixture(scope="module")
def originals():
    return file_seeds()


@pytest.mark.parametrize("number", range(len(NAMES)))
def test_a_spoilt_file_is_judged_or_refused(number, originals, tmp_path):
    trial = FileTrial(originals[number], random.Random(f"test-{number}"))
    assert trial.run(tmp_path / "spoilt.file") == "", trial.story
