"""Saving one number reads what its own clip needs, however many clips are on the screen."""

import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from contest.clock import FixedClock
from contest.models import Contest, Snapshot, ToldNumber
from contest.services.counts import jumps
from tests.contest.conftest import Client, Visits
from tests.contest.counts.sitting_room import ADDRESS, BEFORE, BEGUN, Sitting
from tests.contest.factory import Factory

BUDGETS = tomllib.loads((Path(__file__).parents[1] / "query_budgets.toml").read_text())
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def sixteen(clock: FixedClock, contest: Contest) -> None:
    clock.moment = BEGUN + timedelta(minutes=1)


@contextmanager
def listening(sitting: Sitting) -> Iterator[list[str]]:
    said: list[str] = []

    def hear(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            said.append(statement)

    engine = sitting.make.platform.db.engine
    event.listen(engine, "before_cursor_execute", hear)
    yield said
    event.remove(engine, "before_cursor_execute", hear)


def save(sitting: Sitting, client: Client, *values: tuple[str, str, int]) -> list[dict[str, Any]]:
    """Numbers typed one after another; their answers."""
    numbers = [
        {"id": f"{code}-{field}-{value}", "code": code, "field": field, "value": value,
         "at": (BEGUN + timedelta(seconds=place)).isoformat()}
        for place, (code, field, value) in enumerate(values)
    ]
    answer = client.post(
        f"{ADDRESS}/numbers",
        data={"numbers": json.dumps(numbers), "person": str(sitting.first.id)},
    )
    assert answer.status_code == 200
    results = answer.json["results"]
    assert all(one["ok"] for one in results), results
    return results


def read_often(sitting: Sitting) -> None:
    """Every clip was read each hour for two days, a little more each time."""
    for clip in sitting.clips:
        sitting.make.add(*(
            Snapshot(
                submission_id=clip.id, taken_at=BEFORE - hours * HOUR, source="graph",
                reactions=100 - hours, shares=5, created_by="system", created_at=BEFORE,
            )
            for hours in range(1, 40)
        ))


def statements(sitting: Sitting, client: Client, value: int) -> list[str]:
    save(sitting, client, ("CX1000", "reactions", value))  # what is kept in the process is warm
    with listening(sitting) as said:
        save(sitting, client, ("CX1000", "reactions", value + 1))
    return said


def test_a_save_asks_as_often_for_thirty_clips_as_for_one_and_for_its_own_clip_only(
    make: Factory, contest: Contest, visit: Visits
) -> None:
    one = Sitting(make, contest, clips=1)
    read_often(one)
    client = visit.user(one.first)
    few = statements(one, client, 101)
    for number in range(1, 30):
        clip = make.submission(make.unit(contest), "published", code=f"CX{1000 + number}")
        make.add(one.snapshot(clip, 100, 10))
        one.clips.append(clip)
    read_often(one)
    many = statements(one, client, 103)
    assert len(many) == len(few), "\n\n".join(many)
    assert len(many) <= BUDGETS["saves"]["sitting.save"], "\n\n".join(many)
    readings = [said for said in many if "snapshot.reactions" in said and "SELECT" in said]
    assert readings
    of_all = [said for said in readings
              if " IN (" not in said and "told_number.client_id" not in said]
    assert of_all == []


def test_what_jumped_is_still_compared_with_the_others(
    thirty: Sitting, visit: Visits
) -> None:
    read_often(thirty)
    client = visit.user(thirty.first)
    for number in range(1, 30):
        save(thirty, client, (f"CX{1000 + number}", "reactions", 101 + number))
    [told] = save(thirty, client, ("CX1000", "reactions", 300))
    [sentence] = told["marks"]
    assert "200" in sentence
    shown = client.get(ADDRESS).get_data(as_text=True)
    assert sentence in shown, "the page says the same"


def test_marks_are_the_same_as_the_whole_pages(
    three: Sitting, visit: Visits, make: Factory
) -> None:
    client = visit.user(three.first)
    told = save(three, client, ("CX1000", "reactions", 1300), ("CX1000", "shares", 9),
                ("CX1001", "shares", 400), ("CX1002", "reactions", 103))
    assert [bool(one["marks"]) for one in told] == [True, True, True, False]
    shown = client.get(ADDRESS).get_data(as_text=True)
    for one in told:
        for sentence in one["marks"]:
            assert sentence in shown
    with make.platform.db.read() as session:
        contest = session.get_one(Contest, three.contest.id)
        clips = [clip.id for clip in three.clips]
        everybody = jumps.flags_of(session, contest, clips, at=BEGUN, earlier=True)
        assert jumps.flags_of(session, contest, clips, at=BEGUN) == everybody
        assert len(session.scalars(select(ToldNumber)).all()) == 4
