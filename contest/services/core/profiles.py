"""Contests and the revisions of their profiles."""

import difflib
from datetime import datetime
from threading import Lock

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from contest import profile as profiles
from contest.actors import Actor
from contest.errors import Conflict, Invalid, not_found
from contest.models import Contest, ProfileRevision
from contest.models.base import LOCK
from contest.permissions import require
from contest.profile import Loaded, Profile, reminding
from contest.services.core import appraisal, audit, outbox
from contest.services.core.in_use import rule_carrying, rule_guard
from contest.services.core.in_use.effects import CARRIED, REFUSED, Effect

REMIND = "reminders.tick"  # the task that sends planned reminders
KEPT = 64  # profiles in memory, the latest used ones
_known: dict[str, Profile] = {}  # by SHA-256 of the content, the latest used one last
_lock = Lock()


def find(session: Session, slug: str) -> Contest:
    """The contest of this slug, with the revision in force. Raises ``NotFound`` otherwise."""
    query = select(Contest).where(Contest.slug == slug, Contest.revision_id.is_not(None)).options(
        joinedload(Contest.revision)
    )
    contest = session.scalars(query).one_or_none()
    if contest is None:
        raise not_found()
    return contest


def all_contests(session: Session) -> list[Contest]:
    """All contests with the revisions in force, the newest first; dry runs among them, but those
    that have ended."""
    query = (
        select(Contest).where(Contest.revision_id.is_not(None))
        .options(joinedload(Contest.revision)).order_by(Contest.id.desc())
    )
    return list(session.scalars(query))


def public_contests(session: Session) -> list[Contest]:
    """All that everybody may know of: no dry runs."""
    return [contest for contest in all_contests(session) if contest.trial_of is None]


def profile_of(contest: Contest) -> Profile:
    """The rules in force."""
    assert contest.revision is not None  # noqa: S101 - a contest is made with its first revision
    return profile_at(contest.revision)


def names_are_hidden(contest: Contest) -> bool:
    """Whether nothing public may name units or authors yet: jurors read public pages, too, and a
    blind jury is still marking."""
    return profile_of(contest).jury.blind and contest.jury_locked_at is None


def profile_at(revision: ProfileRevision) -> Profile:
    """The rules of a revision. Parsed once in a process: a revision never changes, nor does a
    ``Profile``, and the hash of its content names it in every database."""
    with _lock:
        found = _known.pop(revision.sha256, None)
    found = found or profiles.stored(revision.content)
    with _lock:
        _known[revision.sha256] = found
        while len(_known) > KEPT:
            del _known[next(iter(_known))]
    return found


def import_profile(
    session: Session, source: str, *, actor: Actor, at: datetime, reason: str = "",
    agreed: bool = False,
) -> tuple[Contest, bool]:
    """Store a profile: a new contest, or a new revision of an existing one.

    The same content again changes nothing (second value False). Once entries are open a change
    needs a reason (design, "Rules are data"). Rules in use are guarded (``rule_guard``): ``agreed``
    says that what is carried over was seen. Raises ``Invalid`` for a faulty profile or a missing
    reason, ``NotAllowed`` without ``contest.create`` or ``profile.change``, ``Conflict`` with
    ``data["effects"]`` for what is refused, or would be carried over and was not agreed to.
    """
    loaded = profiles.load(source)
    slug = loaded.profile.contest.slug
    contest = session.scalars(
        select(Contest).where(Contest.slug == slug).with_for_update(**LOCK)
    ).one_or_none()
    if contest is None:
        require(actor, "contest.create")
        contest = Contest(slug=slug, created_at=at)
        session.add(contest)
        session.flush()
    else:
        require(actor, "profile.change", contest)
        if contest.revision and contest.revision.sha256 == loaded.sha256:
            return contest, False
        _ask_reason(contest, at, reason)
        _guard(session, contest, loaded.profile, actor=actor, at=at, agreed=agreed)
        if appraisal.concerned(profile_of(contest), loaded.profile):
            appraisal.look_again(session, contest, at=at)
    _add_revision(session, contest, loaded, actor=actor, at=at, reason=reason)
    return contest, True


def effects_of(
    session: Session, contest: Contest, profile: Profile, *, at: datetime
) -> list[Effect]:
    """What putting ``profile`` in force now would do to what is there, for a preview."""
    return rule_guard.effects(session, contest, profile_of(contest), profile, at=at)


def _guard(
    session: Session, contest: Contest, profile: Profile, *, actor: Actor, at: datetime,
    agreed: bool,
) -> None:
    found = effects_of(session, contest, profile, at=at)
    refused = [one for one in found if one.kind == REFUSED]
    carried = [one for one in found if one.kind == CARRIED]
    data = [{"kind": one.kind, "vi": one.vi, "en": one.en} for one in found]
    if refused:
        raise Conflict(" ".join(one.vi for one in refused), " ".join(one.en for one in refused),
                       effects=data)
    if carried and not agreed:
        raise Conflict(
            "Thay đổi này chuyển những gì đã có: " + " ".join(one.vi for one in carried)
            + " Hãy xem và xác nhận trước khi lưu.",
            "This change carries over what is there: " + " ".join(one.en for one in carried)
            + " Look at it and confirm before it is saved.", effects=data,
        )
    if carried:
        rule_carrying.carry(
            session, contest, profile_of(contest), profile, said=[one.vi for one in carried],
            actor=actor, at=at,
        )


def _ask_reason(contest: Contest, at: datetime, reason: str) -> None:
    if at >= profile_of(contest).schedule.entries_open and not reason.strip():
        raise Invalid(
            "Hội thi đã mở: thay đổi quy định cần có lý do. Hãy ghi lý do rồi lưu lại.",
            "The contest is open: a change of its rules needs a reason. Please state it.",
        )


def _add_revision(
    session: Session, contest: Contest, loaded: Loaded, *, actor: Actor, at: datetime, reason: str
) -> None:
    last = session.scalar(
        select(func.max(ProfileRevision.number)).where(ProfileRevision.contest_id == contest.id)
    )
    before = contest.revision.sha256 if contest.revision else ""
    revision = ProfileRevision(
        contest_id=contest.id, number=(last or 0) + 1, sha256=loaded.sha256, source=loaded.source,
        content=loaded.content, reason=reason, created_by=actor.label, created_at=at,
    )
    session.add(revision)
    session.flush()
    contest.revision = revision
    audit.record(
        session, "profile.imported", contest, actor=actor, at=at, contest_id=contest.id,
        before={"sha256": before},
        after={"sha256": loaded.sha256, "number": revision.number, "reason": reason},
    )
    plan_reminders(session, contest, loaded.profile, at=at)


def plan_reminders(
    session: Session, contest: Contest, profile: Profile, *, at: datetime
) -> None:
    """From now on what is due is looked for, where the rules name reminders."""
    if reminding.planned(profile):
        task = outbox.enqueue(
            session, REMIND, contest.id, at=at, contest_id=contest.id, priority="low"
        )
        if task.state in ("done", "failed"):
            outbox.enqueue_again(session, task, at=at)


def revisions(session: Session, contest: Contest) -> list[ProfileRevision]:
    """All revisions, the newest first."""
    query = select(ProfileRevision).where(ProfileRevision.contest_id == contest.id)
    return list(session.scalars(query.order_by(ProfileRevision.number.desc())))


def diff(old: ProfileRevision, new_source: str) -> list[str]:
    """The change as unified diff lines, for the page that asks for the reason."""
    return list(
        difflib.unified_diff(old.source.splitlines(), new_source.splitlines(), lineterm="", n=2)
    )
