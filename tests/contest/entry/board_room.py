"""A contest with a board of four, for the tests of votes."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from contest.jobs.checks import HANDLERS
from contest.models import Contest, Mail, Review, Submission, Task, User
from contest.profile import Profile
from contest.services.core import appraisal, profiles
from contest.services.core.appraisal import Board
from contest.services.entry import reviews, votes
from contest.services.entry.reviews import Decision
from contest.services.people import chair, people
from contest.wiring import Platform
from tests.contest.factory import QUAN11, Factory

UNTIL = datetime.fromisoformat("2023-06-12T20:00:00+07:00")
ROOM = "/c/quan11-2023/review/"
PLAN = "changes_days = 2"


def board_rules(**numbers: object) -> Callable[[str], str]:
    """The reference rules with these keys of ``[review]``."""
    keys = "\n".join(f"{key} = {str(value).lower()}" for key, value in numbers.items())
    assert PLAN in QUAN11.read_text()
    return lambda text: text.replace(PLAN, f"{PLAN}\n{keys}")


class Room:
    """A contest with a board of four, the first of them its chair; each act a transaction."""

    def __init__(self, platform: Platform, make: Factory, **numbers: object) -> None:
        self.platform, self.make = platform, make
        self.contest = make.contest("quan11-2023", board_rules(**numbers))
        self.members = [
            make.user("reviewer", contest=self.contest, name=f"Thành viên {n}") for n in range(4)
        ]
        self.organiser = make.user("organiser", contest=self.contest)
        self.name_chair(self.members[0])
        self.unit = make.unit(self.contest)
        self.submission = make.submission(self.unit, "in_review", contact_email="an@example.vn")

    @property
    def profile(self) -> Profile:
        with self.platform.db.read() as session:
            return profiles.profile_of(session.get_one(Contest, self.contest.id))

    def name_chair(self, user: User, *, yes: bool = True) -> None:
        with self.platform.db.write() as session:
            chair.name(
                session, session.get_one(Contest, self.contest.id), session.get_one(User, user.id),
                chair=yes, actor=self.make.actor(self.organiser), at=self.make.at,
            )

    def decision(self, outcome: str, **values: object) -> Decision:
        said: dict[str, object] = {"version_id": self.make.fresh(self.submission).version_id}
        if outcome == "approve":
            said["checklist"] = {item.id: True for item in self.profile.review.checklist}
        else:
            said["reason"] = "Chưa đúng chủ đề."
        if outcome == "changes":
            said["until"] = UNTIL
        return Decision(outcome=outcome, **(said | values))  # type: ignore[arg-type]

    def vote(self, number: int, outcome: str, **values: object) -> Review | None:
        decision = self.decision(outcome, **values)
        with self.platform.db.write() as session:
            row = session.get_one(Submission, self.submission.id)
            actor = self.make.actor(self.members[number])
            return reviews.decide(session, row, decision, actor=actor, at=self.make.at)

    def cast(self, number: int, outcome: str, **values: object) -> Review:
        values = {"reason": "Ý kiến của Chủ tịch."} | values
        decision = self.decision(outcome, **values)
        with self.platform.db.write() as session:
            row = session.get_one(Submission, self.submission.id)
            actor = self.make.actor(self.members[number])
            return votes.decide_as_chair(session, row, decision, actor=actor, at=self.make.at)

    def aside(self, number: int, reason: str = "Em tôi đóng trong clip.") -> None:
        with self.platform.db.write() as session:
            row = session.get_one(Submission, self.submission.id)
            actor = self.make.actor(self.members[number])
            votes.stand_aside(session, row, reason=reason, actor=actor, at=self.make.at)

    def take_back(self, number: int) -> None:
        with self.platform.db.write() as session:
            row = session.get_one(Submission, self.submission.id)
            actor = self.make.actor(self.members[number])
            votes.take_back(session, row, actor=actor, at=self.make.at)

    def leave(self, number: int) -> None:
        with self.platform.db.write() as session:
            people.change_roles(
                session, session.get_one(Contest, self.contest.id),
                session.get_one(User, self.members[number].id), roles=(), unit_id=None,
                actor=self.make.actor(self.organiser), at=self.make.at,
            )

    def change_rules(self, *, agreed: bool = False, **numbers: object) -> None:
        source = board_rules(**numbers)(QUAN11.read_text())
        with self.platform.db.write() as session:
            profiles.import_profile(
                session, source, actor=self.make.actor(self.organiser), at=self.make.at,
                reason="Tổ thẩm định thiếu người", agreed=agreed,
            )

    def settle(self) -> None:
        """The task runs that a change of rules or board has enqueued."""
        with self.platform.db.read() as session:
            kinds = set(session.scalars(select(Task.kind)))
        assert appraisal.SETTLE in kinds
        HANDLERS[appraisal.SETTLE](self.platform, self.contest.id, lambda: None)

    def board(self) -> Board:
        with self.platform.db.read() as session:
            row = session.get_one(Submission, self.submission.id)
            return votes.board(session, row, at=self.make.at)

    @property
    def state(self) -> str:
        return self.make.fresh(self.submission).state

    def mails(self) -> list[tuple[str, str]]:
        with self.platform.db.read() as session:
            return [(m.template, m.to) for m in session.scalars(select(Mail).order_by(Mail.id))]
