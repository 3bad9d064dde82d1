"""Prizes that the chair gives: who takes them is recorded on the page Results."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from contest.services.awards import choosing
from contest.views.organiser import results
from contest.views.shared.support import allows, back_to, current, flash_message

bp = Blueprint("choosing", __name__, url_prefix="/c/<slug>/organiser/results/choices")


@bp.post("/<prize>")
@allows("result.close")
def choose(prize: str) -> Response:
    """Record whom the chair chose; the result is then to be computed again."""
    form = results.DecisionForm()
    given = (code for name, code in request.form.items() if name.startswith("code-"))
    typed = [code.strip().upper() for code in given]
    with form.taken(lambda status: results.shown(status, decision=form)):
        choosing.choose(
            current.db, current.contest, prize, [code for code in typed if code],
            reason=form.reason.data or "", actor=current.actor, at=current.now,
        )
    flash_message("Đã ghi quyết định của Trưởng ban. Hãy tính lại kết quả.",
                  "The chair's decision is recorded. Please compute again.")
    return back_to("results.overview", _anchor="chosen")
