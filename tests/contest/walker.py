"""A contest walked at random: people do what the table of the life cycle offers, the Page and the
checks answer as they like, the clock jumps. Beside it a small model says what must hold."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, ClassVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import scoring
from contest import lifecycle
from contest.actors import Actor
from contest.clock import FixedClock
from contest.errors import Conflict
from contest.models import Check, ClipVersion, Contest, EntryRequest, Mail, Result, Submission
from contest.services.checking import outcomes
from contest.services.core import deadlines, mail, profiles
from contest.services.entry import checks, entry_requests, reviews, submissions, uploads, votes
from contest.services.entry.reviews import Decision
from contest.services.fanpage import publications
from contest.services.jury import ballots
from contest.services.results import replacement, results, tally
from contest.services.results.bundles import BundleStore
from contest.services.units import units
from tests.contest.errands.standin import Standin
from tests.contest.factory import QUAN11, Factory, report
from tests.contest.walked_board import BOARDS, BoardOfWalk
from tests.contest.walked_life import LifeOfWalk
from tests.contest.walked_links import BY_UNITS, LinksOfWalk
from tests.contest.walked_page import REASON, SIZE, Model, PageOfWalk
from tests.contest.walked_persons import PersonsOfWalk
from tests.contest.walked_prizes import PRIZED, PrizesOfWalk
from tests.contest.walked_thoughts import ASKING, ThoughtsOfWalk
from tests.contest.walked_units import UnitsOfWalk

# How far a walk has come -> the contest's time, so that a walk sees every phase.
WAY = [
    (part, datetime.fromisoformat(f"2023-06-{day}:00+07:00")) for part, day in (
        (0.0, "08T09:00"), (0.3, "11T00:00"), (0.42, "12T08:00"), (0.66, "19T16:00"),
        (0.75, "26T09:00"), (1.0, "29T20:00"),
    )
]
# What leads on happens more often than what leads out.
OFTEN = {
    "check": 8, "check_deeply": 3, "approve": 8, "vote": 8, "cast": 6, "reinstate": 4,
    "send": 2, "reopen": 5,
    "withdraw": 0.6, "disqualify": 0.6, "agree_withdrawal": 0.2,
}
IN_THE_AIR = ("armed", "unknown", "verifying")  # only the Page's answer leads on, within minutes


class Walk(ThoughtsOfWalk, PrizesOfWalk, PageOfWalk, BoardOfWalk, UnitsOfWalk, LifeOfWalk,
           PersonsOfWalk, LinksOfWalk):
    """One contest of its own, and whoever acts in it."""

    FOLLOWED: ClassVar = {"board_waits": BoardOfWalk.may_follow, "vote_waits": LifeOfWalk.may_vote,
                "time_granted": LifeOfWalk.may_still_send}

    def __init__(self, make: Factory, clock: FixedClock, standin: Standin, seed: int) -> None:
        self.make, self.clock, self.random = make, clock, random.Random(seed)
        self.standin, self.linked = standin, seed % 2 == 1
        self.platform, self.model, self.history = make.platform, Model(), list[str]()
        clock.moment = WAY[0][1]
        self.slug = f"di-{seed}"
        self.board, self.asking = BOARDS[seed % len(BOARDS)], seed % 3 == 2
        self.prized = seed % 4 == 1
        self.contest = make.contest(self.slug, self._rules)
        self.units = [make.unit(self.contest) for _ in range(3)]
        people = ("organiser", "organiser", "reviewer", "juror", "juror", *["reviewer"] * 3)
        users = [make.user(role, contest=self.contest) for role in people]
        self.jurors, self.members = users[3:5], [users[2], *users[5:]]
        self.first, self.second, self.reviewer = (make.actor(user) for user in users[:3])
        self.mails = self.number = 0
        folder = self.platform.settings.data_dir / "bundles"
        self.vault = BundleStore(self.platform.keys, self.platform.blobs, folder)

    @property
    def at(self) -> datetime:
        return self.clock.now()

    def _rules(self, text: str) -> str:
        """The reference rules with the board of this walk; in every other one units give links, in
        every third one authors are asked, in every fourth one prizes go by more than the ranking.
        """
        text = text.replace(*BY_UNITS) if self.linked else text
        text += ASKING * self.asking + PRIZED * self.prized
        return text.replace("changes_days = 2", f"changes_days = 2\n{self.board}")

    # ------------------------------------------------------------------ walking

    def walk(self, steps: int) -> None:
        """So many things happen; after each everything that must hold is looked at."""
        for number in range(steps):
            self.time_passes(number / steps)
            begins = [self.a_chair, *[self.a_new_entry] * 2] if self.board else [
                self.a_new_entry] * 2
            self.step(begins[number] if number < len(begins) else self._something())
            self.links_come()
        self.recomputable()

    def _something(self) -> Callable[[Session, Contest], None]:
        late = self.at >= WAY[4][1]
        return self.random.choices(
            (self.an_entry, self.a_new_entry, self.the_page, self.the_jury, self.the_rules,
             self.the_result, self.the_units, self.the_board, self.the_life, self.the_persons,
             self.the_thoughts),
            weights=(40, 0 if late else 8, 25, 0 if late else 5, 4, 50 if late else 0, 6,
                     3 if self.board else 0, 3, 8, 6 if self.asking else 2),
        )[0]

    def step(self, happens: Callable[[Session, Contest], None]) -> None:
        with self.platform.db.write() as session:
            contest = session.get_one(Contest, self.contest.id)
            happens(session, contest)
            self.think_again(session, contest)
            self.settle(session, contest)
        with self.platform.db.read() as session:
            self.look(session)

    def note(self, what: str) -> None:
        self.history.append(f"{self.at:%d/%m %H:%M} {what}")

    def time_passes(self, part: float) -> None:
        """On, by some hours more or less."""
        for (before, begin), (after, end) in pairwise(WAY):
            if before <= part < after:
                there = begin + (end - begin) * ((part - before) / (after - before))
                jitter = timedelta(minutes=self.random.randrange(600))
                self.clock.moment = max(self.at, there + jitter)

    # ------------------------------------------------------------------ entries

    def a_new_entry(self, session: Session, contest: Contest) -> None:
        profile = profiles.profile_of(contest)
        unit = session.get_one(type(self.units[0]), self.random.choice(self.units).id)
        room = units.counted(session, unit.id) < profile.quota.maximum
        if self.at >= profile.schedule.entries_close or not room:
            return
        made = submissions.create(
            session, unit, self.a_form(profile), actor=self.make.actor(unit), at=self.at
        )
        self.note(f"{made.code} is begun")
        self.send(session, made)

    def an_entry(self, session: Session, contest: Contest) -> None:
        """Any of the ways that the table offers an entry now: it must be open."""
        found = session.scalars(
            select(Submission).where(Submission.contest_id == contest.id).order_by(Submission.id)
        ).all()
        if not found:
            return
        one = self.random.choice(found)
        phase = deadlines.phase_of(session, one, at=self.at)
        acts = [way.act for way in lifecycle.ways("submission", one.state, phase)]
        act = self.random.choices(acts, weights=[OFTEN.get(act, 1) for act in acts])[0]
        self.note(f"{one.code} {one.state} {phase}: {act}")
        {"new_revision": lambda s, o: None, "post": lambda s, o: None,
         "record_link": lambda s, o: None}.get(act, getattr(self, act, None))(session, one)

    def send(self, session: Session, one: Submission) -> None:
        """By an upload, or by a link that the worker follows a while later."""
        if self.random.random() < 0.15:
            self.a_link(session, one)
            return
        errand, self.number = self.an_errand(session, one), self.number + 1
        by = self.first if errand else self.make.actor(one.unit)
        upload = uploads.begin(session, one, length=SIZE, filename="a.mp4", actor=by, at=self.at,
                               errand=errand)
        made = uploads.finish(session, upload, sha256=f"{self.number:064x}", actor=by, at=self.at)
        assert made is not None
        self.model.sent[one.id] += 1

    def check(self, session: Session, one: Submission) -> None:
        self._answer(session, one, outcomes.QUICK)

    def check_deeply(self, session: Session, one: Submission) -> None:
        self._answer(session, one, outcomes.DEEP)

    def _answer(self, session: Session, one: Submission, kind: str) -> None:
        check = session.scalars(select(Check).where(
            Check.version_id == one.version_id, Check.kind == kind,
            Check.state.in_(("queued", "failed", "running")),
        )).first()
        if check is None or self._in_the_air(session, one):
            return
        verdict = self.random.choice(("pass", "pass", "pass", "look", "fail"))
        checks.start(session, check.id, at=self.at)
        checks.finish(session, check.id, outcomes.Outcome(verdict, report(verdict)), at=self.at)

    def approve(self, session: Session, one: Submission) -> None:
        items = profiles.profile_of(one.contest).review.checklist
        self._decide(session, one, "approve", checklist={item.id: True for item in items})

    def reject(self, session: Session, one: Submission) -> None:
        self._decide(session, one, "reject", reason=REASON)

    def ask_changes(self, session: Session, one: Submission) -> None:
        until = reviews.suggested_until(profiles.profile_of(one.contest), at=self.at)
        self._decide(session, one, "changes", reason=REASON, until=until)

    def _decide(self, session: Session, one: Submission, outcome: str, **values: Any) -> None:
        assert one.version_id is not None
        if self.board:  # there a member's vote takes its place
            self.vote(session, one)
            return
        decision = Decision(one.version_id, outcome, **values)
        self.decide(session, one, decision, self.reviewer)

    def reopen(self, session: Session, one: Submission) -> None:
        if not self._in_the_air(session, one):
            reviews.reopen(session, one, actor=self.reviewer, at=self.at, reason=REASON)

    def withdraw(self, session: Session, one: Submission) -> None:
        if not self._in_the_air(session, one):
            submissions.withdraw(session, one, actor=self.make.actor(one.unit), at=self.at)

    def disqualify(self, session: Session, one: Submission) -> None:
        if not self._in_the_air(session, one):
            submissions.disqualify(session, one, actor=self.first, at=self.at, reason=REASON)

    def ask_withdrawal(self, session: Session, one: Submission) -> None:
        if entry_requests.waiting_of(session, one) is None:
            entry_requests.ask_withdrawal(
                session, one, reason=REASON, actor=self.make.actor(one.unit), at=self.at
            )

    def agree_withdrawal(self, session: Session, one: Submission) -> None:
        asked = entry_requests.waiting_of(session, one)
        if asked is not None and not self._in_the_air(session, one):
            self._verdict(session, asked, agreed=self.random.random() < 0.5)

    def reinstate(self, session: Session, one: Submission) -> None:
        asked = entry_requests.waiting_of(session, one)
        most = profiles.profile_of(one.contest).quota.maximum
        if units.counted(session, one.unit_id) >= most:
            return
        self.agrees_again(session, one)
        if asked is None:
            asked = entry_requests.propose(
                session, one, reason=REASON, actor=self.first, at=self.at
            )
        if asked.kind == "withdraw":  # asked before it left by another hand: turned down first
            self._verdict(session, asked, agreed=False)
        elif self.random.random() < 0.8:
            self._verdict(session, asked, agreed=self.random.random() < 0.8)

    def _verdict(self, session: Session, asked: EntryRequest, *, agreed: bool) -> None:
        entry_requests.decide(
            session, asked.submission.contest, asked.id, agreed=agreed, actor=self.second,
            at=self.at,
        )

    def _in_the_air(self, session: Session, one: Submission) -> bool:
        found = publications.find(session, one)
        return found is not None and found.state in IN_THE_AIR

    # ------------------------------------------------------------------ jury, rules, results

    def the_jury(self, session: Session, contest: Contest) -> None:
        profile = profiles.profile_of(contest)
        if contest.jury_locked_at is not None or self.at >= profile.schedule.ballots_close:
            return
        for one in session.scalars(select(Submission).where(
            Submission.contest_id == contest.id, Submission.state.in_(ballots.MARKABLE)
        )).all():
            for juror in self.jurors:
                self._mark(session, one, self.make.actor(juror))
        self.note("the jury marks")

    def _mark(self, session: Session, one: Submission, juror: Actor) -> None:
        known = ballots.of(session, one, actor=juror)
        if known is not None and known.state != "open":
            return
        criteria = profiles.profile_of(one.contest).jury.criteria
        marks = {c.id: self.random.randrange(c.max + 1) for c in criteria}
        ballots.save(session, one, marks, version=known.version if known else 0, actor=juror,
                     at=self.at)
        ballots.submit(session, one, actor=juror, at=self.at)

    def the_rules(self, session: Session, contest: Contest) -> None:
        """Any change; a refusal changes nothing, and says what is in the way."""
        criterion = self.random.choice(profiles.profile_of(contest).jury.criteria).id
        change = self.random.choice((
            ("points_cap = 300", f"points_cap = {self.random.randrange(200, 400)}"),
            (f'id = "{criterion}"', f'id = "{criterion}x"'), ("maximum = 5", "maximum = 1"),
            ("counts_close = 2023-06-19T16", "counts_close = 2023-06-20T16"),
            ("counts_close = 2023-06-19T16", "counts_close = 2023-06-15T16"),
        ))
        board = self.board
        if board and self.random.random() < 0.5:
            self.board = self.random.choice(BOARDS[1:])
        source = self._rules(
            QUAN11.read_text().replace('slug = "quan11-2023"', f'slug = "{self.slug}"')
        )
        before, held = contest.revision_id, session.begin_nested()
        try:
            profiles.import_profile(session, source.replace(*change), actor=self.first, at=self.at,
                                    reason=REASON, agreed=True)
        except Conflict as refusal:
            assert refusal.data["effects"]
            self.board = board
            held.rollback()
            session.refresh(contest)
            assert contest.revision_id == before
            self.note("a change of the rules is refused")
        else:
            self.note(f"the rules change: {change[1]}, {self.board!r}")
            votes.settle(session, contest, at=self.at)

    def the_result(self, session: Session, contest: Contest) -> None:
        """The next step towards a public result."""
        if self.at < profiles.profile_of(contest).schedule.ballots_close:
            return
        posted = select(func.count()).where(
            Submission.contest_id == contest.id, Submission.state == "published"
        )
        newest = results.current(session, contest)
        if not session.scalar(posted):
            return
        step = newest.state if newest is not None else "none"
        self.note(f"the result, {step}")
        if step in ("none", "computed"):
            self.the_chair_chooses(session, contest)
        if newest is not None and step == "computed":
            made = results.compute(session, contest, keys=self.vault.keys, actor=self.first,
                                   at=self.at, reason=REASON)
            results.freeze(session, made, vault=self.vault, actor=self.second, at=self.at)
        elif newest is not None and step == "frozen":
            self._publish(session, contest, newest)
        elif newest is None or self.random.random() < 0.3:
            results.compute(session, contest, keys=self.vault.keys, actor=self.first, at=self.at,
                            reason=REASON)

    def _publish(self, session: Session, contest: Contest, newest: Result) -> None:
        held = session.begin_nested()
        try:
            results.publish(session, newest, actor=self.first, at=self.at)
        except Conflict as refusal:
            held.rollback()
            assert refusal.data.get("codes"), refusal  # only what moved since stands in the way
            replacement.replace(session, contest, vault=self.vault, reason=REASON,
                                actor=self.first, at=self.at)

    # ------------------------------------------------------------------ what must hold

    def look(self, session: Session) -> None:
        contest = session.get_one(Contest, self.contest.id)
        entries = session.scalars(
            select(Submission).where(Submission.contest_id == contest.id)
        ).all()
        newest = deadlines.newest_result(session, contest.id)
        for one in entries:
            self.no_dead_end(one, newest)
        self.look_at_board(session, list(entries))
        self._nothing_lost(session, contest)
        self.look_at_bytes(session, contest)
        self.look_at_posts(session, contest)
        self._followable(session)

    def _nothing_lost(self, session: Session, contest: Contest) -> None:
        counted = session.execute(
            select(ClipVersion.submission_id, func.count())
            .join(ClipVersion.submission).where(Submission.contest_id == contest.id)
            .group_by(ClipVersion.submission_id)
        )
        assert {row[0]: row[1] for row in counted} == dict(self.model.sent)

    def _followable(self, session: Session) -> None:
        """A new mail that asks for a clip is obeyed at once: the upload is accepted."""
        new = session.scalars(select(Mail).where(
            Mail.contest_id == self.contest.id, Mail.id > self.mails
        ).order_by(Mail.id)).all()
        for one in new:
            self.mails = one.id
            self.FOLLOWED.get(one.template, lambda *_: None)(self, session, one)
            if one.template not in lifecycle.ASKS or "submission_id" not in one.params:
                continue
            values = mail.values(session, one, token_of=lambda _: "", at=self.at)
            row = session.get_one(Submission, one.params["submission_id"])
            if values["may_send"]:
                submissions.require_replaceable(row)
                last = values["until"] - timedelta(seconds=1)
                for moment in (self.at, last):
                    submissions.require_open(profiles.profile_of(row.contest), at=moment,
                                             submission=row)

    def recomputable(self) -> None:
        """At the end: whatever was frozen follows from its own input, and verifies."""
        with self.platform.db.read() as session:
            contest = session.get_one(Contest, self.contest.id)
            for one in results.all_of(session, contest):
                assert scoring.compute(one.input) == one.output
            newest = results.published(session, contest)
            current = results.current(session, contest)
            if newest is not None and newest is current and self.history[-1].endswith("frozen"):
                assert tally.differences(
                    session, contest, newest.output, results.profile_of(newest)) == []
