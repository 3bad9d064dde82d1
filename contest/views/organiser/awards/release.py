"""The hour of publication on the page Results: planned, moved, cancelled."""

from flask import Blueprint
from werkzeug.wrappers import Response

from contest.services.awards import releasing
from contest.views.organiser import results
from contest.views.organiser.awards.refusals import beside
from contest.views.shared.support import allows, back_to, current, flash_message

bp = Blueprint("release", __name__, url_prefix="/c/<slug>/organiser/results/release")


@bp.post("/")
@allows("result.publish")
def plan() -> Response:
    """Publish at a set time; asked again, at another one."""
    form = results.HourForm()
    with form.taken(lambda status: results.shown(status, hour=form), "hour"):
        releasing.plan(
            current.db, current.contest, form.moment(), actor=current.actor, at=current.now
        )
    flash_message("Đã hẹn giờ công bố. Đến giờ, bản đã chốt mới nhất tự công bố.",
                  "The hour is set. The newest frozen revision is then published by itself.")
    return back_to("results.overview", _anchor="publish")


@bp.post("/cancel")
@allows("result.publish")
def cancel() -> Response:
    with beside("publish", lambda status, said: results.shown(status, refused=said)):
        releasing.cancel(current.db, current.contest, actor=current.actor, at=current.now)
    flash_message("Đã huỷ giờ hẹn; kết quả không tự công bố nữa.",
                  "The hour is cancelled; the result will not be published by itself.")
    return back_to("results.overview", _anchor="publish")
