"""Which tests may meet one kind of database: others send all that they send to the other kind.

    .venv/bin/python -m pytest -p tests.sent tests/contest   # what each sends, to build/sent
    .venv/bin/python -m tests.sent                # one_database.toml anew, of what is recorded

What differs between the kinds is statements, what the kind makes of them, and who waits for whom.
So what a test proves of a kind are its statements, each with its outcome: rows or none were
changed, or which error the server gave; and its fixtures, for what they send. A test keeps both
kinds where fewer others than ``OTHERS`` send one of them (as many as there are, where there are
fewer), where it has a thread or a process of its own, and where it asks itself which kind it is
on. Whatever nobody has recorded keeps both.
"""

import inspect
import json
import os
import re
import sys
import threading
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from tests import forks
from tests.matrices import KINDS, ONE_DATABASE

ROOT = Path(__file__).parent.parent
RECORDS = ROOT / "build/sent"
OTHERS = 2
CHANGES = ("INSERT", "UPDATE", "DELETE")
NUMBER = re.compile(r"%\((\w+?)(?:_\d+)*\)s")
ROWS = re.compile(r"(\((?:(\?|%s|%\(\w+\)s)(::\w+)?(, )?)+\)(, )?)+")
HEAD = """\
# Tests that meet one kind of database: others send all of their statements to the other kind, with
# the same outcomes. Written by `python -m tests.sent`; a test that is not here meets both.
"""


@dataclass(frozen=True)
class Sent:
    """What one test (of one set of values) sent to one kind of database. ``alone``: it may meet one
    kind alone, for what it does there is nothing but statements."""

    test: str  # its id without values
    kind: str
    seconds: float
    alone: bool
    statements: frozenset[str]


# ------------------------------------------------------------------------------- recording


class Recorder:
    """The statements of the test that runs now."""

    def __init__(self) -> None:
        self.statements, self.alone, self.runs, self.begun = set[str](), True, False, 0.0

    def begin(self, item: pytest.Function) -> None:
        asks = "database_kind" in inspect.signature(item.function).parameters
        marked = item.get_closest_marker("both_databases")
        self.statements = {f"by fixture {name}" for name in item.fixturenames}
        self.alone, self.runs = not (asks or marked), True
        self.begun = time.process_time()

    def seconds(self) -> float:
        return time.process_time() - self.begun

    def sent(self, statement: str, outcome: str) -> None:
        if self.runs:
            self.alone &= threading.current_thread() is threading.main_thread()
            self.statements.add(f"{outcome} {plain(statement)}")


def plain(statement: str) -> str:
    """The statement, however many values or rows it has."""
    return ROWS.sub("(…)", NUMBER.sub(r"%(\1)s", statement))


@cache
def _recorder() -> Recorder:
    """One a process; from now on it hears what is sent and what is started."""
    recorder = Recorder()

    def done(_line: Any, cursor: Any, statement: str, *_: Any) -> None:
        changed = statement.startswith(CHANGES)
        recorder.sent(statement, str(min(cursor.rowcount, 1)) if changed else "read")

    def failed(context: Any) -> None:
        recorder.sent(context.statement or "", type(context.original_exception).__name__)

    def started(what: str, _arguments: object) -> None:
        if what in {"subprocess.Popen", "os.fork", "os.posix_spawn"}:
            recorder.alone = False

    def beginning(*work: Any) -> Any:
        recorder.alone = False
        return begin(*work)

    begin, forks.begin = forks.begin, beginning
    event.listen(Engine, "after_cursor_execute", done)
    event.listen(Engine, "handle_error", failed)
    sys.addaudithook(started)
    return recorder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Function) -> Iterator[None]:
    values = getattr(item, "callspec", None)
    kind = values.params.get("database_kind") if values else None
    if kind is None:
        return (yield)
    recorder = _recorder()
    recorder.begin(item)
    yield
    recorder.runs = False
    _write(item.nodeid.partition("[")[0], str(kind), recorder)


def _write(test: str, kind: str, recorder: Recorder) -> None:
    RECORDS.mkdir(parents=True, exist_ok=True)
    told = {"test": test, "kind": kind, "alone": recorder.alone, "seconds": recorder.seconds(),
            "statements": sorted(recorder.statements)}
    with (RECORDS / f"{os.getpid()}.jsonl").open("a") as file:
        file.write(json.dumps(told) + "\n")


# ------------------------------------------------------------------------------- choosing


def recorded(lines: Iterable[str]) -> list[Sent]:
    """What `RECORDS` tells, a line each."""
    told = (json.loads(line) for line in lines)
    return [Sent(**{**one, "statements": frozenset(one["statements"])}) for one in told]


def choose(records: Iterable[Sent]) -> dict[str, str]:
    """The tests that may meet one kind -> which: the one that their name gives, else the other.

    The dearest are asked first. What a test is spared counts no longer for those after it.
    """
    tests: dict[str, dict[str, list[Sent]]] = defaultdict(lambda: defaultdict(list))
    for record in records:
        tests[record.test][record.kind].append(record)
    senders = {kind: _senders(tests, kind) for kind in KINDS}
    asked = {kind: _others(senders[kind]) for kind in KINDS}
    found = {}
    may = [test for test, kinds in tests.items() if _may(kinds)]
    for test in sorted(may, key=lambda test: _cost(tests[test])):
        for kind in _by_name(test):
            [spared] = set(KINDS) - {kind}
            sends = _statements(tests[test][spared])
            if all(senders[spared][one] > asked[spared][one] for one in sends):
                senders[spared].subtract(sends)
                found[test] = kind
                break
    return found


def _senders(tests: dict[str, dict[str, list[Sent]]], kind: str) -> Counter[str]:
    """How many tests send each statement to this kind."""
    return Counter(one for kinds in tests.values() for one in _statements(kinds.get(kind, [])))


def _others(senders: Counter[str]) -> dict[str, int]:
    """How many must go on sending each."""
    return {one: min(OTHERS, number) for one, number in senders.items()}


def _statements(records: Iterable[Sent]) -> set[str]:
    return {one for record in records for one in record.statements}


def _may(kinds: dict[str, list[Sent]]) -> bool:
    """Met both, as often each, and does nothing but send statements."""
    met = [len(kinds.get(kind, [])) for kind in KINDS]
    return 0 < met[0] == met[1] and all(one.alone for sets in kinds.values() for one in sets)


def _cost(kinds: dict[str, list[Sent]]) -> float:
    return -sum(record.seconds for sets in kinds.values() for record in sets)


def _by_name(test: str) -> list[str]:
    first = zlib.crc32(test.encode()) % len(KINDS)
    return [KINDS[first], KINDS[1 - first]]


# ------------------------------------------------------------------------------- the list


def written(chosen: dict[str, str]) -> str:
    """The list's text."""
    files: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for test, kind in sorted(chosen.items()):
        file, _, name = test.partition("::")
        files[file][kind].append(name)
    return HEAD + "".join(_section(file, kinds) for file, kinds in files.items())


def _section(file: str, kinds: dict[str, list[str]]) -> str:
    lines = [f'\n["{file}"]\n']
    for kind, tests in kinds.items():
        lines += [f"{kind} = [\n", *(f'    "{test}",\n' for test in tests), "]\n"]
    return "".join(lines)


def main() -> None:
    lines = (line for file in sorted(RECORDS.glob("*.jsonl")) for line in file.open())
    ONE_DATABASE.write_text(written(choose(recorded(lines))))


if __name__ == "__main__":
    main()
