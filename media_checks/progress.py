"""How far a long run has come, handed to whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable

# Is called with the share that is done, from 0 to 1. What it raises ends the run.
ProgressReporter = Callable[[float], None]


def no_progress(_share: float) -> None:
    """Nobody waits."""


def part_of(progress: ProgressReporter, start: float, end: float) -> ProgressReporter:
    """Reports a part's own share (0 to 1) to ``progress`` as ``start`` to ``end`` of the whole."""

    def report(share: float) -> None:
        progress(start + share * (end - start))

    return report
