"""Corrections of counts: one organiser proposes them with a reason, a second one decides."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from contest.services.counts import corrections, interactions, official
from contest.services.counts.corrections import Adjusted
from contest.views.organiser.interactions import MOST
from contest.views.shared.forms import Form
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("corrections", __name__, url_prefix="/c/<slug>/organiser/interactions")
AS_READ = _l("Để trống nếu giữ nguyên số đã ghi.")


class CorrectionForm(Form):
    """The counts to use instead of those recorded."""

    reactions = IntegerField(
        _l("Cảm xúc được tính"), [Optional(), NumberRange(0, MOST)], description=AS_READ
    )
    shares = IntegerField(
        _l("Chia sẻ được tính"), [Optional(), NumberRange(0, MOST)],
        description=_l("Để trống nếu giữ nguyên. Clip có sổ chia sẻ thì tính theo sổ."),
    )
    accounts = TextAreaField(
        _l("Tài khoản trong sổ chia sẻ không được tính"), [Length(max=20_000)],
        description=_l("Mỗi dòng một tên như trong sổ, hoặc liên kết trang cá nhân."),
    )
    reason = StringField(_l("Lý do"), [InputRequired(_l("Hãy ghi lý do.")), Length(max=1000)])

    def adjusted(self) -> Adjusted:
        names = tuple(line.strip() for line in (self.accounts.data or "").splitlines())
        return Adjusted(
            self.reactions.data, self.shares.data, tuple(name for name in names if name)
        )


class VerdictForm(Form):
    verdict = RadioField(
        _l("Quyết định"), [InputRequired(_l("Hãy chọn một quyết định."))],
        choices=[SelectChoice("agree", _l("Đồng ý")), SelectChoice("refuse", _l("Không đồng ý"))],
    )


@bp.get("/clips/<code>/correct")
@allows("interaction.import")
def correct(code: str) -> Response:
    return _page(code, CorrectionForm(formdata=None))


@bp.post("/clips/<code>/correct")
@allows("interaction.import")
def propose(code: str) -> Response:
    form = CorrectionForm()
    with form.taken(lambda status: _page(code, form, status)):
        corrections.propose(
            current.db, current.contest, code, form.adjusted(), reason=form.reason.data or "",
            actor=current.actor, at=current.now,
        )
    flash_message("Đã ghi điều chỉnh; số được tính sau khi một người khác xác nhận.",
         "The correction is recorded; it counts once another organiser agrees.")
    return back_to("interactions.clip", code=code)


@bp.post("/corrections/<int:correction_id>")
@allows("interaction.late")
def decide(correction_id: int) -> Response:
    """Record the second organiser's decision."""
    form = VerdictForm()
    if not form.validate_on_submit():
        flash_message("Hãy chọn đồng ý hoặc không đồng ý.", "Choose to agree or not.", "error")
        return back_to("interactions.list")
    found = corrections.decide(
        current.db, current.contest, correction_id, agreed=form.verdict.data == "agree",
        actor=current.actor, at=current.now,
    )
    flash_message("Đã ghi quyết định.", "The decision is recorded.")
    return back_to("interactions.clip", code=found.snapshot.submission.code)


def _page(code: str, form: CorrectionForm, status: int = 200) -> Response:
    contest = current.contest
    submission = interactions.of_code(current.db, contest, code)
    counted = official.official_counts(current.db, contest, only=[submission.id]).get(submission.id)
    return page(
        "organiser/correction.html", status, form=form, submission=submission, official=counted
    )
