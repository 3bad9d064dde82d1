"""Who has filed what at a glance; one filing and its deeds; all of one as a table or as files."""

from typing import Any

from flask import Blueprint, request, send_file
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import DateTimeLocalField, TextAreaField
from wtforms.validators import InputRequired, Length

from contest.models import Unit
from contest.permissions import require
from contest.services.core import spreadsheets
from contest.services.filings import filings, overview
from contest.services.filings.filings import MOST_WORDS, Standing
from contest.services.filings.overview import SHOWN, Wanted
from contest.services.units import units
from contest.views.organiser.filings.zipped import zipped
from contest.views.shared.entries.filing_form import (
    DeputyFields,
    FilingFields,
    filed,
    filing_form,
    has_files,
)
from contest.views.shared.forms import Form
from contest.views.shared.paging import neighbours, page_number, sought
from contest.views.shared.support import allows, attachment, back_to, current, flash_message, page

bp = Blueprint("filings", __name__, url_prefix="/c/<slug>/organiser/filings")


class BackForm(Form):
    """What is to be mended; the unit reads it."""

    note = TextAreaField(
        _l("Chỗ cần sửa"), [InputRequired(_l("Hãy ghi chỗ cần sửa.")), Length(max=MOST_WORDS)],
        description=_l("Đơn vị đọc được."), render_kw={"rows": 3},
    )


class TimeForm(Form):
    """More time for one unit."""

    until = DateTimeLocalField(
        _l("Hạn mới"), [InputRequired(_l("Hãy chọn hạn mới."))],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], description=_l("Giờ của hội thi."),
    )
    reason = TextAreaField(
        _l("Lý do gia hạn"), [InputRequired(_l("Hãy ghi lý do gia hạn.")), Length(max=MOST_WORDS)],
        description=_l("Đơn vị đọc được."), render_kw={"rows": 2},
    )


@bp.get("")
@allows("organiser.read")
def listed() -> Response:
    """The grid: units and what each has filed; ``filing``, ``show`` and ``q`` narrow it."""
    asked = {one.id for one in current.profile.filings}
    key, show = request.args.get("filing", ""), request.args.get("show", "")
    wanted = Wanted(key if key in asked else "", show if show in SHOWN else "", sought())
    found = overview.listed(
        current.db, current.contest, wanted, at=current.now, number=page_number()
    ) if asked else None
    return page(
        "organiser/filings.html", found=found, wanted=wanted,
        pages=neighbours(found) if found else None,
        sums=overview.sums(current.db, current.contest, at=current.now),
    )


def _unit(unit_id: int) -> Unit:
    return units.find(current.db, current.contest, unit_id)


def _standing(unit_id: int, filing: str) -> Standing:
    return filings.find(current.db, _unit(unit_id), filing, at=current.now)


@bp.get("/<int:unit_id>/<filing>")
@allows("organiser.read")
def one(unit_id: int, filing: str) -> Response:
    """What one unit filed; given back, more time, or filed for it."""
    return _page(unit_id, _standing(unit_id, filing))


def _page(unit_id: int, standing: Standing, status: int = 200, **forms: Any) -> Response:
    return page(
        "organiser/filing.html", status, one=standing, unit=_unit(unit_id),
        answers=filed(standing), has_files=has_files(standing.rule),
        form=forms.get("form") or filing_form(standing, fields=DeputyFields),
        back_form=forms.get("back_form") or BackForm(formdata=None, prefix="back"),
        time_form=forms.get("time_form") or TimeForm(formdata=None, prefix="time"),
        opened="form" in forms,
    )


@bp.post("/<int:unit_id>/<filing>")
@allows("unit.manage")
def file(unit_id: int, filing: str) -> Response:
    """File it for the unit."""
    standing = _standing(unit_id, filing)
    form: FilingFields = filing_form(standing, fields=DeputyFields)
    with form.taken(lambda status: _page(unit_id, standing, status, form=form)):
        filings.file(
            current.db, _unit(unit_id), filing, form.given(), actor=current.actor, at=current.now,
            reason=form["reason"].data or "",
        )
    flash_message("Đã nộp thay đơn vị.", "It was filed for the unit.")
    return back_to("filings.one", unit_id=unit_id, filing=filing)


@bp.post("/<int:unit_id>/<filing>/back")
@allows("unit.manage")
def give_back(unit_id: int, filing: str) -> Response:
    """Ask the unit to mend it."""
    standing, form = _standing(unit_id, filing), BackForm(prefix="back")
    with form.taken(lambda status: _page(unit_id, standing, status, back_form=form), "note"):
        filings.give_back(
            current.db, _unit(unit_id), filing, form.note.data or "", actor=current.actor,
            at=current.now,
        )
    flash_message("Đã trả lại để đơn vị sửa.", "It was given back to the unit.")
    return back_to("filings.one", unit_id=unit_id, filing=filing)


@bp.post("/<int:unit_id>/<filing>/time")
@allows("unit.manage")
def give_time(unit_id: int, filing: str) -> Response:
    """More time for this unit."""
    standing, form = _standing(unit_id, filing), TimeForm(prefix="time")
    with form.taken(lambda status: _page(unit_id, standing, status, time_form=form), "until"):
        filings.give_time(
            current.db, _unit(unit_id), filing,
            form.until.data.replace(tzinfo=current.profile.schedule.zone), form.reason.data or "",
            actor=current.actor, at=current.now,
        )
    flash_message("Đã gia hạn cho đơn vị.", "The unit has more time.")
    return back_to("filings.one", unit_id=unit_id, filing=filing)


@bp.get("/<filing>.<any(csv, xlsx):kind>")
@allows("export.read")
def export(filing: str, kind: str) -> Response:
    """One filing as a spreadsheet: a line for each unit that owes it."""
    rule = filings.rule_of(current.profile, filing)
    found = overview.everything(
        current.db, current.contest, actor=current.actor, at=current.now
    )
    table = overview.table(found, current.profile, rule.id, current.language)
    made = (spreadsheets.csv_file(table) if kind == "csv"
            else spreadsheets.workbook({rule.id[:31]: table}))
    return attachment(made, rule.id, kind)


@bp.get("/<filing>.zip")
@allows("export.read")
def archive(filing: str) -> Response:
    """Every file of one filing, a folder for each unit; written beside the data, not in memory."""
    require(current.actor, "export.read", current.contest)
    rule = filings.rule_of(current.profile, filing)
    file = zipped(current.contest, [rule.id])
    return send_file(file, "application/zip", as_attachment=True, download_name=f"{rule.id}.zip")
