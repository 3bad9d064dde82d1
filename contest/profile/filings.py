"""What each unit files besides clips: a plan, a registration, a report, by when."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, Field

from contest.profile.parts import Identifier, Part, Text
from contest.profile.questions import Question, faults

FILE = Question(
    id="file", label=Text(vi="Tệp", en="File"), kind="file", required=True, most=3, megabytes=5,
    types=["pdf", "docx", "xlsx"],
)


class Filing(Part):
    """One thing that is owed. ``due`` is the first instant at which it is late; ``late``: whether
    what comes then is taken and marked, or refused. ``groups``: of which units, empty: of all.
    Without ``questions`` a file is asked for."""

    id: Identifier
    name: Text
    help: Text | None = None
    due: AwareDatetime
    late: Literal["marked", "refused"] = "marked"
    groups: list[str] = Field(default_factory=list, max_length=200)
    questions: list[Question] = Field(default_factory=list, max_length=30)

    @property
    def asks(self) -> list[Question]:
        """What is filled in."""
        return self.questions or [FILE]

    def owed_by(self, group: str) -> bool:
        """Whether a unit of this group owes it."""
        return not self.groups or group in self.groups

    def due_for(self, until: datetime | None) -> datetime:
        """When it is due for a unit that was given time ``until``."""
        return max(self.due, until or self.due)

    def late_at(self, moment: datetime, until: datetime | None) -> bool:
        """Whether ``moment`` is late for a unit that was given time ``until``."""
        return moment >= self.due_for(until)

    def taken_at(self, moment: datetime, state: str, until: datetime | None) -> bool:
        """Whether it may be filed or mended then; something given back, as long as it is asked
        for."""
        return self.late == "marked" or state == "returned" or not self.late_at(moment, until)


def contradictions(filing: Filing) -> list[tuple[str, str, str]]:
    """What cannot stand together in a filing: key, Vietnamese, English."""
    found = [(f"questions.{place}.{key}", vi, en) for place, one in enumerate(filing.questions)
             for key, vi, en in faults(one)]
    ids = [one.id for one in filing.questions]
    if len(set(ids)) < len(ids):
        found.append(("questions", "có mục trùng tên (id)", "has the same id twice"))
    if ids and not any(one.asked for one in filing.questions):
        found.append((
            "questions", "mọi mục đều đã thôi hỏi (retired) nên không có gì để nộp; hãy thêm một "
            "mục, hoặc bỏ báo cáo này",
            "every one is retired, so there is nothing to file; add one, or take the filing out",
        ))
    if any(one.seen_by for one in filing.questions):
        found.append((
            "questions", "chỉ đơn vị và Ban Tổ chức xem được báo cáo; hãy bỏ seen_by",
            "only the unit and the organisers read what is filed; take seen_by out",
        ))
    return found
