"""An organiser puts subtitles to a clip, in its unit's place or once it is approved."""

from flask import Blueprint
from werkzeug.wrappers import Response

from contest.models import Submission
from contest.services.entry import submissions
from contest.views.shared.entries import captions
from contest.views.shared.support import allows, current

bp = Blueprint("captions_for", __name__, url_prefix="/c/<slug>/organiser/entries/<code>/captions")
PAGE = "organiser/captions.html"


def _submission(code: str) -> Submission:
    return submissions.find(current.db, current.contest, code, actor=current.actor)


@bp.get("")
@allows("entry.deputise")
def show(code: str) -> Response:
    return captions.shown(PAGE, _submission(code))


@bp.post("")
@allows("entry.deputise")
def keep(code: str) -> Response:
    """Store the subtitles of a language, in place of those before."""
    return captions.kept(PAGE, _submission(code), "captions_for.show")


@bp.post("/<any(vi, en):language>/drop")
@allows("entry.deputise")
def drop(code: str, language: str) -> Response:
    return captions.dropped(_submission(code), language, "captions_for.show")
