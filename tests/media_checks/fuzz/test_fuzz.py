"""Spoilt clips are judged or refused with a sentence; nothing else ever comes out."""

from __future__ import annotations

import random

import pytest

from tests.media_checks.fuzz.trial import SEEDS, Trial


@pytest.mark.parametrize("number", range(21))
def test_a_spoilt_clip_is_judged_or_refused(number, clip, tmp_path):
    data = clip(SEEDS[number % len(SEEDS)]).read_bytes()
    trial = Trial(data, random.Random(f"test-{number}"))
    assert trial.run(tmp_path / "spoilt.clip") == "", trial.story
