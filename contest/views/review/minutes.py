"""The minutes of the board: which days there were, and each as a document."""

from datetime import date

from flask import Blueprint, request
from werkzeug.wrappers import Response

from contest.errors import not_found
from contest.services.results import appraisal_minutes
from contest.views.shared.support import allows, attachment, current, page

bp = Blueprint("appraisal", __name__, url_prefix="/c/<slug>/review")


@bp.get("/minutes")
@allows("review.read")
def minutes() -> Response:
    """The days on which the board voted or decided."""
    return page(
        "review/minutes.html", days=appraisal_minutes.days(current.db, current.contest)
    )


@bp.get("/minutes.docx")
@allows("review.read")
def docx() -> Response:
    """The minutes of the day ``?day=2023-06-11``, or of the whole contest."""
    wanted = request.args.get("day", "")
    try:
        day = date.fromisoformat(wanted) if wanted else None
    except ValueError:
        raise not_found() from None
    content = appraisal_minutes.docx(current.db, current.contest, day, at=current.now)
    return attachment(content, f"bien-ban-tham-dinh{f'-{day}' if day else ''}", "docx")
