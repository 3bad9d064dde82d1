"""What else happens in a random walk: dates are postponed, the grace is set, time is taken back, an
organiser sends for a unit, persons ask about their data, consents are withdrawn and given again."""

import random
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest import lifecycle
from contest.actors import Actor
from contest.errors import Conflict
from contest.lifecycle import Phase
from contest.models import (
    Contest,
    Errand,
    Mail,
    PrivacyRequest,
    Submission,
    TimeGrant,
    Unit,
    User,
)
from contest.services.core import deadlines, profiles
from contest.services.desk import grace, postponing
from contest.services.desk.postponing import Move
from contest.services.entry import entry_requests, errands, staff_mails, submissions, votes
from contest.services.privacy import consents, requests
from contest.services.privacy.requests import Asked
from contest.services.units import time_grants
from tests.contest.factory import Factory
from tests.contest.walked_page import REASON

DAY = timedelta(days=1)
MOVED = ("schedule.entries_close", "schedule.publicity_opens", "schedule.counts_close",
         "schedule.jury_closes")


class LifeOfWalk:
    """What of a walk concerns dates, organisers in a unit's place, and persons."""

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

    def _in_the_air(self, session: Session, one: Submission) -> bool:
        raise NotImplementedError

    def the_life(self, session: Session, contest: Contest) -> None:
        """Any of it."""
        act = self.random.choices(
            (self._postpone, self._grace, self._less_time, self._a_request, self._the_call,
             self._a_consent),
            weights=(2, 1, 1, 4, 3, 2))[0]
        act(session, contest)

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

    # ------------------------------------------------------------------ persons

    def _a_request(self, session: Session, contest: Contest) -> None:
        """Somebody asks, or any way that the table offers an open request is gone."""
        query = select(PrivacyRequest).where(PrivacyRequest.contest_id == contest.id)
        open_ones = [one for one in session.scalars(query.order_by(PrivacyRequest.id)).all()
                     if ("privacy_request", one.state) not in lifecycle.ENDS]
        if not open_ones or self.random.random() < 0.3:
            self._ask(session, contest)
            return
        one = self.random.choice(open_ones)
        acts = [way.act for way in lifecycle.ways("privacy_request", one.state, Phase.ALWAYS)]
        act = self.random.choice([act for act in acts if act != "lapse"])
        self.note(f"request {one.id}, {one.state}: {act}")
        getattr(self, f"_request_{act}")(session, contest, one)

    def _ask(self, session: Session, contest: Contest) -> None:
        unit = session.get_one(Unit, self.random.choice(self.units).id)
        actor = self.random.choice((self.make.actor(unit), self.first))
        asked = Asked(kind=self.random.choice(("see", "correct", "object")), role="author",
                      name="Nguyễn Văn An", email="an@example.vn")
        requests.ask(session, contest, asked, actor=actor, at=self.at,
                     vouched_how="Đã gọi lại số điện thoại")
        self.note("a person asks about their data")

    def _request_confirm(self, session: Session, contest: Contest, one: PrivacyRequest) -> None:
        self._request_vouch(session, contest, one)

    def _request_vouch(self, session: Session, contest: Contest, one: PrivacyRequest) -> None:
        requests.vouch(session, contest, one.id, how=REASON, actor=self.first, at=self.at)

    def _request_answer(self, session: Session, contest: Contest, one: PrivacyRequest) -> None:
        requests.answer(session, contest, one.id, said=REASON, actor=self.first, at=self.at)

    def _request_extend(self, session: Session, contest: Contest, one: PrivacyRequest) -> None:
        if not one.extended_at and one.due_by and self.at < one.due_by:
            requests.extend(session, contest, one.id, reason=REASON, actor=self.first, at=self.at)

    def _request_refuse(self, session: Session, contest: Contest, one: PrivacyRequest) -> None:
        requests.refuse(session, contest, one.id, reason=REASON, actor=self.first, at=self.at)

    def _request_reopen(self, session: Session, contest: Contest, one: PrivacyRequest) -> None:
        requests.reopen(session, contest, one.id, reason=REASON, actor=self.first, at=self.at)

    def _request_take_back(self, session: Session, contest: Contest, one: PrivacyRequest) -> None:
        requests.take_back(
            session, contest, one.id, reason=REASON, actor=self.first, at=self.at
        )

    def _request_finish(self, session: Session, contest: Contest, one: PrivacyRequest) -> None:
        requests.finish(session, contest, one.id, actor=self.first, at=self.at)

    def _a_consent(self, session: Session, contest: Contest) -> None:
        """A unit withdraws a consent of an entry; what follows is what was told before."""
        found = session.scalars(select(Submission).where(
            Submission.contest_id == contest.id).order_by(Submission.id)).all()
        one = self.random.choice(found) if found else None
        if one is None or self._in_the_air(session, one):
            return
        given = consents.in_force(session, one, at=self.at)
        if given:
            chosen, before = self.random.choice(given), one.state
            actor = self.make.actor(one.unit)
            follows = consents.withdraw(session, one, chosen.consent.purpose, actor=actor,
                                        at=self.at)
            self.note(f"{one.code} {before}: a consent is withdrawn, {follows}")
            assert follows == chosen.follows
            assert (one.state == "withdrawn") == (follows == "leaves" or before == "withdrawn")

    def agrees_again(self, session: Session, one: Submission) -> None:
        """Before an entry comes back its unit gives the consents back; without, it is refused."""
        if submissions.missing_consents(one) and self.random.random() < 0.5:
            held = session.begin_nested()
            with pytest.raises(Conflict):
                entry_requests.propose(session, one, reason=REASON, actor=self.first, at=self.at)
            held.rollback()
        actor = self.make.actor(one.unit)
        for consent, _ in consents.taken_back(one):
            consents.give_again(session, one, consent.purpose, actor=actor, at=self.at)

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
