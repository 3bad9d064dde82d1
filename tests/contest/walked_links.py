"""The links of a random walk: their server answers as it likes, while everything else goes on."""

import hashlib
import random
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.jobs import Later
from contest.jobs.links import fetching
from contest.models import ClipVersion, Contest, LinkFetch, Mail, Submission
from contest.ports import LinkInterrupted
from contest.services.core import profiles
from contest.services.entry import errands, link_fetches
from tests.contest.errands.standin import Answer, File, Standin, text
from tests.contest.factory import Factory
from tests.contest.walked_page import REASON, Model

HOST, PATH = "clip.example.vn", "/phim/clip.mp4"
BY_UNITS = ("[upload]\n", "[upload]\nlinks = true\n")  # what of the rules lets units give links


class LinksOfWalk:
    """What of a walk concerns clips behind links."""

    make: Factory
    random: random.Random
    first: Actor
    model: Model
    number: int
    standin: Standin
    contest: Contest

    @property
    def at(self) -> datetime:
        raise NotImplementedError

    def note(self, what: str) -> None:
        raise NotImplementedError

    def a_link(self, session: Session, one: Submission) -> None:
        """An organiser gives the link for the unit, or the unit itself; an earlier one ends."""
        errand, actor = None, self.make.actor(one.unit)
        if not profiles.profile_of(one.contest).upload.links or self.random.random() < 0.5:
            actor = self.first
            errand = errands.begin(session, one, "link", reason=REASON, actor=actor, at=self.at)
        self.number += 1
        made = link_fetches.ask(session, one, f"https://{HOST}{PATH}?n={self.number}",
                                actor=actor, at=self.at, errand=errand)
        self.model.files[made.id] = self._content(self.number)
        self.note(f"{one.code} is to come from link {made.id}")
        waiting = link_fetches.of_submission(session, one, only_waiting=True)
        assert [row.id for row in waiting] == [made.id]

    def _content(self, number: int) -> File:
        content = b"\0\0\0\x18ftypmp42" + hashlib.sha512(b"%d" % number).digest() * 20
        breaks = [self.random.randrange(2) * 700 for _ in range(self.random.choice((0, 0, 1, 2)))]
        return File(content, etag=f'"{number}"', breaks=breaks, chunked=number % 3 == 0)

    def links_come(self) -> None:
        """The worker's turn, between what people do: outside of anybody's transaction."""
        query = select(LinkFetch.id).join(LinkFetch.submission).where(
            Submission.contest_id == self.contest.id, LinkFetch.state == "waiting"
        )
        with self.make.platform.db.read() as session:
            waiting = session.scalars(query.order_by(LinkFetch.id)).all()
        for fetch_id in waiting:
            if self.random.random() < 0.6:
                self._fetch(fetch_id)

    def _fetch(self, fetch_id: int) -> None:
        refused = self.random.random() < 0.15
        answer: Answer = text("Not found", 404) if refused else self.model.files[fetch_id]
        self.standin.on(HOST, PATH, answer)
        broken = False
        try:
            fetching.fetch(self.make.platform, fetch_id, lambda: None)
        except (Later, LinkInterrupted):
            broken = True  # the outbox tries it again
        with self.make.platform.db.read() as session:
            row = session.get_one(LinkFetch, fetch_id)
            self.note(f"link {fetch_id}: {row.state}")
            assert (row.state == "waiting") == broken, row.state
            self._as_told(session, row)
        folder = self.make.platform.settings.fetched_dir
        assert broken or not (folder / row.public_id).exists()

    def _as_told(self, session: Session, row: LinkFetch) -> None:
        """A clip that came is the entry's newest, whole; one that did not is told, and why."""
        if row.state == "done":
            self.model.sent[row.submission_id] += 1
            version = session.get_one(ClipVersion, row.submission.version_id)
            content = self.model.files[row.id].content
            assert version.sha256 == hashlib.sha256(content).hexdigest()
            assert self.make.platform.blobs.path(version.sha256).read_bytes() == content
        elif row.state == "failed":
            told = session.scalars(select(Mail).where(
                Mail.contest_id == self.contest.id, Mail.template == "link_failed")).all()
            assert row.said["vi"] and (told or not row.submission.contact_email)
