"""The Fanpage of a random walk: it answers as it likes; the model knows what it really shows."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import SYSTEM, Actor
from contest.models import Contest, Publication, Submission
from contest.services.core import profiles
from contest.services.fanpage import publications, publishing
from social.errors import MaybeLive
from social.values import Offsets, UploadStarted, VideoState, VideoStatus
from tests.contest.errands.standin import File

SIZE = 9
REASON = "Bấm nhầm một nút"


@dataclass
class Model:
    """What must hold: clips sent by entry, posts of the Page by entry's code."""

    sent: Counter[int] = field(default_factory=Counter)
    posts: Counter[str] = field(default_factory=Counter)
    gone: set[int] = field(default_factory=set)  # versions whose bytes a person had erased
    persons: int = 0
    files: dict[int, File] = field(default_factory=dict)  # of links


class PageOfWalk:
    """What of a walk concerns the Page."""

    random: random.Random
    model: Model
    first: Actor
    slug: str
    number: int

    @property
    def at(self) -> datetime:
        raise NotImplementedError

    def note(self, what: str) -> None:
        raise NotImplementedError

    def the_page(self, session: Session, contest: Contest) -> None:
        """A step of one publication, with any answer; the model knows what the Page shows."""
        if self.at >= profiles.profile_of(contest).release_at:
            publications.release(session, contest, actor=SYSTEM, at=self.at)
        found = session.scalars(
            select(Publication).join(Publication.submission)
            .where(Submission.contest_id == contest.id, Publication.state != "published")
            .order_by(Publication.id)
        ).all()
        if not found:
            return
        for one in self.random.choices(found, k=3):
            self.note(f"{one.submission.code} on the Page, {one.state}")
            {"waiting": self._upload, "uploading": self._finish, "failed": self._by_a_person}.get(
                one.state, self._look)(session, one)

    def _upload(self, session: Session, one: Publication) -> None:
        if publishing.begin_upload(session, one.id, at=self.at) is None:
            return
        if self.random.random() < 0.2:
            publishing.fail(session, one.id, "Lỗi", "An error", at=self.at)
            return
        self.number += 1
        name = f"v{self.slug}-{self.number}"
        publishing.started(session, one.id, UploadStarted(name, name, Offsets(0, SIZE)))
        publishing.received(session, one.id, name, Offsets(SIZE, SIZE), at=self.at)

    def _finish(self, session: Session, one: Publication) -> None:
        job = publishing.arm(session, one.id, at=self.at)
        if job is None:
            return
        answer = self.random.choice(("accepted", "accepted", "lost", "nothing"))
        self.note(f"finish: {answer}")
        if answer != "nothing":
            self.model.posts[one.submission.code] += 1
        if answer == "accepted":
            publishing.accepted(session, one.id, at=self.at)
        else:
            publishing.doubt(session, one.id, at=self.at, why="lost", error=MaybeLive())

    def _look(self, session: Session, one: Publication) -> None:
        """``armed``, ``unknown``, ``verifying``: the Page says what it really shows, or nothing for
        so long that the clip is given up, which may be there all the same."""
        if one.state in ("cancelled", "published"):
            return
        if one.state == "armed":
            publishing.arm(session, one.id, at=self.at)
        there = bool(self.model.posts[one.submission.code])
        if self.random.random() < 0.3:
            publishing.seen(session, one.id, VideoStatus(VideoState.UNKNOWN), at=self.at)
            return
        state = VideoState.PUBLISHED if there else VideoState.UPLOADED
        post = f"post-{one.submission.code}"
        status = VideoStatus(state, post_id=post if there else None, permalink="https://f.vn/1")
        publishing.seen(session, one.id, status, at=self.at)
        if one.state == "unknown" and one.error_data.get("may_finish") and not there:
            self._finish(session, one)

    def _by_a_person(self, session: Session, one: Publication) -> None:
        if one.submission.state != "approved" or self.random.random() < 0.5:
            return
        publications.post_again(session, one, actor=self.first, at=self.at, reason=REASON)

    def look_at_posts(self, session: Session, contest: Contest) -> None:
        assert [code for code, count in self.model.posts.items() if count > 1] == []
        published = session.scalars(
            select(Submission.code).join(Publication, Publication.submission_id == Submission.id)
            .where(Submission.contest_id == contest.id, Publication.state == "published")
        ).all()
        assert [code for code in published if not self.model.posts[code]] == []
