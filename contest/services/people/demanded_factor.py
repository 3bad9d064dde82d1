"""Of whom a second factor is demanded: by a contest's rules, and of the staff whatever they say."""

from sqlalchemy.orm import Session

from contest.actors import Actor, Role
from contest.errors import NotAllowed
from contest.models import Contest
from contest.services.core import profiles


def require(actor: Actor, contest: Contest | None) -> None:
    """Raises ``NotAllowed`` for a role that needs a second factor (profile) where none was given.

    An administrator can do what an organiser can, so the same is required.
    """
    if contest is not None and owes(actor, contest):
        raise needed()


def owes(actor: Actor, contest: Contest) -> bool:
    """Whether the contest's rules demand a second factor of this person, who gave none."""
    if actor.kind != "user" or actor.second_factor:
        return False
    return _demands(contest, actor)


def needed() -> NotAllowed:
    """The refusal of somebody who must give a second factor first, for the caller to raise."""
    return NotAllowed(
        "Vai trò này cần lớp xác thực thứ hai. Hãy bật trong mục Tài khoản của tôi.",
        "This role needs a second factor. Please switch it on under My account.",
        second_factor=True,
    )


def must_set_up(actor: Actor) -> bool:
    """Whether somebody organises a contest or administers the platform, and gave no second factor.

    No contest's rules change that: whoever may change the rules would switch it off first.
    """
    return actor.kind == "user" and _runs_something(actor) and not actor.second_factor


def demanded_of(session: Session, actor: Actor, *, of_staff: bool) -> bool:
    """Whether the person must have a second factor, of whichever kind: as staff (where the setting
    says ``required``, ``of_staff``), or by the rules of a contest in which they have a role."""
    if of_staff and _runs_something(actor):
        return True
    return any(_demands(contest, actor) for contest in profiles.all_contests(session))


def _demands(contest: Contest, actor: Actor) -> bool:
    held = actor.roles.get(contest.id, frozenset()) | ({Role.ORGANISER} if actor.admin else set())
    return bool(held & set(profiles.profile_of(contest).security.second_factor))


def _runs_something(actor: Actor) -> bool:
    return actor.admin or any(Role.ORGANISER in held for held in actor.roles.values())
