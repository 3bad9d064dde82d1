"""Spoils clips until the time is over: ``python -m tests.media_checks.fuzz --minutes 10 --seed 7``.

Prints each clip that made the check do anything but answer or say ``Unreadable``, and keeps it.
Exit status: 0 none did, 1 some did. Without ``--seed`` one is chosen by chance; it is printed.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.media_checks.fuzz.trial import SEEDS, Trial, seeds


def main(minutes: float, seed: int) -> int:
    print(f"seed {seed}, {minutes:g} minutes", flush=True)
    folder, count, ends = Path(tempfile.mkdtemp(prefix="fuzz-")), 0, time.monotonic() + 60 * minutes
    originals, faults = seeds(), 0
    while time.monotonic() < ends:
        trial = Trial(originals[SEEDS[count % len(SEEDS)]], random.Random(f"{seed}-{count}"))
        fault = trial.run(folder / f"{seed}-{count}.clip")
        if fault:
            faults += 1
            print(f"{seed}-{count}: {trial.story}: {fault}", flush=True)
        count += 1
    print(f"{count} clips, {faults} faults; kept in {folder}")
    return 1 if faults else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.media_checks.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long to go on (1)")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    return parser.parse_args()


if __name__ == "__main__":
    options = _options()
    sys.exit(main(options.minutes, options.seed))
