"""One unit: its values, more time, retiring, joining another, giving clips away."""

from datetime import datetime

from flask import Blueprint, request
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import DateTimeLocalField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from contest.errors import DomainError
from contest.languages import counted
from contest.models import Unit
from contest.services.core import deadlines
from contest.services.entry import submissions
from contest.services.units import time_grants, unit_changes, unit_links, unit_merging, units
from contest.services.units.unit_import import LENGTHS, Row
from contest.views.organiser.units.choosing import UnitField
from contest.views.shared.forms import Form
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("unit_changes", __name__, url_prefix="/c/<slug>/organiser/units")
REASON = [InputRequired(_l("Hãy ghi lý do.")), Length(max=1000)]


class UnitForm(Form):
    """What is known of a unit; the same columns as in an imported list."""

    name = StringField(
        _l("Tên đơn vị"), [InputRequired(_l("Hãy ghi tên đơn vị.")), Length(max=LENGTHS["name"])]
    )
    group = StringField(
        _l("Khối"), [Optional(), Length(max=LENGTHS["group"])],
        description=_l("Ví dụ: Phường, Trường học, Doanh nghiệp."),
    )
    contact_name = StringField(
        _l("Người liên hệ"), [Optional(), Length(max=LENGTHS["contact_name"])]
    )
    contact_email = StringField(
        _l("Email"), [Optional(), Length(max=LENGTHS["contact_email"])],
        render_kw={"type": "email", "inputmode": "email"},
    )
    contact_phone = StringField(
        _l("Điện thoại"), [Optional(), Length(max=LENGTHS["contact_phone"])],
        render_kw={"type": "tel", "inputmode": "tel"},
    )

    def row(self) -> Row:
        """The form's values as a row of a list."""
        values = {name: " ".join((self[name].data or "").split()) for name in LENGTHS}
        return Row(0, **values)


class TimeForm(Form):
    """A later deadline for one unit."""

    until = DateTimeLocalField(
        _l("Hạn mới"), [InputRequired(_l("Hãy ghi ngày giờ."))],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    time_reason = TextAreaField(
        _l("Lý do"), REASON, description=_l("Ai cũng đọc được, trên trang thể lệ."),
        render_kw={"rows": 2},
    )


class ReasonForm(Form):
    """Why a unit takes part no more."""

    reason = TextAreaField(_l("Lý do"), REASON, render_kw={"rows": 2}, id="retire_reason")


class OtherUnitForm(Form):
    """Another unit of the contest, and why clips go there."""

    into = UnitField(
        _l("Đơn vị nhận"), nobody=_l("Chọn đơn vị"), needed=_l("Hãy chọn đơn vị nhận.")
    )
    reason = TextAreaField(_l("Lý do"), REASON, render_kw={"rows": 2}, id="move_reason")

    def __init__(self, unit: Unit, **values: object) -> None:
        super().__init__(**values)
        self.into.leave_out(unit.id)


def _unit(unit_id: int) -> Unit:
    return units.find(current.db, current.contest, unit_id)


def _detail(unit_id: int) -> Response:
    return back_to("unit_changes.detail", unit_id=unit_id)


# ---------------------------------------------------------------------------- a unit's page


@bp.get("/<int:unit_id>")
@allows("organiser.read")
def detail(unit_id: int) -> Response:
    unit = _unit(unit_id)
    return _page(unit, UnitForm(data=unit_changes.row_of(unit).values()))


def _page(
    unit: Unit, form: UnitForm | None = None, status: int = 200, *, refused: Form | None = None
) -> Response:
    """The unit's page; ``refused`` is the form whose errors are to be told."""
    given: dict[type[Form], Form] = {type(refused): refused} if refused else {}
    return page(
        "organiser/units_detail.html", status, unit=unit, refused=refused or form,
        links=unit_links.links_of(current.db, unit),
        entries=submissions.of_unit(current.db, unit),
        clips_in=units.counted(current.db, unit.id),
        grants=time_grants.of_unit(current.db, unit),
        closes=submissions.closes_at(current.profile, unit=unit),
        latest=(latest := deadlines.latest_until(current.profile)),
        grantable=current.now < latest,
        form=form or UnitForm(formdata=None, data=unit_changes.row_of(unit).values()),
        time_form=given.get(TimeForm) or TimeForm(formdata=None),
        retire_form=given.get(ReasonForm) or ReasonForm(formdata=None),
        move_form=given.get(OtherUnitForm) or OtherUnitForm(unit),
    )


@bp.route("/new", methods=["GET", "POST"])
@allows("unit.manage")
def new() -> Response:
    """One more unit, without a file."""
    form = UnitForm()
    if not form.validate_on_submit():
        return page("organiser/units_new.html", 422 if form.errors else 200, form=form)
    try:
        unit = unit_changes.add(
            current.db, current.contest, form.row(), actor=current.actor, at=current.now
        )
    except DomainError as error:
        form.form_errors.append(error.message(current.language))
        return page("organiser/units_new.html", error.status, form=form)
    flash_message(f"Đã thêm {unit.name}.", f"{unit.name} was added.")
    return _detail(unit.id)


@bp.post("/<int:unit_id>/change")
@allows("unit.manage")
def change(unit_id: int) -> Response:
    """Store the name, the group and the contact."""
    unit, form = _unit(unit_id), UnitForm()
    if not form.validate_on_submit():
        return _page(unit, form, 422)
    try:
        unit_changes.change(
            current.db, unit, form.row(), actor=current.actor, at=current.now
        )
    except DomainError as error:
        form.form_errors.append(error.message(current.language))
        return _page(unit, form, error.status)
    flash_message("Đã lưu đơn vị.", "The unit was saved.")
    return _detail(unit_id)


# ---------------------------------------------------------------------------- more time


@bp.post("/<int:unit_id>/time")
@allows("unit.manage")
def grant(unit_id: int) -> Response:
    """Grant the unit more time; the reason is public."""
    unit, form = _unit(unit_id), TimeForm()
    if not form.validate_on_submit():
        return _page(unit, None, 422, refused=form)
    try:
        time_grants.grant(
            current.db, unit, until=_aware(form.until.data), reason=form.time_reason.data or "",
            actor=current.actor, at=current.now,
        )
    except DomainError as error:
        form.until.errors = [error.message(current.language)]
        return _page(unit, None, error.status, refused=form)
    flash_message(f"Đã gia hạn cho {unit.name}.", f"{unit.name} was given more time.")
    return _detail(unit_id)


def _aware(local: datetime) -> datetime:
    return local.replace(tzinfo=current.profile.schedule.zone)


@bp.post("/time/<int:grant_id>/revoke")
@allows("unit.manage")
def revoke_grant(grant_id: int) -> Response:
    """Take more time back."""
    unit = time_grants.revoke(
        current.db, current.contest, grant_id, actor=current.actor, at=current.now
    )
    flash_message("Đã thu lại phần gia hạn.", "The extra time was taken back.")
    return _detail(unit.id)


# ---------------------------------------------------------------------------- leaving, joining


@bp.post("/<int:unit_id>/retire")
@allows("unit.manage")
def retire(unit_id: int) -> Response:
    """The unit takes part no more."""
    unit, form = _unit(unit_id), ReasonForm()
    if not form.validate_on_submit():
        return _page(unit, None, 422, refused=form)
    unit_changes.retire(
        current.db, unit, reason=form.reason.data or "", actor=current.actor, at=current.now
    )
    flash_message(f"{unit.name} thôi tham gia.", f"{unit.name} takes part no more.")
    return _detail(unit_id)


@bp.post("/<int:unit_id>/restore")
@allows("unit.manage")
def restore(unit_id: int) -> Response:
    """A retired unit takes part again."""
    unit = _unit(unit_id)
    unit_changes.restore(current.db, unit, actor=current.actor, at=current.now)
    flash_message(f"{unit.name} tham gia trở lại. Hãy in mã mới cho đơn vị.",
                  f"{unit.name} takes part again. Print a new code for it.")
    return _detail(unit_id)


@bp.get("/<int:unit_id>/merge")
@allows("unit.manage")
def merging(unit_id: int) -> Response:
    """What joining the unit to another would do; nothing is stored."""
    unit = _unit(unit_id)
    form = OtherUnitForm(unit, formdata=request.args)
    if form.into.words and not form.into.validate(form):
        return page("organiser/units_merge.html", 422, unit=unit, form=form, plan=None)
    plan = None
    if chosen := form.into.data:
        plan = unit_merging.preview(
            current.db, unit, _unit(chosen), quota=current.profile.quota.maximum
        )
    return page("organiser/units_merge.html", unit=unit, form=form, plan=plan)


@bp.post("/<int:unit_id>/merge")
@allows("unit.manage")
def merge(unit_id: int) -> Response:
    """Join the unit to another: clips, codes and jurors go along."""
    unit = _unit(unit_id)
    form = OtherUnitForm(unit)
    if not form.validate_on_submit():
        return page("organiser/units_merge.html", 422, unit=unit, form=form, plan=None)
    into = _unit(form.into.data)
    unit_merging.merge(
        current.db, unit, into, reason=form.reason.data or "", actor=current.actor, at=current.now
    )
    flash_message(f"Đã gộp {unit.name} vào {into.name}.", f"{unit.name} was joined to {into.name}.")
    return _detail(into.id)


@bp.post("/<int:unit_id>/clips")
@allows("unit.manage")
def move(unit_id: int) -> Response:
    """Give chosen clips to another unit."""
    unit = _unit(unit_id)
    form = OtherUnitForm(unit)
    if not form.validate_on_submit():
        return _page(unit, None, 422, refused=form)
    own = {submission.code for submission in submissions.of_unit(current.db, unit)}
    codes = own.intersection(request.form.getlist("clip"))
    into = _unit(form.into.data)
    moved = unit_merging.move(
        current.db, current.contest, codes, into, reason=form.reason.data or "",
        actor=current.actor, at=current.now,
    )
    flash_message(f"Đã chuyển {moved} clip sang {into.name}.",
                  f"{counted(moved, 'clip was', 'clips were')} moved to {into.name}.")
    return _detail(unit_id)
