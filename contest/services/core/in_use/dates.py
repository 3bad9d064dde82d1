"""What changed dates do: none lies in the past, and what units were promised stands."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.languages import write_time
from contest.models import Contest, Submission, Unit
from contest.profile import Profile, reminding
from contest.services.core.in_use.effects import REFUSED, TOLD, Effect
from contest.states import REPLACEABLE

REMINDED = {
    "uploads": ("gửi clip", "to send a clip"), "fixing": ("sửa clip", "to fix a clip"),
    "reviewing": ("thẩm định", "to appraise"), "marking": ("chấm điểm", "to mark"),
    "counting": ("chốt số", "to count"),
}


def effects(
    session: Session, contest: Contest, old: Profile, new: Profile, at: datetime
) -> Iterator[Effect]:
    """The consequences of changed dates."""
    yield from _deadlines(old, new, at)
    yield from _promised(session, contest, old, new, at)
    yield from _granted(session, contest, old, new)
    yield from _reminders(old, new)


def _deadlines(old: Profile, new: Profile, at: datetime) -> Iterator[Effect]:
    zone = new.schedule.zone
    for vi, en, before, after in (
        ("Hạn nhận clip", "The deadline for clips", old.schedule.entries_close,
         new.schedule.entries_close),
        ("Giờ chốt số", "The cut-off of the counts", old.schedule.counts_close,
         new.schedule.counts_close),
        ("Hạn chấm điểm", "The jury's deadline", old.schedule.ballots_close,
         new.schedule.ballots_close),
        ("Giờ đăng chung", "The common release", old.release_at, new.release_at),
    ):
        if before != after and after <= at:
            yield Effect(
                REFUSED,
                f"{vi} mới ({write_time(after, zone, 'vi')}) đã qua; bây giờ là "
                f"{write_time(at, zone, 'vi')}. Hãy chọn một giờ còn ở phía trước, hoặc giữ "
                f"{write_time(before, zone, 'vi')}.",
                f"{en} ({write_time(after, zone, 'en')}) would lie in the past; it is now "
                f"{write_time(at, zone, 'en')}. Choose one ahead, or keep "
                f"{write_time(before, zone, 'en')}.",
            )


def _promised(
    session: Session, contest: Contest, old: Profile, new: Profile, at: datetime
) -> Iterator[Effect]:
    """Deadlines that units were given stand; entries do not close before they open again."""
    zone, close = new.schedule.zone, new.schedule.counts_close
    of_contest = Submission.contest_id == contest.id
    if close < old.schedule.counts_close:
        query = select(func.count(), func.max(Submission.changes_until)).where(
            of_contest, Submission.changes_until > close, Submission.state.in_(REPLACEABLE)
        )
        count, last = session.execute(query).one()
        if count and last is not None:
            yield Effect(
                REFUSED,
                f"{count} bài được hẹn gửi lại muộn nhất {write_time(last, zone, 'vi')}, sau giờ "
                f"chốt mới ({write_time(close, zone, 'vi')}). Hãy chọn giờ chốt không sớm hơn.",
                f"Entries with time to send until {write_time(last, zone, 'en')}: {count}; the new "
                f"cut-off ({write_time(close, zone, 'en')}) lies before. Choose a later one.",
            )
    opened = old.schedule.entries_open <= at < new.schedule.entries_open
    if opened and session.scalar(select(Submission.id).where(of_contest).limit(1)):
        yield Effect(
            REFUSED,
            "Đã có bài dự thi nên không dời giờ mở nhận clip ra sau lúc này được. Hãy giữ giờ mở, "
            "và dời hạn nhận clip nếu cần thêm thời gian.",
            "There are entries already, so the opening cannot be moved ahead of now. Keep it, and "
            "move the deadline for clips if there is to be more time.",
        )


def _granted(
    session: Session, contest: Contest, old: Profile, new: Profile
) -> Iterator[Effect]:
    """Time that units were granted stands as well."""
    zone, close = new.schedule.zone, new.schedule.counts_close
    query = select(func.count(), func.max(Unit.entries_until)).where(
        Unit.contest_id == contest.id, Unit.entries_until > close
    )
    if close >= old.schedule.counts_close:
        return
    count, last = session.execute(query).one()
    if count and last is not None:
        yield Effect(
            REFUSED,
            f"{count} đơn vị được gia hạn gửi clip muộn nhất {write_time(last, zone, 'vi')}, sau "
            f"giờ chốt mới ({write_time(close, zone, 'vi')}). Hãy chọn giờ chốt không sớm hơn, "
            "hoặc thu lại phần gia hạn trước.",
            f"Units with time granted until {write_time(last, zone, 'en')}: {count}; the new "
            f"cut-off ({write_time(close, zone, 'en')}) lies before. Choose a later one, or take "
            "the time back first.",
        )


def _reminders(old: Profile, new: Profile) -> Iterator[Effect]:
    """What was not sent yet moves with its deadline."""
    zone = new.schedule.zone
    for about, before, after in reminding.moved(old, new):
        vi, en = _reminded(new, about)
        yield Effect(
            TOLD,
            f"Lời nhắc {vi} chưa gửi được xếp lại theo hạn mới: {write_time(before, zone, 'vi')} → "
            f"{write_time(after, zone, 'vi')}.",
            f"Reminders {en} that were not sent are planned anew for the new deadline: "
            f"{write_time(before, zone, 'en')} → {write_time(after, zone, 'en')}.",
        )


def _reminded(profile: Profile, about: str) -> tuple[str, str]:
    filing = reminding.filing_of(profile, about)
    if filing is not None:
        return f"nộp “{filing.name.vi}”", f'to file "{filing.name.en}"'
    return REMINDED[about]
