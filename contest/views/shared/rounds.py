"""Who goes on to a next round, in words and as lines of a list."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from contest.languages import write_number
from contest.models import Result, RoundLink
from contest.profile import Profile
from contest.services.results import ranking_rows
from contest.views.shared.support import current
from scoring.numbers import written


def rule_in_words(profile: Profile) -> list[str]:
    """Sentences about who goes on, of what, and what is carried; empty where no round follows."""
    after = profile.next_round
    if after is None:
        return []
    count = after.count or 0
    who = {
        "best": ngettext("%(num)s đơn vị cao điểm nhất vào %(round)s.",
                         "%(num)s đơn vị cao điểm nhất vào %(round)s.", count,
                         round=after.name[current.language]),
        "category": ngettext("%(num)s đơn vị cao điểm nhất của mỗi mảng vào %(round)s.",
                             "%(num)s đơn vị cao điểm nhất của mỗi mảng vào %(round)s.", count,
                             round=after.name[current.language]),
        "above": _("Mọi đơn vị đạt từ %(mark)s điểm trở lên vào %(round)s.",
                   mark=after.least or 0, round=after.name[current.language]),
        "chair": _("Trưởng ban quyết định ai vào %(round)s.", round=after.name[current.language]),
    }[after.by]
    ties = (_("Cùng đứng ở chỗ cuối thì Trưởng ban phân định.") if after.ties == "none"
            else _("Cùng đứng ở chỗ cuối thì cùng vào."))
    clip = (_("Vòng sau dùng lại clip đã dự thi.") if after.clip == "same"
            else _("Vòng sau đơn vị gửi clip mới."))
    carried = (_("Điểm vòng này chiếm %(percent)s %% điểm vòng sau.", percent=after.carried)
               if after.carried else _("Vòng sau chấm lại từ đầu."))
    return [who, *([ties] if after.by in ("best", "category") else []), clip, carried]


def promoted(result: Result, promotion: Mapping[str, Any]) -> list[dict[str, str]]:
    """A line for each unit that goes on, with its clip's title as the result keeps it."""
    lines = promotion["promoted"]
    names = ranking_rows.names(current.db, result, [line["entry"] for line in lines])
    categories = {one.id: one.name[current.language] for one in current.profile.categories}
    return [
        {
            "rank": write_number(line["rank"], current.language), "unit": line["unit"],
            "title": names.get(line["entry"], {}).get("title", ""), "code": line["entry"],
            "total": written(line["total"]["rounded"], current.language),
            "category": categories.get(line.get("category", ""), ""),
        }
        for line in lines
    ]


def going_on(result: Result) -> list[dict[str, str]]:
    """The same for a result's own page; empty where no round follows."""
    found = ranking_rows.promotion(current.db, result)
    return [] if found is None else promoted(result, found)


def has_begun() -> bool:
    """Whether this contest's next round is there."""
    query = select(func.count()).where(RoundLink.previous_id == current.contest.id)
    return bool(current.db.scalar(query))
