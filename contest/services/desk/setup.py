"""Creating a contest: its rules first, then its first organiser."""

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from contest import profile as rule_files
from contest.actors import Actor, Role
from contest.errors import Conflict
from contest.models import Contest, User
from contest.permissions import require
from contest.services.core import profiles
from contest.services.people import people

REFERENCE = Path(__file__).parents[2] / "profiles" / "quan11-2023.toml"


def reference_source() -> str:
    """The reference contest's rule file, the starting point of most contests."""
    return REFERENCE.read_text("utf-8")


def create(session: Session, source: str, *, actor: Actor, at: datetime) -> Contest:
    """Create a contest from a rule file; the actor becomes its first organiser.

    Raises ``NotAllowed`` without ``contest.create``, ``Invalid`` for a faulty rule file,
    ``Conflict`` where the slug is taken.
    """
    require(actor, "contest.create")
    slug = rule_files.load(source).profile.contest.slug
    if any(contest.slug == slug for contest in profiles.all_contests(session)):
        raise Conflict(
            f"Đã có hội thi “{slug}”. Hãy đổi contest.slug trong tệp thể lệ.",
            f'There is a contest "{slug}" already. Please change contest.slug in the rule file.',
        )
    contest, _ = profiles.import_profile(session, source, actor=actor, at=at)
    user = session.get_one(User, actor.id)
    people.change_roles(
        session, contest, user, roles=[Role.ORGANISER], unit_id=None, actor=actor, at=at
    )
    return contest
