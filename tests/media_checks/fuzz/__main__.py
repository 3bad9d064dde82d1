"""Spoils files until the time is over: ``python -m tests.media_checks.fuzz --minutes 10 --seed 7``.

Clips, or with ``--files`` pictures, documents and texts. Prints each one that made the check do
anything but answer or say ``Unreadable``, and keeps it.
Exit status: 0 none did, 1 some did. Without ``--seed`` one is chosen by chance; it is printed.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.media_checks.fuzz.files import FileTrial
from tests.media_checks.fuzz.files import seeds as file_seeds
from tests.media_checks.fuzz.trial import Trial, seeds


def main(minutes: float, seed: int, files: bool = False) -> int:
    print(f"seed {seed}, {minutes:g} minutes", flush=True)
    folder, count, ends = Path(tempfile.mkdtemp(prefix="fuzz-")), 0, time.monotonic() + 60 * minutes
    originals, faults = (file_seeds() if files else list(seeds().values())), 0
    while time.monotonic() < ends:
        chance, original = random.Random(f"{seed}-{count}"), originals[count % len(originals)]
        trial = FileTrial(original, chance) if files else Trial(original, chance)
        fault = trial.run(folder / f"{seed}-{count}.{'file' if files else 'clip'}")
        if fault:
            faults += 1
            print(f"{seed}-{count}: {trial.story}: {fault}", flush=True)
        count += 1
    print(f"{count} files, {faults} faults; kept in {folder}")
    return 1 if faults else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.media_checks.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long to go on (1)")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--files", action="store_true", help="pictures, documents, texts")
    return parser.parse_args()


if __name__ == "__main__":
    options = _options()
    sys.exit(main(options.minutes, options.seed, options.files))
