"""An entry's persons: names and contacts corrected at any time, consents withdrawn for whoever
asked an organiser."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField, EmailField, HiddenField, StringField, TelField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from contest.models import Submission
from contest.services.entry import submissions
from contest.services.privacy import consents, corrections
from contest.services.privacy.corrections import Names
from contest.views.shared.entries.entry_form import PHONE, lines_of
from contest.views.shared.forms import Form
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("entry_persons", __name__, url_prefix="/c/<slug>/organiser/entries/<code>/persons")


class NamesForm(Form):
    """Names and contact as they should stand, and who asked for it."""

    authors = TextAreaField(_l("Tác giả hoặc nhóm tác giả"), [
        InputRequired(_l("Hãy ghi ít nhất một tác giả.")), Length(max=20_000)],
        description=_l("Mỗi người một dòng."), render_kw={"rows": 3})
    contact_name = StringField(_l("Người liên hệ"), [InputRequired(), Length(max=200)])
    contact_phone = TelField(_l("Điện thoại liên hệ"), [InputRequired(), Regexp(
        PHONE, message=_l("Số điện thoại gồm 8–20 chữ số, ví dụ 0903 123 456."))])
    contact_email = EmailField(_l("Email liên hệ"), [Optional(), Length(max=254), Regexp(
        r"^[^@\s]+@[^@\s]+\.[^@\s]+$", message=_l("Email có dạng ten@noi.vn."))])
    reason = StringField(_l("Ai yêu cầu sửa, vì sao"), [
        InputRequired(_l("Hãy ghi ai yêu cầu sửa và vì sao.")), Length(max=500)])

    def names(self) -> Names:
        return Names(lines_of(self.authors.data), self.contact_name.data or "",
                     self.contact_phone.data or "", self.contact_email.data or "")


class WithdrawForm(Form):
    """One consent; ``sure``: what follows was read."""

    purpose = HiddenField(validators=[InputRequired(), Length(max=64)])
    sure = BooleanField(_l("Tôi đã đọc điều gì xảy ra sau đó"),
                        [InputRequired(_l("Hãy đọc và đánh dấu trước khi rút."))])


@bp.get("")
@allows("privacy.manage")
def show(code: str) -> Response:
    """What stands there, what was printed with it, the consents in force."""
    return _page(_submission(code))


@bp.post("")
@allows("privacy.manage")
def correct(code: str) -> Response:
    form = NamesForm()
    with form.taken(lambda status: _page(_submission(code), form, status=status), "reason"):
        changed = corrections.correct(
            current.db, _submission(code), form.names(), reason=form.reason.data or "",
            actor=current.actor, at=current.now,
        )
    if changed:
        flash_message("Đã sửa. Những gì đã in hoặc đăng được kể ở dưới.",
                      "Corrected. What was printed or posted is named below.")
    else:
        flash_message("Không có gì thay đổi.", "Nothing has changed.", "info")
    return back_to("entry_persons.show", code=code)


@bp.post("/withdraw")
@allows("privacy.manage")
def withdraw(code: str) -> Response:
    """Withdraw one consent for a person who asked; what follows was told first."""
    form = WithdrawForm()
    with form.taken(lambda status: _page(_submission(code), None, form, status), "sure"):
        follows = consents.withdraw(
            current.db, _submission(code), form.purpose.data, actor=current.actor, at=current.now
        )
    said = {
        consents.TWO: ("Đã rút sự đồng ý. Một người khác trong Ban Tổ chức quyết định về clip.",
                       "Consent withdrawn. Another organiser decides on the clip."),
        consents.LEAVES: ("Đã rút sự đồng ý; bài đã rời hội thi.",
                          "Consent withdrawn; the entry has left the contest."),
        consents.STAYS: ("Đã rút sự đồng ý.", "Consent withdrawn."),
    }
    flash_message(*said[follows])
    return back_to("entry_persons.show", code=code)


def _submission(code: str) -> Submission:
    return submissions.find(current.db, current.contest, code, actor=current.actor)


def _page(
    submission: Submission, form: NamesForm | None = None, sure: WithdrawForm | None = None,
    status: int = 200,
) -> Response:
    held = {name: getattr(submission, name) for name in
            ("contact_name", "contact_phone", "contact_email")}
    form = form or NamesForm(formdata=None, authors="\n".join(submission.authors), **held)
    return page(
        "organiser/persons.html", status, submission=submission, form=form,
        sure=sure or WithdrawForm(formdata=None),
        given=consents.in_force(current.db, submission, at=current.now),
        printed=corrections.printed(current.db, submission),
    )
