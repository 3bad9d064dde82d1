"""Another union's rule: at most three shares an account a day, of the contest's own days."""

from pathlib import Path

import pytest

from contest.actors import SYSTEM
from contest.profile.loading import load
from contest.services.core import profiles
from contest.services.results import scoring_input
from tests.contest.counts.test_fields import points
from tests.contest.counts.test_interactions import CUT_OFF, HOUR, LINK, Room, ledger, room

__all__ = ["room"]
PROFILE = Path("contest/profiles/quan11-2023.toml").read_text("utf-8")
DAILY = PROFILE.replace(
    "shares_per_account = 2\n", 'shares_per_account = 3\nshares_per_account_per = "day"\n'
)


@pytest.fixture
def daily(room: Room) -> Room:
    with room.write() as (session, _contest):
        profiles.import_profile(
            session, DAILY, actor=SYSTEM, at=room.bench.clock.now(), reason="Luật khác"
        )
    room.count(room.one, 0, taken_at=CUT_OFF - HOUR, shares=99)
    return room


def test_a_profile_that_says_nothing_of_it_keeps_its_hash() -> None:
    said = PROFILE.replace(
        "shares_per_account = 2\n", 'shares_per_account = 2\nshares_per_account_per = "clip"\n'
    )
    assert load(PROFILE).sha256 == load(said).sha256 != load(DAILY).sha256
    assert "shares_per_account_per" not in load(PROFILE).content["scoring"]
    assert load(DAILY).content["scoring"]["shares_per_account_per"] == "day"


def test_an_account_counts_up_to_the_cap_each_day(daily: Room, tmp_path: Path) -> None:
    """23:30 on the 17th in Vietnam is the 17th there, and 00:30 the next day."""
    lines = [f"CX1111,Lan,{LINK}{n},17/6/2023 23:30" for n in range(5)]
    lines += ["CX1111,Lan,,18/6/2023 0:30"] * 2 + ["CX1111,Minh,,18/6/2023 9:00"] * 4
    daily.ledger(ledger(tmp_path / "l.csv", *lines))
    assert daily.official()[daily.one.id].ledger == [("Lan", 7), ("Minh", 4)]
    assert points(daily) == 2 * (3 + 2 + 3)
    with daily.write() as (session, contest):
        data = scoring_input.prepare(session, contest, keys=daily.keys).data
    [entry] = [e for e in data["entries"] if e["id"] == "CX1111"]
    days = sorted((row["day"], row["count"]) for row in entry["interactions"]["share_ledger"])
    assert days == [("2023-06-17", 5), ("2023-06-18", 2), ("2023-06-18", 4)]
    assert data["rules"]["shares_per_account_per"] == "day"


def test_a_partial_ledger_lowers_the_total_by_days(daily: Room, tmp_path: Path) -> None:
    lines = ["CX1111,Lan,,17/6/2023 9:00"] * 5 + ["CX1111,Lan,,18/6/2023 9:00"] * 4
    daily.ledger(ledger(tmp_path / "l.csv", *lines), state=None)
    assert points(daily) == 2 * (99 - 2 - 1)


def test_the_same_link_told_on_two_days_is_one_share(daily: Room, tmp_path: Path) -> None:
    for day in (17, 18):
        path = ledger(tmp_path / f"{day}.csv", f"CX1111,Lan,{LINK},{day}/6/2023 9:00",
                      f"CX1111,Lan,,{day}/6/2023 9:00")
        daily.ledger(path)
    assert daily.official()[daily.one.id].ledger == [("Lan", 3)]
