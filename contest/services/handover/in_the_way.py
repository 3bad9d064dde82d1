"""What stands in the way of a handover: asked before it is offered, and again when it is accepted.

Each refusal names the entry, what was found, what is allowed and what to do.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.errors import Conflict, DomainError, Invalid, TooLate
from contest.languages import write_time
from contest.models import Contest, Handover, Submission, Unit
from contest.profile import Profile
from contest.profile.entries import name_of
from contest.services.core import deadlines, profiles
from contest.services.entry import consents, submissions
from contest.services.handover.coming import Coming
from contest.services.units import categories, units
from contest.states import SubmissionState

READY = (SubmissionState.APPROVED, SubmissionState.PUBLISHED)
FINAL = ("frozen", "published")
KINDS = {"individual": ("cá nhân", "an individual's"), "team": ("tập thể", "a team's")}


def of_contests(
    source: Contest, target: Contest, *, with_clip: bool = True
) -> DomainError | None:
    """Whether entries may go from one to the other at all."""
    if source.id == target.id:
        return Invalid("Bài đã ở trong hội thi này. Hãy chọn một hội thi khác.",
                       "The entries are in this contest. Choose another one.")
    if (source.trial_of is None) != (target.trial_of is None):
        return Conflict("Lần chạy thử không chuyển bài sang hội thi thật, và ngược lại. Hãy chạy "
                        "thử cả hai hội thi.",
                        "A dry run hands nothing to a real contest, nor the other way round. Begin "
                        "a dry run of both.")
    ours, theirs = (profiles.profile_of(one).entry.kind for one in (source, target))
    return _other_kind(ours, theirs) if with_clip and ours != theirs else None


def _other_kind(ours: str, theirs: str) -> Invalid:
    said = [[name_of(kind, language, many=True) for kind in (ours, theirs)]
            for language in ("vi", "en")]
    return Invalid(
        f"Hội thi này nhận {said[0][0]}, hội thi kia nhận {said[0][1]}. Hãy chọn hội thi nhận cùng "
        "loại bài.",
        f"This contest takes {said[1][0]}, the other one {said[1][1]}. Choose one that takes the "
        "same.",
    )


def of_source(session: Session, submission: Submission, *, with_clip: bool) -> DomainError | None:
    """What the entry itself has against going on."""
    if submission.state not in READY:
        return Conflict(
            f"Bài {submission.code} chưa được duyệt hoặc đã rời hội thi. Chỉ chuyển được bài đã "
            "duyệt; hãy thẩm định hoặc khôi phục bài trước.",
            f"Entry {submission.code} is not approved, or has left the contest. Only approved "
            "entries go on; appraise it or bring it back first.",
        )
    version = submission.version
    if with_clip and (version is None or version.bytes_gone_at is not None):
        return Conflict(
            f"Tệp clip của bài {submission.code} không còn. Hãy chuyển bài để đơn vị gửi clip mới.",
            f"The clip of entry {submission.code} is gone. Hand the entry on for a new clip.",
        )
    return None


def of_target(
    session: Session, target: Contest, code: str, coming: Coming, *, unit_name: str,
    offered_at: datetime,
) -> DomainError | None:
    """What the contest that it goes to has against it. ``code`` names the entry to a reader."""
    profile, unit = profiles.profile_of(target), named(session, target, unit_name)
    found = chain(
        _final(session, target, profile), _time(profile, unit, code, offered_at),
        _unit(unit, unit_name, code), _form(profile, code, coming),
        _consents(profile, code, coming), _category(profile, unit, code, coming),
    )
    return next(found, None)


def named(session: Session, contest: Contest, name: str) -> Unit | None:
    """The unit of exactly this name; one that was merged: the unit that it is a part of now."""
    query = select(Unit).where(Unit.contest_id == contest.id, Unit.name == name.strip())
    unit = session.scalars(query).one_or_none()
    while unit is not None and unit.merged_into_id is not None:
        unit = session.get(Unit, unit.merged_into_id)
    return unit


def _final(session: Session, target: Contest, profile: Profile) -> Iterator[DomainError]:
    title = profile.contest.title
    if deadlines.newest_result(session, target.id) in FINAL:
        yield Conflict(f"“{title.vi}” đã chốt kết quả, không nhận thêm bài.",
                       f'"{title.en}" has a final result and takes no more entries.')


def _time(
    profile: Profile, unit: Unit | None, code: str, offered_at: datetime
) -> Iterator[DomainError]:
    title, zone = profile.contest.title, profile.schedule.zone
    close = submissions.closes_at(profile, unit=unit)
    if offered_at >= close:
        yield TooLate(
            f"Bài {code}: “{title.vi}” nhận bài đến {write_time(close, zone, 'vi')}. Hãy xin Ban "
            "Tổ chức hội thi đó gia hạn cho đơn vị rồi gửi lại.",
            f'Entry {code}: "{title.en}" took entries until {write_time(close, zone, "en")}. Ask '
            "its organisers for more time for the unit, then hand it on again.",
        )


def _unit(unit: Unit | None, name: str, code: str) -> Iterator[DomainError]:
    if not name.strip():
        yield Invalid(f"Bài {code} chưa có đơn vị ở hội thi nhận. Hãy chọn hoặc ghi tên đơn vị.",
                      f"Entry {code} has no unit in the contest it goes to. Choose or name one.")
    if unit is not None and unit.retired_at is not None:
        yield Conflict(
            f"Bài {code}: {unit.name} đã thôi tham gia hội thi nhận. Hãy nhờ Ban Tổ chức ở đó cho "
            "đơn vị tham gia trở lại.",
            f"Entry {code}: {unit.name} takes part no more in the contest it goes to. Ask its "
            "organisers to have the unit take part again.",
        )


def _form(profile: Profile, code: str, coming: Coming) -> Iterator[DomainError]:
    if coming.kind not in profile.form.kinds:
        (vi, en), taken = KINDS[coming.kind], [KINDS[kind] for kind in profile.form.kinds]
        yield Invalid(
            f"Bài {code} là bài {vi}; hội thi nhận chỉ có bài {', '.join(t[0] for t in taken)}.",
            f"Entry {code} is {en}; the contest it goes to takes only "
            f"{', '.join(t[1] for t in taken)} entries.",
        )
    count, most = len(coming.authors), profile.form.max_authors
    if count > most:
        yield Invalid(
            f"Bài {code} có {count} tác giả; hội thi nhận cho phép tối đa {most}.",
            f"Entry {code} names {count} authors; the contest it goes to allows {most}.",
        )


def _consents(profile: Profile, code: str, coming: Coming) -> Iterator[DomainError]:
    lacking = coming.without(one.id for one in profile.form.consents if one.required)
    words = [one.text for one in profile.form.consents if one.id in lacking]
    if words:
        yield consent_lacks(code, "; ".join(one.vi for one in words),
                            "; ".join(one.en for one in words))


def consent_lacks(code: str, vi: str, en: str) -> Conflict:
    """The refusal for a consent without which an entry does not go on."""
    return Conflict(
        f"Bài {code} thiếu sự đồng ý: {vi} Hãy nhờ đơn vị đồng ý ở trang của bài, rồi gửi lại.",
        f"Entry {code} lacks a consent: {en} Have the unit agree on the entry's page, then hand "
        "it on again.", mend="consents",
    )


def _category(
    profile: Profile, unit: Unit | None, code: str, coming: Coming
) -> Iterator[DomainError]:
    try:
        categories.chosen(profile, unit or Unit(group=""), category_for(profile, coming.category))
    except DomainError as refusal:
        yield Invalid(f"Bài {code}: {refusal.vi}", f"Entry {code}: {refusal.en}")


def category_for(profile: Profile, category: str) -> str:
    """The same category where the receiving rules have it; else none, to be chosen by the unit's
    group or by a person."""
    return category if category in [one.id for one in profile.categories] else ""


def no_room(session: Session, target: Contest, unit_name: str, code: str) -> DomainError | None:
    """Whether the unit has used up what the contest allows it, offers that wait among it."""
    profile, unit = profiles.profile_of(target), named(session, target, unit_name)
    waiting = session.scalar(select(func.count()).where(
        Handover.contest_id == target.id, Handover.state == "offered",
        Handover.unit_name == unit_name,
    )) or 0
    count = waiting + (units.counted(session, unit.id) if unit else 0)
    most = profile.quota.maximum
    if count < most:
        return None
    return Conflict(
        f"Bài {code}: {unit_name} đã có {count} bài (kể cả bài đang chờ nhận); “"
        f"{profile.contest.title.vi}” cho phép tối đa {most}. Hãy thu lại hoặc rút một bài trước.",
        f"Entry {code}: {unit_name} has {count} entries, those that wait included; "
        f'"{profile.contest.title.en}" allows {most}. Take one back or withdraw one first.',
        mend="room",
    )


def authors_object(
    session: Session, submission: Submission, profile: Profile
) -> DomainError | None:
    """What the authors have said, where the receiving rules ask for it."""
    return consents.without_word(consents.named(session, submission), profile)
