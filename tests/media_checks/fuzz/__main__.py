"""``python -m tests.media_checks.fuzz [MINUTES] [SEED]``: spoil clips until the time is over.

Prints each clip that made the check do anything but answer or say ``Unreadable``, and keeps it.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from tests.media_checks.fuzz.trial import SEEDS, Trial, seeds


def main(minutes: float, seed: int) -> int:
    kept, count, ends = Path(tempfile.mkdtemp(prefix="fuzz-")), 0, time.monotonic() + 60 * minutes
    originals, faults = seeds(kept), 0
    while time.monotonic() < ends:
        trial = Trial(originals[SEEDS[count % len(SEEDS)]], random.Random(f"{seed}-{count}"))
        fault = trial.run(kept / f"{seed}-{count}.clip")
        if fault:
            faults += 1
            print(f"{seed}-{count}: {trial.story}: {fault}", flush=True)
        count += 1
    print(f"{count} clips, {faults} faults; kept in {kept}")
    return 1 if faults else 0


if __name__ == "__main__":
    numbers = [float(x) for x in sys.argv[1:3]] + [1.0, 0.0][len(sys.argv[1:3]) :]
    sys.exit(main(numbers[0], int(numbers[1])))
