"""A phone that moves the ceremony: paired by the key of a QR code, told where the show stands and
never who has won."""

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

from contest.errors import DomainError
from contest.models import Result, StageShow
from contest.services.awards import stage
from contest.views.shared.forms import Form
from contest.views.shared.support import (
    allows,
    back_to,
    clear_cookie,
    cookie_name,
    current,
    page,
    set_cookie,
)

bp = Blueprint("remote", __name__, url_prefix="/c/<slug>/remote")
COOKIE = "remote"


class KeyForm(Form):
    """The key of the QR code, put in by the page's script."""

    key = HiddenField(validators=[InputRequired(), Length(max=100)])


class ActForm(Form):
    do = StringField(validators=[InputRequired(), Length(max=10)])


@bp.get("/")
@allows("public.read")
def show() -> Response:
    """The buttons where this phone is paired; else the script hands in the key of the address."""
    return _page()


def _page(status: int = 200, said: str = "") -> Response:
    try:
        result = stage.by_phone(current.db, current.contest, _token(), at=current.now)
    except DomainError as error:
        return page("public/remote.html", status, step=None, form=KeyForm(formdata=None),
                    said=said or (error.message(current.language) if _token() else ""))
    row = stage.standing(current.db, current.contest)
    return page("public/remote.html", status, step=_step(row, result), form=KeyForm(formdata=None),
                said=said)


@bp.get("/state")
@allows("public.read")
def state() -> Response:
    result = stage.by_phone(current.db, current.contest, _token(), at=current.now)
    return jsonify(_step(stage.standing(current.db, current.contest), result))


@bp.post("/pair")
@allows("public.read")
def pair() -> Response:
    """Exchange the key for this phone's own token."""
    form = KeyForm()
    if not form.validate_on_submit():
        return _page(422)
    try:
        token = stage.claim(current.db, current.contest, form.key.data or "", at=current.now)
    except DomainError as error:
        current.db.rollback()
        return _page(error.status, error.message(current.language))
    answer = back_to("remote.show")
    set_cookie(answer, COOKIE, token, max_age=int(stage.REMOTE_LIFE.total_seconds()))
    return answer


@bp.post("/act")
@allows("public.read")
def act() -> Response:
    """A button: next, prev, black, play, stop or first."""
    form = ActForm()
    if not form.validate_on_submit():
        return _page(422)
    try:
        row, result = stage.act(
            current.db, current.contest, form.do.data or "", _token(), at=current.now
        )
    except DomainError as error:
        if _wants_json():
            raise
        current.db.rollback()
        answer = _page(error.status, error.message(current.language))
        clear_cookie(answer, COOKIE)
        return answer
    return jsonify(_step(row, result)) if _wants_json() else back_to("remote.show")


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) != "text/html"


def _token() -> str:
    return request.cookies.get(cookie_name(COOKIE), "")


def _step(row: StageShow | None, result: Result | None) -> dict[str, object]:
    """Where the show stands. The name of the prize is in the rules; whose it is, is not told."""
    position = stage.position(row, live=result is None)
    last = stage.length(current.db, current.contest, result) - 1
    return {
        "position": position + 1, "length": last + 1, "black": bool(row and row.black),
        "playing": bool(row and row.playing), "kind": _kind(position, last, result),
    }


def _kind(position: int, last: int, result: Result | None) -> str:
    if position in (0, last):
        return "end" if position else "title"
    if result is None:
        return "entry"
    return "prize" if position % 2 else "winner"
