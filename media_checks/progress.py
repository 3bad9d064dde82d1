"""How far a long run has come, handed to whoever waits for it."""

from __future__ import annotations

import sys
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


WIDTH = 30


def bar(name: str) -> ProgressReporter | None:
    """A bar on standard error that ends by wiping itself; None where nobody sits at a terminal."""
    if not sys.stderr.isatty():
        return None

    def show(share: float) -> None:
        if share >= 1:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            return
        done = int(share * WIDTH)
        line = f"[{'#' * done}{'-' * (WIDTH - done)}] {share:4.0%} {name[:40]}"
        print(f"\r{line}\x1b[K", end="", file=sys.stderr, flush=True)

    return show
