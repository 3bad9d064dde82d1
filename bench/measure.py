"""Measures whole processes side by side: wall seconds, processor seconds, peak memory, medians.

Absolute times depend on the machine and its load; so the compared processes run in turn,
A B A B …, and the ratio of the medians is the figure that counts.
"""

import gc
import os
import resource
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contest.cli import YOUNG_OBJECTS

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build" / "bench"


@dataclass(frozen=True)
class Figure:
    """One line of a benchmark's output; ``target`` None: reported, not judged."""

    bench: str
    figure: str
    value: float
    unit: str
    target: float | None = None
    better: str = "lower"

    def line(self) -> dict[str, object]:
        met = None
        if self.target is not None:
            lower = self.better == "lower"
            met = self.value <= self.target if lower else self.value >= self.target
        return {
            "bench": self.bench, "figure": self.figure, "value": round(self.value, 4),
            "unit": self.unit, "target": self.target, "better": self.better, "met": met,
        }


@dataclass(frozen=True)
class Run:
    """One finished process: wall and processor seconds, peak resident memory in MB."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def run(argv: Sequence[str], env: Mapping[str, str] | None = None) -> Run:
    """Run a command to its end. Raises ``RuntimeError`` if it fails."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        argv, cwd=ROOT, env={**os.environ, **(env or {})}, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{argv} exited with {process.returncode}")
    return Run(time.perf_counter() - begun, _cpu(used), used.ru_maxrss / 1024)


def _cpu(used: resource.struct_rusage) -> float:
    return used.ru_utime + used.ru_stime


def in_turn(commands: Mapping[str, Sequence[str]], rounds: int = 3) -> dict[str, Run]:
    """The medians of ``rounds`` runs of each command, in turn, after an uncounted first run."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, argv in commands.items():
            finished = run(argv)
            if number:
                runs[name].append(finished)
    return {name: _median(done) for name, done in runs.items()}


def _median(runs: list[Run]) -> Run:
    return Run(
        statistics.median(r.wall_s for r in runs),
        statistics.median(r.cpu_s for r in runs),
        max(r.peak_mb for r in runs),
    )


def collect_as_worker() -> None:
    """Look for cycles as seldom as every command of ours does, and not among what stays, as the
    worker before it takes a job: by Python's own number closing takes a third longer."""
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)
    gc.freeze()
