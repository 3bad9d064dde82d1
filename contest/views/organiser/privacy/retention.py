"""What goes when by the rules on retention: a look ahead, exceptions with their reasons."""

from datetime import datetime, time, timedelta

from flask import Blueprint, abort, request
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from contest.services.core import pagination
from contest.services.desk import activity
from contest.services.privacy.retention import due, holds, kinds, preview
from contest.views.organiser import activity_words
from contest.views.shared.forms import Form
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.privacy import words
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("retention", __name__, url_prefix="/c/<slug>/organiser/privacy/retention")


class HoldForm(Form):
    """What is kept longer: an entry by its code, a kind, or the thing of a row; why, until when."""

    subject = SelectField(_l("Giữ lại"), choices=[], validate_choice=False)
    code = StringField(_l("Mã bài"), [Length(max=16)])
    reason = TextAreaField(_l("Lý do giữ lại"), [
        InputRequired(_l("Hãy ghi lý do giữ lại.")), Length(max=1000)])
    until = DateField(_l("Giữ đến hết ngày"), [Optional()])

    def wish(self) -> holds.Wish:
        last = self.until.data
        end = last and datetime.combine(last + timedelta(days=1), time(),
                                        current.profile.schedule.zone)
        return holds.Wish(self.subject.data or "", self.code.data or "", self.reason.data or "",
                          end)


@bp.get("")
@allows("privacy.manage")
def overview() -> Response:
    """By kind with numbers and dates, first what goes within thirty days; the exceptions."""
    return _page(_form())


@bp.get("/<retained>")
@allows("privacy.manage")
def of_kind(retained: str) -> Response:
    """Every thing of a kind, the first to go first."""
    kind = retained
    if kind not in kinds.KINDS or kind in kinds.IN_BULK:
        abort(404)
    why = due.Keeping(current.db, current.contest, at=current.now)
    items = due.judged(current.db, current.contest, current.profile, kind, why=why)
    found = pagination.part(items, page_number())
    return page(
        "organiser/retention_kind.html", kind=kind, found=found, pages=neighbours(found),
        words=words, outlook=preview.of_items(current.profile, kind, items, at=current.now)
        if kind in kinds.named(current.profile) else None,
    )


@bp.post("/keep")
@allows("privacy.manage")
def keep() -> Response:
    form = _form(formdata=True)
    with form.taken(lambda status: _page(form, status), "reason"):
        holds.keep(
            current.db, current.contest, form.wish(), actor=current.actor, at=current.now
        )
    flash_message("Đã ghi: mục này được giữ lại.", "Recorded: this is kept.")
    return back_to("retention.overview")


@bp.post("/holds/<int:hold_id>/lift")
@allows("privacy.manage")
def lift(hold_id: int) -> Response:
    holds.lift(current.db, current.contest, hold_id, actor=current.actor, at=current.now)
    flash_message("Đã bỏ giữ lại. Nếu đã quá hạn, mục này được xoá ở lần dọn hằng ngày tới.",
                  "No longer kept. If its time is over it goes with the next daily sweep.")
    return back_to("retention.overview")


def _form(*, formdata: bool = False) -> HoldForm:
    """The form; an address may name a thing of a kind's list."""
    thing = request.args.get("thing", "")[:64]
    form = HoldForm() if formdata else HoldForm(formdata=None, subject=thing)
    thing = form.subject.data or ""
    form.subject.choices = [
        SelectChoice("", _l("Một bài (ghi mã ở dưới)")),
        *([SelectChoice(thing, thing)] if ":" in thing and thing[:5] != holds.OF_KIND else []),
        *(SelectChoice(f"{holds.OF_KIND}{kind}", words.KINDS[kind]) for kind in kinds.KINDS),
    ]
    return form


def _page(form: HoldForm, status: int = 200) -> Response:
    contest, at = current.contest, current.now
    held, ended = (list(look(current.db, contest, at=at)) for look in (holds.in_force, holds.ended))
    return page(
        "organiser/retention.html", status, form=form, words=words, held=held, ended=ended,
        outlooks=preview.outlooks(current.db, contest, current.profile, at=at),
        codes=preview.codes(current.db, contest, [one.subject for one in (*held, *ended)]),
        names=activity.names(current.db, {one.created_by for one in (*held, *ended)}),
        actors=activity_words, unnamed=[k for k in kinds.KINDS
                                        if k not in kinds.named(current.profile)],
    )
