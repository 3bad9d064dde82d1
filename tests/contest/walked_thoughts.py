"""Second thoughts in a random walk: decisions that are held and taken back, authors who answer for
themselves, and what organisers do about a consent that was withdrawn."""

import random
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, DomainError
from contest.models import AuthorWord, Contest, HeldDecision, Submission, User
from contest.services.core import profiles
from contest.services.entry import consents, reviews
from contest.services.entry.deciding import Decision
from contest.services.privacy import authors
from contest.services.privacy.withdrawn import duties
from contest.services.reviewing import held
from tests.contest.factory import Factory
from tests.contest.walked_page import REASON

ASKING = '\n[consent]\nauthors = "asked"\n'  # in every third walk


class ThoughtsOfWalk:
    """What of a walk is thought over."""

    make: Factory
    random: random.Random
    first: Actor

    @property
    def at(self) -> datetime:
        raise NotImplementedError

    def note(self, what: str) -> None:
        raise NotImplementedError

    # ------------------------------------------------------------------ held for ten seconds

    def decide(self, session: Session, one: Submission, decision: Decision, who: Actor) -> None:
        """At once, as a program does, or held, as our page does. An approval that an author stands
        against is refused either way, and changes nothing."""
        author = self._author_says(session, one)
        if self.random.random() < 0.4 and held.of(session, one, who) is None:
            act = held.hold
        else:
            act = reviews.decide  # type: ignore[assignment]
        kept = session.begin_nested()
        try:
            act(session, one, decision, actor=who, at=self.at)
        except DomainError as refusal:
            kept.rollback()
            assert author is not None and decision.outcome == "approve", refusal
            assert refusal.vi == author.vi
            self.note(f"{one.code} waits for its author")

    def authors_agree(self, session: Session, one: Submission) -> bool:
        return self._author_says(session, one) is None

    def _author_says(self, session: Session, one: Submission) -> Conflict | None:
        return consents.without_word(
            consents.named(session, one), profiles.profile_of(one.contest))

    def think_again(self, session: Session, contest: Contest) -> None:
        """The worker gives what is held, sooner or later; or it is taken back before."""
        query = select(HeldDecision).join(HeldDecision.submission).where(
            Submission.contest_id == contest.id, HeldDecision.state == "held")
        for row in session.scalars(query.order_by(HeldDecision.id)).all():
            way = self.random.choices(("give", "take back", "later"), weights=(6, 1, 3))[0]
            if way == "give" and self.at >= row.due_at - held.HOLD:
                self._give(session, row)
            elif way == "take back" and row.submission.state == "in_review":
                who = self.make.actor(session.get_one(User, row.user_id))
                held.take_back(session, row.submission, actor=who, at=self.at)
                assert row.state == "taken_back"

    def _give(self, session: Session, row: HeldDecision) -> None:
        """What can no longer be given lapses, and its reviewer is told why."""
        kept = session.begin_nested()
        try:
            held.give(session, row.id, at=self.at)
        except DomainError as why:
            kept.rollback()
            session.refresh(row)
            held.lapse(session, row.id, why, at=self.at)
            assert row.state == "lapsed" and row.said["vi"]
        self.note(f"{row.submission.code}: what was held is {row.state}")

    # ------------------------------------------------------------------ authors, duties

    def the_thoughts(self, session: Session, contest: Contest) -> None:
        """An author is asked, agrees or objects; or a withdrawn consent is seen to."""
        for one in duties.waiting(session, contest)[:1]:
            duties.finish(session, contest, one.id, how=REASON, actor=self.first, at=self.at)
            assert one not in duties.waiting(session, contest)
        if profiles.profile_of(contest).consent.authors == "no":
            return
        found = session.scalars(select(Submission).where(
            Submission.contest_id == contest.id, Submission.contact_email != "",
        ).order_by(Submission.id)).all()
        if found:
            self._an_author(session, self.random.choice(found))

    def _an_author(self, session: Session, one: Submission) -> None:
        words = {word.name: word for word in session.scalars(select(AuthorWord).where(
            AuthorWord.submission_id == one.id))}
        name = self.random.choice(one.authors)
        word = words.get(name)
        if word is None or word.revoked_at is not None or word.expires_at <= self.at:
            if word is None or word.state != "confirmed":
                authors.ask(session, one, name, actor=self.first, at=self.at)
                self.note(f"an author of {one.code} is asked")
            return
        link = authors.Opened(word, one, guardian=False)
        if self.random.random() < 0.6:
            authors.confirm(session, link, at=self.at)
        else:
            authors.object_to(session, link, REASON, at=self.at)
        self.note(f"an author of {one.code}: {word.state}")
