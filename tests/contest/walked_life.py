"""What else happens in a random walk: dates are postponed, the grace is set, time is taken back, an
organiser sends for a unit, the board is told of what waits."""

import random
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest import lifecycle
from contest.actors import Actor
from contest.errors import Conflict
from contest.models import (
    Contest,
    Errand,
    Mail,
    Submission,
    TimeGrant,
    Unit,
    User,
)
from contest.services.core import deadlines, profiles
from contest.services.desk import grace, postponing
from contest.services.desk.postponing import Move
from contest.services.entry import errands, staff_mails, submissions, votes
from contest.services.units import time_grants
from tests.contest import walked_levels
from tests.contest.factory import Factory
from tests.contest.walked_page import REASON

DAY = timedelta(days=1)
MOVED = ("schedule.entries_close", "schedule.publicity_opens", "schedule.counts_close",
         "schedule.jury_closes")


class LifeOfWalk:
    """What of a walk concerns dates, organisers in a unit's place, and who is told."""

    make: Factory
    random: random.Random
    first: Actor
    units: list[Unit]
    contest: Contest

    @property
    def at(self) -> datetime:
        raise NotImplementedError

    def note(self, what: str) -> None:
        raise NotImplementedError

    def the_life(self, session: Session, contest: Contest) -> None:
        """Any of it."""
        act = self.random.choices(
            (self._postpone, self._grace, self._less_time, self._the_call, self._above),
            weights=(2, 1, 1, 3, 4))[0]
        act(session, contest)

    def _above(self, session: Session, contest: Contest) -> None:
        walked_levels.go_on(self, session, contest)

    def an_errand(self, session: Session, one: Submission) -> Errand | None:
        """Now and then an organiser sends the clip."""
        if self.random.random() < 0.75:
            return None
        self.note(f"{one.code} is sent by an organiser")
        return errands.begin(session, one, "upload", reason=REASON, actor=self.first, at=self.at)

    # ------------------------------------------------------------------ dates

    def _postpone(self, session: Session, contest: Contest) -> None:
        """By a day or two; what stands against it is said before and refused."""
        move = Move(self.random.choice(MOVED), DAY * self.random.choice((1, 1, 2, -1)),
                    self.random.random() < 0.7)
        seen = postponing.preview(session, contest, move, at=self.at)
        assert contest.revision is not None
        before, number = postponing.instants(contest), contest.revision.number
        held = session.begin_nested()
        try:
            postponing.postpone(session, contest, move, reason=REASON, revision=number,
                                actor=self.first, at=self.at)
        except Conflict:
            held.rollback()
            session.refresh(contest)
            assert not seen.possible
            self.note(f"{move.phase} cannot be moved")
            return
        assert seen.possible
        after = postponing.instants(contest)
        assert after == before | postponing.moved_from(before, move)
        self.note(f"{move.phase} is moved by {move.by.days} days")
        votes.settle(session, contest, at=self.at)

    def _grace(self, session: Session, contest: Contest) -> None:
        schedule = profiles.profile_of(contest).schedule
        minutes = self.random.choice((30, 90, 240))
        over = self.at >= schedule.entries_close + timedelta(minutes=minutes)
        if over or minutes == schedule.grace_minutes:
            return
        self.note(f"the grace is {minutes} minutes")
        grace.set_minutes(session, contest, minutes, reason=REASON, actor=self.first, at=self.at)

    def _less_time(self, session: Session, contest: Contest) -> None:
        """A grant is taken back; the unit's deadline is the contest's, or another grant's."""
        grants = time_grants.of_contest(session, contest)
        if not grants:
            return
        row: TimeGrant = self.random.choice(grants)
        self.note(f"{row.unit.name} loses its time")
        time_grants.revoke(session, contest, row.id, actor=self.first, at=self.at)
        left = [one.until for one in grants if one.id != row.id and one.unit_id == row.unit_id]
        assert row.unit.entries_until == max(left, default=None)

    # ------------------------------------------------------------------ who is told

    def _the_call(self, session: Session, contest: Contest) -> None:
        """The board's members are told of what waits for them; asked again, nobody is."""
        count = staff_mails.tell_members(session, contest, at=self.at)
        assert staff_mails.tell_members(session, contest, at=self.at) == 0
        self.note(f"{count} members of the board are told")

    def may_vote(self, session: Session, told: Mail) -> None:
        """Whoever was told that clips wait for a vote of theirs may give it, on every one."""
        user = session.get_one(User, told.params["user_id"])
        for version in told.params["versions"]:
            one = session.scalars(
                select(Submission).where(Submission.version_id == version)).one()
            board = votes.board(session, one, at=self.at)
            assert one.state == "in_review"
            assert user.id in {member.id for member in board.left}

    def may_still_send(self, session: Session, told: Mail) -> None:
        """A unit that was given time may begin an entry until its last second."""
        unit = session.get_one(Unit, told.params["unit_id"])
        profile = profiles.profile_of(unit.contest)
        last = deadlines.clip_until(profile, unit.entries_until) - timedelta(seconds=1)
        for moment in (self.at, last):
            submissions.require_open(profile, at=moment, unit=unit)

    def no_dead_end(self, one: Submission, newest: str | None) -> None:
        """Somebody can lead the entry on. ``newest``: the state of the newest result."""
        profile = profiles.profile_of(one.contest)
        phase = lifecycle.entry_phase(
            clip_until=deadlines.until(profile, one), newest_result=newest, at=self.at,
            counts_close=profile.schedule.counts_close)
        by_people = [way for way in lifecycle.ways("submission", one.state, phase)
                     if way.permission]
        assert by_people, (one.state, phase)
