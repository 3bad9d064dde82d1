"""What goes wrong, and when: each fault begins at a request or a statement that its seed names."""

import mmap
import os
import random
import signal
import struct
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import Engine, event

from tests.faults.matrix.house import House
from tests.faults.matrix.servers import Servers

ALL = ("units", "send", "review", "publish", "count", "mark", "close")
STORING = ("send", "publish")  # what asks the bucket enough
QUEUEING = ("send", "publish", "count")
AN_HOUR, EACH_TURN = timedelta(hours=1), timedelta(minutes=3)
FOR_EVER = 10**9
ENTERS = 4242, 4343  # two locks of PostgreSQL's that nobody else takes
WAITING = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"


@dataclass(frozen=True)
class Fault:
    """``where``: the server, or what of a process; ``how``: see ``Trouble``. It begins at one of
    the first ``span`` requests (statements, where it is a process's own) of one of ``acts`` and
    lasts for so many of them, or of turns. ``told``: the part that /readyz names meanwhile."""

    where: str
    how: str
    span: int = 200
    lasts: tuple[int, int] = (1, 8)
    acts: tuple[str, ...] = ALL
    told: str = ""


FAULTS = {
    "postgres: its line breaks before a commit": Fault("postgres", "before"),
    "postgres: its line breaks after a commit": Fault("postgres", "after"),
    "postgres: crashes and starts again": Fault("postgres", "crash"),
    "postgres: refuses everybody": Fault("postgres", "gone", lasts=(3, 40)),
    "postgres: is slow": Fault("postgres", "slow", lasts=(10, 60)),
    "postgres: names us the victim of a deadlock": Fault("statements", "deadlock"),
    "redis: is gone": Fault("redis", "gone", 30, acts=QUEUEING),
    "redis: is emptied": Fault("redis", "flush", 30, acts=QUEUEING),
    "redis: is killed and starts again empty": Fault("redis", "restart", 30, (1, 4), QUEUEING),
    "redis: is slow": Fault("redis", "slow", 30, acts=QUEUEING),
    "redis: is full": Fault("redis", "full", 30, (1, 4), QUEUEING),
    "bucket: is slow": Fault("bucket", "slow", 10, acts=STORING),
    "bucket: answers 503": Fault("bucket", "refusing", 10, (2, 30), STORING),
    "bucket: has half of what is put": Fault("bucket", "half up", 6, (10, 40), ("send",)),
    "bucket: gives half of what is read": Fault("bucket", "half", 10, (10, 40), STORING),
    "bucket: is gone for an hour": Fault("bucket", "hour", 10, acts=STORING, told="storage"),
    "disk: the uploads' folder is full": Fault("statements", "uploads", 60, (1, 4), ("send",)),
    "disk: the data folder is full": Fault("statements", "data", 300, (1, 4), told="disk"),
    "disk: the workers' folder is full": Fault("statements", "work", 300, (1, 4), STORING),
    "clock: one process is ahead": Fault("statements", "ahead", lasts=(2, 9)),
    "clock: one process is behind": Fault("statements", "behind", lasts=(2, 9)),
    "two supervisors in one folder": Fault("statements", "two", 100, (3, 9)),
    "web is killed": Fault("web", "kill", 300, (1, 3)),
    "uploads is killed": Fault("uploads", "kill", 12, (1, 3), ("send",)),
    "relay is killed": Fault("relay", "kill", 8, (1, 3), QUEUEING),
    "a worker is killed": Fault("worker", "kill", 50, (1, 3), QUEUEING),
}
DISKS = ("uploads", "data", "work")


class Troubles:
    """Those of one run: one, in the short form a few, in the calm run none."""

    def __init__(self, names: Sequence[str], seed: int, servers: Servers) -> None:
        self.each = [Trouble(name, seed, servers) for name in names]

    @property
    def kills(self) -> frozenset[str]:
        """Those that are about to be killed: what they do is done in a fork."""
        return frozenset(one.kills for one in self.each if one.armed and one.shared[LEFT] > 0)

    def act_begins(self, act: str, house: House) -> None:
        for one in self.each:
            one.act_begins(act, house)

    def turned(self, house: House) -> None:
        for one in self.each:
            one.turned(house)

    def end(self, house: House) -> None:
        for one in self.each:
            one.end(house)


class Shared:
    """A few numbers that a run's process and its forks see alike."""

    def __init__(self) -> None:
        self.numbers = mmap.mmap(-1, 24)

    def __getitem__(self, place: int) -> int:
        return int(struct.unpack_from("q", self.numbers, 8 * place)[0])

    def __setitem__(self, place: int, value: int) -> None:
        struct.pack_into("q", self.numbers, 8 * place, value)


COUNTED, BEGUN, LEFT = 0, 1, 2


class Trouble:
    """One fault of one run."""

    def __init__(self, name: str, seed: int, servers: Servers) -> None:
        chance = random.Random(f"{name} {seed}")
        self.fault = FAULTS[name]
        self.name, self.servers, self.seen = name, servers, set[str]()
        self.act = chance.choice(self.fault.acts)
        self.at, self.lasts = chance.randint(1, self.fault.span), chance.randint(*self.fault.lasts)
        self.minutes = chance.randint(2, 25)
        self.role = chance.choice(("web", "worker"))
        self.kills = self.fault.where if self.fault.how == "kill" else ""
        self.shared, self.armed, self.over = Shared(), False, False
        self.turns, self.since = 0, datetime.max
        self.house: House | None = None

    @property
    def begun(self) -> bool:
        return bool(self.shared[BEGUN])

    def act_begins(self, act: str, house: House) -> None:
        """From the act that the seed names on, requests and statements are counted."""
        if act != self.act:
            return
        self.armed, self.house = True, house
        self.shared[LEFT] = self.lasts
        if way := self.servers.ways.get(self.fault.where):
            way.arm(self.at, self._begin)
        else:
            event.listen(Engine, "before_cursor_execute", self._statement, retval=True)

    def _statement(  # noqa: PLR0917 - SQLAlchemy's
        self, connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool
    ) -> tuple[str, Any]:
        assert self.house is not None
        own = connection.engine.url != self.house.onlookers.engine.url
        own = own and self.kills in ("", self.house.role)
        if not own or self.over or (self.begun and not self.kills):
            return statement, values
        self.shared[COUNTED] += 1
        if self.shared[COUNTED] < self.at:
            return statement, values
        if self.fault.how == "deadlock":
            if statement.startswith(("INSERT", "UPDATE", "DELETE")) and not many:
                return self._deadlock(cursor)
            return statement, values
        self._begin()
        return statement, values

    # ------------------------------------------------------------------ how it begins

    def _begin(self) -> None:
        self.shared[BEGUN] = 1
        kinds: dict[str, Callable[[], None]] = {
            "crash": self.servers.crash_postgres, "flush": self.servers.empty_redis,
            "restart": self.servers.kill_redis, "full": lambda: self.servers.fill_redis(1),
            "kill": self._kill, "hour": lambda: self._wrong("gone", FOR_EVER),
            "before": lambda: self._at_commit("before"), "after": lambda: self._at_commit("after"),
        }
        if self.fault.how in DISKS and self.servers.disk:
            self.servers.disk.fill()
        elif self.fault.how in kinds:
            kinds[self.fault.how]()
        elif self.fault.where in self.servers.ways:
            self._wrong(self.fault.how, self.lasts)

    def _wrong(self, how: str, lasts: int) -> None:
        way = self.servers.ways[self.fault.where]
        way.cut_after, way.pause = 1000, 0.03
        way.go_wrong(how, lasts)

    def _at_commit(self, how: str) -> None:
        self.servers.ways["postgres"].commit = how

    def _kill(self) -> None:
        self.shared[COUNTED] = 0
        self.shared[LEFT] -= 1
        if self.shared[LEFT] >= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def _deadlock(self, cursor: Any) -> tuple[str, Any]:
        """Somebody else holds what we ask for and asks for what we hold; PostgreSQL ends ours."""
        self.shared[BEGUN] = 1
        mine, theirs = ENTERS
        rival = psycopg.connect(self.servers.direct)
        rival.execute("SELECT pg_advisory_xact_lock(%s)", [theirs])
        rival.execute("SET LOCAL deadlock_timeout = '60s'")  # it is never the victim
        cursor.connection.execute("SET LOCAL deadlock_timeout = '20ms'")
        cursor.connection.execute("SELECT pg_advisory_xact_lock(%s)", [mine])
        threading.Thread(target=_wait_for, args=(rival, mine), daemon=True).start()
        with psycopg.connect(self.servers.direct, autocommit=True) as looking:
            while looking.execute(WAITING, [mine]).fetchone() is None:
                time.sleep(0.01)
        return f"SELECT pg_advisory_xact_lock({theirs})", {}

    # ------------------------------------------------------------------ how it ends

    def turned(self, house: House) -> None:
        """What lasts for turns: it ends after so many, an hour after an hour."""
        if not self.begun or self.over:
            return
        self.turns += 1
        if self.turns == 1:
            self._first_turn(house)
        if self.fault.told:
            self.seen |= set(house.missing())
        if self.fault.how == "hour":
            house.at(house.clock.now() + EACH_TURN)
            over = house.clock.now() - self.since > AN_HOUR
        else:
            over = self.turns > self.lasts
        if over:
            self.end(house)

    def _first_turn(self, house: House) -> None:
        self.since = house.clock.now()
        if self.fault.how in ("ahead", "behind"):
            house.let_stray(self.role, timedelta(minutes=self.minutes)
                            * (1 if self.fault.how == "ahead" else -1))
        elif self.fault.how == "two":
            house.crews = 2

    def end(self, house: House) -> None:
        """All is well again."""
        if self.fault.how == "restart" and self.begun and not self.over:
            self.servers.start_redis_again()
        self.over = True
        if way := self.servers.ways.get(self.fault.where):
            way.fault, way.commit = "", ""
        if self.fault.how == "two":
            house.crews = 1
        if self.fault.where == "statements" and self.fault.how in ("ahead", "behind"):
            house.let_stray(self.role, timedelta())
        if self.fault.how == "full":
            self.servers.fill_redis(0)
        if self.fault.how in DISKS and self.servers.disk:
            self.servers.disk.empty()


def _wait_for(rival: "psycopg.Connection[Any]", lock: int) -> None:
    try:
        rival.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
    except psycopg.Error:
        pass
    finally:
        rival.close()
