"""The kept counts of ballots say what a fresh count says, whatever has happened, in whatever order,
by whomever."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, MetaData, Table, delete, insert, select, update
from sqlalchemy.orm import Session

from contest.actors import SYSTEM
from contest.clock import FixedClock
from contest.db import Database, alembic_config, upgrade
from contest.errors import DomainError
from contest.models import Ballot, Contest, JuryCount, Mark, Submission
from contest.services.core import profiles
from contest.services.core.transitions import move
from contest.services.jury import ballot_lists, ballots, jury_counts, jury_round, own_marks
from contest.wiring import Platform
from tests.contest.core.together import Meeting
from tests.contest.factory import Factory

TIME = datetime.fromisoformat("2023-06-14T09:02:00+00:00")
STEPS, CLIPS, JURORS = 90, 6, 3
WHOLE = 5  # after so many steps all that is shown is worked out by hand


class Walk:
    """A contest in which anything may happen to ballots; each step is its own transaction."""

    def __init__(self, platform: Platform, make: Factory, contest: Contest, seed: int) -> None:
        self.platform, self.contest = platform, contest
        self.chance = random.Random(seed)
        units = [make.unit(contest) for _ in range(3)]
        self.entries = [make.submission(units[n % 3], ("published", "approved")[n % 2])
                        for n in range(CLIPS)]
        self.jurors = [make.user("juror", contest=contest, unit=units[n] if n else None)
                       for n in range(JURORS)]
        self.actors = [make.actor(juror) for juror in self.jurors]
        self.criteria = [c.id for c in profiles.profile_of(contest).jury.criteria]

    @property
    def acts(self) -> tuple[Callable[..., None], ...]:
        return (self._save, self._save, self._save, self._submit, self._aside, self._reopen,
                self._move, self._behind_the_services, self._forget, self._gone, self._late_marks)

    def step(self) -> str:
        """What was done, or why it was refused."""
        act = self.chance.choice(self.acts)
        try:
            with self.platform.db.write() as session:
                act(session, self.chance.choice(self.entries), self.chance.choice(self.actors))
        except DomainError as refusal:
            return f"{act.__name__}: {refusal.en}"
        return act.__name__

    def _save(self, session: Session, submission: Submission, actor: Any) -> None:
        submission, marks = session.get_one(Submission, submission.id), {}
        for name in self.criteria:
            if self.chance.random() < 0.8:
                marks[name] = self.chance.choice([None, *range(8)] if self.chance.random() < 0.3
                                                 else range(8))
        ballot = ballots.of(session, submission, actor=actor)
        ballots.save(
            session, submission, marks, version=ballot.version if ballot else 0, actor=actor,
            at=TIME,
        )

    def _submit(self, session: Session, submission: Submission, actor: Any) -> None:
        ballots.submit(session, session.get_one(Submission, submission.id), actor=actor, at=TIME)

    def _aside(self, session: Session, submission: Submission, actor: Any) -> None:
        ballots.step_aside(session, session.get_one(Submission, submission.id),
                           self.chance.choice(ballots.OUT), reason="Người nhà.", actor=actor,
                           at=TIME)

    def _reopen(self, session: Session, submission: Submission, actor: Any) -> None:
        ballots.reopen(session, session.get_one(Submission, submission.id), actor=actor, at=TIME)

    def _move(self, session: Session, submission: Submission, actor: Any) -> None:
        """Withdrawn, disqualified, back in review; by hand also back again."""
        if self.chance.random() < 0.5:
            to = self.chance.choice(["withdrawn", "disqualified", "in_review", "published"])
            move(session, session.get_one(Submission, submission.id), to, actor=SYSTEM, at=TIME)
            return
        state = self.chance.choice(["approved", "published", "in_review"])
        session.execute(
            update(Submission).where(Submission.id == submission.id).values(state=state)
        )

    def _behind_the_services(self, session: Session, submission: Submission, actor: Any) -> None:
        """As an import or a person at the database's own prompt does it."""
        own = (Ballot.submission_id == submission.id, Ballot.juror_id == actor.id)
        if session.scalar(select(Ballot.id).where(*own)) is None:
            session.execute(insert(Ballot).values(
                submission_id=submission.id, juror_id=actor.id, created_at=TIME, updated_at=TIME,
                profile_revision_id=self.contest.revision_id))
            return
        state = self.chance.choice(["open", "submitted", "locked"])
        session.execute(update(Ballot).where(*own).values(state=state))

    def _late_marks(self, session: Session, submission: Submission, actor: Any) -> None:
        session.execute(update(Mark).values(value=Mark.value + 1))

    def _forget(self, session: Session, submission: Submission, actor: Any) -> None:
        of_clip = select(Ballot.id).where(Ballot.submission_id == submission.id)
        session.execute(delete(Mark).where(Mark.ballot_id.in_(of_clip)))
        if self.chance.random() < 0.5:
            session.execute(delete(Ballot).where(Ballot.submission_id == submission.id))

    def _gone(self, session: Session, submission: Submission, actor: Any) -> None:
        """A step that is undone counts nothing."""
        savepoint = session.begin_nested()
        session.execute(update(Ballot).values(state="submitted"))
        savepoint.rollback()

    # ------------------------------------------------------------------ counted one by one

    def compare(self, after: str, *, whole: bool = True) -> None:
        with self.platform.db.read() as session:
            assert jury_counts.differences(session, self.contest) == {}, after
            if not whole:
                return
            progress = {one.user.id: one for one in jury_round.progress(session, self.contest)}
            for juror, actor in zip(self.jurors, self.actors, strict=True):
                slow, one = self._slowly(session, actor), progress[juror.id]
                assert (one.due, one.owed, one.ready, one.states) == slow[:4], after
                far = ballot_lists.tally(session, self.contest, actor=actor)
                assert (far.due, far.owed, far.given) == (slow[0], slow[1], slow[4]), after
                own = own_marks.own_figures(session, self.contest, actor=actor)
                assert (own and (own.count, own.mean, own.lowest, own.highest)) == slow[5], after

    def _slowly(self, session: Session, actor: Any) -> tuple[Any, ...]:
        """Due, owed, ready, states, marks given, own figures: every ballot looked at."""
        states: Counter[str] = Counter()
        given, ready, points = 0, 0, []
        for ballot in session.scalars(select(Ballot).where(Ballot.juror_id == actor.id)):
            marks = ballots.marks_of(ballot)
            if ballot.state not in ballots.OUT and len(marks) == len(self.criteria):
                points.append(self._points(marks))
        for submission in session.scalars(select(Submission).where(
                Submission.state.in_(ballots.MARKABLE))):
            if submission.unit_id == actor.unit_id:
                continue
            own = ballots.of(session, submission, actor=actor)
            state, marks = own.state if own else "new", ballots.marks_of(own)
            states[state] += 1
            given += len(marks) if state not in ballots.OUT else 0
            ready += state == "open" and len(marks) == len(self.criteria)
        figures = points and (len(points), pytest.approx(sum(points) / len(points)),
                              pytest.approx(min(points)), pytest.approx(max(points)))
        owed = states["new"] + states["open"]
        return (states.total(), owed, ready, dict(+states), given, figures or None)

    def _points(self, marks: dict[str, int]) -> float:
        rubric = profiles.profile_of(self.contest).jury.criteria
        possible = sum(c.weight * c.max for c in rubric)
        return 100 * sum(c.weight * marks[c.id] for c in rubric) / possible


pytestmark = pytest.mark.usefixtures("at_marking")


@pytest.fixture
def at_marking(clock: FixedClock) -> None:
    clock.moment = TIME


@pytest.mark.parametrize("seed", range(2))
def test_after_any_sequence_of_acts_the_counts_are_those_of_a_fresh_count(
    platform: Platform, make: Factory, contest: Contest, seed: int
) -> None:
    walk, seen = Walk(platform, make, contest, seed), Counter[str]()
    for number in range(STEPS):
        done = walk.step()
        seen[done] += 1
        walk.compare(f"seed {seed}, step {number}: {done}", whole=number % WHOLE == 0)
    assert sum(":" not in done for done in seen) == len(set(walk.acts)), "an act never succeeded"
    with platform.db.write() as session:
        jury_round.lock_ballots(session, contest, actor=SYSTEM, at=TIME)
    walk.compare("frozen")
    with platform.db.read() as session:
        states = set(session.scalars(select(JuryCount.state).where(JuryCount.clips != 0)))
    assert states == {"locked"}


def test_a_count_that_was_falsified_is_counted_again_before_the_round_is_locked(
    platform: Platform, make: Factory, contest: Contest, caplog: pytest.LogCaptureFixture,
) -> None:
    walk = Walk(platform, make, contest, 1)
    for _ in range(20):
        walk.step()
    chair = make.actor(make.user("organiser", contest=contest))
    with platform.db.write() as session:
        session.execute(update(JuryCount).values(clips=JuryCount.clips + 7))
        jury_round.lock(session, session.get_one(Contest, contest.id), actor=chair, at=TIME)
    walk.compare("locked")
    assert "counted again" in caplog.text


def saving(platform: Platform, actor: Any, submission: Submission, name: str) -> Callable[[], None]:
    def work() -> None:
        with platform.db.write() as session:
            fresh = session.get_one(Submission, submission.id)
            ballots.save(session, fresh, {name: 1}, version=0, actor=actor, at=TIME)
    return work


def ousting(platform: Platform, submission: Submission) -> Callable[[], None]:
    def work() -> None:
        with platform.db.write() as session:
            fresh = session.get_one(Submission, submission.id)
            move(session, fresh, "disqualified", actor=SYSTEM, at=TIME)
    return work


@pytest.mark.parametrize(("ouster_first", "at"), [
    (False, "INSERT INTO mark"), (False, "UPDATE ballot"), (True, "FROM audit_head"),
])
def test_a_ballot_and_the_end_of_its_clip_at_once_leave_a_true_count(
    platform: Platform, make: Factory, contest: Contest, ouster_first: bool, at: str
) -> None:
    walk = Walk(platform, make, contest, 1)
    works = [saving(platform, walk.actors[0], walk.entries[0], walk.criteria[0]),
             ousting(platform, walk.entries[0])]
    found = Meeting(platform.db, *(reversed(works) if ouster_first else works), at=at)
    assert found.waited
    walk.compare(f"at {at}")
    with platform.db.read() as session:
        kept = session.scalars(select(Ballot)).all()
    assert len(kept) == (0 if ouster_first else 1)
    assert isinstance(found.outcomes[1], DomainError) is ouster_first


def test_clips_that_end_at_once_do_not_hinder_one_another(
    platform: Platform, make: Factory, contest: Contest
) -> None:
    walk = Walk(platform, make, contest, 1)
    for submission in walk.entries[:2]:
        for actor in walk.actors[:1]:
            saving(platform, actor, submission, walk.criteria[0])()
    found = Meeting(
        platform.db, *(ousting(platform, submission) for submission in walk.entries[:2]),
        at="FROM audit_head",
    )
    assert found.outcomes == [None, None]
    walk.compare("both")


def test_a_database_with_ballots_is_counted_when_it_is_upgraded(empty_database_url: str) -> None:
    upgrade(empty_database_url, "0003")
    database = Database(empty_database_url)
    with database.engine.begin() as connection:
        old_ballots(connection)
    upgrade(empty_database_url)
    with database.read() as session:
        columns = (JuryCount.juror_id, JuryCount.state, JuryCount.given, JuryCount.clips)
        kept = session.execute(select(*columns).order_by(*columns)).all()
        assert kept == [(1, "open", 0, 1), (1, "open", 2, 1), (1, "submitted", 2, 1)]
        assert jury_counts.differences(session, session.get_one(Contest, 1)) == {}
    database.engine.dispose()
    command.downgrade(alembic_config(empty_database_url), "0003")
    upgrade(empty_database_url)


def old_ballots(connection: Connection) -> None:
    """A juror's ballots on clips in four states, as the migration before knew them."""
    add = OldRows(connection).add
    add("contest", slug="x")
    add("profile_revision", contest_id=1, number=1)
    add("unit", contest_id=1)
    add("user")
    for clip, state in enumerate(("published", "approved", "published", "withdrawn"), start=1):
        add("submission", contest_id=1, unit_id=1, code=f"CX-{clip}", state=state, kind="team")
        add("ballot", submission_id=clip, juror_id=1, profile_revision_id=1,
            state="submitted" if clip > 2 else "open")
        for name in ("content", "craft") if clip > 1 else ():
            add("mark", ballot_id=clip, criterion=name, value=5)


class OldRows:
    """Rows in the form that a database has now, whatever that is: what is needed is filled in."""

    def __init__(self, connection: Connection) -> None:
        self.connection, self.tables = connection, MetaData()

    def add(self, name: str, **values: Any) -> None:
        table = Table(name, self.tables, autoload_with=self.connection, resolve_fks=False)
        needed = {c.name: self._of(c.type) for c in table.columns
                  if not c.nullable and not c.primary_key}
        self.connection.execute(insert(table).values(needed | values))

    def _of(self, kind: Any) -> Any:
        found: Any = {datetime: TIME, int: 0, bool: False, dict: {}}.get(kind.python_type, "")
        return found
