"""Importing a share ledger and an export of counts, against plain inserts of the same rows.

Each import is the service that the web calls, in its own process, on a fresh copy of one PostgreSQL
database (HOITHI_TEST_POSTGRES_URL, or a private one that syncs to disk). HOITHI_BENCH_LEDGER gives
the ledger another number of rows than a million, HOITHI_BENCH_ROUNDS its rounds. The baseline
inserts rows prepared in memory: SQLAlchemy Core, one INSERT per table, ``executemany`` in batches
of 2,000, one transaction. It reads no file, checks nothing, stores no evidence and no audit row.
COPY straight into the table is measured too.
"""

import csv
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, insert, select
from sqlalchemy.orm import Session

from bench.measure import ROOT, Figure
from contest.actors import SYSTEM
from contest.db import Database, upgrade
from contest.models import (
    Base,
    ClipVersion,
    Contest,
    Publication,
    ShareRecord,
    Snapshot,
    Submission,
    Unit,
    Upload,
)
from contest.running.devservices import start_postgres
from contest.services.core import profiles
from contest.services.counts import count_import, share_ledger
from social.links import share_key

LEDGER = int(os.environ.get("HOITHI_BENCH_LEDGER") or 1_000_000)
ROUNDS = int(os.environ.get("HOITHI_BENCH_ROUNDS") or 2)
EXPORT, CLIPS = 5_000, 5_000
BATCH = 2_000
WITH_PREVIEW = {"ledger": 0.8, "export": 0.6}  # of a plain insert's speed, at least
AT = datetime.fromisoformat("2023-06-19T15:30:00+07:00")
RELEASE = datetime.fromisoformat("2023-06-12T08:00:00+07:00")  # as the export says
Import = Callable[[Session, Contest, Path], int]
PROFILE = ROOT / "contest" / "profiles" / "quan11-2023.toml"

HEADINGS = (
    "Post ID,Page ID,Page name,Title,Description,Duration (sec),Publish time,Caption type,"
    "Permalink,Is crosspost,Is share,Post type,Languages,Custom labels,Funded content status,"
    "Data comment,Date,Views,Reach,\"Reactions, Comments and Shares\",Reactions,Comments,Shares,"
    "Total clicks,Other Clicks,Matched Audience Targeting Consumption (Photo Click),"
    "Link Clicks,Negative feedback from users: Hide all,Seconds viewed,Average Seconds viewed,"
    "Estimated earnings (USD),Ad CPM (USD),Ad impressions"
)  # fmt: skip


# ---------------------------------------------------------------------------- the rows


def ledger_rows(count: int) -> Iterator[tuple[str, str, str, datetime]]:
    """(code, account, link, seen at), all different; every tenth without a link."""
    for n in range(count):
        link = "" if n % 10 == 0 else f"https://www.facebook.com/nguoi.thu.{n}/posts/1{n:015}"
        yield _code(n % CLIPS), f"Nguyễn Thị Minh {n}", link, AT - timedelta(minutes=n % 8000)


def export_rows(count: int) -> Iterator[tuple[str, int, int, int]]:
    """(post id, reactions, comments, shares) of the clips, in the Page's order."""
    for n in range(count):
        yield _post(n), n * 7 % 900, n * 3 % 80, n * 5 % 200


def _code(number: int) -> str:
    return f"CX{number:06}"


def _post(number: int) -> str:
    return f"10{number:013}"


def _write_ledger(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Mã clip", "Tài khoản", "Liên kết chia sẻ", "Thời điểm thấy"])
        for code, account, link, seen in ledger_rows(count):
            writer.writerow([code, account, link, seen.strftime("%d/%m/%Y %H:%M")])


def _write_export(path: Path, count: int) -> None:
    """Write a file like Meta Business Suite's: 33 columns, most of them not needed here."""
    names = next(csv.reader([HEADINGS]))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, names, restval="0")
        writer.writeheader()
        for number, (post, reactions, comments, shares) in enumerate(export_rows(count)):
            writer.writerow({
                "Post ID": post, "Page ID": "1122334455", "Page name": "Tuổi trẻ Quận 11",
                "Title": f"Ba trách nhiệm {number}", "Post type": "Videos", "Date": "Lifetime",
                "Description": f"Clip dự thi của đơn vị {number}\n#{_code(number)}",
                "Permalink": f"https://www.facebook.com/quandoan11/videos/9{post}/",
                "Publish time": "06/12/2023 08:00", "Reactions": f"{reactions:,}",
                "Comments": comments, "Shares": shares,
                "Reactions, Comments and Shares": reactions + comments + shares,
            })


# ---------------------------------------------------------------------------- one run


def _import_ledger(session: Session, contest: Contest, path: Path) -> int:
    return share_ledger.apply(session, contest, path, filename="so.csv", actor=SYSTEM, at=AT)


def _preview_ledger(session: Session, contest: Contest, path: Path) -> int:
    return share_ledger.preview(session, contest, path, at=AT).rows


def _import_export(session: Session, contest: Contest, path: Path) -> int:
    return count_import.apply(
        session, contest, path, filename="bai.csv", taken_at=AT, actor=SYSTEM, at=AT
    )


def _preview_export(session: Session, contest: Contest, path: Path) -> int:
    return len(count_import.preview(session, contest, path, taken_at=AT, at=AT).lines)


def _both(first: Import, then: Import) -> Import:
    """The preview, and then the import of the same file, as one process of the web does."""
    def run(session: Session, contest: Contest, path: Path) -> int:
        first(session, contest, path)
        return then(session, contest, path)

    return run


IMPORTS: dict[str, Import] = {
    "ledger": _import_ledger, "ledger-preview": _preview_ledger,
    "ledger-both": _both(_preview_ledger, _import_ledger),
    "export": _import_export, "export-preview": _preview_export,
    "export-both": _both(_preview_export, _import_export),
}  # fmt: skip


def _timed_import(what: str, database: Database, path: Path) -> tuple[int, float]:
    begun = time.perf_counter()
    with database.write() as session:
        contest = session.scalars(select(Contest)).one()
        rows = IMPORTS[what](session, contest, path)
    return rows, time.perf_counter() - begun


def _timed_insert(table: Any, rows: Iterator[dict[str, Any]], database: Database) -> float:
    """Seconds of the inserts and the commit; preparing the rows is not counted."""
    spent = 0.0
    with database.engine.connect() as connection, connection.begin() as transaction:
        while batch := list(islice(rows, BATCH)):
            begun = time.perf_counter()
            connection.execute(insert(table), batch)
            spent += time.perf_counter() - begun
        begun = time.perf_counter()
        transaction.commit()
        return spent + time.perf_counter() - begun


def _timed_copy(table: Any, rows: Iterator[dict[str, Any]], database: Database) -> float:
    """As ``_timed_insert``, by one COPY into the table."""
    ready = [{k: Jsonb(v) if isinstance(v, dict) else v for k, v in row.items()} for row in rows]
    names = list(ready[0])
    begun = time.perf_counter()
    with database.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        into = f"COPY {table.name} ({', '.join(names)}) FROM STDIN"
        with raw.cursor() as cursor, cursor.copy(into) as copy:
            for row in ready:
                copy.write_row(list(row.values()))
        raw.commit()
    return time.perf_counter() - begun


def _shares(connection: Connection, count: int) -> Iterator[dict[str, Any]]:
    clips = dict(connection.execute(select(Submission.code, Submission.id)).all())
    for code, account, link, seen in ledger_rows(count):
        yield {
            "submission_id": clips[code], "account": account, "link": link, "count": 1,
            "link_key": share_key(link), "identity": f"n:{account.casefold()}", "profile": "",
            "day": f"{seen:%Y-%m-%d}",
            "late_reason": "", "voided": False, "seen_at": seen, "created_by": "system",
            "created_at": AT,
        }


def _snapshots(connection: Connection, count: int, path: Path) -> Iterator[dict[str, Any]]:
    query = select(Publication.post_id, Publication.submission_id)
    clips = dict(connection.execute(query).all())
    with path.open(encoding="utf-8-sig", newline="") as file:
        raw = [{k: v for k, v in row.items() if v} for row in csv.DictReader(file)]
    for (post, reactions, comments, shares), kept in zip(export_rows(count), raw, strict=True):
        yield {
            "submission_id": clips[post], "taken_at": AT, "source": "export",
            "reactions": reactions, "shares": shares, "comments": comments, "raw": kept,
            "reactions_by_kind": {}, "late_reason": "", "created_by": "system", "created_at": AT,
        }


def _one(what: str, url: str, file: str, count: str) -> None:
    """One measurement in its own process: prints the rows and the seconds as JSON."""
    database, rows = Database(url), int(count)
    gc.freeze()  # as the pages' process does once its application is there
    if what in IMPORTS:
        rows, seconds = _timed_import(what, database, Path(file))
    else:
        with database.engine.connect() as connection:
            if what.startswith("ledger"):
                table, ready = ShareRecord.__table__, _shares(connection, rows)
            else:
                table, ready = Snapshot.__table__, _snapshots(connection, rows, Path(file))
            timed = _timed_copy if what.endswith("copy") else _timed_insert
            seconds = timed(table, ready, database)
    print(json.dumps({"rows": rows, "seconds": seconds}))


# ---------------------------------------------------------------------------- the database


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    if given := os.environ.get("HOITHI_TEST_POSTGRES_URL"):
        yield given
        return
    service = start_postgres(folder / "postgres", durable=True)
    yield service.url
    service.stop()


def _named(server: str, name: str) -> str:
    before, _, query = server.partition("?")
    address = f"{before.rpartition('/')[0]}/{name}"
    return f"{address}?{query}" if query else address


def _statement(server: str, text: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(text.encode())


@contextmanager
def _copy_of(server: str, template: str) -> Iterator[str]:
    """A fresh database with the contest in it; dropped afterwards."""
    name = f"{template}_run"
    _statement(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield _named(server, name)
    finally:
        _statement(server, f"DROP DATABASE {name} WITH (FORCE)")


def _fill(url: str) -> None:
    """A contest with ``CLIPS`` clips on its Page."""
    upgrade(url)
    database = Database(url)
    with database.write() as session:
        contest, _ = profiles.import_profile(session, PROFILE.read_text(), actor=SYSTEM, at=AT)
        for table, rows in _posted(contest.id):
            session.execute(insert(table), rows)
    database.engine.dispose()
    with psycopg.connect(url, autocommit=True) as connection:
        for sequence in ("unit", "submission", "upload", "clip_version", "publication"):
            connection.execute(f"SELECT setval('{sequence}_id_seq', {CLIPS})".encode())
        connection.execute("VACUUM ANALYZE")


def _posted(contest: int) -> list[tuple[type[Base], list[dict[str, Any]]]]:
    ids = range(1, CLIPS + 1)
    clip = {"sha256": "0" * 64, "filename": "clip.mp4", "begun_at": AT}
    return [
        (Unit, [{"id": n, "contest_id": contest, "name": f"Chi đoàn {n}", "created_at": AT}
                for n in ids]),
        (Submission, [
            {"id": n, "contest_id": contest, "unit_id": n, "code": _code(n - 1), "kind": "team",
             "state": "published", "title": f"Ba trách nhiệm {n}", "authors": ["An"],
             "contact_name": "An", "contact_phone": "0", "created_at": AT, "updated_at": AT}
            for n in ids
        ]),
        (Upload, [
            {"id": n, "public_id": f"u{n}", "contest_id": contest, "unit_id": n, "length": 1,
             "submission_id": n, "state": "complete", "expires_at": AT, **clip} for n in ids
        ]),
        (ClipVersion, [
            {"id": n, "submission_id": n, "upload_id": n, "number": 1, "size": 1,
             "received_at": AT, **clip} for n in ids
        ]),
        (Publication, [
            {"id": n, "submission_id": n, "version_id": n, "page_id": "1122334455", "caption": "",
             "state": "published", "release_at": AT, "created_at": AT, "position": n,
             "video_id": f"9{_post(n - 1)}", "post_id": _post(n - 1), "published_at": RELEASE,
             "permalink": f"https://www.facebook.com/quandoan11/videos/9{_post(n - 1)}/"}
            for n in ids
        ]),
    ]  # fmt: skip


# ---------------------------------------------------------------------------- the figures


def _run(server: str, what: str, file: Path, count: int) -> tuple[float, float]:
    """Rows per second, and the process's peak memory in MB."""
    with _copy_of(server, "hoithi_bench") as url:
        argv = [sys.executable, "-m", "bench.interactions", what, url, str(file), str(count)]
        with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            said = process.stdout.read()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{argv} exited with {process.returncode}")
    told = json.loads(said)
    if told["rows"] != count:
        raise RuntimeError(f"{what}: {told['rows']} rows instead of {count}")
    return count / told["seconds"], used.ru_maxrss / 1024


def _medians(
    server: str, names: Sequence[str], file: Path, count: int, rounds: int
) -> Mapping[str, tuple[float, float]]:
    """Run each in turn, A B A B …; returns the median speed and the highest memory."""
    runs: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            runs[name].append(_run(server, name, file, count))
    return {
        name: (statistics.median(r[0] for r in done), max(r[1] for r in done))
        for name, done in runs.items()
    }


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="hoithi-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with _server(folder) as server:
            _statement(server, "DROP DATABASE IF EXISTS hoithi_bench")
            _statement(server, "CREATE DATABASE hoithi_bench")
            _fill(_named(server, "hoithi_bench"))
            yield from _of_kind(server, folder, "ledger", _write_ledger, LEDGER, rounds=ROUNDS)
            yield from _of_kind(server, folder, "export", _write_export, EXPORT, rounds=7)
            _statement(server, "DROP DATABASE hoithi_bench")


def _of_kind(
    server: str, folder: Path, kind: str, write: Callable[[Path, int], None], count: int, *,
    rounds: int,
) -> Iterator[Figure]:
    file, small = folder / f"{kind}.csv", folder / f"{kind}-small.csv"
    write(file, count)
    write(small, count // 10)
    names = [kind, f"{kind}-insert", f"{kind}-both", f"{kind}-copy", f"{kind}-preview"]
    runs = _medians(server, names, file, count, rounds)
    ours, plain, both, copy, preview = (runs[name][0] for name in names)
    for name, speed in (("", ours), ("_plain_insert", plain), ("_plain_copy", copy),
                        ("_preview", preview)):
        yield Figure("interactions", f"{kind}{name}", speed, "rows/s")
    yield Figure("interactions", f"{kind}_against_insert", ours / plain, "x", 0.5, "higher")
    yield Figure("interactions", f"{kind}_against_copy", ours / copy, "x")
    yield Figure("interactions", f"{kind}_with_preview_against_insert", both / plain, "x",
                 WITH_PREVIEW[kind], "higher")
    peak, tenth = runs[kind][1], _run(server, kind, small, count // 10)[1]
    target = 1.1 if kind == "ledger" else None  # an export is read into memory: at most 20,000 rows
    yield Figure("interactions", f"{kind}_peak_memory", peak, "MB")
    yield Figure("interactions", f"{kind}_memory_against_a_tenth", peak / tenth, "x", target)


if __name__ == "__main__":
    _one(*sys.argv[1:])
