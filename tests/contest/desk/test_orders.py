"""Each order in which a long list is offered comes from an index, or the reason is stated here.

The databases are asked how they would go about the statement that reads the page's rows. PostgreSQL
is told that sorting and reading whole tables are dear, as they are with many rows.
"""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.clock import FixedClock
from contest.models import Contest
from contest.services.core import profiles
from contest.services.counts import interactions
from contest.services.desk import activity, public, tasks
from contest.services.desk.activity import Filter
from contest.services.entry import reviews, similarity, submission_lists
from contest.services.fanpage import board
from contest.services.jury import ballot_lists, own_marks
from contest.services.people import security_log
from contest.services.privacy import access
from contest.wiring import Platform
from tests.contest.factory import Factory

List = Callable[[Session, Contest, Actor, Any], object]
FROM_AN_INDEX: dict[str, List] = {
    "entries, last changed first": lambda s, c, a, t: submission_lists.listed(s, c),
    "entries of a state": lambda s, c, a, t: submission_lists.listed(s, c, state="published"),
    "jobs of a state": lambda s, c, a, t: tasks.listed(s, c, state="done"),
    "activity": lambda s, c, a, t: activity.rows(s, c, Filter()),
    "activity of a person": lambda s, c, a, t: activity.rows(s, c, Filter(actor="user:3")),
    "openings": lambda s, c, a, t: access.listed(s, c),
    "refusals": lambda s, c, a, t: security_log.listed(s, c),
    "clips and their counts": lambda s, c, a, t: interactions.listed(s, c),
    "clips that were approved": lambda s, c, a, t: reviews.listed(s, c, name="approved"),
    "gallery": lambda s, c, a, t: public.gallery(s, c),
    "titles": lambda s, c, a, t: submission_lists.listed(s, c, order="title"),
}
ON_SQLITE = {
    "titles": "An index that needs a function of ours would leave the file to us alone.",
    "gallery": "SQLite begins with the contest's clips and sorts their places, small numbers.",
    "clips and their counts": "As the gallery.",
}
SORTED: dict[str, tuple[List, str]] = {
    "entries by unit": (
        lambda s, c, a, t: submission_lists.listed(s, c, order="unit"),
        "Units are sorted, of which there are fewer; each one's key is worked out once."),
    "jobs": (
        lambda s, c, a, t: tasks.listed(s, c),
        "Failed ones come first, found by their state; the newest of the others lie in order."),
    "clips before a reviewer": (
        lambda s, c, a, t: reviews.listed(s, c),
        "By when the clip came, a column of another table; only what waits is sorted."),
    "posts": (
        lambda s, c, a, t: board.listed(s, c),
        "Those without a place come last; only keys are sorted."),
    "pairs of similar clips": (
        lambda s, c, a, t: similarity.listed(s, c),
        "The pair that counts is chosen first, of the few that are alike."),
    "a juror's clips": (
        lambda s, c, a, t: ballot_lists.listed(s, c, actor=a),
        "The order is worked out of juror and clip, so that no clip is everybody's last."),
    "a juror's own marks": (
        lambda s, c, a, t: own_marks.ranking(s, c, actor=a),
        "By a sum that the rules weigh; a juror has one ballot a clip."),
}
ALONE = "; ".join(f"SET LOCAL enable_{way} = off" for way in (
    "sort", "seqscan", "hashjoin", "mergejoin", "bitmapscan"))


@pytest.mark.both_databases
def test_each_offered_order_comes_from_an_index_or_says_why_not(
    platform: Platform, make: Factory, contest: Contest, clock: FixedClock
) -> None:
    user = make.user("juror", contest=contest)
    full = {one.id: 1 for one in profiles.profile_of(contest).jury.criteria}
    make.ballot(make.submission(make.unit(contest), "published"), user, full)
    juror = make.actor(user)
    asked = {**FROM_AN_INDEX, **{name: ask for name, (ask, _) in SORTED.items()}}
    with platform.db.read() as session:
        own = session.get_one(Contest, contest.id)
        found = {name: _sorts(session, lambda ask=ask: ask(session, own, juror, clock.now()))
                 for name, ask in asked.items()}
        here = set(ON_SQLITE) if session.get_bind().dialect.name == "sqlite" else set()
    assert {name for name, sorts in found.items() if sorts} == set(SORTED) | here


def _sorts(session: Session, ask: Callable[[], object]) -> bool:
    """Whether the page's rows are sorted by the database: its plan of the last ordered SELECT."""
    said: list[tuple[str, Any]] = []

    def hear(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if "ORDER BY" in statement and "LIMIT" in statement:
            said.append((statement, parameters))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", hear)
    ask()
    event.remove(engine, "before_cursor_execute", hear)
    connection, (statement, parameters) = session.connection(), said[-1]
    if engine.dialect.name == "sqlite":
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return any("USE TEMP B-TREE FOR ORDER BY" in row[-1] for row in plan)
    connection.exec_driver_sql(ALONE)
    plan = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
    return any(row[0].lstrip(" ->").startswith("Sort  (") for row in plan)
