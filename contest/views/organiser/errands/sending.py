"""An entry sent in a unit's place: from this device, or from a link that the worker fetches; what
is put together on our pages goes on in ``composing``."""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from contest.errors import NotFound
from contest.models import Errand, LinkFetch, Submission, Upload
from contest.services.entry import errands, link_fetches, open_uploads, submissions
from contest.views.shared.entries import composing, plain_form, sending
from contest.views.shared.entries.composing import Draft
from contest.views.shared.forms import Form
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("errands", __name__, url_prefix="/c/<slug>/organiser")


@bp.url_value_preprocessor
def _before_a_plain_form_is_read(endpoint: str | None, values: dict[str, Any] | None) -> None:
    if endpoint == "errands.send_plain" and values:
        plain_form.admit(**values)


class SendForm(Form):
    """Which way the clip comes, and why the unit does not send it itself."""

    way = RadioField(
        _l("Clip đến từ đâu"), [InputRequired(_l("Hãy chọn một cách."))],
        choices=[SelectChoice("upload", _l("Tệp trên máy này")),
                 SelectChoice("link", _l("Đường dẫn Google Drive, Dropbox hoặc địa chỉ https"))],
    )
    link = TextAreaField(
        _l("Đường dẫn tới tệp"), [Length(max=2000)], render_kw={"rows": 2, "inputmode": "url"},
        description=_l("Chỉ khi chọn đường dẫn. Tệp phải mở được mà không cần đăng nhập."),
    )
    reason = TextAreaField(
        _l("Lý do gửi thay"), [InputRequired(_l("Hãy ghi lý do gửi thay đơn vị.")),
                               Length(max=errands.MOST_REASON)],
        description=_l("Đơn vị đọc được; nhật ký giữ lại. Ví dụ: đơn vị gửi clip qua Zalo."),
        render_kw={"rows": 2},
    )


def _send_form(*, empty: bool = False) -> SendForm:
    """Only the reason is asked where there is but one way: on our own pages."""
    form = SendForm(formdata=None, data={"way": "upload"}) if empty else SendForm()
    if current.profile.entry.is_composed:
        del form.way, form.link
    return form


def _submission(code: str) -> Submission:
    return submissions.find(current.db, current.contest, code, actor=current.actor)


@bp.get("/entries/<code>/send")
@allows("entry.deputise")
def choose(code: str) -> Response:
    """Which way the clip comes; a link on its way shows how far it is."""
    return _page(_submission(code), _send_form(empty=True))


def _page(submission: Submission, form: SendForm, status: int = 200) -> Response:
    fetches = link_fetches.of_submission(current.db, submission)
    return page(
        "organiser/errand_send.html", status, submission=submission, form=form,
        fetch=fetches[0] if fetches else None, host_of=link_fetches.host_of,
        closes=submissions.closes_at(current.profile, submission),
        unfinished=open_uploads.of_submission(current.db, submission),
    )


@bp.post("/entries/<code>/send")
@allows("entry.deputise")
def begin(code: str) -> Response:
    """Write down the reason; then the clip is picked here, or the worker fetches it."""
    submission, form = _submission(code), _send_form()
    choice = "way" in form
    with form.taken(lambda status: _page(submission, form, status), "way" if choice else "reason"):
        way = form.way.data if choice else "upload"
        if way == "link":
            link_fetches.require_link(form.link.data or "")
        errand = errands.begin(
            current.db, submission, way, reason=form.reason.data or "",
            actor=current.actor, at=current.now,
        )
        if way == "link":
            link_fetches.ask(
                current.db, submission, form.link.data or "", actor=current.actor, at=current.now,
                errand=errand,
            )
    if way == "link":
        flash_message("Máy chủ bắt đầu tải clip từ đường dẫn.",
                      "The server begins to fetch the clip from the link.")
        return back_to("errands.choose", code=code)
    return back_to("errands.send", errand_key=errand.public_id)


@bp.get("/sending/<errand_key>")
@allows("entry.deputise")
def send(errand_key: str) -> Response:
    """Pick the clip and send it, or put the entry together, as a unit does. Another organiser's
    errand leads to its entry."""
    try:
        errand = errands.find(current.db, current.contest, errand_key, actor=current.actor)
    except NotFound:
        other = errands.entry_of(current.db, current.contest, errand_key)
        return redirect(url_for("errands.choose", slug=current.contest.slug, code=other.code), 303)
    return _send_page(errand)


def _send_page(errand: Errand, status: int = 200, problem: str = "") -> Response:
    submission = errand.submission
    if current.profile.entry.is_composed:
        return composing.form_page(Draft(submission, errand), status, problem)
    submissions.require_replaceable(submission)
    unfinished = next((one for one in open_uploads.of_submission(current.db, submission)
                       if one.errand_id == errand.id), None)
    if unfinished is None:
        errands.require_open(current.profile, at=current.now, submission=submission)
    done = url_for("entries.entry", slug=current.contest.slug, code=submission.code)
    return page(
        "organiser/errand_upload.html", status, submission=submission, errand=errand,
        problem=problem, plain_limit=current.profile.upload.plain_form_max_bytes,
        closes=submissions.closes_at(current.profile, submission),
        **_sending(submission, unfinished, done, errand.public_id),
    )


@bp.post("/sending/<errand_key>")
@allows("entry.deputise")
def send_plain(errand_key: str) -> Response:
    """Send a clip, or pictures of a set, without JavaScript, up to the size stated in the page."""
    errand = errands.own(current.db, current.contest, errand_key, actor=current.actor)
    submission, clip = errand.submission, request.files.get("clip")
    if current.profile.entry.is_composed:
        return composing.take(Draft(submission, errand))
    if clip is None or not clip.filename:
        return _send_page(errand, 422, _("Hãy chọn tệp clip."))
    plain_form.take(submission, clip, errand)
    return back_to("entries.entry", code=submission.code)


def _sending(
    submission: Submission, unfinished: Upload | None, done: str, errand_key: str
) -> dict[str, Any]:
    told = sending.of(submission, unfinished, done_url=done)
    told["sending"]["errand"] = errand_key
    return told


# ---------------------------------------------------------------------------- links on their way


def _fetch(fetch_id: int) -> LinkFetch:
    return link_fetches.find(current.db, current.contest, fetch_id)


@bp.post("/fetches/<int:fetch_id>/cancel")
@allows("entry.deputise")
def cancel(fetch_id: int) -> Response:
    """Stop fetching a clip."""
    fetch = _fetch(fetch_id)
    link_fetches.cancel(current.db, fetch, actor=current.actor, at=current.now)
    flash_message("Đã dừng tải clip từ đường dẫn.", "Fetching the clip was stopped.")
    return back_to("errands.choose", code=fetch.submission.code)
