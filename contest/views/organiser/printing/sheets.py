"""Codes and sheets of many units: how far they are, stopping, going on, the file."""

from tempfile import SpooledTemporaryFile
from zipfile import ZIP_DEFLATED, ZipFile

from flask import Blueprint, send_file
from werkzeug.wrappers import Response

from contest.models import UnitSheet
from contest.services.printing import sheets
from contest.views.shared.media import local
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("sheets", __name__, url_prefix="/c/<slug>/organiser/units/sheets")
IN_MEMORY = 4 * 1024**2  # bytes of a file on its way; more of it waits on the disk


@bp.get("")
@allows("organiser.read")
def show() -> Response:
    """Those that were asked for last."""
    row = sheets.newest(current.db, current.contest)
    return page(
        "organiser/sheets.html", row=row, at_once=sheets.AT_ONCE,
        left=sheets.seconds_left(row, at=current.now) if row else None,
        until=row.finished_at + sheets.LIFE if row and row.finished_at else None,
    )


@bp.post("/<int:sheet_id>/cancel")
@allows("unit.manage")
def cancel(sheet_id: int) -> Response:
    sheets.cancel(current.db, _found(sheet_id), actor=current.actor, at=current.now)
    flash_message("Đã dừng; các mã đã tạo vẫn dùng được.",
                  "Stopped; the codes made so far stay good.")
    return back_to("sheets.show")


@bp.post("/<int:sheet_id>/go-on")
@allows("unit.manage")
def go_on(sheet_id: int) -> Response:
    """Make the rest, or the file once more."""
    sheets.go_on(current.db, _found(sheet_id), actor=current.actor, at=current.now)
    return back_to("sheets.show")


@bp.post("/<int:sheet_id>/file")
@allows("unit.manage")
def file(sheet_id: int) -> Response:
    """The sheets as a ZIP; who took them is recorded, hence no GET."""
    row = _found(sheet_id)
    sha256 = sheets.taken(current.db, row, actor=current.actor, at=current.now)
    out = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - sent after this returns
    with ZipFile(local(sha256)) as kept, ZipFile(out, "w", ZIP_DEFLATED) as box:
        for name in kept.namelist():
            content = sheets.unsealed(kept.read(name).decode(), current.platform.keys)
            box.writestr(f"{current.contest.slug}-ma-qr-{name}", content)
    out.seek(0)
    answer = send_file(out, "application/zip", as_attachment=True,
                       download_name=f"{current.contest.slug}-ma-qr.zip")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _found(sheet_id: int) -> UnitSheet:
    return sheets.find(current.db, current.contest, sheet_id)
