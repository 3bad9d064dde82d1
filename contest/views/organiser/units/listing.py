"""The organisers' list of units: import, links, printed sheets."""

import base64
from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from contest.errors import DomainError, Gone, Invalid
from contest.models import Contest
from contest.permissions import can
from contest.services.core import profiles
from contest.services.printing import sheets
from contest.services.results import document_values
from contest.services.units import unit_changes, unit_import, unit_links, units
from contest.services.units.unit_import import Row
from contest.services.units.unit_links import Issued
from contest.views.organiser.documents import SHEET_LIFE_S, sign_sheet
from contest.views.organiser.tables import filters
from contest.views.organiser.tables.deciding import choices
from contest.views.shared.forms import Form
from contest.views.shared.numbers import wholes
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.qr import qr_svg
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("units", __name__)


class ImportForm(Form):
    """A spreadsheet with units."""

    file = FileField(
        _l("Tệp CSV hoặc XLSX"),
        description=_l("Dòng đầu là tên cột: Tên đơn vị, Khối, Người liên hệ, Email, Điện thoại."),
        validators=[FileRequired(_l("Hãy chọn tệp danh sách đơn vị."))],
    )


# ---------------------------------------------------------------------------- the organisers' list


@bp.get("/c/<slug>/organiser/units")
@allows("organiser.read")
def manage() -> Response:
    """Every unit with its clips, links and last visit; ``show=short``: those below the quota."""
    quota, short = current.profile.quota.minimum, request.args.get("show") == "short"
    search = request.args.get("q", "").strip()
    found = units.listed(
        current.db, current.contest, quota=quota, at=current.now, short=short, search=search,
        number=page_number(),
    )
    total, missing = units.totals(current.db, current.contest, quota=quota)
    return page(
        "organiser/units.html", found=found, quota=quota, short=short, search=search,
        total=total, missing=missing, pages=neighbours(found),
        retired=units.retired(current.db, current.contest),
        deeds=choices("units"), kept=filters.kept("units"),
    )


@bp.post("/c/<slug>/organiser/units/links")
@allows("unit.manage")
def issue() -> Response:
    """Issue links for the chosen units and lead to the sheet to print; of many units the worker
    makes them."""
    chosen = wholes(request.form.getlist("unit"))
    if request.form.get("others"):
        others = units.without_link(current.db, current.contest, at=current.now)
        chosen += [unit_id for unit_id in others if unit_id not in set(chosen)]
    if not chosen:
        raise Invalid("Chưa chọn đơn vị nào. Hãy đánh dấu các đơn vị cần in mã.",
                      "No unit was chosen. Tick the units whose codes are to be printed.")
    if sheets.are_many(chosen):
        sheets.ask(current.db, current.contest, chosen, rotate=bool(request.form.get("rotate")),
                   actor=current.actor, at=current.now)
        return back_to("sheets.show")
    issued = unit_links.issue_all(
        current.db, current.contest, chosen, key=current.platform.keys.unit_codes(current.db),
        actor=current.actor, keys=current.platform.keys,
        at=current.now, rotate=bool(request.form.get("rotate")),
    )
    return _made(issued)


def _made(issued: list[Issued]) -> Response:
    """To the sheet's own address, so that loading it again makes no more codes."""
    made = _signer().dumps([current.contest.slug, *(one.link.id for one in issued)])
    return back_to("units.sheet", made=made)


def _signer() -> URLSafeTimedSerializer:
    return current.platform.keys.serializer("made-sheet")


@bp.get("/c/<slug>/organiser/units/sheet")
@allows("unit.manage")
def sheet() -> Response:
    """The sheet of codes that were just made, as often as it is asked for within four hours: the
    address names them, signed, and shows them to the contest's organisers alone."""
    if not (made := request.args.get("made")):
        return back_to("units.manage")
    try:
        slug, *links = _signer().loads(made, max_age=SHEET_LIFE_S)
    except BadSignature:
        raise _too_old() from None
    issued = unit_links.opened_all(
        current.db, current.contest, links, keys=current.platform.keys)
    if slug != current.contest.slug or not issued:
        raise _too_old()
    return page(
        "organiser/units_sheet.html", sheet=[_printed(one) for one in issued], host=_host(),
        unit=issued[0].unit if len(issued) == 1 else None,
        signed=sign_sheet(_sheet_values(issued)),
    )


@bp.post("/c/<slug>/organiser/units/links/<int:link_id>/print")
@allows("unit.manage")
def print_again(link_id: int) -> Response:
    """One unit's sheet once more, with the code that it has."""
    link = unit_links.find(current.db, current.contest, link_id)
    return _made([unit_links.printed_again(
        current.db, link, keys=current.platform.keys, actor=current.actor, at=current.now
    )])


def _too_old() -> Gone:
    return Gone(
        "Tờ mã QR này đã quá cũ hoặc các mã đã bị thu hồi. Hãy in lại ở trang của đơn vị.",
        "This sheet is too old, or its codes were revoked. Print them again on the unit's page.",
    )


def _sheet_values(issued: list[Issued]) -> dict[str, object]:
    """The sheet's values for DOCX and PDF, whose texts are Vietnamese."""
    profile = current.profile
    codes = [(one.unit.name, one.spaced_code, _link(one), one.link.expires_at) for one in issued]
    closes = profile.schedule.entries_close
    return document_values.of_sheet(profile, codes, host=_host(), closes=closes)


def _link(issued: Issued) -> str:
    return f"{_base()}{url_for('entrance.enter')}#{issued.token}"


def _printed(issued: Issued) -> dict[str, object]:
    link = _link(issued)
    return {
        "unit": issued.unit.name, "code": issued.spaced_code, "link": link,
        "until": issued.link.expires_at,
        "qr": qr_svg(link, _("Mã QR của %(unit)s", unit=issued.unit.name)),
    }


def _base() -> str:
    return current.platform.settings.base_url


def _host() -> str:
    return urlsplit(_base()).netloc


@bp.post("/c/<slug>/organiser/units/links/<int:link_id>/revoke")
@allows("unit.manage")
def revoke(link_id: int) -> Response:
    """Revoke one link and every session made with it."""
    link = unit_links.find(current.db, current.contest, link_id)
    unit_links.revoke(current.db, link, actor=current.actor, at=current.now)
    flash_message("Đã thu hồi đường dẫn.", "The link was revoked.")
    return back_to("unit_changes.detail", unit_id=link.unit_id)


@bp.get("/c/<slug>/organiser/units/poster")
@allows("organiser.read")
def poster() -> Response:
    """One QR code for the plan and the poster; it leads to the form for the unit's code."""
    address = f"{_base()}{url_for('entrance.enter', slug=current.contest.slug)}"
    return page("organiser/units_poster.html", address=address, qr=qr_svg(address, address))


# ---------------------------------------------------------------------------- import


@bp.route("/c/<slug>/organiser/units/import", methods=["GET", "POST"])
@allows("unit.manage")
def import_() -> Response:
    """Preview an uploaded spreadsheet: what each row would do; nothing is stored yet."""
    form = ImportForm()
    if not form.validate_on_submit():
        return _import_page(form, 422 if form.errors else 200)
    data = form.file.data.read(unit_import.MOST_BYTES + 1)
    try:
        rows = unit_import.read(data, form.file.data.filename or "")
    except DomainError as refused:
        form.file.errors = [refused.message(current.language)]
        return _import_page(form, refused.status)
    return _preview(rows, data, unit_import.unread(data))


def _import_page(form: ImportForm, status: int) -> Response:
    return page("organiser/units_import.html", status, form=form,
                others=[(c.slug, profiles.profile_of(c).contest.title) for c in _others()])


def _others() -> list[Contest]:
    """The person's other contests, whose units can be carried over."""
    return [
        contest for contest in profiles.all_contests(current.db)
        if contest.id != current.contest.id and can(current.actor, "unit.manage", contest)
    ]


def _preview(rows: list[Row], data: bytes, unread: Sequence[str] = ()) -> Response:
    """``unread``: headings of columns that nobody reads."""
    planned = unit_import.plan(current.db, current.contest, rows)
    return page(
        "organiser/units_preview.html", planned=planned, unread=unread,
        data=base64.b64encode(data).decode(),
        errors=sum(p.action == "error" for p in planned),
    )


@bp.post("/c/<slug>/organiser/units/import/from")
@allows("unit.manage")
def carry_over() -> Response:
    """Preview the units of an earlier contest of the same organiser, as if from a file."""
    wanted = request.form.get("contest", "")
    other = next((one for one in _others() if one.slug == wanted), None)
    if other is None:
        raise Invalid("Hãy chọn một hội thi mà bạn là Ban Tổ chức.",
                      "Choose a contest that you organise.")
    rows = unit_changes.of_contest(current.db, other)
    return _preview(rows, unit_import.as_csv(rows))


@bp.post("/c/<slug>/organiser/units/import/apply")
@allows("unit.manage")
def apply() -> Response:
    """Import the previewed file, parsed and checked again: all rows or none."""
    try:
        data = base64.b64decode(request.form.get("data", ""), validate=True)
    except ValueError:  # also what is no ASCII
        raise Invalid("Tệp xem trước bị hỏng. Hãy chọn lại tệp.",
                      "The previewed file is damaged. Pick the file again.") from None
    rows = unit_import.read(data, "")
    counts = unit_import.apply(
        current.db, current.contest, rows, actor=current.actor, at=current.now
    )
    flash(_("Đã nhập: %(new)s đơn vị mới, %(changed)s thay đổi, %(same)s giữ nguyên.", **counts),
          "success")
    return back_to("units.manage")
