"""Filters of tables kept under a name: kept, shared, deleted."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Length

from contest.errors import Invalid
from contest.services.desk import saved_views
from contest.views.organiser.tables import filters
from contest.views.organiser.tables.deciding import TABLES
from contest.views.shared.forms import Form
from contest.views.shared.support import allows, back_to, current, flash_message

bp = Blueprint("saved_views", __name__, url_prefix="/c/<slug>/organiser/views")


class ViewForm(Form):
    """The name of a filter, and whether the other organisers see it."""

    name = StringField(
        _l("Tên bộ lọc"),
        [InputRequired(_l("Hãy đặt tên cho bộ lọc.")), Length(max=saved_views.LONGEST)],
    )
    shared = BooleanField(_l("Cho cả Ban Tổ chức dùng"))


@bp.post(f"/<{TABLES}:table>")
@allows("organiser.read")
def keep(table: str) -> Response:
    """Keep what the address filters by."""
    form, wanted = ViewForm(), filters.filter_of(table)
    if not form.validate_on_submit():
        raise Invalid(f"Hãy đặt tên cho bộ lọc, nhiều nhất {saved_views.LONGEST} ký tự.",
                      f"Give the filter a name, at most {saved_views.LONGEST} characters.")
    view = saved_views.keep(
        current.db, current.contest, table, form.name.data or "", wanted,
        shared=bool(form.shared.data), actor=current.actor, at=current.now,
    )
    flash_message(f"Đã lưu bộ lọc “{view.name}”.", f"The filter “{view.name}” is kept.")
    return back_to(filters.table_of(table).endpoint, **view.filter)


@bp.post("/<int:view_id>/delete")
@allows("organiser.read")
def delete(view_id: int) -> Response:
    place = saved_views.delete(current.db, current.contest, view_id, actor=current.actor)
    flash_message("Đã xoá bộ lọc.", "The filter is deleted.")
    return back_to(filters.table_of(place).endpoint, **filters.here(place))
