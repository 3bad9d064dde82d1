"""The trial clip for organisers: opening it, who has marked, and the comparison afterwards."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from contest.services.jury import calibrating, jurors
from contest.views.organiser.awards.refusals import Refused, beside
from contest.views.organiser.jury.strictness import points, signed
from contest.views.shared.forms import Form
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("calibration", __name__, url_prefix="/c/<slug>/organiser/jury/calibration")


class BeginForm(Form):
    code = StringField(
        _l("Mã clip chấm thử"), [InputRequired(_l("Hãy ghi mã clip.")), Length(max=16)],
        description=_l("Một clip đã duyệt. Điểm chấm thử không bao giờ được tính."),
    )


@bp.get("")
@allows("organiser.read")
def show() -> Response:
    return _page(BeginForm(formdata=None))


@bp.post("")
@allows("result.close")
def begin() -> Response:
    form = BeginForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    with beside("trial", lambda status, refused: _page(form, status, refused)):
        calibrating.begin(current.db, current.contest, form.code.data or "",
                          actor=current.actor, at=current.now)
    flash_message("Đã mở chấm thử. Giám khảo thấy clip ở đầu trang Chấm điểm.",
                  "The trial is open. Jurors find the clip at the top of their page.")
    return back_to("calibration.show")


@bp.post("/close")
@allows("result.close")
def close() -> Response:
    """From now on the comparison is shown."""
    with beside("trial", lambda status, refused: _page(BeginForm(formdata=None), status, refused)):
        calibrating.close(current.db, current.contest, actor=current.actor, at=current.now)
    flash_message("Đã kết thúc chấm thử.", "The trial is closed.")
    return back_to("calibration.show")


def _page(form: BeginForm, status: int = 200, refused: Refused | None = None) -> Response:
    db, contest = current.db, current.contest
    trial = calibrating.newest(db, contest)
    done = trial is not None and trial.closed_at is not None
    return page(
        "organiser/calibration.html", status, form=form, refused=refused, trial=trial,
        given=calibrating.given(db, trial) if trial else set(),
        seats=jurors.sitting(db, contest), points=points, signed=signed,
        comparison=calibrating.comparison(db, contest, trial, actor=current.actor)
        if trial is not None and done else None,
        names={c.id: c.name for c in current.profile.jury.criteria},
    )
