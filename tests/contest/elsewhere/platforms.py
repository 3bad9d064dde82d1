"""Rules that know other platforms, and a contest of their posts alone."""

from datetime import datetime

from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.models import Contest, PlatformCount, PlatformPost, Submission
from contest.services.elsewhere import numbers, posts
from contest.services.rules import toml_editing
from tests.contest.factory import Factory
from tests.contest.stage import COUNTED

YOUTUBE = {
    "id": "youtube", "name": {"vi": "YouTube", "en": "YouTube"}, "hosts": ["youtube.com"],
    "points_per_like": 1, "points_per_view": 2, "views_per_step": 100, "cap": 200,
    "by_units": True,
}
TIKTOK = {
    "id": "tiktok", "name": {"vi": "TikTok", "en": "TikTok"}, "hosts": ["tiktok.com"],
    "points_per_share": 3, "two_people": True,
}
ZALO = {"id": "zalo", "name": {"vi": "Zalo", "en": "Zalo"}, "hosts": ["zalo.me", "zaloapp.com"]}
WATCH = "https://youtu.be/{:011d}"


def with_platforms(source: str) -> str:
    """The reference contest with three platforms beside its Page."""
    return toml_editing.edited(source, {"platforms": [YOUTUBE, TIKTOK, ZALO]})


def posts_alone(source: str) -> str:
    """No Page and no jury: posts on other platforms decide."""
    return toml_editing.edited(source, {
        "platforms": [YOUTUBE, TIKTOK, ZALO], "showing.where": ["site"], "tie_breaks": ["chair"],
        "scoring.jury_weight": 0, "scoring.interaction_weight": 100,
        "scoring.points_per_share": 0, "scoring.points_per_reaction": 0,
    })


class Posted:
    """Three published clips of three units, and two organisers."""

    def __init__(self, make: Factory, contest: Contest) -> None:
        self.make, self.contest = make, contest
        self.units = [make.unit(contest, f"Đoàn {name}") for name in "ABC"]
        self.clips = [make.submission(unit, "published") for unit in self.units]
        people = [make.user("organiser", contest=contest) for _ in range(2)]
        self.organiser, self.second = (make.actor(user) for user in people)

    def now(self, session: Session) -> Contest:
        return session.get_one(Contest, self.contest.id)

    def enter(self, clip: int, url: str, *, actor: Actor | None = None) -> PlatformPost:
        with self.make.platform.db.write() as session:
            submission = session.get_one(Submission, self.clips[clip].id)
            return posts.enter(session, submission, url, actor=actor or self.organiser,
                               at=self.make.at)

    def tell(
        self, post: PlatformPost, *, actor: Actor | None = None, taken_at: datetime = COUNTED,
        reason: str = "", name: str = "", **values: int | None,
    ) -> PlatformCount:
        with self.make.platform.db.write() as session:
            here = session.get_one(PlatformPost, post.id)
            return numbers.tell(
                session, here, values, client_id=name or f"{taken_at}{sorted(values.items())}"[:64],
                taken_at=taken_at, actor=actor or self.organiser, at=self.make.at,
                late_reason=reason,
            )

    def agree(self, *counts: PlatformCount, actor: Actor | None = None) -> int:
        with self.make.platform.db.write() as session:
            return numbers.approve(session, self.now(session), [one.id for one in counts],
                                   actor=actor or self.second, at=self.make.at)
