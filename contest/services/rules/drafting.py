"""From what was read in a plan to the rule file of a new contest.

The rules that the plan does not state come from the template: the reference rules without what is
the reference contest's own. Names, dates and the Fanpage have no template: somebody says them.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from contest.services.rules.toml_editing import edited

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
# Without a template: the contest's own. Keys of the profile; English texts follow the Vietnamese.
OWN = (
    "contest.title.vi", "contest.theme.vi", "contest.organiser.vi", "contest.contact.vi",
    "contest.page_name", "contest.page_url", "schedule.entries_open", "schedule.entries_close",
    "schedule.publicity_opens", "schedule.counts_close", "schedule.awards",
)
SPEAKS_OF_THE_REFERENCE = (
    ("Gắn với phong trào “3 trách nhiệm”", "Đúng chủ đề"),
    ("Đúng chủ đề phong trào “3 trách nhiệm”", "Đúng chủ đề"),
    ("Close to the 3 Responsibilities", "On theme"),
    ("Fits the theme of the 3 Responsibilities", "Fits the contest's theme"),
)
NOT_OF_A_TEMPLATE: dict[str, Any] = {
    "contest.heading": [], "schedule.jury_closes": None, "documents.place": "",
    "documents.authority": "", "documents.on_behalf": "TM. BAN THƯỜNG VỤ", "documents.bases": [],
    "documents.recipients": [],
}
SECTION_OF_THE_PLAN = re.compile(r"^(# -+ [^(\n]*[^(\s]) \([^\n]*\)$", re.MULTILINE)
PLACE_IN_THE_PLAN = re.compile(r"^([^\n]*#[^\n]*\S) \([IV]+\.[^)\n]*\)$", re.MULTILINE)
VALUES_OF_THE_PLAN = re.compile(r"^(\[media\.rules\.\w+\]) +#.*$", re.MULTILINE)
HEADER = "# Thể lệ, đọc từ kế hoạch của hội thi; chỗ kế hoạch không nói thì lấy theo mẫu.\n\n"
MOST_SLUG = 40


@dataclass(frozen=True)
class Gap:
    """A rule that the plan does not state. ``template``: what is taken, None where one must say."""

    key: str
    template: object


def template_of(reference: str) -> str:
    """The reference rules without what only the reference contest has."""
    for old, new in SPEAKS_OF_THE_REFERENCE:
        reference = reference.replace(old, new)
    body = reference[reference.index("\n\n") :].lstrip()  # behind the comment about the reference
    for comments in (SECTION_OF_THE_PLAN, VALUES_OF_THE_PLAN, PLACE_IN_THE_PLAN):
        body = comments.sub(r"\1", body)
    return HEADER + edited(body, NOT_OF_A_TEMPLATE)


def gaps(template: str, missing: list[str]) -> list[Gap]:
    """The rules not found, those that somebody has to say first."""
    data = tomllib.loads(template)
    found = [Gap(key, None if key in OWN else _at(data, key)) for key in missing]
    return sorted(found, key=lambda gap: gap.template is not None)


def _at(data: object, key: str) -> object:
    for part in key.split("."):
        data = data.get(part) if isinstance(data, dict) else None
    return data


def rule_file(template: str, values: Mapping[str, Any], *, slug: str, bases: list[str]) -> str:
    """The rule file: ``values`` by key (instants as ISO 8601) in the template's place.

    The English texts are the Vietnamese ones until somebody translates them.
    """
    said = {key: _typed(key, value) for key, value in values.items()}
    said |= {
        key[: -len("vi")] + "en": value for key, value in said.items()
        if key.startswith("contest.") and key.endswith(".vi")
    }
    said["contest.slug"] = said["media.name"] = slug
    if bases:
        said["documents.bases"] = bases
    if isinstance(opens := said.get("schedule.entries_open"), datetime):
        said["form.notice_version"] = opens.date().isoformat()
    return edited(template, said)


def _typed(key: str, value: Any) -> object:
    return datetime.fromisoformat(value) if key.startswith("schedule.") else value


def slug_for(organiser: str, title: str, year: str) -> str:
    """A short name for addresses: ``quan-doan-11-2023``."""
    flat = unicodedata.normalize("NFD", (organiser or title).lower().replace("đ", "d"))
    plain = re.sub(r"[^a-z0-9]+", "-", flat.encode("ascii", "ignore").decode())
    return f"{plain.strip('-')[:MOST_SLUG].strip('-') or 'hoi-thi'}-{year}".strip("-")


def bases_of(beside: Mapping[str, Any], organiser: str, title: str) -> list[str]:
    """What a decision rests on: the plan itself, where it says its number."""
    number, date = beside.get("beside.plan_number"), beside.get("beside.plan_date")
    if not number or not organiser:
        return []
    day = f" ngày {datetime.fromisoformat(date):%d/%m/%Y}" if date else ""
    return [f"Kế hoạch số {number}{day} của {organiser} về tổ chức {title}".strip()]
