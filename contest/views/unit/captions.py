"""A unit puts subtitles to its clip."""

from flask import Blueprint
from werkzeug.wrappers import Response

from contest.models import Submission
from contest.services.entry import submissions
from contest.views.shared.entries import captions
from contest.views.shared.support import allows, current

bp = Blueprint("captions", __name__, url_prefix="/c/<slug>/unit/entries/<code>/captions")
PAGE = "unit/captions.html"


def _submission(code: str) -> Submission:
    return submissions.find(current.db, current.contest, code, actor=current.actor)


@bp.get("")
@allows("entry.edit", by="unit")
def show(code: str) -> Response:
    return captions.shown(PAGE, _submission(code))


@bp.post("")
@allows("entry.edit", by="unit")
def keep(code: str) -> Response:
    """Store the subtitles of a language, in place of those before."""
    return captions.kept(PAGE, _submission(code), "captions.show")


@bp.post("/<any(vi, en):language>/drop")
@allows("entry.edit", by="unit")
def drop(code: str, language: str) -> Response:
    return captions.dropped(_submission(code), language, "captions.show")
