"""Near-duplicate clips in picture or sound (plan III.3: new work, not copied).

Only a hint: an entry changes when a reviewer decides, never before. Clips of all contests are
compared, earlier versions and seasons included.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select, update
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from contest.actors import Actor
from contest.errors import Invalid, not_found
from contest.models import (
    ClipFingerprint,
    ClipVersion,
    Contest,
    Handover,
    RoleGrant,
    SimilarPair,
    Submission,
    Task,
)
from contest.permissions import can, require
from contest.services.core import audit, outbox, pagination, profiles
from contest.services.core.pagination import Pagination
from contest.states import IN_CONTEST, SubmissionState

PAGE = 500  # keys, of 8 kB each, in memory at once
WHOLE = 50  # fingerprints, of 20 to 30 kB each
COPY, FINE = "copy", "fine"
VERDICTS = (COPY, FINE)


@dataclass(frozen=True)
class Stretch:
    """A matching stretch: starts (s) in this clip and in the other, and its length (s)."""

    here: float
    there: float
    seconds: float


@dataclass(frozen=True)
class Comparison:
    """A pair from the viewpoint of one of its clips, ``here``."""

    pair: SimilarPair
    here: ClipVersion
    there: ClipVersion
    picture: list[Stretch]
    sound: list[Stretch]

    @property
    def same_submission(self) -> bool:
        """Whether both are versions of one entry: similarity is expected then."""
        return self.here.submission_id == self.there.submission_id

    @property
    def same_unit(self) -> bool:
        return self.here.submission.unit_id == self.there.submission.unit_id

    @property
    def same_contest(self) -> bool:
        return self.here.submission.contest_id == self.there.submission.contest_id


def may_name(actor: Actor, seen: Comparison) -> bool:
    """May ``actor`` be told title, unit and code of the other clip? Of this contest they are known;
    of another one to its own people, to an administrator, and to everybody once it is public."""
    submission = seen.there.submission
    if seen.same_contest or actor.admin or can(actor, "review.read", submission):
        return True
    return submission.state == SubmissionState.PUBLISHED and not profiles.names_are_hidden(
        submission.contest
    )


def may_read_verdict(session: Session, actor: Actor, seen: Comparison) -> bool:
    """May ``actor`` read who decided, and why? A reviewer of another contest may have."""
    if may_name(actor, seen):
        return True
    return session.scalar(select(RoleGrant.id).where(
        RoleGrant.user_id == seen.pair.decided_by,
        RoleGrant.contest_id == seen.here.submission.contest_id,
    ).limit(1)) is not None


# ---------------------------------------------------------------------------- finding them


def keep(
    session: Session, version: ClipVersion, data: Mapping[str, Any], *, at: datetime
) -> ClipFingerprint:
    """Store a version's fingerprint and enqueue its comparison with all others."""
    query = select(ClipFingerprint).where(ClipFingerprint.version_id == version.id)
    row = session.scalars(query).one_or_none()
    if row is None:
        row = ClipFingerprint(version_id=version.id, data=dict(data), created_at=at)
        session.add(row)
        session.flush()
    row.data, row.keys = dict(data), None
    outbox.enqueue(
        session, "copies.compare", row.id, at=at, contest_id=version.submission.contest_id,
        priority="low",
    )
    return row


def others(
    session: Session, version_id: int, *, after: int = 0
) -> list[tuple[int, bytes | None]]:
    """The index's keys of other versions, of every contest, by the version's id: the next
    ``PAGE`` ``after`` one of them, as (version's id, keys). Of an entry that was handed from one
    contest to another the same clip is no copy."""
    query = (
        select(ClipFingerprint.version_id, ClipFingerprint.keys)
        .where(ClipFingerprint.version_id != version_id, ClipFingerprint.version_id > after,
               ClipFingerprint.version_id.not_in(_handed(session, version_id)))
        .order_by(ClipFingerprint.version_id).limit(PAGE)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def of_versions(session: Session, version_ids: list[int]) -> list[tuple[int, dict[str, Any]]]:
    """Whole fingerprints as (version's id, data), at most ``WHOLE`` at once; those that have gone
    meanwhile are left out."""
    query = select(ClipFingerprint.version_id, ClipFingerprint.data).where(
        ClipFingerprint.version_id.in_(version_ids[:WHOLE])
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def keep_keys(session: Session, version_id: int, keys: bytes) -> None:
    """Store what the index needs of a version's fingerprint."""
    session.execute(
        update(ClipFingerprint).where(ClipFingerprint.version_id == version_id).values(keys=keys)
    )


def _handed(session: Session, version_id: int) -> list[int]:
    """The versions of entries that this one's was made of, or that were made of it."""
    own = select(ClipVersion.submission_id).where(ClipVersion.id == version_id)
    roots = set(session.scalars(select(Handover.root_id).where(
        or_(Handover.submission_id.in_(own), Handover.root_id.in_(own)),
        Handover.root_id.is_not(None),
    )))
    made = select(Handover.submission_id).where(Handover.root_id.in_(roots))
    return list(session.scalars(select(ClipVersion.id).where(
        or_(ClipVersion.submission_id.in_(made), ClipVersion.submission_id.in_(roots))
    ))) if roots else []


def record(
    session: Session, first_id: int, second_id: int, found: Mapping[str, Any], *, at: datetime
) -> None:
    """Store what two versions share; in ``found`` the later version, ``first_id``, comes first.

    A pair stored before keeps its verdict.
    """
    query = select(SimilarPair).where(
        SimilarPair.version_id == first_id, SimilarPair.other_id == second_id
    )
    pair = session.scalars(query).one_or_none()
    if pair is None:
        pair = SimilarPair(version_id=first_id, other_id=second_id, created_at=at)
        session.add(pair)
    pair.kind, pair.score, pair.data = found["kind"], found["score"], dict(found)
    session.flush()


def note_loop(session: Session, print_id: int, lag: float, share: float) -> None:
    """Store that a clip repeats itself every ``lag`` seconds over ``share`` (0 to 1) of it."""
    row = session.get_one(ClipFingerprint, print_id)
    row.data = row.data | {"loop": {"lag": lag, "share": share}}


# ---------------------------------------------------------------------------- reading


def of_version(session: Session, version: ClipVersion) -> list[Comparison]:
    """All pairs with this version, the most similar first."""
    query = (
        select(SimilarPair)
        .where(or_(SimilarPair.version_id == version.id, SimilarPair.other_id == version.id))
        .order_by(SimilarPair.score.desc(), SimilarPair.id)
    )
    return [seen(pair, version) for pair in session.scalars(query)]


def find(session: Session, submission: Submission, pair_id: int) -> Comparison:
    """One pair from the viewpoint of ``entry``. Raises ``NotFound`` for a pair of other entries."""
    pair = session.get(SimilarPair, pair_id)
    if pair is not None:
        for version in (pair.version, pair.other):
            if version.submission_id == submission.id:
                return seen(pair, version)
    raise not_found()


def seen(pair: SimilarPair, here: ClipVersion) -> Comparison:
    """The pair from the viewpoint of ``here``, one of its two clips."""
    first = pair.version_id == here.id
    there = pair.other if first else pair.version

    def stretches(kind: str) -> list[Stretch]:
        found = [(m["start"], m["other"], m["seconds"]) for m in pair.data[kind]]
        return [Stretch(a, b, s) if first else Stretch(b, a, s) for a, b, s in found]

    return Comparison(pair, here, there, stretches("picture"), stretches("sound"))


def repeats(session: Session, version: ClipVersion) -> dict[str, float] | None:
    """How the clip repeats itself (``lag`` in seconds, ``share``), or None."""
    query = select(ClipFingerprint.data).where(ClipFingerprint.version_id == version.id)
    found: dict[str, Any] = session.scalar(query) or {}
    return found.get("loop")


def compared(session: Session, version: ClipVersion) -> bool:
    """Whether this version has been compared with all others."""
    query = (
        select(Task.id)
        .join(ClipFingerprint, ClipFingerprint.id == Task.row_id)
        .where(
            Task.kind == "copies.compare", Task.state == "done",
            ClipFingerprint.version_id == version.id,
        )
    )
    return session.scalar(query) is not None


def listed(
    session: Session, contest: Contest, *, decided: bool = False, number: int = 1
) -> Pagination[SimilarPair]:
    """Pairs of different entries with a current clip of this contest: open or decided ones, each
    two entries once, whichever of them sent a clip again.

    Entries, units and contests of the clips are loaded with them.
    """
    entries = [
        selectinload(clip).joinedload(ClipVersion.submission).joinedload(of)
        for clip in (SimilarPair.version, SimilarPair.other)
        for of in (Submission.unit, Submission.contest)
    ]
    order = SimilarPair.score.desc(), SimilarPair.id
    rows = select(SimilarPair).options(*entries).order_by(*order)
    if decided:  # nobody else has a decider
        rows = rows.options(joinedload(SimilarPair.decider))
    keys = _once(contest, decided=decided).with_only_columns(SimilarPair.id).order_by(*order)
    return pagination.take_counted(session, keys, rows, number, SimilarPair.id)


def waiting(session: Session, contest: Contest) -> int:
    """How many pairs have no verdict yet."""
    query = _once(contest, decided=False)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _once(contest: Contest, *, decided: bool) -> Select[Any]:
    """Of the pairs between two entries the one that counts: between the clips in force, else the
    most similar. Open are those that nobody has decided about; an older pair of the same two
    entries is not asked about again."""
    ranked = _ranked(contest)
    if decided:
        ranked = ranked.where(SimilarPair.verdict.is_not(None))
    first = ranked.subquery()
    query = select(SimilarPair).join(
        first, and_(first.c.id == SimilarPair.id, first.c.place == 1)
    )
    return query if decided else query.where(SimilarPair.verdict.is_(None))


def _ranked(contest: Contest) -> Select[Any]:
    later, earlier = aliased(Submission), aliased(Submission)
    clip, other = aliased(ClipVersion), aliased(ClipVersion)
    in_force = or_(
        *(
            and_(
                submission.contest_id == contest.id, submission.state.in_(IN_CONTEST),
                submission.version_id == of.id,
            )
            for submission, of in ((later, clip), (earlier, other))
        )
    )
    both = case(
        (and_(later.version_id == clip.id, earlier.version_id == other.id), 0), else_=1
    )
    low = case((later.id < earlier.id, later.id), else_=earlier.id)
    place = func.row_number().over(
        partition_by=(low, later.id + earlier.id),  # whichever came later
        order_by=(both, SimilarPair.score.desc(), SimilarPair.id),
    )
    return (
        select(SimilarPair.id, place.label("place"))
        .join(clip, clip.id == SimilarPair.version_id)
        .join(later, later.id == clip.submission_id)
        .join(other, other.id == SimilarPair.other_id)
        .join(earlier, earlier.id == other.submission_id)
        .where(later.id != earlier.id, in_force)
    )


# ---------------------------------------------------------------------------- deciding


def decide(
    session: Session, seen: Comparison, *, verdict: str, reason: str, actor: Actor, at: datetime
) -> None:
    """Record a reviewer's verdict; a later one replaces it, and the audit trail has both.

    Raises ``NotAllowed``, and ``Invalid`` for an unknown verdict or an empty reason.
    """
    require(actor, "review.decide", seen.here.submission)
    if verdict not in VERDICTS:
        raise Invalid("Hãy chọn một kết luận.", "Please choose a conclusion.")
    if not reason.strip():
        raise Invalid("Hãy ghi lý do kết luận.", "Please state the reason.")
    pair, before = seen.pair, {"verdict": seen.pair.verdict, "reason": seen.pair.reason}
    pair.verdict, pair.reason = verdict, reason.strip()
    pair.decided_by, pair.decided_at = actor.id, at
    audit.record(
        session, f"copy_pair.{verdict}", pair, actor=actor, at=at,
        contest_id=seen.here.submission.contest_id, before=before,
        after={
            "verdict": verdict, "reason": reason.strip(), "here": seen.here.submission.code,
            "there": seen.there.submission.code,
        },
    )
