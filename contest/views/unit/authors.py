"""A unit hands each named author a link of their own, and sees who has confirmed."""

from flask import Blueprint
from werkzeug.wrappers import Response

from contest.models import Submission
from contest.services.entry import submissions
from contest.services.privacy import authors
from contest.views.shared.privacy.authors import AskForm, lines
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("authors", __name__, url_prefix="/c/<slug>/unit/entries/<code>/authors")


@bp.get("")
@allows("entry.edit", by="unit")
def show(code: str) -> Response:
    return _page(code, AskForm(formdata=None))


@bp.post("")
@allows("entry.edit", by="unit")
def ask(code: str) -> Response:
    """A new link for one author; the former one ends."""
    form = AskForm()
    with form.taken(lambda status: _page(code, form, status), "email"):
        authors.ask(current.db, _submission(code), form.name.data, email=form.email.data or "",
                    actor=current.actor, at=current.now)
    if form.email.data:
        flash_message("Đã tạo liên kết và gửi thư.", "The link is made and mailed.")
    else:
        flash_message("Đã tạo liên kết. Hãy chép và gửi cho tác giả.",
                      "The link is made. Copy it and hand it to the author.")
    return back_to("authors.show", code=code)


@bp.post("/<int:word_id>/revoke")
@allows("entry.edit", by="unit")
def revoke(code: str, word_id: int) -> Response:
    authors.revoke(current.db, _submission(code), word_id, actor=current.actor, at=current.now)
    flash_message("Đã thu hồi liên kết.", "The link is revoked.")
    return back_to("authors.show", code=code)


def _submission(code: str) -> Submission:
    return submissions.find(current.db, current.contest, code, actor=current.actor)


def _page(code: str, form: AskForm, status: int = 200) -> Response:
    submission = _submission(code)
    return page("unit/authors.html", status, submission=submission, form=form,
                lines=lines(submission))
