"""The poster's frame is decoded beside the look, and is the one that a later decoding gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from media_checks.beside import Beside
from media_checks.picture.poster import PosterFrame
from media_checks.picture.scan import look
from media_checks.probing.probe import probe
from media_checks.progress import no_progress
from tests.media_checks.corpus import RICH, kept


@pytest.fixture(scope="module")
def clip() -> Path:
    return kept(seconds=24, codecs=[*RICH, "-g", "5", "-bf", "2"])


def test_what_is_fetched_early_is_what_is_fetched_late(clip: Path) -> None:
    probed = probe(clip)
    with Beside() as beside:
        early, late = (PosterFrame(beside, clip, probed) for _ in range(2))
        reader = look(clip, probed, no_progress, early.settled).reader
        assert early.early is not None
        assert early.early[0].at == reader.poster_at
        one, other = (each.decoded(reader, probed.facts.video) for each in (early, late))
    assert late.early is None
    assert one is not None
    assert other is not None
    assert one.tobytes() == other.tobytes()


def test_a_size_that_changed_later_is_decoded_again(clip: Path) -> None:
    probed = probe(clip)
    with Beside() as beside:
        frame = PosterFrame(beside, clip, probed)
        reader = look(clip, probed, no_progress, frame.settled).reader
        smaller = replace(probed.facts.video, display_width=64, display_height=48)
        decoded = frame.decoded(reader, smaller)
    assert decoded is not None
    assert decoded.size == (64, 48)
