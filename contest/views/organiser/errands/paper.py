"""An entry from paper: typed, proved by pictures of the signed form, its receipt printed."""


from flask import Blueprint, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from contest import lifecycle
from contest.errors import not_found
from contest.models import Submission, Unit
from contest.services.core import deadlines
from contest.services.entry import errands, paper_entries, submissions
from contest.services.entry.media import File
from contest.services.entry.paper_entries import Picture
from contest.services.units import units
from contest.views.shared import kept_files
from contest.views.shared.entries.entry_form import EntryFields, entry_form, kind_names
from contest.views.shared.media import send
from contest.views.shared.qr import qr_svg
from contest.views.shared.support import allows, back_to, current, page

bp = Blueprint("paper_entries", __name__, url_prefix="/c/<slug>/organiser")
PICTURES = "image/jpeg,image/png,image/webp,image/heic"


class PaperFields(EntryFields):
    """The entry's own form, and what proves it."""

    scans = MultipleFileField(
        _l("Ảnh chụp phiếu có chữ ký"), render_kw={"accept": PICTURES, "capture": "environment"},
        description=_l(
            "Bằng chứng của sự đồng ý; chỉ Ban Tổ chức xem được. Tổng cộng tối đa 16 MB."
        ),
    )
    reason = TextAreaField(
        _l("Lý do nhập thay"), [InputRequired(_l("Hãy ghi lý do nhập thay đơn vị.")),
                                Length(max=errands.MOST_REASON)],
        description=_l("Đơn vị đọc được. Ví dụ: đơn vị nộp phiếu giấy và USB tại văn phòng."),
        render_kw={"rows": 2},
    )


def _unit(unit_id: int) -> Unit:
    return units.find(current.db, current.contest, unit_id)


def _form(unit: Unit) -> EntryFields:
    return entry_form(current.profile, unit, fields=PaperFields)


@bp.get("/units/<int:unit_id>/paper")
@allows("entry.deputise")
def new(unit_id: int) -> Response:
    """The form to type from paper."""
    unit = _unit(unit_id)
    errands.require_open(current.profile, at=current.now, unit=unit)
    return _page(unit, _form(unit))


def _page(unit: Unit, form: EntryFields, status: int = 200) -> Response:
    return page("organiser/paper_form.html", status, unit=unit, form=form)


@bp.post("/units/<int:unit_id>/paper")
@allows("entry.deputise")
def create(unit_id: int) -> Response:
    """Store the entry; then its receipt, and the clip."""
    unit = _unit(unit_id)
    form = _form(unit)
    with form.taken(lambda status: _page(unit, form, status), "scans"):
        files = [one for one in form.scans.data or [] if getattr(one, "filename", "")]
        kept = [kept_files.keep_picture(one) for one in files[: paper_entries.MOST_PICTURES + 1]]
        made = paper_entries.create(
            current.db, unit, form.submission(), [Picture(one.sha256, one.size) for one in kept],
            reason=form.reason.data or "", actor=current.actor, at=current.now,
        )
    return back_to("paper_entries.receipt", code=made.code)


def _submission(code: str) -> Submission:
    return submissions.find(current.db, current.contest, code, actor=current.actor)


@bp.get("/entries/<code>/receipt")
@allows("organiser.read")
def receipt(code: str) -> Response:
    """The receipt to print and hand over."""
    found = _submission(code)
    address = current.platform.settings.base_url + url_for(
        "unit.entry", slug=current.contest.slug, code=code
    )
    given = submissions.given(found)
    return page(
        "organiser/receipt.html", submission=found, qr=qr_svg(address, _("Mã QR của trang này")),
        kind=kind_names()[found.kind], may_send=lifecycle.may(
            "submission", found.state, "send",
            deadlines.phase_of(current.db, found, at=current.now),
        ),
        consents=[one.text[current.language] for one in current.profile.form.consents
                  if one.id in given],
        done_for=errands.of_submission(current.db, found),
    )


@bp.get("/entries/<code>/signed/<sha256>")
@allows("entry.deputise")
def signed(code: str, sha256: str) -> Response:
    """A picture of the signed form."""
    found = paper_entries.signed_form(current.db, _submission(code), sha256)
    if found is None:
        raise not_found()
    return send(File(sha256, "application/octet-stream", f"{code}-{sha256[:8]}"), keep=True)
