"""Requests about entries: one organiser proposes, or a unit asks; another person decides."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from contest.services.desk import activity
from contest.services.entry import entry_requests, submissions
from contest.views.organiser import activity_words
from contest.views.organiser.entries import onward
from contest.views.organiser.lifecycle import in_the_way
from contest.views.shared.forms import Form
from contest.views.shared.paging import neighbours, page_number, sought
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("entry_requests", __name__, url_prefix="/c/<slug>/organiser/requests")


class ReinstateForm(Form):
    """Why an entry that has left comes back; who agrees reads it, and the trail keeps it."""

    reason = TextAreaField(
        _l("Lý do"), [InputRequired(_l("Hãy ghi lý do khôi phục bài.")), Length(max=1000)]
    )


class VerdictForm(Form):
    verdict = RadioField(
        _l("Quyết định"), [InputRequired(_l("Hãy chọn một quyết định."))],
        choices=[SelectChoice("agree", _l("Đồng ý")), SelectChoice("refuse", _l("Không đồng ý"))],
    )


@bp.get("")
@allows("organiser.read")
def listed() -> Response:
    """What waits for a second person."""
    words = sought()
    found = entry_requests.waiting(
        current.db, current.contest, words=words, number=page_number())
    return page(
        "organiser/entry_requests.html", found=found.rows, pages=neighbours(found), sought=words,
        names=activity.names(current.db, {one.created_by for one in found.rows}),
        words=activity_words, me=current.actor.label,
        in_the_way=in_the_way.of_requests(found.rows),
    )


@bp.get("/entries/<code>")
@allows("entry.reinstate")
def reinstate(code: str) -> Response:
    return _page(code, ReinstateForm(formdata=None))


@bp.post("/entries/<code>")
@allows("entry.reinstate")
def propose(code: str) -> Response:
    """Propose that an entry which has left comes back."""
    form = ReinstateForm()
    with form.taken(lambda status: _page(code, form, status), "reason"):
        found = submissions.find(current.db, current.contest, code, actor=current.actor)
        entry_requests.propose(
            current.db, found, reason=form.reason.data or "", actor=current.actor, at=current.now
        )
    flash_message(
        "Đã ghi đề nghị; bài trở lại khi một người khác trong Ban Tổ chức đồng ý.",
        "The proposal is recorded; the entry comes back once another organiser agrees.",
    )
    return back_to("entries.entry", code=code)


@bp.post("/<int:request_id>")
@allows("entry.reinstate")
def decide(request_id: int) -> Response:
    """Record the other person's decision."""
    form = VerdictForm()
    if not form.validate_on_submit():
        flash_message("Hãy chọn đồng ý hoặc không đồng ý.", "Choose to agree or not.", "error")
        return back_to("entry_requests.listed")
    found = entry_requests.decide(
        current.db, current.contest, request_id, agreed=form.verdict.data == "agree",
        actor=current.actor, at=current.now,
    )
    flash_message("Đã ghi quyết định.", "The decision is recorded.")
    return onward(found.submission)


def _page(code: str, form: ReinstateForm, status: int = 200) -> Response:
    found = submissions.find(current.db, current.contest, code, actor=current.actor)
    return page(
        "organiser/reinstate.html", status, submission=found, form=form,
        place=entry_requests.place(current.db, found),
        in_the_way=in_the_way.of_entry(found, entry_requests.REINSTATE),
    )
