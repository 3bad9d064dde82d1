"""The trial clip as a juror marks it; its marks never count."""

from flask import Blueprint
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from contest.models import Calibration
from contest.services.jury import calibrating
from contest.views.jury.papers import MARK, MarksForm, files, marks_form
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("trial_clip", __name__, url_prefix="/c/<slug>/jury/trial-clip")


@bp.get("")
@allows("jury.read")
def show() -> Response:
    """The player and the rubric, with the marks given so far."""
    trial = _trial()
    marks = calibrating.own(current.db, trial, actor=current.actor)
    data: dict[str, object] = {MARK + name: value for name, value in marks.items()}
    return _page(trial, marks_form(current.profile, data))


@bp.post("")
@allows("jury.read")
def save() -> Response:
    trial, form = _trial(), marks_form(current.profile)
    marks = form.marks(current.profile) if form.validate_on_submit() else {}
    lacking = [name for name, value in marks.items() if value is None]
    for name in lacking:
        form[MARK + name].errors = [_("Hãy cho điểm tiêu chí này.")]
    if lacking or not marks:
        return _page(trial, form, 422)
    calibrating.save(current.db, current.contest, marks, actor=current.actor, at=current.now)
    flash_message("Đã lưu điểm chấm thử.", "The trial's marks are saved.")
    return back_to("jury.clips")


def _trial() -> Calibration:
    found = calibrating.to_mark(current.db, current.contest, actor=current.actor)
    if found is None:
        raise calibrating.no_trial()
    return found


def _page(trial: Calibration, form: MarksForm, status: int = 200) -> Response:
    return page("jury/trial.html", status, submission=trial.submission, form=form, mark=MARK,
                **files(trial.submission))
