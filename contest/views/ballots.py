"""The organisers' view of the jury round: who still owes what. No mark is ever shown here."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from contest.services import jury_round
from contest.views.forms import Form
from contest.views.support import (
    actor,
    allows,
    back_to,
    current_contest,
    db,
    now,
    page,
    told,
)

bp = Blueprint("ballots", __name__, url_prefix="/c/<slug>/desk/jury")


class UnlockForm(Form):
    reason = TextAreaField(
        _l("Lý do mở lại"),
        [InputRequired(_l("Hãy ghi lý do mở lại vòng chấm.")), Length(max=1000)],
        render_kw={"rows": 2},
    )


@bp.get("/")
@allows("organiser.read")
def overview() -> Response:
    return _page(UnlockForm())


@bp.post("/lock")
@allows("result.close")
def lock() -> Response:
    """End the round: ballots stand as they are, and the result may be computed."""
    jury_round.lock(db(), current_contest(), actor=actor(), at=now())
    told("Đã khoá vòng chấm.", "The jury round is locked.")
    return back_to("results.overview")


@bp.post("/unlock")
@allows("result.close")
def unlock() -> Response:
    form = UnlockForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    jury_round.unlock(
        db(), current_contest(), reason=form.reason.data or "", actor=actor(), at=now()
    )
    told("Đã mở lại vòng chấm.", "The jury round is open again.")
    return back_to("ballots.overview")


def _page(form: UnlockForm, status: int = 200) -> Response:
    jurors = jury_round.progress(db(), current_contest())
    return page("jury/overview.html", status, jurors=jurors, form=form)
