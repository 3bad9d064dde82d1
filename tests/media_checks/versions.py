"""Judges the whole corpus with other FFmpegs than this machine's own.

``python -m tests.media_checks.versions FOLDER…``, each folder with `ffmpeg` and `ffprobe` in it.
The clips are the same for all: this machine's FFmpeg makes them. A clip that another version judges
otherwise than the table says is printed; the exit status is 1 then.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from media_checks import Unreadable, check
from media_checks.tools import find_tools
from tests.clip_cache import cached
from tests.media_checks.conftest import up_to
from tests.media_checks.corpus import CORPUS, Clip


def clip_of(entry: Clip) -> Path:
    return cached(f"corpus/{entry.name}", entry.build)


def judged(path: Path, most_s: float) -> tuple[str, list[str]]:
    try:
        report = check(path, up_to(most_s))
    except Unreadable:
        return "unreadable", []
    failed = (f.rule for f in report.findings if f.outcome == "fail")
    return report.verdict, sorted(failed)


def judge_all() -> None:
    """In a process of its own: a line of JSON for each clip, by the FFmpeg that stands in PATH."""
    print(find_tools().version)
    for name, path, most_s in json.load(sys.stdin):
        print(json.dumps([name, *judged(Path(path), most_s)]), flush=True)


def compare(folder: str, clips: list[tuple[str, str, float]]) -> int:
    """How many clips the FFmpeg of ``folder`` judges otherwise than the table."""
    env = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.media_checks.versions", "--judge"],
        input=json.dumps(clips), capture_output=True, text=True, env=env, check=True,
    )  # fmt: skip
    version, *lines = done.stdout.splitlines()
    table = {entry.name: (entry.verdict, sorted(entry.findings.split())) for entry in CORPUS}
    wrong = 0
    for name, verdict, failed in map(json.loads, lines):
        if (verdict, failed) != table[name]:
            wrong += 1
            print(f"  {name}: {verdict} {failed}, should be {table[name]}")
    print(f"{version}: {len(lines) - wrong} of {len(lines)}", flush=True)
    return wrong


def main(folders: list[str]) -> int:
    clips = [(entry.name, str(clip_of(entry)), entry.most_s) for entry in CORPUS]
    return min(1, sum(compare(folder, clips) for folder in folders))


if __name__ == "__main__":
    if sys.argv[1:] == ["--judge"]:
        judge_all()
    else:
        sys.exit(main(sys.argv[1:]))
