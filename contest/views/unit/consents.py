"""A unit withdraws consents of its entry, each on its own; what follows is told first."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField
from wtforms.validators import InputRequired, Length

from contest.models import Submission
from contest.services.entry import consents as events
from contest.services.entry import submissions
from contest.services.privacy import consents
from contest.views.shared.forms import Form
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("consents", __name__, url_prefix="/c/<slug>/unit/entries/<code>/consents")


class WithdrawForm(Form):
    """One consent; ``sure``: what follows was read."""

    purpose = HiddenField(validators=[InputRequired(), Length(max=64)])
    sure = BooleanField(_l("Tôi đã đọc điều gì xảy ra sau đó"),
                        [InputRequired(_l("Hãy đọc và đánh dấu trước khi rút."))])


@bp.get("")
@allows("entry.edit", by="unit")
def show(code: str) -> Response:
    """What was agreed to, when, and what a withdrawal leads to."""
    return _page(code, WithdrawForm(formdata=None))


@bp.post("")
@allows("entry.edit", by="unit")
def withdraw(code: str) -> Response:
    form = WithdrawForm()
    with form.taken(lambda status: _page(code, form, status), "sure"):
        follows = consents.withdraw(
            current.db, _submission(code), form.purpose.data, actor=current.actor, at=current.now
        )
    if follows == consents.TWO:
        flash_message("Đã rút sự đồng ý. Kết quả đã chốt nên Ban Tổ chức quyết định về clip.",
                      "Consent withdrawn. The result is final: the organisers decide on the clip.")
    elif follows == consents.LEAVES:
        flash_message("Đã rút sự đồng ý; bài đã rời hội thi.",
                      "Consent withdrawn; the entry has left the contest.")
    else:
        flash_message("Đã rút sự đồng ý.", "Consent withdrawn.")
    return back_to("consents.show", code=code)


class AgainForm(Form):
    """One consent that was withdrawn."""

    purpose = HiddenField(validators=[InputRequired(), Length(max=64)])


@bp.post("/again")
@allows("entry.edit", by="unit")
def again(code: str) -> Response:
    """Agree again to what was withdrawn."""
    form = AgainForm()
    with form.taken(lambda status: _page(code, WithdrawForm(formdata=None), status)):
        submission = _submission(code)
        consents.give_again(current.db, submission, form.purpose.data, actor=current.actor,
                            at=current.now)
    flash_message("Đã đồng ý lại. Nếu bài đã rời hội thi, hãy liên hệ Ban Tổ chức để khôi phục.",
                  "Agreed again. If the entry has left, ask the organisers to bring it back.")
    return back_to("consents.show", code=code)


def _submission(code: str) -> Submission:
    return submissions.find(current.db, current.contest, code, actor=current.actor)


def _page(code: str, form: WithdrawForm, status: int = 200) -> Response:
    submission = _submission(code)
    return page(
        "unit/consents.html", status, submission=submission, form=form,
        taken_back=consents.taken_back(submission),
        given=consents.in_force(current.db, submission, at=current.now),
        events=events.history(current.db, submission),
        words={p.id: p.text for p in current.profile.form.consents},
    )
