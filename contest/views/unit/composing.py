"""Where a unit puts pictures together or writes its text, and hands it in."""

from flask import Blueprint
from werkzeug.wrappers import Response

from contest.services.entry import submissions
from contest.views.shared.entries import composing
from contest.views.shared.entries.composing import Draft
from contest.views.shared.support import allows, current

bp = Blueprint("composing", __name__, url_prefix="/c/<slug>/unit/entries/<code>")


def _draft(code: str) -> Draft:
    return Draft(submissions.find(current.db, current.contest, code, actor=current.actor))


@bp.get("/pictures/<int:part_id>.jpg")
@allows("entry.read", by="unit")
def picture(code: str, part_id: int) -> Response:
    """A picture of the set, small."""
    return composing.picture(_draft(code), part_id)


@bp.post("/pictures")
@allows("entry.upload", by="unit")
def arrange(code: str) -> Response:
    """Keep captions and order; take a picture out; hand the set in."""
    return composing.arrange(_draft(code))


@bp.post("/pictures/<int:part_id>")
@allows("entry.upload", by="unit")
def exchange(code: str, part_id: int) -> Response:
    """Put another picture in the place of one."""
    return composing.exchange(_draft(code), part_id)


@bp.post("/text")
@allows("entry.upload", by="unit")
def write(code: str) -> Response:
    """Keep the text as it is written; hand it in."""
    return composing.write(_draft(code))
