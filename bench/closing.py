"""Closing a contest of 10,000 entries, 200,000 ballots and 500,000 ledger rows: computing with the
second tally, freezing, publishing, one after another in one process.

Each step's wall and processor seconds (of this process and of the database), the process's peak
memory, and the longest time for which a juror's save or an entry in the audit trail had to wait
meanwhile. HOITHI_BENCH_SQLITE=1 and HOITHI_BENCH_FOLDER as for ``pages``, whose large contest this
takes a copy of.
"""

import json
import os
import resource
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from bench.crowd import AFTER, Crowd
from bench.measure import ROOT, Figure, collect_as_worker
from bench.pages import LARGE, Processor, open_databases, open_folder
from contest.actors import SYSTEM, Actor
from contest.db import Database
from contest.jobs.closing import steps
from contest.models import Contest, ResultStep
from contest.running.devservices import Service
from contest.services.core import audit
from contest.services.results import results
from contest.services.results.steps import under_way

TOGETHER_S, MEMORY_MB, WAIT_S = 60, 500, 2
PAUSE_S = 0.02  # between two entries in the trail


def figures() -> Iterator[Figure]:
    """Seconds of each step and of all, peak memory, the longest wait of others."""
    with open_folder() as folder, open_databases(folder) as (urls, server):
        crowd = Crowd(urls[0], folder / "large", LARGE)
        crowd.platform.db.engine.dispose()
        with _copied(urls[0], folder) as url:
            yield from _told(_in_a_process(url, folder / "large", server))


def _told(found: dict[str, Any]) -> Iterator[Figure]:
    for step, (wall, cpu, wait) in found["steps"].items():
        yield Figure("closing", f"{step}: wall", wall, "s")
        yield Figure("closing", f"{step}: processor", cpu, "s")
        yield Figure("closing", f"{step}: longest wait of an entry in the trail", wait, "s", WAIT_S)
    walls, processors, _ = zip(*found["steps"].values(), strict=True)
    yield Figure("closing", "together: wall", sum(walls), "s", TOGETHER_S)
    yield Figure("closing", "together: processor", sum(processors), "s")
    yield Figure("closing", "peak memory", found["peak_mb"], "MB", MEMORY_MB)


@contextmanager
def _copied(url: str, folder: Path) -> Iterator[str]:
    """The address of a copy of the database: closing a contest changes it."""
    if url.startswith("sqlite"):
        copy = folder / "closing.db"
        for left in folder.glob("closing.db-*"):  # a log of the copy before is none of this one
            left.unlink()
        shutil.copyfile(url.removeprefix("sqlite:///"), copy)
        yield f"sqlite:///{copy}"
        return
    with psycopg.connect(url.replace("/large?", "/postgres?"), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS closing WITH (FORCE)")
        connection.execute("CREATE DATABASE closing TEMPLATE large")
    yield url.replace("/large?", "/closing?")


def _in_a_process(url: str, folder: Path, server: Service | None) -> dict[str, Any]:
    """What ``main`` prints, run in a process whose memory is its own."""
    argv = [sys.executable, "-m", "bench.closing", url, str(folder),
            str(server.process.pid if server else 0)]
    done = subprocess.run(argv, cwd=ROOT, stdout=subprocess.PIPE, check=True, env=os.environ)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


# ---------------------------------------------------------------------------- in the process


def main(url: str, folder: str, server: str) -> None:
    crowd = Crowd(url, Path(folder), LARGE)
    collect_as_worker()
    processor = Processor(int(server) or None)
    found = {name: _measured(crowd, work, processor) for name, work in _steps(crowd)}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"steps": found, "peak_mb": peak}))


def _steps(crowd: Crowd) -> list[tuple[str, Callable[[], None]]]:
    """Each step as the worker takes it."""
    chairs = [_organiser(crowd, number) for number in (61, 62)]
    platform = crowd.platform

    def step(what: str, actor: Actor, reason: str = "") -> None:
        with platform.db.write() as session:
            contest = session.get_one(Contest, crowd.contest_id)
            newest = None if what == "compute" else results.current(session, contest)
            row_id = under_way.ask(session, contest, what, actor=actor, at=AFTER, reason=reason,
                                   result=newest).id
        steps.take(platform, row_id, lambda: None)
        platform.db.engine.dispose()  # the worker's process ends: connections keep what they sent
        with platform.db.read() as session:
            row = session.get_one(ResultStep, row_id)
            if row.state != "done":
                raise RuntimeError(f"{what} is {row.state}: {row.error_en}")

    return [
        ("compute and second tally",
         partial(step, "compute", chairs[0], "Tính lại sau khi kiểm tra.")),
        ("freeze", partial(step, "freeze", chairs[1])),
        ("publish", partial(step, "publish", chairs[1])),
    ]


def _organiser(crowd: Crowd, number: int) -> Actor:
    return Actor("user", id=number, roles={crowd.contest_id: frozenset({"organiser", "chair"})})


def _measured(
    crowd: Crowd, work: Callable[[], None], processor: Processor
) -> tuple[float, float, float]:
    """Wall and processor seconds of a step, and the longest wait of others meanwhile."""
    with _others(crowd) as waits:
        begun, before = time.perf_counter(), processor.with_ended()
        work()
        wall, cpu = time.perf_counter() - begun, processor.with_ended() - before
    return wall, cpu, max(waits)


@contextmanager
def _others(crowd: Crowd) -> Iterator[list[float]]:
    """Somebody who writes into the audit trail all the time, in a process of their own as on a
    server: how long each entry took."""
    waits: list[float] = [0.0]
    argv = [sys.executable, "-m", "bench.closing", "write", crowd.platform.db.url]
    with subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as other:
        assert other.stdout is not None
        other.stdout.readline()  # it has begun
        try:
            yield waits
        finally:
            waits += json.loads(other.communicate("\n")[0])


def write(url: str) -> None:
    """Write entries until a line comes in; prints what the slowest of them took, then ends."""
    database, waits = Database(url), list[float]()
    print("begun", flush=True)
    while not select.select([sys.stdin], [], [], PAUSE_S)[0]:
        begun = time.perf_counter()
        with database.write() as session:
            audit.record(session, "bench.waited", "bench:1", actor=SYSTEM, at=AFTER)
        waits.append(time.perf_counter() - begun)
    print(json.dumps(sorted(waits)[-20:]))


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2])
    else:
        main(*sys.argv[1:])
