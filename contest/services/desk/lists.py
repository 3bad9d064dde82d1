"""The organiser's lists as tables: units with their clips, entries with their states."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, case, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.models import ClipVersion, Contest, Submission, Unit
from contest.permissions import require
from contest.profile import Profile
from contest.profile.entries import spoken_all
from contest.profile.questions import Question
from contest.services.core import profiles, spreadsheets
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
CATEGORY = ("Mảng nội dung", "Category")
AT_ONCE = 2_000  # rows in memory
MOMENT = 'YYYY-MM-DD"T"HH24:MITZH:TZM'  # as isoformat writes it, for PostgreSQL


def columns(what: str, profile: Profile, language: str) -> dict[str, str]:
    """Key -> title, in "vi" or "en", of the columns of a list, one of ``TITLES``; of entries also
    the category, where the rules have some, and the contest's own questions."""
    said = {key: title[language != "vi"] for key, title in TITLES[what].items()}
    found = spoken_all(said, profile.entry.kind, language)
    if what != "entries":
        return found
    if profile.categories:
        found["category"] = CATEGORY[language != "vi"]
    return found | {f"question.{one.id}": one.label[language] for one in profile.questions}


def rows(
    session: Session, contest: Contest, what: str, *, actor: Actor, at: datetime,
    language: str = "vi",
) -> Iterator[Sequence[object]]:
    """Row by row what stands below ``columns``, as the database gives it; instants in the contest's
    zone (ISO), of files that were sent with an entry their names. Raises ``NotAllowed`` without
    ``export.read``."""
    require(actor, "export.read", contest)
    profile = profiles.profile_of(contest)
    zone = profile.schedule.zone
    if what == "entries":
        return _entries(session, contest, profile, language)
    found = units.standings(session, contest, quota=profile.quota.minimum, at=at)
    return (
        (one.unit.name, one.unit.group, one.clips, one.missing, one.unit.contact_name,
         one.unit.contact_email, one.unit.contact_phone, _said(one.last_used_at, zone))
        for one in found
    )


def csv_parts(
    session: Session, contest: Contest, what: str, *, actor: Actor, at: datetime, language: str
) -> Iterator[bytes]:
    """The list as CSV, piece by piece. PostgreSQL writes what is the database's alone: entries of a
    contest that has neither questions nor categories. Raises as ``rows`` does."""
    profile = profiles.profile_of(contest)
    titles = list(columns(what, profile, language).values())
    own = what == "entries" and not profile.questions and not profile.categories
    if own and session.get_bind().dialect.name == "postgresql":
        require(actor, "export.read", contest)
        session.execute(select(func.set_config("TimeZone", profile.schedule.zone.key, True)))
        return spreadsheets.csv_of_query(session, titles, _texts(contest))
    found = rows(session, contest, what, actor=actor, at=at, language=language)
    return spreadsheets.csv_parts(titles, found)


def _texts(contest: Contest) -> Select[Any]:
    """What ``_entries`` gives, as texts made by PostgreSQL. No text is NULL: what is quoted costs
    more."""
    authors = Submission.authors
    name = func.jsonb_array_elements_text(authors).table_valued(
        "value", with_ordinality="place", joins_implicitly=True
    ).render_derived()
    several = select(func.string_agg(
        name.c.value, aggregate_order_by(literal(", "), name.c.place))
    ).scalar_subquery()
    first, second = (func.jsonb_extract_path_text(authors, place) for place in "01")
    many = func.jsonb_array_length(authors)
    shown = (
        Submission.code, Submission.title, Unit.name,
        case((many == 1, first), (many == 2, first + ", " + second), else_=several),  # noqa: PLR2004
        Submission.kind,
        Submission.state, func.to_char(ClipVersion.received_at, MOMENT),
        Submission.contact_name, Submission.contact_phone, Submission.contact_email,
    )
    return (
        select(*(func.nullif(column, "") for column in shown))
        .select_from(Submission).join(Submission.unit).outerjoin(Submission.version)
        .where(Submission.contest_id == contest.id)
        .order_by(Submission.code)
    )


def _entries(
    session: Session, contest: Contest, profile: Profile, language: str
) -> Iterator[Sequence[object]]:
    zone, names = profile.schedule.zone, {c.id: c.name[language] for c in profile.categories}
    files = attachments.names(session, contest) if profile.questions else {}

    def cell(question: Question, entry: int, given: Mapping[str, Any]) -> object:
        if question.kind == "file":
            return files.get((entry, question.id), "")
        return answers.cell(question, given.get(question.id, ""), language)

    query = (
        select(
            Submission.code, Submission.title, Unit.name, Submission.authors, Submission.kind,
            Submission.state, ClipVersion.received_at, Submission.contact_name,
            Submission.contact_phone, Submission.contact_email, Submission.category, Submission.id,
            Submission.answers,
        )
        .join(Submission.unit).outerjoin(Submission.version)
        .where(Submission.contest_id == contest.id)
        .order_by(Submission.code)
        .execution_options(yield_per=AT_ONCE)
    )
    return (
        (code, title, unit, ", ".join(authors), kind, state, _said(received_at, zone), *contact,
         *([names.get(category, "")] if names else []),
         *(cell(question, entry, given or {}) for question in profile.questions))
        for code, title, unit, authors, kind, state, received_at, *contact, category, entry, given
        in session.execute(query)
    )


def _said(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="minutes") if moment else ""
