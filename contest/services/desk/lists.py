"""The organiser's lists as tables: units with their clips, entries with their states."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from contest.actors import Actor
from contest.models import Contest, Submission
from contest.permissions import require
from contest.profile import Profile
from contest.services.core import profiles
from contest.services.questions import answers, attachments
from contest.services.units import units

# Key in JSON -> title in a spreadsheet.
UNITS = {
    "name": ("Đơn vị", "Unit"), "group": ("Khối", "Group"), "clips": ("Clip", "Clips"),
    "missing": ("Còn thiếu", "Missing"), "contact_name": ("Người liên hệ", "Contact"),
    "contact_email": ("Email", "E-mail"), "contact_phone": ("Điện thoại", "Telephone"),
    "last_used_at": ("Vào gần nhất", "Last visit"),
}
ENTRIES = {
    "code": ("Mã", "Code"), "title": ("Tên clip", "Title"), "unit": ("Đơn vị", "Unit"),
    "authors": ("Tác giả", "Authors"), "kind": ("Hình thức", "Kind"),
    "state": ("Trạng thái", "State"), "received_at": ("Nhận lúc", "Received"),
    "contact_name": ("Người liên hệ", "Contact"), "contact_phone": ("Điện thoại", "Telephone"),
    "contact_email": ("Email", "E-mail"),
}
TITLES = {"units": UNITS, "entries": ENTRIES}


def titles(contest: Contest, what: str, language: str) -> list[str]:
    """Column titles of a list, one of ``TITLES``, in "vi" or "en"; of entries the contest's own
    questions as well."""
    own = profiles.profile_of(contest).questions if what == "entries" else []
    fixed = [title[language != "vi"] for title in TITLES[what].values()]
    return [*fixed, *(one.label[language] for one in own)]


def rows(
    session: Session, contest: Contest, what: str, *, actor: Actor, at: datetime,
    language: str = "vi",
) -> list[dict[str, object]]:
    """One dictionary per row, by the keys of ``TITLES``; instants in the contest's zone (ISO).
    Answers to the contest's own questions go by ``question.<id>``, of files their names.

    Raises ``NotAllowed`` without ``export.read``.
    """
    require(actor, "export.read", contest)
    profile = profiles.profile_of(contest)
    if what == "entries":
        return _entries(session, contest, profile, language)
    found = units.standings(session, contest, quota=profile.quota.minimum, at=at)
    return [
        {name: getattr(one.unit, name, None) for name in UNITS}
        | {"clips": one.clips, "missing": one.missing,
           "last_used_at": _said(one.last_used_at, profile.schedule.zone)}
        for one in found
    ]


def _entries(
    session: Session, contest: Contest, profile: Profile, language: str
) -> list[dict[str, object]]:
    zone, questions = profile.schedule.zone, profile.questions
    files = attachments.names(session, contest)
    query = (
        select(Submission)
        .where(Submission.contest_id == contest.id)
        .options(joinedload(Submission.unit), joinedload(Submission.version))
        .order_by(Submission.code)
    )
    return [
        {name: getattr(submission, name, None) for name in ENTRIES}
        | {
            "unit": submission.unit.name,
            "authors": ", ".join(submission.authors),
            "received_at": _said(
                submission.version.received_at if submission.version else None, zone
            ),
        }
        | {f"question.{q.id}": files.get((submission.id, q.id), "") if q.kind == "file"
           else answers.cell(q, submission.answers.get(q.id, ""), language) for q in questions}
        for submission in session.scalars(query)
    ]


def _said(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="minutes") if moment else ""
