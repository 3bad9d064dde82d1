"""Who is told when a Page needs a person."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Role
from contest.models import Contest, RoleGrant, User


def organisers_of(session: Session, contest: Contest) -> list[User]:
    """The contest's organisers whose accounts are open."""
    query = (
        select(User)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(RoleGrant.contest_id == contest.id, RoleGrant.role == Role.ORGANISER, User.active)
        .order_by(User.id)
    )
    return list(session.scalars(query))
