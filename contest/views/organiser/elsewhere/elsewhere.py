"""Posts on other platforms: links entered by hand, their numbers typed one after another, a second
organiser's word."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any

from flask import Blueprint, jsonify, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf.file import FileField
from werkzeug.wrappers import Response
from wtforms import DateTimeLocalField, HiddenField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from contest.errors import DomainError, Invalid
from contest.models import PlatformCount
from contest.services.core.pagination import Pagination
from contest.services.counts import interactions, jumps
from contest.services.counts.sitting import Typed
from contest.services.desk import activity
from contest.services.elsewhere import listing, numbers, posts, typing
from contest.services.elsewhere.listing import LACKING, Row
from contest.services.elsewhere.numbers import FIELDS
from contest.views.organiser import sitting as screen
from contest.views.organiser.counting.files import here
from contest.views.organiser.sitting import MOST, CountField
from contest.views.shared import proofs
from contest.views.shared.entries.counting import count_words
from contest.views.shared.forms import Form
from contest.views.shared.numbers import wholes
from contest.views.shared.paging import neighbours, page_number, sought
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("elsewhere", __name__, url_prefix="/c/<slug>/organiser/elsewhere")
bp.url_value_preprocessor(proofs.before_a_file_is_read)

MOST_WAITING = 100  # readings that wait for a second organiser, shown at once
Mine = dict[typing.Key, PlatformCount]


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


def numbers_form(rows: Sequence[Row], mine: Mine | None = None) -> NumbersForm:
    """The form with a field for each number that is read, with this sitting's where given."""
    words = count_words()
    fields: dict[str, object] = {
        f"{name}-{row.post.id}": CountField(
            f"{row.post.submission.code}, {row.platform.name[current.language]}: {words[name]}",
            [Optional(), NumberRange(0, MOST)],
        )
        for row in rows for name in row.fields
    }
    kind: type[NumbersForm] = type("PostNumbersForm", (NumbersForm,), fields)
    if mine is None:
        return kind()
    typed = {f"{name}-{post}": getattr(one, name) for (post, name), one in mine.items()}
    return kind(formdata=None, data=typed | {"stamp": token_hex(16), "taken_at": here()})


def _mine(rows: Sequence[Row]) -> Mine:
    """What this person has typed of these posts in this sitting."""
    shown = {(row.post.id, name) for row in rows for name in row.fields}
    found = typing.mine(
        current.db, current.contest, actor=current.actor, since=screen.since(),
        only={post for post, _ in shown},
    )
    return {key: one for key, one in found.items() if key in shown}


def _narrowed() -> dict[str, str]:
    """What the address narrows the list to."""
    return {key: value for key in ("q", "show")
            if (value := sought(key))}


def _rows() -> Pagination[Row]:
    by = _narrowed()
    return listing.rows(current.db, current.contest, words=by.get("q", ""),
                        show=by.get("show", ""), number=page_number())


def _named() -> list[Row]:
    """The posts whose fields the form has, which the list may show no more."""
    ids = {key.rpartition("-")[2] for key in request.form if key.partition("-")[0] in FIELDS}
    return listing.chosen(current.db, current.contest, wholes(ids))


@bp.get("")
@allows("interaction.import")
def show() -> Response:
    return _page()


def _page(
    status: int = 200, *, form: NumbersForm | None = None, post_form: PostForm | None = None,
    rows: Sequence[Row] | None = None,
) -> Response:
    found = _rows() if rows is None else replace(_rows(), rows=rows)
    own, contest, by = _mine(found.rows), current.contest, _narrowed()
    mine_wait, others_wait = numbers.waiting_counts(current.db, contest, current.actor)
    waiting = numbers.waiting(
        current.db, contest, but=current.actor.label, most=MOST_WAITING) if others_wait else []
    shown_by = numbers.proofs(current.db, {one.id for one in own.values()}) if own else {}
    sources = [one for row in found.rows for one in row.counted.readings.values()]
    return page(
        "organiser/elsewhere.html", status, rows=found.rows, found=found,
        pages=neighbours(found, "elsewhere.show"), by=by, lacking=LACKING,
        form=form or numbers_form(found.rows, own), words=count_words(),
        post_form=post_form or PostForm(formdata=None), limits=proofs.LIMITS,
        platforms=current.profile.platforms, waiting=waiting, mine_wait=mine_wait,
        others_wait=others_wait,
        late=interactions.is_late(current.profile, current.now, told_at=current.now),
        names=activity.names_of(
            current.db, [*sources, *waiting, *(row.post for row in found.rows)]
        ),
        mine=own, second=_unconfirmed(found.rows, own), shown_by=shown_by,
        steps=screen.step_texts(),
        steps_limits={"least": jumps.LEAST, "times": jumps.TIMES, "files": proofs.LIMITS},
        told_until=current.profile.schedule.counts_close + interactions.TELLING,
        progress={"numbers": len(own), "all_numbers": sum(len(row.fields) for row in found.rows),
                  "bare": sum(one.id not in shown_by for one in own.values())},
        gaps=numbers.blockers(current.db, contest, at=current.now),
    )


def _unconfirmed(rows: Sequence[Row], own: Mine) -> set[typing.Key]:
    """Which of this person's numbers wait for another organiser."""
    of = {row.post.id: row.platform for row in rows}
    return {key for key, one in own.items()
            if one.approval is None and numbers.needs_second(of[key[0]], one)}


@bp.post("")
@allows("interaction.import")
def save() -> Response:
    """Store every number that was typed, and the file that shows them; all of it or nothing."""
    rows = _named()
    form = numbers_form(rows)
    told = 0
    with form.taken(lambda status: _page(status, form=form, rows=rows)):
        told = _tell(form, rows)
    said = ngettext("Đã lưu %(num)s số.", "Đã lưu %(num)s số.", told)
    flash_message(said, said, "success" if told else "info")
    number = page_number()
    return back_to("elsewhere.show", **_narrowed(), page=number if number > 1 else None)


def _tell(form: NumbersForm, rows: Sequence[Row]) -> int:
    """How many numbers were told. Raises ``Invalid`` where none was typed."""
    mine = _mine(rows)
    typed = {row.post: values for row in rows if (values := _changed(form, row, mine))}
    if not typed and all(form[f"{name}-{row.post.id}"].data is None
                         for row in rows for name in row.fields):
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
    if made and form.screenshot.data and form.screenshot.data.filename:
        numbers.attach(current.db, made, proofs.receive(form.screenshot.data),
                       actor=current.actor, at=current.now)
    return sum(map(len, typed.values()))


def _changed(form: NumbersForm, row: Row, mine: Mine) -> dict[str, int]:
    """What was typed of a post and is not stored from this sitting already."""
    found = {}
    for name in row.fields:
        value, own = form[f"{name}-{row.post.id}"].data, mine.get((row.post.id, name))
        if value is not None and (own is None or getattr(own, name) != value):
            found[name] = value
    return found


# ------------------------------------------------------------------------------------ the script


@bp.post("/numbers")
@allows("interaction.import")
def numbers_typed() -> Response:
    """Save the numbers of a list, each for itself, as the Page's counts are typed."""
    form = screen.NumbersForm()
    if not form.validate_on_submit():
        raise Invalid("Yêu cầu chưa đúng. Hãy tải lại trang.", "Please reload the page.")
    screen.same_person(form.person.data)
    found = screen.items(form.numbers.data, FIELDS)
    told = [_told(one, form.late_reason.data or "") for one in found]
    return jsonify(now=current.now.isoformat(), results=told)


def _told(number: Typed, reason: str) -> dict[str, Any]:
    """The answer for one number: stored, or why not. ``late``: it waits for a second organiser."""
    try:
        with current.db.begin_nested():
            stored = typing.tell(current.db, current.contest, number, actor=current.actor,
                                 at=current.now, late_reason=reason)
    except DomainError as error:
        return screen.refusal(number, error, reason)
    waits = numbers.needs_second(posts.named(current.profile, stored.post.platform), stored)
    return screen.stored_answer(number, stored.taken_at, waits=waits)


@bp.post("/proof")
@allows("interaction.import")
def attach() -> Response:
    """Attach one file to this sitting's numbers; which ones, for the script to show."""
    form = screen.ProofForm()
    if not (form.validate_on_submit() and form.screenshot.data and form.screenshot.data.filename):
        raise Invalid("Hãy chọn một ảnh hoặc video.", "Choose a picture or a film.")
    screen.same_person(form.person.data)
    current.db.rollback()  # no lock is held while a film is copied
    proof = proofs.receive(form.screenshot.data)
    found = typing.attach(
        current.db, current.contest, proof, actor=current.actor, at=current.now,
        since=screen.since(), only=wholes(form.codes.data or []),
    )
    return jsonify(
        now=current.now.isoformat(), name=proof.filename,
        href=url_for("interactions.evidence", slug=current.contest.slug, sha256=proof.sha256),
        numbers=[[str(post), name] for post, name in found],
        said=ngettext("Đã kèm cho %(num)s số.", "Đã kèm cho %(num)s số.", len(found)),
    )


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
