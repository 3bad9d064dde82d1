"""One decision for many rows: chosen in the table, previewed row by row, then done."""

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import Length, Optional

from contest.errors import Invalid, not_found
from contest.services.desk import bulk
from contest.services.desk.bulk import Doing, Outcome
from contest.views.organiser.tables import filters
from contest.views.shared.forms import Form
from contest.views.shared.numbers import wholes
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("deciding", __name__, url_prefix="/c/<slug>/organiser/tables")
TABLES = "any(entries, units, publications, people, jobs)"
FEW = 5  # refused rows that are named once all is done
# What is chosen in the table -> what happens to each row.
WORDS = {
    ("entries", "recheck"): (_l("Kiểm tra lại"), _l("được kiểm tra lại")),
    ("entries", "disqualify"): (_l("Loại khỏi hội thi"), _l("bị loại khỏi hội thi")),
    ("units", "retire"): (_l("Thôi tham gia"), _l("thôi tham gia, mã hết hiệu lực")),
    ("publications", "look"): (_l("Dò lại trên Trang"), _l("được dò lại trên Trang")),
    ("people", "invite"): (_l("Gửi liên kết mới"), _l("nhận liên kết mới qua email")),
    ("people", "sign_out"): (_l("Đăng xuất mọi thiết bị"), _l("bị đăng xuất khỏi mọi thiết bị")),
    ("jobs", "retry"): (_l("Chạy lại"), _l("được chạy lại")),
}
ON_THE_PAGE = {("publications", "look")}
DESTROYS = {("entries", "disqualify"), ("units", "retire")}


class DecisionForm(Form):
    """Why; where the decision needs no reason the field is not shown."""

    reason = TextAreaField(_l("Lý do"), [Optional(), Length(max=1000)], render_kw={"rows": 2})


def choices(table: str) -> dict[str, object]:
    """Deed -> what it is called, for the table's page; none of the Page's where there is none."""
    return {
        name: label for (room, name), (label, _happens) in WORDS.items()
        if room == table and (current.profile.on_page or (room, name) not in ON_THE_PAGE)
    }


@bp.post(f"/<{TABLES}:table>/preview")
@allows("organiser.read")
def preview(table: str) -> Response:
    """What the decision would do to each chosen row, or to all that the filter shows. Nothing is
    stored."""
    chosen = wholes(request.form.getlist("row") + request.form.getlist("unit"))
    ids = filters.all_ids(table) if request.form.get("all") else chosen
    return _page(table, _deed(table), ids, DecisionForm(formdata=None))


@bp.post(f"/<{TABLES}:table>/apply")
@allows("organiser.read")
def apply(table: str) -> Response:
    """Do it to the previewed rows; those that are refused now are named."""
    form, name = DecisionForm(), _deed(table)
    ids = wholes(request.form.getlist("row"))
    reason = form.reason.data or ""
    if form.validate_on_submit() and bulk.DEEDS[table][name].needs_reason and not reason.strip():
        form.reason.errors = [_("Hãy ghi lý do.")]
    if form.errors or form.reason.errors:
        return _page(table, name, ids, form, 422)
    _tell(bulk.done(table, name, ids, _doing(table, reason)))
    return back_to(filters.table_of(table).endpoint, **filters.here(table))


def _tell(found: list[Outcome]) -> None:
    refused = [one for one in found if one.refused]
    count = len(found) - len(refused)
    if count:
        flash_message(f"Đã làm xong {count} dòng.", f"Done: {count}.")
    if refused:
        named = "; ".join(
            f"{one.label}: {one.refused.message(current.language)}"
            for one in refused[:FEW] if one.refused
        )
        flash_message(f"{len(refused)} dòng không làm được. {named}",
                      f"Refused: {len(refused)}. {named}", "warning")


def _deed(table: str) -> str:
    name = request.form.get("deed", "")
    if not name:
        raise Invalid("Hãy chọn việc cần làm với các dòng đã đánh dấu.",
                      "Choose what is to be done to the ticked rows.")
    if (table, name) not in WORDS:
        raise not_found()
    return name


def _doing(table: str, reason: str = "") -> Doing:
    key = current.platform.keys.invitations(current.db) if table == "people" else ""
    return Doing(current.db, current.contest, current.actor, current.now, reason, key)


def _page(table: str, name: str, ids: list[int], form: DecisionForm, status: int = 200) -> Response:
    found = bulk.tried(table, name, ids, _doing(table))
    label, happens = WORDS[table, name]
    going = [one for one in found if not one.refused]
    response = page(
        "organiser/decision.html", status, table=table, deed=name, form=form, going=going,
        refused=[one for one in found if one.refused], label=label, happens=happens,
        title=ngettext("%(what)s: %(num)s dòng", "%(what)s: %(num)s dòng", len(going), what=label),
        reason=bulk.DEEDS[table][name].needs_reason, destroys=(table, name) in DESTROYS,
        back=filters.table_of(table).endpoint, here=filters.here(table),
    )
    current.db.rollback()  # it was only tried
    return response
