"""What each named author of an entry has said; an organiser records what came on paper."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

from contest.models import Submission
from contest.services.entry import submissions
from contest.services.privacy import authors
from contest.views.shared.forms import Form
from contest.views.shared.privacy.authors import named
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("entry_authors", __name__, url_prefix="/c/<slug>/organiser/entries/<code>/authors")


class PaperForm(Form):
    """A confirmation that was signed on paper."""

    name = HiddenField(validators=[InputRequired(), Length(max=200)])
    how = StringField(_l("Giấy nào, ai nhận, khi nào"), [InputRequired(), Length(max=500)])
    guardian = StringField(_l("Người giám hộ cùng ký"), [Length(max=200)])


@bp.get("")
@allows("privacy.manage")
def show(code: str) -> Response:
    return _page(code, PaperForm(formdata=None))


@bp.post("")
@allows("privacy.manage")
def paper(code: str) -> Response:
    form = PaperForm()
    with form.taken(lambda status: _page(code, form, status), "how"):
        authors.on_paper(
            current.db, _submission(code), form.name.data, how=form.how.data or "",
            guardian=form.guardian.data or "", actor=current.actor, at=current.now,
        )
    flash_message("Đã ghi xác nhận trên giấy.", "The confirmation on paper is recorded.")
    return back_to("entry_authors.show", code=code)


def _submission(code: str) -> Submission:
    return submissions.find(current.db, current.contest, code, actor=current.actor)


def _page(code: str, form: PaperForm, status: int = 200) -> Response:
    submission = _submission(code)
    return page("organiser/authors.html", status, submission=submission, form=form,
                named=named(submission))
