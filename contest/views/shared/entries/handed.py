"""Where an entry came from and where it went, in sentences for its unit and its organisers."""

from datetime import datetime

from flask_babel import gettext as _

from contest.languages import inner_quotes
from contest.models import Handover, Submission
from contest.services.core import profiles
from contest.services.handover import handovers, letters
from contest.views.shared.support import current


def ways(submission: Submission, *, whole: bool = True) -> list[tuple[datetime, str]]:
    """When, and what: one line for each handover, in their order; without ``whole`` those alone
    that were accepted, for a unit learns nothing of a result before it is public."""
    found = handovers.of_submission(current.db, submission)
    return [(one.decided_at or one.offered_at, _said(one, submission)) for one in found
            if whole or one.state == "accepted"]


def _said(one: Handover, submission: Submission) -> str:
    if one.submission_id == submission.id:
        unit = one.source.unit.name if one.source else str(one.packet.get("unit", ""))
        said = _("Nhận từ “%(title)s”, ở đó là bài %(code)s của %(unit)s. Sự đồng ý đã cho ở đó "
                 "được chuyển theo.", title=inner_quotes(letters.title_of(one)[current.language]),
                 code=handovers.code_of(one), unit=unit)
        return str(said)
    title = inner_quotes(profiles.profile_of(one.contest).contest.title[current.language])
    if one.state == "accepted" and one.submission is not None and one.unit is not None:
        said = _("Đã được nhận vào “%(title)s”; ở đó là bài %(code)s của %(unit)s.", title=title,
                 code=one.submission.code, unit=one.unit.name)
    elif one.state == "offered":
        said = _("Đã gửi sang “%(title)s”, đang chờ nhận.", title=title)
    elif one.state == "declined":
        said = _("“%(title)s” không nhận: %(reason)s", title=title, reason=one.state_reason)
    else:
        said = _("Đã gửi sang “%(title)s”, rồi thu lại.", title=title)
    return str(said)
