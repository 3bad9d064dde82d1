"""The same file applied by two organisers at once; a ledger while another contest's grows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from contest.models import Contest, Evidence, ShareRecord, Snapshot
from contest.services.counts import share_ledger
from tests.contest.core.together import Meeting, writing
from tests.contest.counts.test_interactions import CUT_OFF, HOUR, Room, ledger, template, two_posted
from tests.contest.posting import Bench
from tests.contest.stage import Build


@pytest.fixture
def room(bench: Bench, built: Build) -> Room:
    return two_posted(built, bench)


def rows(room: Room) -> tuple[int, int, int]:
    return room.rows(Evidence), room.rows(Snapshot), room.rows(ShareRecord)


def test_counts_applied_twice_at_once_count_once(room: Room, tmp_path: Path) -> None:
    path = template(tmp_path / "t.xlsx", ("CX1111", 12, 3, None), ("CX2222", 4, None, None))
    outcomes = Meeting(
        room.bench.platform.db, lambda: room.apply(path, CUT_OFF - 2 * HOUR),
        lambda: room.apply(path), at="INSERT INTO evidence",
    ).outcomes
    assert outcomes == [2, 0]
    assert rows(room) == (1, 2, 0)


def test_a_ledger_applied_twice_at_once_counts_once(room: Room, tmp_path: Path) -> None:
    path = ledger(tmp_path / "l.csv", "CX1111,Lan,,", "CX1111,Lan,,", "CX2222,Minh,,")
    outcomes = Meeting(
        room.bench.platform.db, lambda: room.ledger(path), lambda: room.ledger(path),
        at="INSERT INTO evidence",
    ).outcomes
    assert outcomes == [2, 0]
    assert rows(room) == (1, 0, 2)


def test_the_second_organiser_is_told_that_the_file_is_there(
    room: Room, tmp_path: Path, visit: Any
) -> None:
    path = template(tmp_path / "t.xlsx", ("CX1111", 12, 3, None))
    browsers = [visit.role("organiser").english() for _ in range(2)]
    tokens = [_previewed(browser, path) for browser in browsers]

    def applied(browser: Any, token: str) -> Callable[[], str]:
        address = "/c/quan11-2023/organiser/interactions/import/apply"
        return lambda: str(
            browser.post(address, data={"token": token}, follow_redirects=True).text
        )

    sends = [applied(*both) for both in zip(browsers, tokens, strict=True)]
    said = Meeting(room.bench.platform.db, *sends, at="INSERT INTO evidence").outcomes
    assert "Counts of 1 clip are recorded" in said[0]
    assert "This file was imported before" in said[1]
    assert rows(room) == (1, 1, 0)


def _previewed(browser: Any, path: Path) -> str:
    with path.open("rb") as file:
        shown = browser.post(
            "/c/quan11-2023/organiser/interactions/import",
            data={"file": (file, path.name), "taken_at": "2023-06-19T14:00"},
        )
    assert shown.status_code == 200
    return str(shown.text.partition('name="token" type="hidden" value="')[2].partition('"')[0])


@pytest.mark.database_kind("postgresql")
def test_a_ledgers_new_rows_are_its_own_contests(room: Room, tmp_path: Path) -> None:
    """On SQLite nobody else writes meanwhile."""
    other = room.make.contest("khac")
    clip = room.make.submission(room.make.unit(other), "published", code="CX9999")
    path = ledger(tmp_path / "l.csv", "CX1111,Lan,,", "CX2222,Minh,,")

    def elsewhere(session: Session) -> None:
        share_ledger.add(
            session, session.get_one(Contest, other.id), clip.code, "An", seen_at=CUT_OFF - HOUR,
            actor=room.make.actor(room.make.user("organiser", contest=other)), at=CUT_OFF - HOUR,
        )

    database = room.bench.platform.db
    meeting = Meeting(
        database, lambda: room.ledger(path), writing(database, elsewhere),
        at="INSERT INTO share_record",
    )
    assert (meeting.outcomes, meeting.waited) == ([2, None], False)
    assert room.rows(ShareRecord) == 3
