"""Whose shares they are, and when they were seen: an account is its profile, and a moment that
cannot be is refused with how it was read."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from contest.errors import Invalid
from contest.models import ShareRecord
from contest.services.counts import corrections, share_ledger
from contest.services.counts.corrections import Adjusted
from tests.contest.counts.test_fields import points
from tests.contest.counts.test_interactions import CUT_OFF, HOUR, LINK, Room, ledger, room
from tests.contest.counts.test_ledger_lines import add, ninety, one, say

__all__ = ["ninety", "room"]
DAY = timedelta(days=1)

# -------------------------------------------------------------------------------------- accounts

PROFILED = "Mã clip,Tài khoản,Trang cá nhân,Liên kết,Thời điểm thấy"


def test_an_account_is_its_profile_not_its_name(ninety: Room, tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    path.write_text("\n".join((
        PROFILED,
        f"CX1111,Bình An,https://www.facebook.com/binh.an92,{LINK}1,",
        f"CX1111,An Bình,m.facebook.com/BinhAn92?mibextid=x,{LINK}2,",
        f"CX1111,An Bình,https://facebook.com/profile.php?id=100012345678901,{LINK}3,",
        f"CX1111,100012345678901,,{LINK}4,",
        f"CX1111,https://vi-vn.facebook.com/people/An/100012345678901/,,{LINK}5,",
        f"CX1111,AN  BÌNH,,{LINK}6,",
    )), "utf-8")
    assert ninety.ledger(path) == 6
    assert one(ninety).ledger == [("AN BÌNH", 1), ("An Bình", 3), ("Bình An", 2)]
    assert points(ninety) == 100 + 2 * (1 + 2 + 2)


def test_an_account_that_is_left_out_is_named_by_its_profile_where_names_are_alike(
    ninety: Room
) -> None:
    add(ninety, "An", link=f"{LINK}1", profile="facebook.com/an.nguyen")
    add(ninety, "An", link=f"{LINK}2", profile="facebook.com/an.le")
    say(ninety, "complete")

    def leave_out(text: str) -> None:
        with ninety.write() as (session, contest):
            made = corrections.propose(
                session, contest, "CX1111", Adjusted(accounts_out=(text,)), reason="Tài khoản ảo",
                actor=ninety.first, at=CUT_OFF - HOUR,
            )
            corrections.decide(
                session, contest, made.id, agreed=True, actor=ninety.second, at=CUT_OFF - HOUR
            )

    with pytest.raises(Invalid, match="several accounts named an"):
        leave_out("an")
    with pytest.raises(Invalid, match=r"has no account: facebook\.com/khac"):
        leave_out("facebook.com/khac")
    leave_out("https://m.facebook.com/an.le")
    [account] = one(ninety).accounts or []
    assert (account.identity, points(ninety)) == ("u:annguyen", 102)


@pytest.mark.parametrize("text", [
    "https://example.org/an", "https://www.facebook.com/share/1AbC", "facebook.com/groups/123456",
])
def test_a_profile_that_names_nobody_is_refused(
    ninety: Room, tmp_path: Path, text: str
) -> None:
    path = tmp_path / "l.csv"
    path.write_text(f"{PROFILED}\nCX1111,An,{text},,", "utf-8")
    with pytest.raises(Invalid, match="which account"):
        ninety.ledger(path)
    with pytest.raises(Invalid, match="which account"):
        add(ninety, profile=text)
    with pytest.raises(Invalid, match="which account"):
        add(ninety, account=text)


# --------------------------------------------------------------------------------------- moments


@pytest.mark.parametrize(("text", "read", "other"), [
    ("20/6/2023 9:00", "09:00 20/6/2023", ""), ("2023-12-06 16:00", "16:00 6/12/2023", "12/6/2023"),
    ("2023-06-11 08:00", "08:00 11/6/2023", "6/11/2023"), ("13/5/2023 9:00", "09:00 13/5/2023", ""),
])
def test_a_moment_that_cannot_be_is_refused_with_how_it_was_read(
    ninety: Room, tmp_path: Path, text: str, read: str, other: str
) -> None:
    path = ledger(tmp_path / "l.csv", f"CX1111,Lan,{LINK},18/6/2023 9:00", f"CX1111,Minh,,{text}")
    with ninety.write() as (session, contest):
        plan = share_ledger.preview(session, contest, path, at=ninety.bench.clock.now())
    [problem] = plan.problems
    assert (problem.row, plan.usable) == (3, False)
    assert read in problem.message_vi and read in problem.message_en
    assert other in problem.message_en
    day, month = read.split()[1].split("/")[:2]
    named = {"5": "May", "6": "June", "12": "December"}[month]
    assert f"{day} {named} 2023" in problem.message_en, "figures alone can be read both ways"
    with pytest.raises(Invalid, match="Row 3"):
        ninety.ledger(path)
    assert ninety.rows(ShareRecord) == 0


def test_a_single_share_is_seen_between_the_release_and_now(ninety: Room) -> None:
    now = ninety.bench.clock.now()
    for moment in (now + HOUR, datetime.fromisoformat("2023-06-11T23:59:00+07:00")):
        with pytest.raises(Invalid, match=r"future|before the clip was posted"):
            add(ninety, seen_at=moment)
    assert ninety.rows(ShareRecord) == 0


def test_a_date_of_two_readings_waits_for_a_persons_choice(ninety: Room, tmp_path: Path) -> None:
    path = ledger(tmp_path / "l.csv", f"CX1111,Lan,{LINK},12/6/2023 16:00")
    now = ninety.bench.clock.now()
    with ninety.write() as (session, contest):
        [problem] = share_ledger.preview(session, contest, path, at=now).problems
        assert problem.code == "two_readings"
        [wrong] = share_ledger.preview(session, contest, path, at=now, order="month").problems
        assert wrong.code == "in_the_future"
        assert share_ledger.preview(session, contest, path, at=now, order="day").usable
        share_ledger.apply(
            session, contest, path, filename="l.csv", actor=ninety.first, at=now, order="day"
        )
        [line] = session.scalars(select(ShareRecord))
        assert line.seen_at == datetime.fromisoformat("2023-06-12T16:00:00+07:00")


def test_a_ledger_without_moments_asks_for_one(ninety: Room, tmp_path: Path) -> None:
    path = ledger(tmp_path / "l.csv", "CX1111,Lan,,", "CX1111,Minh,,18/6/2023 9:00")
    now = ninety.bench.clock.now()
    with ninety.write() as (session, contest):
        assert share_ledger.preview(session, contest, path, at=now).undated == 1
        with pytest.raises(Invalid, match="Give one moment for the whole file"):
            share_ledger.apply(
                session, contest, path, filename="l.csv", actor=ninety.first, at=now
            )
        share_ledger.apply(
            session, contest, path, filename="l.csv", actor=ninety.first, at=now,
            seen_at=CUT_OFF - DAY,
        )
    with ninety.bench.platform.db.read() as session:
        moments = set(session.scalars(select(ShareRecord.seen_at)))
    assert moments == {CUT_OFF - DAY, datetime.fromisoformat("2023-06-18T09:00:00+07:00")}
