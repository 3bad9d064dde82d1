"""What the large downloads take: the list of 10,000 entries as XLSX, the workbook of a result of
10,000 clips and 200,000 ballots that computes itself.

Each is asked for in a fork of its own of this process, which is told how far its memory rose; the
contest is that of ``pages``, in the folder that HOITHI_BENCH_FOLDER names. HOITHI_BENCH_SQLITE=1
takes SQLite.
"""

import json
import os
import resource
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import select

from bench.crowd import Crowd
from bench.measure import Figure, collect_as_worker
from bench.pages import LARGE, Processor, open_databases, open_folder
from contest.models import Result
from contest.services.awards import workbook
from contest.services.results.standings import LIGHT

ROUNDS = 12
COPY = """
    COPY (SELECT code, title, unit.name, authors, kind, state, received_at, submission.contact_name,
                 submission.contact_phone, submission.contact_email
          FROM submission JOIN unit ON unit.id = unit_id
          LEFT JOIN clip_version ON clip_version.id = version_id ORDER BY code)
    TO STDOUT (FORMAT csv)
"""


def figures() -> Iterator[Figure]:
    """Of each file: megabytes that the process grew by, its processor seconds, its size."""
    with open_folder() as folder, open_databases(folder) as (urls, server):
        crowd = Crowd(urls[0], folder / "large", LARGE)
        collect_as_worker()
        yield from _measured("entries as XLSX", lambda: _list(crowd))
        yield from _measured("workbook of a result", lambda: _result(crowd))
        if server is not None:
            yield from _copied(crowd, Processor(server.process.pid))


def _copied(crowd: Crowd, processor: Processor) -> Iterator[Figure]:
    """The list as CSV, the whole request, against the database's own COPY of the same columns."""
    browser, address = crowd.browser("organiser"), f"/c/{crowd.slug}/organiser/lists/entries.csv"
    found: dict[str, list[float]] = {"request": [], "COPY": []}
    with crowd.platform.db.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        for _ in range(ROUNDS):
            begun = processor.seconds()
            assert browser.get(address).data
            between = processor.seconds()
            with raw.cursor() as cursor, cursor.copy(COPY) as copy:
                assert sum(map(len, copy))
            found["request"].append(between - begun)
            found["COPY"].append(processor.seconds() - between)
    request, copied = (statistics.median(found[name][1:]) for name in ("request", "COPY"))
    yield Figure("exports", "entries as CSV: processor", request, "s")
    yield Figure("exports", "entries as CSV: COPY's ÷ ours", copied / request, "ratio", 0.5,
                 "higher")


def _list(crowd: Crowd) -> Iterable[bytes]:
    address = f"/c/{crowd.slug}/organiser/lists/entries.xlsx"
    return crowd.browser("organiser").get(address).iter_encoded()


def _result(crowd: Crowd) -> Iterable[bytes]:
    with crowd.platform.db.read() as session:
        result = session.scalars(select(Result).options(*LIGHT)).one()
        with workbook.of_result(session, result, "vi") as file:
            while part := file.read(2**20):
                yield part


def _measured(name: str, ask: Callable[[], Iterable[bytes]]) -> Iterator[Figure]:
    found = _in_fork(ask)
    for kind, unit in (("memory", "MB"), ("processor", "s"), ("size", "MB")):
        yield Figure("exports", f"{name}: {kind}", found[kind], unit)


def _in_fork(ask: Callable[[], Iterable[bytes]]) -> dict[str, float]:
    ends = os.pipe()
    if not (child := os.fork()):
        begun, before = time.process_time(), _peak()
        size = sum(map(len, ask()))
        found = {"memory": _peak() - before, "processor": time.process_time() - begun,
                 "size": size / 1e6}
        os.write(ends[1], json.dumps(found).encode())
        os._exit(0)
    os.close(ends[1])
    with os.fdopen(ends[0], "rb") as told:
        content = told.read()
    os.waitpid(child, 0)
    return dict(json.loads(content))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
