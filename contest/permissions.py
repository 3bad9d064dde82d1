"""Every permission of the platform: action -> predicate. Screens, API and jobs check here.

A subject is a contest or anything that belongs to one (``contest_id``, perhaps ``unit_id``).
``tests/contest/test_permissions.py`` walks all routes x all roles against a table.
"""

from collections.abc import Callable

from contest.actors import Actor, Role
from contest.errors import NotAllowed, SignInNeeded

Predicate = Callable[[Actor, object], bool]


def _contest_of(subject: object) -> int:
    return int(getattr(subject, "contest_id" if hasattr(subject, "contest_id") else "id"))


def anyone(actor: Actor, subject: object) -> bool:
    return True


def signed_in(actor: Actor, subject: object) -> bool:
    return actor.kind == "user"


def is_admin(actor: Actor, subject: object) -> bool:
    return actor.admin or actor.kind == "system"


def is_unit(actor: Actor, subject: object) -> bool:
    """A unit of this contest; where the subject belongs to a unit, that very unit."""
    if actor.kind != "unit" or actor.contest_id != _contest_of(subject):
        return False
    owner = getattr(subject, "unit_id", actor.unit_id)
    return bool(owner == actor.unit_id)


def _holds(role: Role) -> Predicate:
    def predicate(actor: Actor, subject: object) -> bool:
        return actor.kind == "system" or actor.has_role(role, _contest_of(subject))

    return predicate


organiser, reviewer, juror = _holds(Role.ORGANISER), _holds(Role.REVIEWER), _holds(Role.JUROR)


def any_of(*predicates: Predicate) -> Predicate:
    """A predicate that holds where one of these does."""
    return lambda actor, subject: any(p(actor, subject) for p in predicates)


def not_own_unit(actor: Actor, subject: object) -> bool:
    """A juror never marks the clip of a unit they belong to (practice: block by assignment)."""
    return actor.unit_id is None or actor.unit_id != getattr(subject, "unit_id", None)


PERMISSIONS: dict[str, Predicate] = {
    "public.read": anyone,
    "public.follow": anyone,
    "account.sign_in": anyone,
    "account.manage": signed_in,
    "contest.create": is_admin,
    "people.manage": any_of(is_admin, organiser),
    "unit.enter": anyone,
    "entry.read": any_of(is_unit, organiser, reviewer),
    "entry.edit": is_unit,
    "entry.upload": is_unit,
    "entry.deputise": organiser,
    "entry.disqualify": organiser,
    "entry.reinstate": organiser,
    "entry.sort": organiser,
    "check.retry": any_of(organiser, reviewer),
    "media.watch": any_of(is_unit, organiser, reviewer, juror),
    "review.read": any_of(reviewer, organiser),
    "review.decide": reviewer,
    "review.vote": reviewer,
    "review.chair": reviewer,  # which of them has the casting word: ``services/entry/votes.py``
    "jury.mark": lambda actor, subject: juror(actor, subject) and not_own_unit(actor, subject),
    "jury.read": juror,
    "jury.type": organiser,  # a juror's marks at the table, where the rules have it marked live
    "trial.manage": organiser,
    "organiser.read": organiser,
    "unit.manage": organiser,
    "reminder.send": organiser,
    "letter.change": organiser,
    "push.subscribe": lambda actor, subject: actor.kind in ("user", "unit"),
    "profile.change": any_of(is_admin, organiser),
    "publication.manage": organiser,
    "interaction.import": organiser,
    "interaction.late": organiser,
    "result.close": organiser,
    "result.publish": organiser,
    "document.manage": organiser,
    "job.retry": organiser,
    "audit.read": organiser,
    "export.read": organiser,
    "privacy.ask": anyone,
    "privacy.manage": organiser,
    "handover.offer": organiser,
    "handover.accept": organiser,
}


def can(actor: Actor, action: str, subject: object = None) -> bool:
    """May ``actor`` do ``action`` to ``subject``? An unknown action raises ``KeyError``."""
    return PERMISSIONS[action](actor, subject)


def require(actor: Actor, action: str, subject: object = None) -> None:
    """Unless allowed, raises ``SignInNeeded`` (401) for the public, else ``NotAllowed`` (403)."""
    if can(actor, action, subject):
        return
    if actor.kind == "public":
        raise SignInNeeded("Bạn cần đăng nhập để làm việc này.", "Please sign in to do this.")
    raise NotAllowed(
        "Tài khoản của bạn không có quyền làm việc này. Hãy liên hệ Ban Tổ chức.",
        "Your account is not allowed to do this. Please ask the organisers.",
    )
