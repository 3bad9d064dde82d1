"""Snapshots and the official count; imports all or nothing; late counts need two people."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, Invalid, NotAllowed, NotFound
from contest.models import Contest, Evidence, ShareRecord, Snapshot, Submission
from contest.services.counts import (
    count_import,
    interactions,
    official,
    share_ledger,
)
from contest.services.counts.interactions import Reading
from contest.services.counts.official import Official
from tests.contest.posting import RELEASE, Bench
from tests.contest.stage import Build

CUT_OFF = datetime.fromisoformat("2023-06-19T16:00:00+07:00")
HOUR = timedelta(hours=1)


class Room:
    """Two posted clips, two organisers, a clock shortly before the cut-off."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.make = bench, bench.make
        self.one, self.two = (self._clip(code) for code in ("CX1111", "CX2222"))
        self.first, self.second = (self._organiser() for _ in range(2))
        bench.clock.moment = CUT_OFF - HOUR
        self.keys = bench.platform.keys

    def _clip(self, code: str) -> Submission:
        return self.make.submission(self.make.unit(self.bench.contest), "published", code=code)

    def _organiser(self) -> Actor:
        return self.make.actor(self.make.user("organiser", contest=self.bench.contest))

    @contextmanager
    def write(self) -> Iterator[tuple[Session, Contest]]:
        with self.bench.platform.db.write() as session:
            yield session, session.get_one(Contest, self.bench.contest.id)

    def official(self) -> dict[int, Official]:
        with self.write() as (session, contest):
            return official.official_counts(session, contest)

    def count(
        self, submission: Submission, reactions: int, *, taken_at: datetime, **more: object
    ) -> int:
        shares, reason = more.get("shares"), str(more.get("reason", ""))
        assert shares is None or isinstance(shares, int)
        with self.write() as (session, contest):
            return interactions.write_down(
                session, contest, submission.code, Reading(reactions, shares), taken_at=taken_at,
                actor=self.first, at=self.bench.clock.now(), late_reason=reason,
            ).id

    def apply(self, path: Path, taken_at: datetime = CUT_OFF - HOUR, reason: str = "") -> int:
        with self.write() as (session, contest):
            return count_import.apply(
                session, contest, path, filename=path.name, taken_at=taken_at, actor=self.first,
                at=self.bench.clock.now(), late_reason=reason,
            )

    def preview(self, path: Path, taken_at: datetime = CUT_OFF - HOUR) -> count_import.Preview:
        with self.write() as (session, contest):
            return count_import.preview(
                session, contest, path, taken_at=taken_at, at=self.bench.clock.now()
            )

    def ledger(self, path: Path, *, state: str | None = "complete", reason: str = "") -> int:
        """Applied by the first organiser; rows without a moment were seen now."""
        now = self.bench.clock.now()
        with self.write() as (session, contest):
            return share_ledger.apply(
                session, contest, path, filename=path.name, actor=self.first, at=now, seen_at=now,
                state=state, late_reason=reason,
            )

    def rows(self, table: type) -> int:
        with self.bench.platform.db.read() as session:
            return len(list(session.scalars(select(table))))


def two_posted(built: Build, bench: Bench) -> Room:
    """The room of this contest at this moment, built once a worker where it can be put back."""
    made: Room = built(("room", bench.contest.slug, bench.contest.revision_id), lambda: Room(bench))
    return made


@pytest.fixture
def room(bench: Bench, built: Build) -> Room:
    return two_posted(built, bench)


def template(path: Path, *rows: tuple[object, ...]) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (("Mã clip", "Cảm xúc", "Chia sẻ", "Bình luận"), *rows):
        sheet.append(list(row))
    book.save(path)
    return path


# -------------------------------------------------------------------------------- official count


def test_the_official_count_is_the_last_at_or_before_the_cut_off(room: Room) -> None:
    room.count(room.one, 10, taken_at=CUT_OFF - 2 * HOUR)
    room.bench.clock.moment = CUT_OFF + HOUR
    last = room.count(room.one, 30, taken_at=CUT_OFF, shares=0)
    room.count(room.one, 20, taken_at=CUT_OFF - HOUR)
    room.count(room.one, 99, taken_at=CUT_OFF + timedelta(seconds=1), reason="thử")
    found = room.official()[room.one.id]
    assert (found.reactions, found.shares, found.snapshot_id, found.late) == (30, 0, last, False)
    assert room.two.id not in room.official()


def test_a_late_count_needs_a_reason(room: Room) -> None:
    room.bench.clock.moment = CUT_OFF + HOUR
    with pytest.raises(Invalid, match=r"needs? a reason"):
        room.count(room.one, 40, taken_at=CUT_OFF + timedelta(minutes=1))
    assert room.rows(Snapshot) == 0


def test_a_count_told_long_after_the_cut_off_is_late_whatever_moment_it_names(room: Room) -> None:
    room.bench.clock.moment = CUT_OFF + 3 * HOUR
    with pytest.raises(Invalid, match=r"needs? a reason"):
        room.count(room.one, 40, taken_at=CUT_OFF - HOUR)


def test_a_late_count_counts_when_a_second_organiser_agrees(room: Room) -> None:
    on_time = room.count(room.one, 30, taken_at=CUT_OFF - HOUR)
    room.bench.clock.moment = CUT_OFF + HOUR
    late = room.count(room.one, 40, taken_at=CUT_OFF + HOUR, reason="mất mạng lúc 16g00")
    assert room.official()[room.one.id].snapshot_id == on_time
    for actor, refusal in ((room.first, Conflict), (room.make.actor(room.make.user()), NotAllowed)):
        with pytest.raises(refusal), room.write() as (session, contest):
            interactions.approve_late(
                session, contest, [late], actor=actor, at=room.bench.clock.now()
            )
    with room.write() as (session, contest):
        at = room.bench.clock.now()
        assert interactions.approve_late(session, contest, [late], actor=room.second, at=at) == 1
        assert interactions.approve_late(session, contest, [late], actor=room.second, at=at) == 0
    found = room.official()[room.one.id]
    assert (found.snapshot_id, found.reactions, found.late) == (late, 40, True)


def test_a_count_of_the_future_is_refused(room: Room) -> None:
    with pytest.raises(Invalid, match="future"):
        room.count(room.one, 40, taken_at=CUT_OFF)


def test_null_and_zero_shares_stay_apart(room: Room) -> None:
    room.count(room.one, 5, taken_at=CUT_OFF - HOUR, shares=None)
    room.count(room.two, 5, taken_at=CUT_OFF - HOUR, shares=0)
    found = room.official()
    assert (found[room.one.id].shares, found[room.two.id].shares) == (None, 0)


def test_a_snapshot_can_be_neither_changed_nor_removed(room: Room) -> None:
    room.count(room.one, 5, taken_at=CUT_OFF - HOUR)
    for statement in ("UPDATE snapshot SET reactions = 6", "DELETE FROM snapshot"):
        with pytest.raises(DatabaseError, match="append-only"), room.write() as (session, _):
            session.execute(text(statement))


def test_a_count_of_a_clip_that_is_not_posted_is_not_found(room: Room) -> None:
    other = room.make.submission(room.make.unit(room.bench.contest), "approved")
    with pytest.raises(NotFound):
        room.count(other, 5, taken_at=CUT_OFF - HOUR)


def test_gaps_name_what_is_missing(room: Room) -> None:
    room.count(room.one, 5, taken_at=CUT_OFF - HOUR, shares=3)
    with room.write() as (session, contest):
        found = interactions.blockers(session, contest, at=room.bench.clock.now())
    assert [(gap.code, gap.count) for gap in found] == [
        ("interactions.missing", 1), ("interactions.unverified", 1),
    ]


# -------------------------------------------------------------------------------------- imports


def test_an_import_keeps_the_file_and_counts_every_clip(room: Room, tmp_path: Path) -> None:
    path = template(tmp_path / "t.xlsx", ("CX1111", 12, 3, None), ("cx2222", 0, None, 1))
    assert room.apply(path) == 2
    found = room.official()
    assert (found[room.one.id].reactions, found[room.one.id].shares) == (12, 3)
    assert (found[room.two.id].reactions, found[room.two.id].shares) == (0, None)
    with room.bench.platform.db.read() as session:
        [evidence] = session.scalars(select(Evidence))
        assert {s.evidence_id for s in session.scalars(select(Snapshot))} == {evidence.id}


def test_the_same_file_twice_adds_nothing(room: Room, tmp_path: Path) -> None:
    path = template(tmp_path / "t.xlsx", ("CX1111", 12, 3, None))
    assert (room.apply(path), room.apply(path, CUT_OFF - 2 * HOUR)) == (1, 0)
    assert room.rows(Snapshot) == 1
    assert room.preview(path).already is not None


@pytest.mark.parametrize(
    "rows",
    [
        [("CX1111", 12, 3, None), ("CX2222", "nhiều", 1, None)],
        [("CX1111", 12, 3, None), ("CX9999", 4, 1, None)],
        [("CX1111", 12, 3, None), ("CX1111", 13, 3, None)],
        [("CX1111", None, None, 3)],
    ],
)
def test_one_bad_row_stops_the_whole_file(
    room: Room, tmp_path: Path, rows: list[tuple[object, ...]]
) -> None:
    path = template(tmp_path / "t.xlsx", *rows)
    assert not room.preview(path).usable
    with pytest.raises(Invalid, match="Nothing was imported"):
        room.apply(path)
    assert (room.rows(Snapshot), room.rows(Evidence)) == (0, 0)


# --------------------------------------------------------------------------------- share ledger

LINK = "https://www.facebook.com/lan/posts/1234567"


def ledger(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(("Mã clip,Tài khoản,Liên kết,Thời điểm thấy", *lines)), "utf-8")
    return path


def test_a_ledger_counts_shares_per_account(room: Room, tmp_path: Path) -> None:
    room.count(room.one, 5, taken_at=CUT_OFF - HOUR, shares=9)
    assert not room.official()[room.one.id].verified
    path = ledger(
        tmp_path / "l.csv", f"CX1111,Lan,{LINK},18/6/2023 9:00", f"CX1111,LAN,{LINK}0,",
        "CX1111,Minh,,", "CX1111,Minh,,", f"CX2222,Lan,{LINK},",
    )
    assert room.ledger(path) == 4
    found = room.official()[room.one.id]
    assert found.ledger == [("Lan", 2), ("Minh", 2)]
    assert found.verified
    assert room.ledger(path) == 0


def test_overlapping_ledgers_count_a_share_once(room: Room, tmp_path: Path) -> None:
    room.count(room.one, 5, taken_at=CUT_OFF - HOUR)
    first = ledger(tmp_path / "a.csv", f"CX1111,Lan,{LINK},", "CX1111,Minh,,")
    second = ledger(tmp_path / "b.csv", f"CX1111,Lan,{LINK},", "CX1111,Minh,,", "CX1111,Minh,,")
    assert (room.ledger(first), room.ledger(second)) == (2, 0)
    assert room.official()[room.one.id].ledger == [("Lan", 1), ("Minh", 2)]


def test_a_share_seen_after_the_cut_off_does_not_count(room: Room, tmp_path: Path) -> None:
    room.count(room.one, 5, taken_at=CUT_OFF - HOUR)
    room.bench.clock.moment = CUT_OFF + HOUR
    path = ledger(
        tmp_path / "l.csv", "CX1111,Lan,,19/6/2023 16:00", "CX1111,Minh,,19/6/2023 16:01"
    )
    with pytest.raises(Invalid, match=r"needs? a reason"):
        room.ledger(path)
    room.ledger(path, reason="Sổ giấy được chép lại")
    assert room.official()[room.one.id].ledger == [("Lan", 1)]


def test_a_share_seen_in_time_goes_before_one_seen_later(room: Room, tmp_path: Path) -> None:
    room.count(room.one, 5, taken_at=CUT_OFF - HOUR)
    room.bench.clock.moment = CUT_OFF + 17 * HOUR
    later = ledger(
        tmp_path / "a.csv", f"CX1111,Lan,{LINK},19/6/2023 17:00",
        "CX1111,Minh,,18/6/2023 9:00", "CX1111,Minh,,19/6/2023 17:00",
        "CX1111,Minh,,20/6/2023 8:00",
    )
    assert room.ledger(later, reason="chép lại") == 2
    assert room.official()[room.one.id].ledger is None, "told the next morning: all of it is late"
    room.bench.clock.moment = CUT_OFF + HOUR
    in_time = ledger(tmp_path / "b.csv", f"CX1111,Lan,{LINK},19/6/2023 15:00")
    again = ledger(tmp_path / "c.csv", f"CX1111,Lan,{LINK},19/6/2023 17:00")
    assert (room.ledger(in_time), room.ledger(again, reason="chép lại")) == (0, 0)
    assert room.official()[room.one.id].ledger == [("Lan", 1)]


def test_a_faulty_last_row_leaves_nothing_and_the_mended_file_goes_in(
    room: Room, tmp_path: Path
) -> None:
    good = [f"CX1111,Người {n},{LINK}{n}," for n in range(5000)]
    with room.write() as (session, contest):
        with pytest.raises(Invalid, match="row 5002: CX9999 is no posted clip's code"):
            share_ledger.apply(
                session, contest, ledger(tmp_path / "a.csv", *good, "CX9999,Lan,,"),
                filename="a.csv", actor=room.first, at=room.bench.clock.now(),
                seen_at=CUT_OFF - HOUR,
            )
        assert session.scalar(select(func.count(ShareRecord.id))) == 0
        path = ledger(tmp_path / "b.csv", *good)
        assert share_ledger.apply(
            session, contest, path, filename="b.csv", actor=room.first, at=room.bench.clock.now(),
            seen_at=CUT_OFF - HOUR,
        ) == 5000


@pytest.mark.parametrize("line", ["CX9999,Lan,,", "CX1111,,,", "CX1111,Lan,chưa có,"])
def test_one_bad_line_stops_the_whole_ledger(room: Room, tmp_path: Path, line: str) -> None:
    with pytest.raises(Invalid, match="Nothing was imported"):
        room.ledger(ledger(tmp_path / "l.csv", "CX1111,Lan,,", line))
    assert (room.rows(ShareRecord), room.rows(Evidence)) == (0, 0)


def test_a_share_is_written_down_by_hand(room: Room) -> None:
    room.count(room.one, 5, taken_at=CUT_OFF - HOUR)
    for link in (LINK, LINK, ""):
        with room.write() as (session, contest):
            share_ledger.add(
                session, contest, "#cx1111", " Nguyễn  Lan ", link=link,
                seen_at=CUT_OFF - HOUR, actor=room.first, at=room.bench.clock.now(),
            )
    assert room.official()[room.one.id].ledger == [("Nguyễn Lan", 2)]


def test_a_share_without_a_link_seen_too_late_does_not_raise_the_count(room: Room) -> None:
    room.count(room.one, 5, taken_at=CUT_OFF - HOUR)

    def add(account: str, seen_at: datetime, reason: str = "") -> None:
        with room.write() as (session, contest):
            share_ledger.add(
                session, contest, "CX1111", account, seen_at=seen_at, actor=room.first,
                at=room.bench.clock.now(), late_reason=reason,
            )

    add("Lan", CUT_OFF - 2 * HOUR)
    room.bench.clock.moment = CUT_OFF + HOUR
    with pytest.raises(Invalid, match=r"needs? a reason"):
        add("Lan", CUT_OFF + HOUR)
    for seen_at in (CUT_OFF + HOUR, CUT_OFF + HOUR, CUT_OFF - HOUR):
        add("Minh", seen_at, "bài còn hiện trên Trang")
    assert room.official()[room.one.id].ledger == [("Lan", 1), ("Minh", 1)]


def test_nobody_else_may_write_counts(room: Room) -> None:
    juror = room.make.actor(room.make.user("juror", contest=room.bench.contest))
    with pytest.raises(NotAllowed), room.write() as (session, contest):
        interactions.write_down(
            session, contest, "CX1111", Reading(1), taken_at=RELEASE, actor=juror,
            at=room.bench.clock.now(),
        )
