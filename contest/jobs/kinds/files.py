"""Near-duplicates among entries that are no clip: words in common, pictures that look alike."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import media_checks
from contest.services.entry import similarity
from contest.wiring import Platform

LEAST = 0.2  # of the smaller text's runs of words; below it every two papers on one theme meet
Kept = tuple[int, dict[str, Any]]  # a version's id, its likeness


def is_likeness(data: Mapping[str, Any]) -> bool:
    """Whether a stored fingerprint is of an entry that is no clip."""
    return "runs" in data


def compare_all(
    platform: Platform, mine: Kept, others: Iterator[Kept], beat: Callable[[], None]
) -> None:
    """Record every other entry that has words or pictures in common with this one."""
    own = media_checks.Likeness.from_dict(mine[1])
    for other_id, data in others:
        beat()
        other = _read(data)
        found = media_checks.similarity(own, other) if other else None
        if found and (found.kind == "picture" or found.score >= LEAST):
            _record(platform, mine[0], other_id, found)


def _read(data: dict[str, Any]) -> media_checks.Likeness | None:
    """None of a clip, or of another edition."""
    try:
        return media_checks.Likeness.from_dict(data) if is_likeness(data) else None
    except ValueError:
        return None


def _record(platform: Platform, mine: int, other_id: int, found: media_checks.Alike) -> None:
    pairs = [list(pair) for pair in found.pictures]
    if mine < other_id:
        pairs = [[there, here, apart] for here, there, apart in pairs]
    told = {"kind": "picture", "score": found.score, "alike": found.kind, "pictures": pairs,
            "picture": [], "sound": []}
    later, earlier = max(mine, other_id), min(mine, other_id)
    with platform.db.write() as session:
        similarity.record(session, later, earlier, told, at=platform.clock.now())
