"""A round that is marked live: the running order, the table at which marks are typed, the stage
screen on which they fall. Only organisers open these pages; a paired phone moves the screen."""

from typing import Any

from flask import Blueprint, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField, IntegerField
from wtforms.validators import InputRequired, NumberRange

from contest.errors import DomainError, Invalid
from contest.languages import write_time
from contest.models import Submission
from contest.services.awards import stage
from contest.services.live import falling, running, table
from contest.services.live.table import Place
from contest.views.organiser.awards.refusals import Refused, beside
from contest.views.shared.forms import Form
from contest.views.shared.numbers import whole
from contest.views.shared.qr import qr_svg
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("live", __name__, url_prefix="/c/<slug>/organiser/live")
MARK, PLACE = "mark-", "place-"


class OrderForm(Form):
    """The running order; a number for each clip is read beside it."""


class PutForm(Form):
    """Where the screen stands after a key there."""

    position = IntegerField(validators=[InputRequired()])
    black = BooleanField()


class TypedForm(Form):
    """One juror's marks; ``_marks_form`` adds the fields of the rubric."""

    version = HiddenField(default="0")


# ---------------------------------------------------------------------------- the order


@bp.get("")
@allows("organiser.read")
def overview() -> Response:
    """What is marked in which order, how far each clip is; the screen and the phone."""
    return _overview()


def _overview(status: int = 200, refused: Refused | None = None, key: str = "") -> Response:
    db, contest = current.db, current.contest
    running.require_live(contest)
    found, row, code = running.entries(db, contest), stage.standing(db, contest), None
    places = table.of_all(db, contest, found)
    if key:
        base = current.platform.settings.base_url
        address = f"{base}{url_for('remote.show', slug=contest.slug)}#{key}"
        code = qr_svg(address, _("Mã QR để nối điện thoại"))
    return page(
        "organiser/live.html", status, refused=refused, form=OrderForm(formdata=None), code=code,
        found=found, done={one.id: sum(p.done for p in places[one.id]) for one in found},
        of={one.id: len(places[one.id]) for one in found}, typed=request.form,
        paired=stage.paired(row, at=current.now), until=row.remote_until if row else None,
        minutes=int(stage.KEY_LIFE.total_seconds() // 60), live=stage.is_live(db, contest),
    )


@bp.post("/order")
@allows("jury.type")
def arrange() -> Response:
    """Set the order by a number for each clip."""
    form = OrderForm()
    if not form.validate_on_submit():
        return _overview(422)
    with beside("order", _overview):
        numbers = {name.removeprefix(PLACE): whole(value) for name, value in request.form.items()
                   if name.startswith(PLACE)}
        if None in numbers.values() or len(set(numbers.values())) < len(numbers):
            raise Invalid("Mỗi clip phải có một số thứ tự riêng. Hãy xem lại các số.",
                          "Each clip needs a number of its own. Please check the numbers.")
        running.arrange(current.db, current.contest,
                        sorted(numbers, key=lambda code: numbers[code] or 0),
                        actor=current.actor, at=current.now)
    flash_message("Đã lưu thứ tự thi.", "The order is saved.")
    return back_to("live.overview")


@bp.post("/pair")
@allows("organiser.read")
def pair() -> Response:
    """A key for one phone, shown as a QR code this once."""
    with beside("phone", _overview):
        key = stage.pair(current.db, current.contest, actor=current.actor, at=current.now)
    return _overview(key=key)


@bp.post("/unpair")
@allows("organiser.read")
def unpair() -> Response:
    stage.unpair(current.db, current.contest, actor=current.actor, at=current.now)
    flash_message("Đã ngắt điện thoại.", "The phone is unpaired.")
    return back_to("live.overview")


# ---------------------------------------------------------------------------- the table


@bp.get("/<code>")
@allows("jury.type")
def clip(code: str) -> Response:
    """Each juror's marks of one clip, to type."""
    return _clip(_found(code))


@bp.post("/<code>/<int:juror>")
@allows("jury.type")
def type_in(code: str, juror: int) -> Response:
    """Save one juror's marks and hand them in."""
    submission, form = _found(code), _marks_form(juror, request.form)
    if not form.validate_on_submit():
        return _clip(submission, 422, {juror: form})
    marks = {c.id: form[MARK + c.id].data for c in current.profile.jury.criteria}
    with beside(str(juror), lambda status, refused: _clip(
        _found(code), status, {juror: form}, refused
    )):
        table.type_in(current.db, submission, juror, marks,
                      version=whole(form.version.data or "") or 0, actor=current.actor,
                      at=current.now)
    flash_message("Đã lưu, điểm hiện trên màn hình.", "Saved; the marks are on the screen.")
    return back_to("live.clip", code=code, _anchor="next")


@bp.post("/<code>/<int:juror>/back")
@allows("jury.type")
def take_back(code: str, juror: int) -> Response:
    """Undo: the marks leave the screen and can be mended."""
    with beside(str(juror), lambda status, refused: _clip(
        _found(code), status, refused=refused
    )):
        table.take_back(current.db, _found(code), juror, actor=current.actor, at=current.now)
    flash_message("Đã gỡ điểm khỏi màn hình; hãy nhập lại.", "Taken off the screen; type it again.")
    return back_to("live.clip", code=code, _anchor="next")


def _found(code: str) -> Submission:
    return table.find(current.db, current.contest, code, actor=current.actor)


def _marks_form(juror: int, data: object) -> TypedForm:
    """A number field for each criterion; every form of the page has ids of its own."""
    fields: dict[str, object] = {
        MARK + c.id: IntegerField(
            c.name[current.language], [InputRequired(_l("Hãy nhập điểm.")), NumberRange(0, c.max)],
            id=f"gk{juror}-{c.id}",
            render_kw={"min": 0, "max": c.max, "inputmode": "numeric", "enterkeyhint": "next",
                       "autocomplete": "off"},
        )
        for c in current.profile.jury.criteria
    }
    kind: Any = type("RubricForm", (TypedForm,), fields)
    if isinstance(data, Place):
        stored = {MARK + name: value for name, value in data.marks.items()}
        made = kind(formdata=MultiDict(), data=stored | {"version": str(data.version)})
    else:
        made = kind(formdata=data)
    form: TypedForm = made
    return form


def _clip(
    submission: Submission, status: int = 200, typed: dict[int, TypedForm] | None = None,
    refused: Refused | None = None,
) -> Response:
    db, contest = current.db, current.contest
    places = table.places(db, contest, submission)
    forms = {place.seat.user.id: _marks_form(place.seat.user.id, place) for place in places}
    waiting = next((place.seat.user.id for place in places if not place.done), None)
    if waiting is not None and not typed:  # whoever types goes on by Tab and Enter alone
        forms[waiting][MARK + current.profile.jury.criteria[0].id].render_kw["autofocus"] = True
    order = running.entries(db, contest)
    at = next((n for n, one in enumerate(order) if one.id == submission.id), 0)
    weights = {c.id: c.weight for c in current.profile.jury.criteria}
    return page(
        "organiser/live_clip.html", status, submission=submission, places=places, closed=_closed(),
        forms=forms | (typed or {}), refused=refused, number=at + 1, length=len(order),
        waiting=waiting,
        points={p.seat.user.id: sum(weights[k] * v for k, v in p.marks.items() if k in weights)
                for p in places},
        most=falling.most(contest), before=order[at - 1] if at else None,
        after=order[at + 1] if at + 1 < len(order) else None,
    )


def _closed() -> str:
    """Why nothing is typed any more; empty while it is possible."""
    if current.contest.jury_locked_at is not None:
        return str(_("Ban Tổ chức đã khoá vòng chấm."))
    schedule = current.profile.schedule
    if current.now < schedule.ballots_close:
        return ""
    when = write_time(schedule.ballots_close, schedule.zone, current.language)
    return str(_("Đã hết thời gian chấm điểm lúc %(time)s.", time=when))


# ---------------------------------------------------------------------------- the stage


@bp.get("/stage")
@allows("organiser.read")
def screen() -> Response:
    """The big screen: marks as they are saved, and the standing so far."""
    shown = _shown()
    drawn = Markup(shown["html"])  # noqa: S704 - of a template of ours
    return page("organiser/live_stage.html", shown={**shown, "html": drawn})


@bp.get("/stage/state")
@allows("organiser.read")
def state() -> Response:
    """What is on the screen now, asked for every second."""
    return jsonify(_shown())


@bp.post("/stage/state")
@allows("organiser.read")
def put() -> Response:
    """A key was pressed at the screen."""
    form = PutForm()
    if form.validate_on_submit() and stage.is_live(current.db, current.contest):
        length = stage.length(current.db, current.contest, None)
        position = min(max(form.position.data or 0, 0), length - 1)
        stage.put(current.db, current.contest, position, black=bool(form.black.data),
                  playing=False, actor=current.actor, at=current.now)
    return jsonify(_shown())


def _shown() -> dict[str, Any]:
    """One slide as the tables have it now; after the result is final it stays with the standing."""
    db, contest = current.db, current.contest
    running.require_live(contest)
    row, live = stage.standing(db, contest), stage.is_live(db, contest)
    try:
        clips = falling.screen(db, contest, keys=current.platform.keys, language=current.language)
    except DomainError as refusal:
        return {"position": 0, "length": 1, "black": False, "version": 0,
                "html": render_template("organiser/live_slide.html", contest=contest,
                                        profile=current.profile, said=refusal.message(
                                            current.language))}
    position = min(stage.position(row, live=True), len(clips) + 1) if live else len(clips) + 1
    standing = sorted((one for one in clips if one.rank), key=lambda one: (one.rank, one.unit))
    html = render_template(
        "organiser/live_slide.html", contest=contest, profile=current.profile, position=position,
        one=clips[position - 1] if 0 < position <= len(clips) else None, count=len(clips),
        standing=standing, most=falling.most(contest), said="",
    )
    return {"position": position, "length": len(clips) + 2, "html": html,
            "black": bool(row and row.live and row.black), "version": row.version if row else 0}
