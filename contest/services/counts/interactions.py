"""Counts on the Page: immutable snapshots, and which of them is the official one.

Counts only grow and cannot be queried for a past moment, so the official count of a clip is its
last snapshot taken at or before the cut-off (product 10). A later one, or one entered too long
after the cut-off, needs a reason and a second organiser. NULL ("not known") is never 0.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager, defer, joinedload

from contest.actors import Actor
from contest.errors import Conflict, Invalid, not_found
from contest.languages import LANGUAGES, write_time
from contest.models import (
    Base,
    Contest,
    Evidence,
    LateApproval,
    Publication,
    Result,
    Snapshot,
    Submission,
    Unit,
)
from contest.permissions import require
from contest.profile import Profile
from contest.services.core import audit, bulk, pagination, profiles, search
from contest.services.core.blockers import Blocker
from contest.services.core.pagination import Pagination
from contest.services.counts import count_gaps, official
from contest.services.jury import jury_round
from social.imports.cells import code_key, read_code

TELLING = timedelta(hours=2)  # after the cut-off, to enter a count taken before it
CLOCKS_DIFFER = timedelta(minutes=2)
LARGEST_ID = 2**31 - 1
COUNTED = ("submission_id", "reactions", "shares", "comments", "reactions_by_kind", "raw")
UNREAD = (defer(Snapshot.raw), defer(Snapshot.reactions_by_kind))  # stored, but shown nowhere


class Made(Protocol):
    """Anything that says who made it (an actor's label)."""

    @property
    def created_by(self) -> str: ...


@dataclass(frozen=True)
class Reading:
    """Counts of one clip as somebody read them; None is "not known"."""

    reactions: int | None = None
    shares: int | None = None
    comments: int | None = None
    by_kind: Mapping[str, int] | None = None
    raw: Mapping[str, object] | None = None


class Posted(NamedTuple):
    """A clip on the Page, with everything by which a file or a person may identify it."""

    submission_id: int
    code: str
    title: str
    post_id: str | None
    video_id: str | None
    permalink: str
    publication_id: int
    since: datetime  # when its post appeared: nothing can be counted before
    published_at: datetime | None  # as the platform learned of it


def posted(session: Session, contest: Contest, *, most: int | None = None) -> list[Posted]:
    """The clips on the Page, in the order of their release; columns only, for there may be many."""
    query = (
        select(
            Submission.id, Submission.code, Submission.title, Publication.post_id,
            Publication.video_id, Publication.permalink, Publication.id,
            official.on_page_since(), Publication.published_at,
        )
        .join(Publication.submission)
        .where(*official.on_page(contest))
        .order_by(Publication.position, Publication.id)
    )
    return list(map(Posted._make, session.execute(query.limit(most))))


def listed(
    session: Session, contest: Contest, *, words: str = "", show: str = "", number: int = 1,
    size: int = pagination.ROWS,
) -> Pagination[Publication]:
    """The clips on the Page with their units, in the order of their release, ``size`` on a page.
    ``show``: those behind one blocker, or whose ledger is of one kind (``count_gaps.SHOWN``,
    ``LEDGERS``), all for any other word."""
    query: Select[Publication] = (
        select(Publication)
        .join(Publication.submission)
        .join(Submission.unit)
        .where(*official.on_page(contest))
        .options(contains_eager(Publication.submission).contains_eager(Submission.unit))
        .order_by(Publication.position, Publication.id)
    )
    query = search.matching(query, words, Submission.code, Submission.title, Unit.name)
    if show in (*count_gaps.SHOWN, *count_gaps.LEDGERS):
        query = query.where(count_gaps.behind(session, contest, show))
    elif not words:
        total = session.scalar(select(func.count(Publication.id)).join(Publication.submission)
                               .where(*official.on_page(contest)))
        return pagination.take(session, query, number, size=size, total=total or 0)
    return pagination.take(session, query, number, size=size)


def is_late(profile: Profile, taken_at: datetime, *, told_at: datetime) -> bool:
    """Does a count, entered at ``told_at``, need a reason and a second organiser?"""
    cut_off = profile.schedule.counts_close
    return taken_at > cut_off or told_at > cut_off + TELLING


def sealed(session: Session, contest: Contest) -> bool:
    """Is a revision frozen and not yet public? Locks the contest: freezing waits for the caller."""
    jury_round.hold(session, contest)
    frozen = select(Result.id).where(Result.contest_id == contest.id, Result.state == "frozen")
    return session.scalars(frozen).first() is not None


def hold(session: Session, contest: Contest) -> None:
    """Lock the contest before counts change. Raises ``Conflict`` from freezing to publication:
    what is published must be what the tables say."""
    if sealed(session, contest):
        raise Conflict(
            "Kết quả đã chốt và sắp công bố nên số liệu không đổi được. Hãy công bố, hoặc bỏ bản "
            "đã chốt bằng một bản mới có lý do.",
            "The result is frozen and about to be published, so no count can change. Publish it, "
            "or replace the frozen revision by a new one with a reason.",
        )


def take(
    session: Session, submission: Submission, reading: Reading, *, taken_at: datetime,
    source: str, actor: Actor, at: datetime, evidence: Evidence | None = None,
    late_reason: str = "",
) -> Snapshot:
    """Store one reading as a snapshot. ``source``: graph, export, template or manual.

    Raises ``Invalid`` for a reading without a number, for a moment in the future, and for a late
    one without a reason (except from the Graph API).
    """
    _refuse_nothing([reading])
    reason = reason_of(submission.contest, taken_at, source, late_reason, at=at)
    values = _values(
        reading, taken_at=taken_at, source=source, evidence_id=evidence.id if evidence else None,
        late_reason=reason, created_by=actor.label, created_at=at,
    )
    snapshot = Snapshot(submission=submission, **values)
    session.add(snapshot)
    return snapshot


def take_all(
    session: Session, contest: Contest, readings: Mapping[int, Reading], *, taken_at: datetime,
    source: str, actor: Actor, at: datetime, evidence: Evidence, late_reason: str = "",
) -> None:
    """Store a file's readings, by the submission's id, in bulk. Raises as ``take``."""
    _refuse_nothing(readings.values())
    reason = reason_of(contest, taken_at, source, late_reason, at=at)
    same = {
        "taken_at": taken_at, "source": source, "evidence_id": evidence.id,
        "late_reason": reason, "created_by": actor.label, "created_at": at,
    }
    rows = [
        (number, reading.reactions, reading.shares, reading.comments, reading.by_kind or {},
         reading.raw or {}, *same.values())
        for number, reading in readings.items()
    ]
    table = Base.metadata.tables[Snapshot.__tablename__]
    bulk.send(session, table, (*COUNTED, *same), rows)


def before_release(
    clip: str, taken_at: datetime, *, since: datetime, zone: ZoneInfo
) -> tuple[str, str] | None:
    """What is wrong with a count from before its post appeared, Vietnamese and English, without
    what to do; None where nothing is. People give minutes, so the post's own minute can be."""
    if taken_at >= since.replace(second=0, microsecond=0):
        return None
    read, posted_at = (
        {language: write_time(moment, zone, language) for language in LANGUAGES}
        for moment in (taken_at, since)
    )
    return (
        f"số liệu được ghi là lúc {read['vi']}, trước khi clip {clip} được đăng: chỉ nhận số liệu "
        f"từ {posted_at['vi']} đến lúc này",
        f"the counts are said to be of {read['en']}, before the clip {clip} was posted: only "
        f"counts from {posted_at['en']} until now are taken",
    )


def _refuse_before_release(
    session: Session, submission: Submission, taken_at: datetime, zone: ZoneInfo
) -> None:
    query = select(official.on_page_since()).where(
        Publication.submission_id == submission.id, Publication.state == "published"
    )
    for since in session.scalars(query.limit(1)):
        if said := before_release(submission.code, taken_at, since=since, zone=zone):
            vi, en = (f"{one[:1].upper()}{one[1:]}" for one in said)
            raise Invalid(
                f"{vi}. Hãy sửa lại ngày giờ, hoặc đồng hồ của máy.",
                f"{en}. Mend the date and time, or the device's clock.",
            )


def _refuse_nothing(readings: Iterable[Reading]) -> None:
    if any(r.reactions is None and r.shares is None and r.comments is None for r in readings):
        raise Invalid(
            "Chưa có số nào. Hãy nhập ít nhất một trong các số: cảm xúc, chia sẻ, bình luận.",
            "There is no number yet. Enter at least one of reactions, shares, comments.",
        )


def reason_of(
    contest: Contest, taken_at: datetime, source: str, late_reason: str, *, at: datetime
) -> str:
    """The reason to be stored with a count or a line of the ledger: "" for one in time.

    Raises ``Invalid`` for a moment in the future, and for a late one without a reason (except from
    the Graph API).
    """
    if taken_at > at + CLOCKS_DIFFER:
        raise Invalid(
            "Thời điểm ghi nhận nằm trong tương lai. Hãy kiểm tra lại ngày giờ.",
            "The moment of the count lies in the future. Check the date and time.",
        )
    late = is_late(profiles.profile_of(contest), taken_at, told_at=at)
    if late and not late_reason.strip() and source != "graph":
        raise Invalid(
            "Số liệu sau giờ chốt cần có lý do, và một người khác trong Ban Tổ chức xác nhận.",
            "Counts after the cut-off need a reason, and another organiser's agreement.",
        )
    return (late_reason.strip() or "lấy tự động sau giờ chốt") if late else ""


def _values(reading: Reading, **same: object) -> dict[str, object]:
    return {
        "reactions": reading.reactions, "shares": reading.shares, "comments": reading.comments,
        "reactions_by_kind": dict(reading.by_kind or {}), "raw": dict(reading.raw or {}), **same,
    }


def write_down(
    session: Session, contest: Contest, code: str, reading: Reading, *, taken_at: datetime,
    actor: Actor, at: datetime, evidence: Evidence | None = None, late_reason: str = "",
) -> Snapshot:
    """Store counts that a person has read on the Page. Raises ``NotAllowed`` without
    ``interaction.import``, ``NotFound`` if the clip is not posted, ``Conflict`` while counts are
    locked (``hold``), ``Invalid`` for a moment before the clip was posted, and as ``take``."""
    require(actor, "interaction.import", contest)
    hold(session, contest)
    submission = of_code(session, contest, code)
    zone = profiles.profile_of(contest).schedule.zone
    _refuse_before_release(session, submission, taken_at, zone)
    snapshot = take(
        session, submission, reading, taken_at=taken_at, source="manual",
        actor=actor, at=at, evidence=evidence, late_reason=late_reason,
    )
    session.flush()
    audit.record(
        session, "snapshot.written", snapshot, actor=actor, at=at, contest_id=contest.id,
        after={"code": code, "reactions": reading.reactions, "shares": reading.shares,
               "taken_at": taken_at.isoformat(), "late": bool(snapshot.late_reason)},
    )
    return snapshot


def of_code(session: Session, contest: Contest, code: str) -> Submission:
    """The posted clip with this code, however it is written. Raises ``NotFound`` for any other."""
    query = (
        select(Submission)
        .join(Publication, Publication.submission_id == Submission.id)
        .where(
            *official.on_page(contest),
            func.replace(Submission.code, "-", "") == code_key(read_code(code) or ""),
        )
        .options(joinedload(Submission.unit))
    )
    found = session.scalars(query).first()
    if found is None:
        raise not_found()
    return found


def approve_late(
    session: Session, contest: Contest, snapshot_ids: Iterable[int], *, actor: Actor, at: datetime
) -> int:
    """A second organiser agrees that late counts count; returns how many. Raises ``NotAllowed``
    without ``interaction.late``, ``Conflict`` for one that the actor entered, or while counts are
    locked (``hold``)."""
    require(actor, "interaction.late", contest)
    hold(session, contest)
    wanted = list(dict.fromkeys(number for number in snapshot_ids if number <= LARGEST_ID))
    query = _late(contest).where(Snapshot.id.in_(wanted))
    waiting = {snapshot.id: snapshot for snapshot in session.scalars(query)}
    chosen = [waiting[number] for number in wanted if number in waiting]
    require_another(
        chosen, actor, "nhập số liệu", "entered the counts cannot agree to them"
    )
    for snapshot in chosen:
        session.add(LateApproval(
            snapshot_id=snapshot.id, entered_by=snapshot.created_by, approved_by=actor.label,
            created_at=at,
        ))
        audit.record(
            session, "snapshot.late_approved", snapshot, actor=actor, at=at,
            contest_id=contest.id, after={"reason": snapshot.late_reason},
        )
    return len(chosen)


def require_another(made: Iterable[Made], actor: Actor, vi: str, en: str) -> None:
    """Raises ``Conflict`` where the actor made one of the things that a second organiser decides
    about. ``vi``, ``en``: what they did, as in "nhập sổ", "entered the ledger cannot agree to it".
    """
    if any(one.created_by == actor.label for one in made):
        raise Conflict(
            f"Người {vi} không thể tự xác nhận. Hãy nhờ một người khác trong Ban Tổ chức.",
            f"Whoever {en}. Ask another organiser.",
        )


def late_waiting(
    session: Session, contest: Contest, *, most: int | None = None
) -> Sequence[Snapshot]:
    """Late snapshots that nobody has agreed to yet, the newest first."""
    query = _late(contest).order_by(Snapshot.taken_at.desc(), Snapshot.id.desc()).limit(most)
    return session.scalars(query).all()


def _late(contest: Contest) -> Select[Snapshot]:
    return (
        select(Snapshot)
        .join(Snapshot.submission)
        .where(
            Submission.contest_id == contest.id, Snapshot.late_reason != "", ~official.approved()
        )
        .options(
            contains_eager(Snapshot.submission), joinedload(Snapshot.approval), *UNREAD
        )
    )


# ------------------------------------------------------------------------------------- reading


def series(session: Session, only: Collection[int]) -> dict[int, list[Snapshot]]:
    """All snapshots of these submissions (ids), the oldest first."""
    query = (
        select(Snapshot)
        .where(Snapshot.submission_id.in_(only))
        .options(joinedload(Snapshot.evidence), joinedload(Snapshot.approval), *UNREAD)
        .order_by(Snapshot.taken_at, Snapshot.id)
    )
    found: dict[int, list[Snapshot]] = defaultdict(list)
    for snapshot in session.scalars(query):
        found[snapshot.submission_id].append(snapshot)
    return found


def taken(session: Session, only: Collection[int]) -> dict[int, int]:
    """How many snapshots these submissions (ids) have."""
    query = (
        select(Snapshot.submission_id, func.count())
        .where(Snapshot.submission_id.in_(only))
        .group_by(Snapshot.submission_id)
    )
    return {number: count for number, count in session.execute(query)}


def blockers(session: Session, contest: Contest, *, at: datetime) -> list[Blocker]:
    """Blockers: numbers that are not known, late counts not agreed to, shares not verified, and
    clips whose ledgers differ in kind."""
    profile = profiles.profile_of(contest)
    found = count_gaps.missing(session, contest) if at >= profile.release_at else []
    if late := session.scalar(select(func.count()).select_from(_late(contest).subquery())) or 0:
        found.append(count_gaps.blocker(
            "late", late, "số liệu sau giờ chốt chờ người thứ hai xác nhận.",
            "Counts after the cut-off that wait for a second organiser",
        ))
    return [*found, *count_gaps.ledgers(session, contest, profile, at=at)]
