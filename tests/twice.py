"""pytest, and what failed once more, alone: ``python -m tests.twice [pytest's options]``.

A test that fails among many and passes by itself is a fault of the test's, or a race of ours that
the machine's load brought out. It is named at the end, in capitals, and belongs on the list of what
to mend; it does not throw away a run of nine thousand others. A test that fails twice fails, and of
more than three nothing is tried again.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

FAILED = 1  # pytest's exit code for "some tests failed"; others mean that the run itself broke
MOST = 3
ALONE = ("-n", "0", "--last-failed")


def main(options: list[str]) -> int:
    """pytest's exit code, of the second run where there was one."""
    with tempfile.TemporaryDirectory() as folder:
        run = [sys.executable, "-m", "pytest", "-o", f"cache_dir={folder}", *options]
        code = subprocess.run(run, check=False).returncode
        failed = _failed(Path(folder))
        if code != FAILED or not 0 < len(failed) <= MOST:
            return code
        print(f"\nOnce more, alone: {', '.join(failed)}\n", flush=True)
        again = subprocess.run([*run, *ALONE], check=False).returncode
    if again == 0:
        print("\nSOMETIMES RIGHT, TO BE MENDED:", *failed, sep="\n  ", flush=True)
    return again


def _failed(cache: Path) -> list[str]:
    kept = cache / "v" / "cache" / "lastfailed"
    return sorted(json.loads(kept.read_text())) if kept.exists() else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
