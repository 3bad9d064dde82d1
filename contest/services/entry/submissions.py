"""Entries: the form before the clip, its consents, withdrawal, and what is still missing."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from contest import canonical, lifecycle
from contest.actors import Actor
from contest.errors import Conflict, Invalid, TooLate, not_found
from contest.languages import counted, write_time
from contest.models import ClipVersion, Consent, Contest, Submission, Unit
from contest.permissions import require
from contest.profile import Profile
from contest.profile.schema import Consent as Purpose
from contest.services.core import audit, deadlines, locks, profiles
from contest.services.core.blockers import Blocker
from contest.services.core.transitions import move
from contest.services.entry import consents, open_uploads, staff_mails
from contest.services.fanpage import publications
from contest.services.questions import answering, attachments
from contest.services.units import categories, units
from contest.states import REPLACEABLE, SubmissionState
from contest.tokens import new_code

CODE_LENGTH = 6


@dataclass(frozen=True)
class SubmissionForm:
    """What a unit fills in. ``consents`` are the purposes ticked; ``answers`` are given to the
    contest's own questions, ``files`` sent for them, ``dropped`` those to be let go."""

    title: str
    kind: str
    authors: Sequence[str]
    contact_name: str
    contact_phone: str
    contact_email: str = ""
    description: str = ""
    consents: frozenset[str] = frozenset()
    language: str = "vi"
    category: str = ""
    answers: Mapping[str, object] = field(default_factory=dict)
    files: Mapping[str, Sequence[attachments.Sent]] = field(default_factory=dict)
    dropped: frozenset[int] = frozenset()


# ---------------------------------------------------------------------------- deadlines (plan II.1)


def closes_at(
    profile: Profile, submission: Submission | None = None, unit: Unit | None = None
) -> datetime:
    """The instant from which no upload may begin: the profile's, the unit's, or the time given to
    mend."""
    if submission is not None:
        return deadlines.until(profile, submission)
    return deadlines.clip_until(profile, unit.entries_until if unit else None)


def grace_until(profile: Profile, submission: Submission) -> datetime:
    """The instant until which an upload begun in time may finish."""
    return closes_at(profile, submission) + timedelta(minutes=profile.schedule.grace_minutes)


def require_open(
    profile: Profile, *, at: datetime, submission: Submission | None = None,
    unit: Unit | None = None,
) -> None:
    """Raises ``TooLate`` before the opening and from the close on, by the server's time."""
    if submission is None:
        deadlines.require_new(profile)
    zone, opens = profile.schedule.zone, profile.schedule.entries_open
    if at < opens:
        raise TooLate(
            f"Chưa đến lúc nhận clip. Hãy quay lại từ {write_time(opens, zone, 'vi')}.",
            f"Entries are not open yet. Come back from {write_time(opens, zone, 'en')}.",
        )
    close = closes_at(profile, submission, unit)
    if at >= close:
        raise TooLate(
            f"Đã hết hạn nhận clip lúc {write_time(close, zone, 'vi')}; bây giờ là "
            f"{write_time(at, zone, 'vi')}. Hãy liên hệ Ban Tổ chức nếu có lý do đặc biệt.",
            f"Entries closed at {write_time(close, zone, 'en')}; it is now "
            f"{write_time(at, zone, 'en')}. Ask the organisers if there is a special reason.",
        )


# ---------------------------------------------------------------------------- reading


def find(
    session: Session, contest: Contest, code: str, *, actor: Actor, with_checks: bool = False
) -> Submission:
    """The entry of this code; ``with_checks`` loads every version with its checks.

    Raises ``NotFound`` also to a unit for another's entry; ``NotAllowed`` or ``SignInNeeded``.
    """
    query = select(Submission).where(Submission.contest_id == contest.id, Submission.code == code)
    if with_checks:
        query = query.options(selectinload(Submission.versions).selectinload(ClipVersion.checks))
    found = session.scalars(query).one_or_none()
    if found is None or (actor.kind == "unit" and found.unit_id != actor.unit_id):
        raise not_found()
    require(actor, "entry.read", found)
    return found


def of_unit(session: Session, unit: Unit) -> list[Submission]:
    """A unit's entries, the newest first."""
    query = select(Submission).where(Submission.unit_id == unit.id).order_by(Submission.id.desc())
    return list(session.scalars(query))


# ---------------------------------------------------------------------------- writing


def create(
    session: Session, unit: Unit, form: SubmissionForm, *, actor: Actor, at: datetime,
    deputy: bool = False,
) -> Submission:
    """Store an entry before the first byte of its clip; ``deputy``: an organiser does, for it.

    Raises ``NotAllowed``; ``TooLate`` outside the entry period; ``Invalid`` beyond the quota or
    where the form breaks a rule.
    """
    require(actor, "entry.deputise" if deputy else "entry.edit", unit)
    profile = profiles.profile_of(unit.contest)
    require_open(profile, at=at, unit=unit)
    _check(form, profile)
    category = categories.chosen(profile, unit, form.category)
    require_room(session, unit, profile, category)
    submission = Submission(
        contest_id=unit.contest_id, unit_id=unit.id, code=unused_code(session, profile),
        created_at=at, updated_at=at, category=category, **_columns(form),
    )
    session.add(submission)
    answering.take(session, submission, profile.questions, form, actor=actor, at=at)
    _set_consents(session, submission, form, profile=profile, actor=actor, at=at)
    audit.record(
        session, "submission.created", submission, actor=actor, at=at, after=_trace(submission)
    )
    return submission


def change(
    session: Session, submission: Submission, form: SubmissionForm, *, actor: Actor, at: datetime
) -> None:
    """Change the form while the clip may still be replaced, else raises ``Conflict``.

    Raises ``NotAllowed``; ``TooLate`` after the deadline; ``Invalid`` where the form breaks a rule.
    """
    require(actor, "entry.edit", submission)
    hold(session, submission)
    require_replaceable(submission)
    profile = profiles.profile_of(submission.contest)
    require_open(profile, at=at, submission=submission)
    _check(form, profile)
    for name, value in _columns(form).items():
        setattr(submission, name, value)
    submission.category = categories.rechosen(session, submission, profile, form.category)
    submission.updated_at = at
    answering.take(session, submission, profile.questions, form, actor=actor, at=at)
    _set_consents(session, submission, form, profile=profile, actor=actor, at=at)
    audit.record(
        session, "submission.changed", submission, actor=actor, at=at, after=_trace(submission)
    )


def hold(session: Session, submission: Submission) -> None:
    """Lock and reload an entry: always before its clips, checks, proposals and publication."""
    locks.lock(session, submission)


def require_replaceable(submission: Submission) -> None:
    """Raises ``Conflict`` once the entry was approved, published, withdrawn or excluded."""
    if submission.state not in REPLACEABLE:
        raise Conflict(
            "Bài dự thi này không sửa được nữa vì đã được duyệt, đã đăng hoặc đã rút. "
            "Hãy liên hệ Ban Tổ chức.",
            "This entry can no longer be changed: it was approved, published or withdrawn. "
            "Ask the organisers.",
        )


def require_room(session: Session, unit: Unit, profile: Profile, category: str) -> None:
    """Enforce the quotas under the unit's row lock: a second tab waits, then counts this entry.

    Raises ``Invalid`` where there is no room for one more."""
    locks.lock(session, unit)
    count, most = units.counted(session, unit.id), profile.quota.maximum
    if count >= most:
        raise Invalid(
            f"Đơn vị đã có {count} bài dự thi; tối đa là {most}. Hãy rút một bài rồi gửi lại.",
            f"Your unit has {counted(count, 'entry', 'entries')}; at most {most} may be sent. "
            "Withdraw one first.",
        )
    categories.require_room(session, unit, profile, category)


def _check(form: SubmissionForm, profile: Profile) -> None:
    """Enforce the profile's rules for every form (plan II.3, III.2, III.3). Of an individual's
    entry one person is the author; of a team's the team, or each of its members."""
    if form.kind not in profile.form.kinds:
        raise Invalid("Hình thức dự thi không có trong thể lệ. Hãy chọn lại.",
                      "This kind of entry is not in the rules. Choose again.")
    if form.kind == "individual" and len(form.authors) > 1:
        raise Invalid(
            f"Bài cá nhân có một tác giả; ở đây ghi {len(form.authors)}. Hãy để lại một tên, hoặc "
            "chọn hình thức tập thể.",
            f"An individual's entry has one author; {len(form.authors)} are named. Leave one name, "
            "or choose a team's entry.",
        )
    if not 1 <= len(form.authors) <= profile.form.max_authors:
        most = profile.form.max_authors
        raise Invalid(
            f"Có {len(form.authors)} tác giả; cho phép 1 đến {most}. Hãy ghi mỗi người một dòng.",
            f"{len(form.authors)} authors are named; 1 to {most} are allowed, one on each line.",
        )
    missing = [c for c in profile.form.consents if c.required and c.id not in form.consents]
    if missing:
        raise Invalid(
            f"Thiếu {len(missing)} mục đồng ý bắt buộc. Hãy đọc và đánh dấu từng mục.",
            f"{len(missing)} required consents are missing. Please read and tick each of them.",
        )


def _columns(form: SubmissionForm) -> dict[str, object]:
    def tidy(text: str) -> str:
        return unicodedata.normalize("NFC", text).strip()

    return {
        "title": tidy(form.title), "kind": form.kind, "authors": [tidy(a) for a in form.authors],
        "description": tidy(form.description), "contact_name": tidy(form.contact_name),
        "contact_phone": tidy(form.contact_phone), "contact_email": tidy(form.contact_email),
        "language": form.language,
    }


def _trace(submission: Submission) -> dict[str, object]:
    """What the audit trail stores: no personal names."""
    return {"unit": submission.unit_id, "code": submission.code, "kind": submission.kind}


def unused_code(session: Session, profile: Profile) -> str:
    """An unused code; it is shown on the receipt and in the caption."""
    while True:
        code = f"{profile.contest.code_prefix}-{new_code(CODE_LENGTH)}"
        if session.scalar(select(Submission.id).where(Submission.code == code)) is None:
            return code


# ---------------------------------------------------------------------------- consents


def notice_sha256(profile: Profile, purpose: Purpose) -> str:
    """Identifies the exact text agreed to: the notice and the purpose, in both languages."""
    words = [profile.form.notice.model_dump(), purpose.text.model_dump()]
    return canonical.sha256(words)


def given(submission: Submission) -> frozenset[str]:
    """Purposes with a consent in force."""
    return frozenset(c.purpose for c in submission.consents if c.withdrawn_at is None)


def _set_consents(
    session: Session, submission: Submission, form: SubmissionForm, *, profile: Profile,
    actor: Actor, at: datetime,
) -> None:
    known = {c.purpose: c for c in submission.consents}
    for purpose in profile.form.consents:
        row, ticked = known.get(purpose.id), purpose.id in form.consents
        if ticked and row is None:
            row = _consent(submission, purpose, profile, at)
            session.add(row)
            consents.record(session, row, consents.GIVEN, actor=actor, at=at)
        elif ticked and row is not None and row.withdrawn_at is not None:
            renew(session, row, purpose, profile, actor=actor, at=at)
        elif not ticked and row is not None:
            consents.withdraw(session, row, actor=actor, at=at)
    session.flush()
    session.expire(submission, ["consents"])


def renew(
    session: Session, row: Consent, purpose: Purpose, profile: Profile, *, actor: Actor,
    at: datetime,
) -> None:
    """A consent that was withdrawn is given again, to the words in force now."""
    row.given_at, row.withdrawn_at = at, None
    row.notice_version = profile.form.notice_version
    row.notice_sha256 = notice_sha256(profile, purpose)
    consents.record(session, row, consents.GIVEN, actor=actor, at=at)


def missing_consents(submission: Submission) -> list[Purpose]:
    """What the rules require and the unit has withdrawn; without it no clip is in the contest."""
    withdrawn = {c.purpose for c in submission.consents if c.withdrawn_at is not None}
    required = profiles.profile_of(submission.contest).form.consents
    return [purpose for purpose in required if purpose.required and purpose.id in withdrawn]


def _consent(submission: Submission, purpose: Purpose, profile: Profile, at: datetime) -> Consent:
    return Consent(
        submission_id=submission.id, purpose=purpose.id, given_at=at,
        notice_version=profile.form.notice_version, notice_sha256=notice_sha256(profile, purpose),
    )


# ---------------------------------------------------------------------------- leaving the contest


def withdraw(
    session: Session, submission: Submission, *, actor: Actor, at: datetime, reason: str = ""
) -> None:
    """The unit withdraws its entry; everything sent is kept.

    Raises ``NotAllowed``; ``Conflict`` while the clip is being posted, after leaving the contest,
    and once the result is public: then an organiser is asked (``entry_requests``).
    """
    require(actor, "entry.edit", submission)
    hold(session, submission)
    phase = deadlines.phase_of(session, submission, at=at)
    if lifecycle.may("submission", submission.state, "ask_withdrawal", phase):
        raise Conflict(
            "Kết quả đã công bố nên bài không tự rút được nữa. Hãy gửi yêu cầu rút bài cho "
            "Ban Tổ chức.",
            "The result is public, so the entry cannot simply be withdrawn. Please ask the "
            "organisers to take it out.",
        )
    leave(session, submission, SubmissionState.WITHDRAWN, actor=actor, at=at, reason=reason)


def disqualify(
    session: Session, submission: Submission, *, actor: Actor, at: datetime, reason: str
) -> None:
    """The organisers exclude an entry; it no longer counts for the quota (plan III.3, note).

    Raises ``NotAllowed``; ``Invalid`` without a reason; ``Conflict`` while the clip is being posted
    or after leaving the contest.
    """
    require(actor, "entry.disqualify", submission)
    if not reason.strip():
        raise Invalid("Hãy ghi lý do loại bài dự thi.", "Please state why the entry is excluded.")
    leave(
        session, submission, SubmissionState.DISQUALIFIED, actor=actor, at=at, reason=reason.strip()
    )


def leave(
    session: Session, submission: Submission, to: SubmissionState, *, actor: Actor, at: datetime,
    reason: str,
) -> None:
    """Take an entry out; who calls has asked whether the actor may. Raises ``Conflict`` while the
    clip is being posted or after leaving the contest."""
    on_page = submission.state == SubmissionState.PUBLISHED
    move(session, submission, to, actor=actor, at=at, reason=reason)
    if on_page:
        staff_mails.tell_result_moved(session, submission, at=at)
    open_uploads.close_all(session, submission, actor=actor, at=at)
    publications.cancel(session, submission, actor=actor, at=at, reason=reason)


# ---------------------------------------------------------------------------- before closing


def blockers(session: Session, contest: Contest, *, at: datetime) -> list[Blocker]:
    """Blockers: units below the minimum of clips (plan II.2), and unfinished entries."""
    quota = profiles.profile_of(contest).quota.minimum
    _, owing = units.totals(session, contest, quota=quota)
    unfinished = (
        SubmissionState.UPLOADING,
        SubmissionState.CHECKING,
        SubmissionState.NEEDS_FIX,
        SubmissionState.CHANGES_REQUESTED,
    )
    query = select(func.count()).where(
        Submission.contest_id == contest.id, Submission.state.in_(unfinished)
    )
    waiting = session.scalar(query) or 0
    found = []
    if owing:
        found.append(Blocker("units_without_clip", f"{owing} đơn vị chưa đủ số clip.",
                         f"Units that have not sent enough clips: {owing}.", "units.manage",
                         count=owing))
    if waiting:
        found.append(Blocker("entries_unfinished",
                             f"{waiting} bài dự thi chưa gửi xong hoặc cần sửa.",
                             f"Entries not finished or to be corrected: {waiting}.",
                             "entries.listed", count=waiting))
    return found
