"""The units of a random walk: two become one, a clip changes hands, one is given more time."""

import random
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.models import Contest, Submission, Unit
from contest.services.core import deadlines, profiles
from contest.services.units import time_grants, unit_changes, unit_merging
from contest.services.units.unit_import import Row
from tests.contest.walked_page import REASON


class UnitsOfWalk:
    """What of a walk concerns units."""

    random: random.Random
    first: Actor
    units: list[Unit]

    @property
    def at(self) -> datetime:
        raise NotImplementedError

    def note(self, what: str) -> None:
        raise NotImplementedError

    def the_units(self, session: Session, contest: Contest) -> None:
        """Any of what organisers do to units."""
        act = self.random.choices((self._more_time, self._another_hand, self._merge, self._rename),
                                  weights=(6, 3, 1, 2))[0]
        act(session, contest)

    def _more_time(self, session: Session, contest: Contest) -> None:
        profile = profiles.profile_of(contest)
        latest = deadlines.latest_until(profile)
        least = max(self.at, profile.schedule.entries_close)
        if least >= latest:
            return
        unit = session.get_one(Unit, self.random.choice(self.units).id)
        until = least + (latest - least) * self.random.uniform(0.1, 1.0)
        self.note(f"{unit.name} has time until {until:%d/%m %H:%M}")
        time_grants.grant(session, unit, until=until + timedelta(0), reason=REASON,
                          actor=self.first, at=self.at)

    def _another_hand(self, session: Session, contest: Contest) -> None:
        """A clip was sent with the code of another unit."""
        codes = session.scalars(select(Submission.code).where(
            Submission.contest_id == contest.id
        )).all()
        into = session.get_one(Unit, self.random.choice(self.units).id)
        if not codes:
            return
        code = self.random.choice(codes)
        one = session.scalars(select(Submission).where(Submission.code == code)).one()
        if one.unit_id == into.id:
            return
        self.note(f"{code} goes to {into.name}")
        unit_merging.move(session, contest, [code], into, reason=REASON, actor=self.first,
                          at=self.at)

    def _rename(self, session: Session, contest: Contest) -> None:
        """A ward gets another name; it keeps its clips, and its place in a frozen result."""
        unit = session.get_one(Unit, self.random.choice(self.units).id)
        self.note(f"{unit.name} is renamed")
        row = Row(0, f"Đoàn {self.random.randrange(10**9)}", unit.group, unit.contact_name,
                  unit.contact_email, unit.contact_phone)
        unit_changes.change(session, unit, row, actor=self.first, at=self.at)

    def _merge(self, session: Session, contest: Contest) -> None:
        """A ward becomes part of another; one at least stays."""
        if len(self.units) == 1:
            return
        gone, into = self.random.sample(self.units, 2)
        self.note(f"{gone.name} becomes a part of {into.name}")
        unit_merging.merge(
            session, session.get_one(Unit, gone.id), session.get_one(Unit, into.id),
            reason=REASON, actor=self.first, at=self.at,
        )
        self.units.remove(gone)
