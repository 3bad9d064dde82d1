"""The poster's frame is decoded beside the look, and is the one that a later decoding gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from media_checks.beside import Beside
from media_checks.picture.poster import Place, PosterFrame, _decoded, _place
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


def test_a_keyframe_without_neighbours_is_found_from_behind() -> None:
    """FFmpeg then need not decode the one before it."""
    made = kept(seconds=24, codecs=[*RICH, "-g", "20", "-keyint_min", "20", "-bf", "2"])
    probed = probe(made)
    video = probed.facts.video
    for at in (key + video.start_s for key in probed.key_times[1:6]):
        place = Place(at, keys_only=True, video=video)
        before, behind = (
            _decoded(made, probed, replace(place, alone=alone)) for alone in (False, True)
        )
        assert before is not None
        assert behind is not None
        assert before.tobytes() == behind.tobytes()


def test_only_a_keyframe_without_neighbours_stands_alone(clip: Path) -> None:
    apart = kept(seconds=24, codecs=[*RICH, "-g", "20", "-keyint_min", "20", "-bf", "2"])
    alone = []
    for path in (clip, apart):
        probed = probe(path)
        reader = look(path, probed, no_progress, None).reader
        alone.append(_place(reader, probed, probed.facts.video).alone)
    assert alone == [False, True]
