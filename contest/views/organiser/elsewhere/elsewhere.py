"""Posts on other platforms: links entered by hand, their numbers typed one after another, a second
organiser's word."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from secrets import token_hex

from flask import Blueprint, request
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf.file import FileField
from werkzeug.wrappers import Response
from wtforms import DateTimeLocalField, HiddenField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from contest.errors import Invalid
from contest.services.core.pagination import Pagination
from contest.services.counts import interactions
from contest.services.desk import activity
from contest.services.elsewhere import listing, numbers, posts
from contest.services.elsewhere.listing import Row
from contest.views.organiser.sitting import MOST, CountField
from contest.views.shared import proofs
from contest.views.shared.entries.counting import count_words
from contest.views.shared.forms import Form
from contest.views.shared.numbers import wholes
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("elsewhere", __name__, url_prefix="/c/<slug>/organiser/elsewhere")
bp.url_value_preprocessor(proofs.before_a_file_is_read)


class PostForm(Form):
    """The link of a clip's post."""

    code = StringField(_l("Mã clip"), [InputRequired(_l("Hãy ghi mã clip.")), Length(max=16)])
    url = StringField(
        _l("Đường dẫn bài đăng"),
        [InputRequired(_l("Hãy dán đường dẫn của bài đăng.")), Length(max=2000)],
        render_kw={"inputmode": "url", "autocapitalize": "off"},
    )


class NumbersForm(Form):
    """All numbers of the page; ``numbers_form`` adds a field for each. ``stamp``: of the page, so
    that one that is sent twice is stored once."""

    stamp = HiddenField(validators=[InputRequired(), Length(max=40)])
    taken_at = DateTimeLocalField(
        _l("Nhìn thấy lúc"), [InputRequired(_l("Hãy ghi ngày giờ."))],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], description=_l("Giờ của hội thi."),
    )
    late_reason = StringField(_l("Lý do"), [Length(max=500)])
    screenshot = FileField(_l("Ảnh chụp hoặc video quay màn hình"))


def numbers_form(rows: Sequence[Row], *, fresh: bool = False) -> NumbersForm:
    """The form with a field for each number that is read."""
    words = count_words()
    fields: dict[str, object] = {
        f"{name}-{row.post.id}": CountField(
            f"{row.post.submission.code}, {row.platform.name[current.language]}: {words[name]}",
            [Optional(), NumberRange(0, MOST)],
        )
        for row in rows for name in row.fields
    }
    kind: type[NumbersForm] = type("PostNumbersForm", (NumbersForm,), fields)
    if not fresh:
        return kind()
    here = current.now.astimezone(current.profile.schedule.zone).replace(tzinfo=None, second=0)
    return kind(formdata=None, stamp=token_hex(16), taken_at=here)


def _rows() -> Pagination[Row]:
    return listing.rows(current.db, current.contest, number=page_number())


@bp.get("")
@allows("interaction.import")
def show() -> Response:
    return _page()


def _page(
    status: int = 200, *, form: NumbersForm | None = None, post_form: PostForm | None = None
) -> Response:
    found = _rows()
    waiting = numbers.waiting(current.db, current.contest)
    sources = [one for row in found.rows for one in row.counted.readings.values()]
    return page(
        "organiser/elsewhere.html", status, rows=found.rows, found=found, pages=neighbours(found),
        form=form or numbers_form(found.rows, fresh=True), words=count_words(),
        post_form=post_form or PostForm(formdata=None), limits=proofs.LIMITS,
        platforms=current.profile.platforms, waiting=waiting, me=current.actor.label,
        late=interactions.is_late(current.profile, current.now, told_at=current.now),
        names=activity.names_of(
            current.db, [*sources, *waiting, *(row.post for row in found.rows)]
        ),
        gaps=numbers.blockers(current.db, current.contest, at=current.now),
    )


@bp.post("")
@allows("interaction.import")
def save() -> Response:
    """Store every number that was typed, and the file that shows them; all of it or nothing."""
    rows = _rows().rows
    form = numbers_form(rows)
    told = 0
    with form.taken(lambda status: _page(status, form=form)):
        told = _tell(form, rows)
    said = ngettext("Đã lưu %(num)s số.", "Đã lưu %(num)s số.", told)
    flash_message(said, said)
    return back_to("elsewhere.show", page=page_number() if page_number() > 1 else None)


def _tell(form: NumbersForm, rows: Sequence[Row]) -> int:
    """How many numbers were told. Raises ``Invalid`` where none was typed."""
    typed = {
        row.post: values for row in rows
        if any((values := {name: form[f"{name}-{row.post.id}"].data for name in row.fields}
                ).values()) or 0 in values.values()
    }
    if not typed:
        raise Invalid("Chưa có số nào. Hãy nhập ít nhất một số.",
                      "There is no number yet. Enter at least one.")
    zone = current.profile.schedule.zone
    taken_at: datetime = form.taken_at.data.replace(tzinfo=zone)
    made = [
        numbers.tell(
            current.db, post, values, taken_at=taken_at, actor=current.actor, at=current.now,
            client_id=sha256(f"{form.stamp.data} {sorted(values.items())}".encode()).hexdigest(),
            late_reason=form.late_reason.data or "",
        )
        for post, values in typed.items()
    ]
    if form.screenshot.data and form.screenshot.data.filename:
        numbers.attach(current.db, made, proofs.receive(form.screenshot.data),
                       actor=current.actor, at=current.now)
    return sum(value is not None for values in typed.values() for value in values.values())


@bp.post("/posts")
@allows("interaction.import")
def enter() -> Response:
    form = PostForm()
    with form.taken(lambda status: _page(status, post_form=form), field="url"):
        submission = posts.of_code(current.db, current.contest, form.code.data)
        posts.enter(current.db, submission, form.url.data, actor=current.actor, at=current.now)
    flash_message("Đã ghi đường dẫn.", "The link is recorded.")
    return back_to("elsewhere.show")


@bp.post("/posts/<int:post_id>/withdraw")
@allows("interaction.import")
def withdraw(post_id: int) -> Response:
    post = posts.find(current.db, current.contest, post_id)
    posts.withdraw(current.db, post, actor=current.actor, at=current.now)
    flash_message("Đã bỏ đường dẫn; số đếm của nó không còn được tính.",
                  "The link is taken back; its numbers count no more.")
    return back_to("elsewhere.show")


@bp.post("/agree")
@allows("interaction.late")
def agree() -> Response:
    """A second organiser agrees to the readings that are ticked."""
    count = numbers.approve(
        current.db, current.contest, wholes(",".join(request.form.getlist("count")).split(",")),
        actor=current.actor, at=current.now,
    )
    said = ngettext("Đã xác nhận %(num)s lượt ghi số.", "Đã xác nhận %(num)s lượt ghi số.", count)
    flash_message(said, said)
    return back_to("elsewhere.show")
