"""What a random walk's contest gives prizes for: in every fourth one clips are sorted into
categories with prizes of their own, and one prize is the chair's to give."""

import random
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Invalid
from contest.models import Contest, Submission
from contest.profile import Profile
from contest.services.awards import choosing
from contest.services.core import profiles
from contest.services.reviewing import sorting
from tests.contest.walked_page import REASON

PRIZED = "".join(
    f'\n[[categories]]\nid = "{id_}"\nname = {{ vi = "{name}", en = "{name}" }}\n'
    f'[[prizes]]\nid = "nhat-{id_}"\nby = "category:{id_}"\ncount = 1\n'
    f'name = {{ vi = "Nhất {name}", en = "First {name}" }}\n'
    for id_, name in (("phim", "Phim"), ("nhac", "Nhạc"))
) + '\n[[prizes]]\nid = "chair"\nby = "chair"\ncount = 1\nname = { vi = "Riêng", en = "Own" }\n'


class PrizesOfWalk:
    """What of a walk concerns prizes."""

    random: random.Random
    first: Actor

    @property
    def at(self) -> datetime:
        raise NotImplementedError

    def note(self, what: str) -> None:
        raise NotImplementedError

    def a_category(self, profile: Profile) -> str:
        """One of the rules', for a new entry's form."""
        return self.random.choice([one.id for one in profile.categories] or [""])

    def the_chair_chooses(self, session: Session, contest: Contest) -> None:
        """Among what is on the Page; another clip is refused, and changes nothing."""
        if not any(prize.by == "chair" for prize in profiles.profile_of(contest).prizes):
            return
        of_contest = select(Submission.code, Submission.state).where(
            Submission.contest_id == contest.id).order_by(Submission.id)
        code, state = self.random.choice(session.execute(of_contest).all())
        held = session.begin_nested()
        try:
            choosing.choose(session, contest, "chair", [code], reason=REASON, actor=self.first,
                            at=self.at)
        except Invalid:
            held.rollback()
            assert state != "published"
        else:
            assert state == "published"
            self.note(f"the chair gives a prize to {code}")

    def sort(self, session: Session, one: Submission) -> None:
        """Into another category, where the rules have one for its unit."""
        if others := sorting.others(profiles.profile_of(one.contest), one):
            sorting.sort(session, one, self.random.choice(others).id, actor=self.first, at=self.at)
