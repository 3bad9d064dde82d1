"""The award reel on the page Results: begun, watched, stopped, taken."""

from flask import Blueprint
from werkzeug.wrappers import Response

from contest.services.awards import reel
from contest.services.entry.media import File
from contest.views.organiser import results
from contest.views.organiser.awards.refusals import beside
from contest.views.shared.media import send
from contest.views.shared.support import allows, back_to, current

bp = Blueprint("reel", __name__, url_prefix="/c/<slug>/organiser/results/reel")


@bp.post("/")
@allows("document.manage")
def ask() -> Response:
    """Have it made by the worker, in the reader's language."""
    with beside("reel", lambda status, said: results.shown(status, refused=said)):
        reel.ask(current.db, current.contest, language=current.language, actor=current.actor,
                 at=current.now)
    return back_to("results.overview", _anchor="reel")


@bp.post("/cancel")
@allows("document.manage")
def cancel() -> Response:
    with beside("reel", lambda status, said: results.shown(status, refused=said)):
        reel.cancel(current.db, current.contest, actor=current.actor, at=current.now)
    return back_to("results.overview", _anchor="reel")


@bp.get("/reel.mp4")
@allows("organiser.read")
def file() -> Response:
    """The newest reel, as a download."""
    row = reel.ready(current.db, current.contest, actor=current.actor)
    return send(File(row.sha256, "video/mp4", f"{current.contest.slug}-trao-giai.mp4"), keep=True)
