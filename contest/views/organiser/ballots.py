"""The organisers' view of the jury round: who still owes what. No mark is ever shown here."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import RadioField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from contest.languages import counted
from contest.services.jury import assigning, jury_round
from contest.views.organiser.awards.refusals import Refused, beside
from contest.views.shared.forms import Form
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("ballots", __name__, url_prefix="/c/<slug>/organiser/jury")


class UnlockForm(Form):
    reason = TextAreaField(
        _l("Lý do mở lại"),
        [InputRequired(_l("Hãy ghi lý do mở lại vòng chấm.")), Length(max=1000)],
        description=_l("Lưu trong nhật ký; Ban Tổ chức đọc được."),
        render_kw={"rows": 2},
    )


class RetireForm(Form):
    marks = RadioField(
        _l("Điểm đã cho"),
        [InputRequired(_l("Hãy chọn giữ hay bỏ điểm."))],
        choices=[SelectChoice("keep", _l("Giữ: các phiếu đã nộp vẫn được tính")),
                 SelectChoice("drop", _l("Bỏ: không phiếu nào được tính"))],
    )
    reason = TextAreaField(
        _l("Lý do"),
        [InputRequired(_l("Hãy ghi lý do thôi làm giám khảo.")), Length(max=1000)],
        render_kw={"rows": 2},
    )


@bp.get("/")
@allows("organiser.read")
def overview() -> Response:
    return _page(UnlockForm())


@bp.post("/lock")
@allows("result.close")
def lock() -> Response:
    """End the round: ballots can no longer change, and the result may be computed."""
    with beside("lock", _stopped):
        jury_round.lock(current.db, current.contest, actor=current.actor, at=current.now)
    flash_message("Đã khoá vòng chấm.", "The jury round is locked.")
    return back_to("results.overview")


@bp.post("/unlock")
@allows("result.close")
def unlock() -> Response:
    form = UnlockForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    with beside("unlock", _stopped):
        jury_round.unlock(
            current.db, current.contest, reason=form.reason.data or "", actor=current.actor,
            at=current.now,
        )
    flash_message("Đã mở lại vòng chấm.", "The jury round is open again.")
    return back_to("ballots.overview")


@bp.post("/<int:user_id>/retire")
@allows("result.close")
def retire(user_id: int) -> Response:
    """A juror leaves the jury; the organiser chooses whether their marks count."""
    form = RetireForm(prefix=f"juror{user_id}")
    if not form.validate_on_submit():
        return _page(UnlockForm(formdata=None), 422, {user_id: form})
    with beside("retire", _stopped):
        left, given = assigning.retire(
            current.db, current.contest, user_id, keep=form.marks.data == "keep",
            reason=form.reason.data or "", actor=current.actor, at=current.now,
        )
    again = given and (f" Đã giao lại {given} clip.",
                       f" Given out again: {counted(given, 'clip', 'clips')}.")
    vi, en = again or ("", "")
    flash_message(
        f"{left.user.name} không còn là giám khảo.{vi}",
        f"{left.user.name} is no longer a juror.{en}",
    )
    return back_to("ballots.overview")


def _stopped(status: int, refused: Refused) -> Response:
    return _page(UnlockForm(formdata=None), status, refused=refused)


def _page(
    form: UnlockForm, status: int = 200, retiring: dict[int, RetireForm] | None = None,
    refused: Refused | None = None,
) -> Response:
    found = jury_round.progress(current.db, current.contest)
    forms = {
        juror.user.id: RetireForm(formdata=None, prefix=f"juror{juror.user.id}")
        for juror in found if juror.left is None
    }
    locked = current.contest.jury_locked_at is not None
    return page(
        "jury/overview.html", status, jurors=found, form=form, retiring=forms | (retiring or {}),
        refused=refused,
        for_good=jury_round.locked_for_good(current.db, current.contest) if locked else None,
        open_clips=jury_round.open_clips(current.db, current.contest, found),
    )
