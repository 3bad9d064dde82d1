"""A set of pictures put together, or a text written, in a unit's place."""

from flask import Blueprint
from werkzeug.wrappers import Response

from contest.services.entry import errands
from contest.views.shared.entries import composing
from contest.views.shared.entries.composing import Draft
from contest.views.shared.support import allows, current

bp = Blueprint("composing_for", __name__, url_prefix="/c/<slug>/organiser/sending/<errand_key>")


def _draft(errand_key: str) -> Draft:
    errand = errands.own(current.db, current.contest, errand_key, actor=current.actor)
    return Draft(errand.submission, errand)


@bp.get("/pictures/<int:part_id>.jpg")
@allows("entry.deputise")
def picture(errand_key: str, part_id: int) -> Response:
    """A picture of the set, small."""
    return composing.picture(_draft(errand_key), part_id)


@bp.post("/pictures")
@allows("entry.deputise")
def arrange(errand_key: str) -> Response:
    """Keep captions and order; take a picture out; hand the set in."""
    return composing.arrange(_draft(errand_key))


@bp.post("/pictures/<int:part_id>")
@allows("entry.deputise")
def exchange(errand_key: str, part_id: int) -> Response:
    """Put another picture in the place of one."""
    return composing.exchange(_draft(errand_key), part_id)


@bp.post("/text")
@allows("entry.deputise")
def write(errand_key: str) -> Response:
    """Keep the text as it is written; hand it in."""
    return composing.write(_draft(errand_key))
