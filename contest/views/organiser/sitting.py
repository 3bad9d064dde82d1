"""Counts at 16:00: all clips on the Page on one screen, their numbers typed one after another.

The page's script sends each number as it is typed, and keeps on the device what cannot be sent;
without it the same form is sent as a whole. Both tell the same service.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from flask import Blueprint, jsonify, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms import HiddenField, IntegerField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import TextInput

from contest.errors import Conflict, DomainError, Invalid
from contest.languages import write_date, write_hour, write_number, write_seconds
from contest.models import Snapshot
from contest.services.core.pagination import Pagination
from contest.services.counts import interactions, jumps, sitting
from contest.services.counts.sitting import FIELDS, Number, Typed
from contest.services.desk import activity
from contest.views.organiser.anomalies import sentence
from contest.views.shared import proofs
from contest.views.shared.forms import Form
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.support import allows, back_to, current, flash_message, page
from social.anomalies import Flag

bp = Blueprint("sitting", __name__, url_prefix="/c/<slug>/organiser/counts-at-close")
bp.url_value_preprocessor(proofs.before_a_file_is_read)
MOST = 2_000_000_000
MOST_SENT, MOST_WAITING = 100, 400  # numbers in one request; late numbers shown at once


class CountField(IntegerField):  # type: ignore[misc]
    """A whole count as people write it: ``1234``, ``1.234``, ``1,234``; never ``1,2K``."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = count_of(valuelist[0]) if valuelist[0].strip() else None


class PlainForm(Form):
    """The whole screen in one form; ``plain_form`` adds two fields for each clip."""

    late_reason = StringField(_l("Lý do"), [Length(max=500)])
    screenshot = FileField(_l("Ảnh chụp hoặc video quay màn hình"))


class NumbersForm(Form):
    """What the script sends. numbers: JSON, a list of ``Typed``; person: who opened the page."""

    numbers = HiddenField(validators=[InputRequired(), Length(max=50_000)])
    person = HiddenField(validators=[InputRequired()])
    late_reason = StringField(validators=[Length(max=500)])


class ProofForm(Form):
    """One file; codes: the clips chosen, none for all numbers that lack a file."""

    screenshot = FileField()
    person = HiddenField(validators=[InputRequired()])
    codes = SelectMultipleField(validate_choice=False)


def count_of(text: str) -> int:
    """The number that somebody typed. Raises ``ValueError`` with a sentence for all others."""
    plain = "".join(text.split())
    head, *groups = plain.replace(",", ".").split(".")
    grouped = all(len(group) == 3 for group in groups) and len(head) <= 3  # noqa: PLR2004
    digits = "".join([head, *groups])
    if not (digits.isascii() and digits.isdecimal()) or (groups and not grouped):
        said = _("“%(text)s” chưa phải số đếm. Hãy ghi đủ chữ số, ví dụ 1234.", text=plain[:12])
        raise ValueError(said)
    if len(digits) > len(str(MOST)) or int(digits) > MOST:
        raise ValueError(_("Số lớn quá. Hãy kiểm tra lại các chữ số."))
    return int(digits)


@bp.app_template_filter("hour")
def hour(moment: datetime) -> str:
    return write_hour(moment, current.profile.schedule.zone, current.language)


@bp.app_template_filter("seconds")
def seconds(moment: datetime) -> str:
    """``15:58:41``, with the day where it is not today."""
    zone = current.profile.schedule.zone
    local, today = moment.astimezone(zone), current.now.astimezone(zone)
    if local.date() == today.date():
        return write_seconds(moment, zone)
    day = write_date(moment, zone, current.language).removesuffix(str(local.year)).rstrip(" /")
    return f"{write_seconds(moment, zone)} {day}"


def since() -> datetime:
    """When this sitting began: as the address says (``since``), else two hours ago."""
    begun = current.now - sitting.LASTS
    try:
        asked = datetime.fromisoformat(request.args.get("since", ""))
    except ValueError:
        return begun
    return asked if asked.tzinfo else begun


# --------------------------------------------------------------------------------- the whole page


@bp.get("")
@allows("interaction.import")
def show() -> Response:
    return _page()


@bp.post("")
@allows("interaction.import")
def save_all() -> Response:
    """Save everything that was changed, and the file with it; all of it or nothing."""
    rows = _rows()
    form = plain_form(rows.rows)
    told = 0
    with form.taken(lambda status: _page(status, form)):
        told = _tell_changed(form, rows.rows)
        if form.screenshot.data and form.screenshot.data.filename:
            proofs.attach(form.screenshot.data, since=since())
    said = ngettext("Đã lưu %(num)s số.", "Đã lưu %(num)s số.", told)
    flash_message(said, said, "success" if told else "info")
    return back_to("sitting.show", **_here())


def _here() -> dict[str, str | None]:
    return {name: request.args.get(name) for name in ("since", "page")}


def plain_form(rows: Sequence[sitting.Row], *, filled: bool = False) -> PlainForm:
    """The form with two fields for each clip, with this sitting's numbers where ``filled``."""
    names = {"reactions": _("Cảm xúc"), "shares": _("Chia sẻ")}
    fields: dict[str, object] = {
        f"{name}-{row.submission.code}": CountField(
            f"{row.submission.code}: {names[name]}", [Optional(), NumberRange(0, MOST)]
        )
        for row in rows for name in FIELDS
    }
    kind: type[PlainForm] = type("SittingForm", (PlainForm,), fields)
    data = {
        f"{name}-{row.submission.code}": number.value
        for row in rows for name, number in row.mine.items()
    }
    return kind(formdata=MultiDict(), data=data) if filled else kind()


def _tell_changed(form: PlainForm, rows: Sequence[sitting.Row]) -> int:
    changed = [
        Typed(f"plain-{uuid4()}", row.submission.code, name, value, current.now)
        for row in rows for name in FIELDS
        if (value := form[f"{name}-{row.submission.code}"].data) is not None
        and (name not in row.mine or row.mine[name].value != value)
    ]
    for number in changed:
        sitting.tell(
            current.db, current.contest, number, actor=current.actor, at=current.now,
            late_reason=form.late_reason.data or "",
        )
    return len(changed)


def _rows() -> Pagination[sitting.Row]:
    return sitting.rows(
        current.db, current.contest, actor=current.actor, since=since(), number=page_number()
    )


def _page(status: int = 200, form: PlainForm | None = None) -> Response:
    rows, schedule = _rows(), current.profile.schedule
    typed = [row.submission.id for row in rows.rows if row.mine]  # the others show no marks
    flags = jumps.flags_of(current.db, current.contest, typed, at=current.now, earlier=True)
    waiting = interactions.late_waiting(current.db, current.contest, most=MOST_WAITING)
    return page(
        "organiser/sitting.html", status, rows=rows.rows, found=rows, pages=neighbours(rows),
        form=form or plain_form(rows.rows, filled=True), fields=FIELDS,
        marks={
            key: _marks(row.last.get(name), number, flags.get(key, ())) for row in rows.rows
            for name, number in row.mine.items() for key in [(row.submission.code, name)]
        },
        progress=_progress(rows.rows), cut_off=schedule.counts_close, steps=step_texts(),
        limits={"least": jumps.LEAST, "times": jumps.TIMES, "files": proofs.LIMITS},
        late=interactions.is_late(current.profile, current.now, told_at=current.now),
        groups=sitting.late_groups(waiting), me=current.actor.label,
        names=activity.names_of(current.db, waiting),
        told_until=schedule.counts_close + interactions.TELLING,
    )


def _progress(rows: Sequence[sitting.Row]) -> dict[str, int]:
    return {
        "clips": sum(len(row.mine) == len(FIELDS) for row in rows), "all_clips": len(rows),
        "numbers": sum(len(row.mine) for row in rows), "all_numbers": len(rows) * len(FIELDS),
        "bare": sum(not number.proofs for row in rows for number in row.mine.values()),
    }


# ------------------------------------------------------------------------------------ the script


@bp.post("/numbers")
@allows("interaction.import")
def save() -> Response:
    """Save the numbers of a list, each for itself: one that is refused holds up no other."""
    form = NumbersForm()
    if not form.validate_on_submit():
        raise Invalid("Yêu cầu chưa đúng. Hãy tải lại trang.", "Please reload the page.")
    same_person(form.person.data)
    told = [_told(item, form.late_reason.data or "") for item in items(form.numbers.data)]
    _mark([(answer, clip) for answer, clip in told if clip is not None])
    return jsonify(now=current.now.isoformat(), results=[answer for answer, _clip in told])


def same_person(person: str) -> None:
    """Raises ``Conflict`` where another person has signed in since the page was opened: what one
    has typed is never stored as the other's."""
    if person != str(current.actor.id):
        raise Conflict(
            "Trang này do người khác mở. Các số còn trên máy; hãy đăng nhập lại bằng tài khoản "
            "đã nhập chúng.",
            "Somebody else opened this page. The numbers are still on this device; sign in again "
            "as the person who typed them.",
        )


def items(text: str, fields: Sequence[str] = FIELDS) -> list[Typed]:
    """Raises ``Invalid`` for anything but a list of numbers of these fields."""
    try:
        found = [_typed(**item) for item in json.loads(text)]
        if any(one.field not in fields for one in found):
            raise ValueError
    except (ValueError, TypeError, AttributeError):
        found = []
    if not 0 < len(found) <= MOST_SENT:
        raise Invalid("Yêu cầu chưa đúng. Hãy tải lại trang.", "Please reload the page.")
    return found


def _typed(*, id: str, code: str, field: str, value: int, at: str) -> Typed:
    right = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST
    moment = datetime.fromisoformat(at)
    if not (right and isinstance(field, str) and 0 < len(id) <= 64 and moment.tzinfo):  # noqa: PLR2004
        raise ValueError
    return Typed(id, code.strip().upper(), field, value, moment)


def _told(number: Typed, reason: str) -> tuple[dict[str, Any], int | None]:
    """The answer for one number: stored, or why not; and its submission's id where it is stored.
    ``late``: it waits for a second organiser."""
    try:
        with current.db.begin_nested():
            saved = sitting.tell(
                current.db, current.contest, number, actor=current.actor, at=current.now,
                late_reason=reason,
            )
    except DomainError as error:
        return refusal(number, error, reason), None
    answer = stored_answer(number, saved.taken_at, waits=bool(saved.late_reason))
    return answer, saved.submission_id


def refusal(number: Typed, error: DomainError, reason: str) -> dict[str, Any]:
    """What the script is told of a number that was not stored; ``reason``: it lacks a reason."""
    late = interactions.is_late(current.profile, number.at, told_at=current.now)
    return {"id": number.id, "ok": False, "message": error.message(current.language),
            "reason": late and not reason.strip()}


def stored_answer(number: Typed, taken_at: datetime, *, waits: bool) -> dict[str, Any]:
    """What it is told of one that was; ``waits``: for a second organiser."""
    return {
        "id": number.id, "ok": True, "code": number.code, "field": number.field,
        "value": number.value, "time": seconds(taken_at), "late": waits, "marks": [],
    }


def _mark(told: list[tuple[dict[str, Any], int]]) -> None:
    """Add to each stored number what somebody should look at once more. Read for it are its own
    clip's numbers: a page of thirty clips is saved sixty times."""
    if not told:
        return
    clips = {clip for _answer, clip in told}
    numbers = sitting.numbers_of(
        current.db, current.contest, clips, actor=current.actor, since=since()
    )
    flags = jumps.flags_of(current.db, current.contest, clips, at=current.now)
    for answer, clip in told:
        last, mine = numbers[clip]
        field = answer["field"]
        answer["marks"] = _marks(
            last.get(field), mine.get(field), flags.get((answer["code"], field), ())
        )


def step_texts() -> dict[str, str]:
    """What is said of a step; the script says the same before the server has answered."""
    return {
        "fell": _("Thấp hơn số trước {change} (số trước: {last}). Hãy xem lại."),
        "times": _("Gấp {times} lần số trước ({last}). Có thừa chữ số không?"),
    }


def _marks(last: Number | None, number: Number | None, flags: Sequence[Flag]) -> list[str]:
    """Sentences about a number of this sitting. ``last``: the one before the sitting."""
    if number is None:
        return []
    kind = jumps.step(last.value if last else None, number.value)
    said = [_step(kind, last.value, number.value)] if kind and last else []
    return said + [
        sentence(flag) for flag in flags
        if flag.kind != "jump" or flag.until == number.taken_at
    ]


def _step(kind: str, last: int, value: int) -> str:
    words = {
        "change": abs(value - last), "last": last, "times": value // max(last, 1),
    }
    said = {name: write_number(count, current.language) for name, count in words.items()}
    return step_texts()[kind].format(**said)


@bp.post("/proof")
@allows("interaction.import")
def attach() -> Response:
    """Attach one file to this sitting's numbers; which ones, for the script to show."""
    form = ProofForm()
    if not (form.validate_on_submit() and form.screenshot.data and form.screenshot.data.filename):
        raise Invalid("Hãy chọn một ảnh hoặc video.", "Choose a picture or a film.")
    same_person(form.person.data)
    current.db.rollback()  # no lock is held while a film is copied
    found = proofs.attach(form.screenshot.data, since=since(), codes=form.codes.data)
    return jsonify(
        now=current.now.isoformat(), name=found.name, href=found.href,
        numbers=[_named(one) for one in found.numbers],
        said=ngettext("Đã kèm cho %(num)s số.", "Đã kèm cho %(num)s số.", len(found.numbers)),
    )


def _named(one: Snapshot) -> list[str]:
    name = next(name for name in FIELDS if getattr(one, name) is not None)
    return [one.submission.code, name]
