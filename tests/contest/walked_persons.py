"""The persons of a random walk: they ask about their data, have it erased, withdraw consents."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest import lifecycle
from contest.actors import Actor
from contest.errors import Conflict, DomainError, NotAllowed
from contest.lifecycle import Phase
from contest.models import ClipVersion, Contest, PrivacyRequest, Submission, Unit, User
from contest.models.privacy.requests import KINDS
from contest.profile import Profile
from contest.services.entry import entry_requests, submissions
from contest.services.privacy import consents, deeds, places, requests
from contest.services.privacy.person import Finder
from contest.services.privacy.requests import Asked
from contest.services.privacy.result_texts import Store
from contest.services.results.results import BundleStore
from tests.contest.factory import Factory
from tests.contest.walked_page import REASON, Model

LEFT = ("withdrawn", "disqualified")
POST_GONE = "Tổ Truyền thông đã gỡ bài"


class PersonsOfWalk:
    """What of a walk concerns persons and their data."""

    make: Factory
    random: random.Random
    first: Actor
    second: Actor
    model: Model
    units: list[Unit]
    vault: BundleStore

    @property
    def at(self) -> datetime:
        raise NotImplementedError

    def note(self, what: str) -> None:
        raise NotImplementedError

    def _in_the_air(self, session: Session, one: Submission) -> bool:
        raise NotImplementedError

    def a_category(self, profile: Profile) -> str:
        raise NotImplementedError

    def a_form(self, profile: Profile) -> submissions.SubmissionForm:
        """An entry's form: a person of its own stands in it, who can be looked for afterwards."""
        self.model.persons += 1
        number = self.model.persons
        name = f"Trần Thị Mai {number}"
        return submissions.SubmissionForm(
            "Một ngày", "team", [name], name, f"09{70_000_000 + number}",
            f"mai{number}@example.vn", consents=frozenset(c.id for c in profile.form.consents),
            category=self.a_category(profile),
        )

    def the_persons(self, session: Session, contest: Contest) -> None:
        """Any of what they may ask for."""
        act = self.random.choices((self._a_request, self._a_consent), weights=(4, 1))[0]
        act(session, contest)

    # ------------------------------------------------------------------ requests

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
        act = self.random.choice([act for act in acts if act not in ("lapse", "job")])
        self.note(f"request {one.id}, {one.state}: {act}")
        getattr(self, f"_request_{act}")(session, contest, one)

    def _ask(self, session: Session, contest: Contest) -> None:
        """Of an entry whose person was not erased; by its unit's link or through an organiser."""
        named = [one for one in session.scalars(select(Submission).where(
            Submission.contest_id == contest.id).order_by(Submission.id)) if one.contact_email]
        if not named:
            return
        one = self.random.choice(named)
        kind = self.random.choice((*KINDS, "erase", "erase", "erase"))
        asked = Asked(kind=kind, role="author", name=one.contact_name, phone=one.contact_phone,
                      email=one.contact_email, receipt=one.code,
                      with_clip=kind == "erase" and self.random.random() < 0.6)
        actor = self.random.choice((self.make.actor(one.unit), self.first))
        requests.ask(session, contest, asked, actor=actor, at=self.at,
                     vouched_how="Đã gọi lại số điện thoại")
        self.note(f"the person of {one.code} asks: {kind}{' the clip' * asked.with_clip}")

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
        with self._unless(session, requests.is_decided(session, one)):
            requests.refuse(session, contest, one.id, reason=REASON, actor=self.first, at=self.at)

    def _request_reopen(self, session: Session, contest: Contest, one: PrivacyRequest) -> None:
        requests.reopen(session, contest, one.id, reason=REASON, actor=self.first, at=self.at)

    def _request_take_back(self, session: Session, contest: Contest, one: PrivacyRequest) -> None:
        with self._unless(session, requests.is_decided(session, one)):
            requests.take_back(
                session, contest, one.id, reason=REASON, actor=self.first, at=self.at
            )

    def _request_finish(self, session: Session, contest: Contest, one: PrivacyRequest) -> None:
        with self._unless(session, one.kind == "erase"):  # only the erasure itself ends that
            requests.finish(session, contest, one.id, actor=self.first, at=self.at)

    @contextmanager
    def _unless(self, session: Session, refused: bool) -> Iterator[None]:
        """What is inside is refused, and changes nothing, or not."""
        if not refused:
            yield
            return
        held = session.begin_nested()
        with pytest.raises(Conflict):
            yield
        held.rollback()

    # ------------------------------------------------------------------ erasure

    def _request_erase(self, session: Session, contest: Contest, one: PrivacyRequest) -> None:
        """Decided by one organiser or two; the job erases then, or some time later."""
        if one.kind != "erase":
            return
        if requests.is_decided(session, one):
            self._erased(session, contest, one)
            return
        todo = deeds.steps(session, one)
        entry = todo.submission
        assert entry is not None
        stays = one.with_clip and entry.state not in LEFT and not (
            todo.two and entry.state == "published")
        with self._unless(session, stays):
            self._decide_erasure(session, contest, one, self.first)
        if stays:
            return
        if todo.two and not requests.is_decided(session, one):
            with self._never(session, NotAllowed):
                self._decide_erasure(session, contest, one, self.first)
            if self.random.random() < 0.2:
                return  # the second one has not looked yet
            self._decide_erasure(session, contest, one, self.second)
        assert requests.is_decided(session, one)
        if self.random.random() < 0.7:
            self._erased(session, contest, one)

    @contextmanager
    def _never(self, session: Session, error: type[DomainError]) -> Iterator[None]:
        held = session.begin_nested()
        with pytest.raises(error):
            yield
        held.rollback()

    def _decide_erasure(
        self, session: Session, contest: Contest, one: PrivacyRequest, actor: Actor
    ) -> None:
        post = deeds.steps(session, one).post
        deeds.erase(session, contest, one.id, post_gone=POST_GONE if post else "", actor=actor,
                    at=self.at)

    def _erased(self, session: Session, contest: Contest, one: PrivacyRequest) -> None:
        """The person is nowhere afterwards, the clip's bytes are given up, all else stands."""
        person, entry = requests.person_of(one), one.submission_id
        self.note(f"request {one.id}: the person is erased{' and the clip' * one.with_clip}")
        store = Store(self.vault.blobs, self.vault.folder, self.vault.signer(session),
                      self.platform.pdfs)
        deeds.do_erase(session, one, keys=self.vault.keys, store=store, at=self.at)
        session.flush()
        assert one.state == "done"
        left = [place.key for place in places.found(session, contest.id, Finder(person))
                if place.table != User.__tablename__]
        assert left == []
        if one.with_clip:
            self.model.gone |= set(session.scalars(
                select(ClipVersion.id).where(ClipVersion.submission_id == entry)))

    def look_at_bytes(self, session: Session, contest: Contest) -> None:
        """No clip's bytes are given up but those of whoever asked for it."""
        gone = select(ClipVersion.id).join(ClipVersion.submission).where(
            Submission.contest_id == contest.id, ClipVersion.bytes_gone_at.is_not(None))
        assert set(session.scalars(gone)) == self.model.gone

    # ------------------------------------------------------------------ consents

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
