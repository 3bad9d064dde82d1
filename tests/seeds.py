"""Which of what is tried at random a run tries: the commit decides, so that each tries others.

A failed test names its seed; ``HOITHI_SEEDS="11 2023"`` tries these and no others.
"""

import os
import random
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

WITHOUT_GIT = 11


@cache
def of_commit() -> int:
    """A number that each commit has for its own; there is one where there is no Git, too."""
    asked = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short=7", "HEAD"]
    with suppress(OSError, subprocess.CalledProcessError):
        return int(subprocess.check_output(asked, stderr=subprocess.DEVNULL), 16)
    return WITHOUT_GIT


def given() -> list[int]:
    """Those that whoever runs the tests has asked for."""
    return [int(seed) for seed in os.environ.get("HOITHI_SEEDS", "").split()]


def some(seeds: Sequence[int], many: int, *, long: bool = False) -> list[int]:
    """So many of ``seeds``, drawn by the commit, in order; with ``long`` all of them."""
    if asked := given():
        return asked
    if long or many >= len(seeds):
        return list(seeds)
    return sorted(random.Random(of_commit()).sample(seeds, many))
