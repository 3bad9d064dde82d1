"""What a unit files besides clips: what it owes by when, and the form of each."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from contest.models import Unit
from contest.services.filings import filings
from contest.services.filings.filings import Standing
from contest.services.units import units
from contest.views.shared.entries.filing_form import FilingFields, filed, filing_form, has_files
from contest.views.shared.support import SAFE, allows, back_to, current, flash_message, page

bp = Blueprint("unit_filings", __name__, url_prefix="/c/<slug>/unit/filings")


def _unit() -> Unit:
    return units.find(current.db, current.contest, current.actor.unit_id or 0)


@bp.route("/<filing>", methods=["GET", "POST"])
@allows("entry.edit", by="unit")
def one(filing: str) -> Response:
    """What is asked and what was filed; given in, or mended."""
    unit = _unit()
    standing = filings.find(current.db, unit, filing, at=current.now)
    form = filing_form(standing)
    if request.method in SAFE:
        return _page(standing, form)
    with form.taken(lambda status: _page(standing, form, status)):
        filings.file(
            current.db, unit, filing, form.given(), actor=current.actor, at=current.now
        )
    flash_message(f"Đã nộp “{standing.rule.name.vi}”.", f'"{standing.rule.name.en}" is filed.')
    return back_to("unit_filings.one", filing=filing)


def _page(standing: Standing, form: FilingFields, status: int = 200) -> Response:
    over = standing.rule.late == "refused" and standing.late and standing.state == "owed"
    return page("unit/filing.html", status, one=standing, form=form, answers=filed(standing),
                has_files=has_files(standing.rule), over=over)
