"""A unit's sign-in by QR code or typed code, without an account."""

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField
from wtforms.validators import Length

from contest.errors import DomainError
from contest.models import Unit, UnitLink
from contest.services.units import unit_links, units
from contest.tokens import hash_code, tidy_code
from contest.views.shared import returning, throttle
from contest.views.shared.forms import Form
from contest.views.shared.support import (
    UNIT_COOKIE,
    allows,
    clear_cookie,
    current,
    forget_device,
    page,
    set_cookie,
    unit_token,
)

bp = Blueprint("entrance", __name__)


class EnterForm(Form):
    """A link's token (filled in by the page's script) or a typed code. ``sure``: the person said
    that this phone shall be another unit's from now on. ``next``: the unit's page to go on to, from
    a mail or a link that was handed on."""

    token = HiddenField(validators=[Length(max=100)])
    sure = HiddenField(validators=[Length(max=1)])
    next = HiddenField(validators=[Length(max=500)])
    code = StringField(
        _l("Mã của đơn vị"),
        description=_l("8 chữ và số in cạnh mã QR của đơn vị, ví dụ ABCD-EFGH."),
        validators=[Length(max=40)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )


@bp.get("/u")
@bp.get("/c/<slug>/u")
@allows("unit.enter", by="unit")
def enter() -> Response:
    """The address of every QR code. Changes nothing: the script posts the link's token."""
    form = EnterForm()
    form.next.data = returning.wanted()
    return page("unit/enter.html", form=form)


def _is_guess() -> bool:
    """Nobody guesses the 160 bits of a link."""
    return not request.form.get("token")


def _halves() -> list[str]:
    """What a guess aims at: codes with the same first half, codes with the same second one."""
    code = tidy_code(request.form.get("code", ""))
    if len(code) != unit_links.CODE_LENGTH:
        return []  # nobody's
    middle, key = len(code) // 2, current.platform.keys.signing("guesses")[-1]
    return [hash_code(f"{n}{half}", key) for n, half in enumerate((code[:middle], code[middle:]))]


def _came_in_before() -> str:
    """The unit whose cookie this browser has, ended or not."""
    if not unit_token():
        return ""
    row = units.any_session_of_token(current.db, unit_token())
    return str(row.unit_id) if row is not None else ""


@bp.post("/u")
@throttle.guessed(throttle.CODES, counted=_is_guess, aims=_halves, known_as=_came_in_before)
@allows("unit.enter", by="unit")
def exchange() -> Response:
    """Exchange a link's token or a code for a cookie; later addresses contain no token."""
    form = EnterForm()
    if not form.validate() or not (form.token.data or form.code.data):
        form.code.errors = [*form.code.errors, _("Hãy nhập mã của đơn vị.")]
        return page("unit/enter.html", 422, form=form)
    try:
        link = _link(form)
    except DomainError as refused:
        form.code.errors = [refused.message(current.language)]
        return page("unit/enter.html", refused.status, form=form)
    if _is_another(link.unit_id) and not form.sure.data:
        return _ask(form, link.unit)
    agent = request.headers.get("User-Agent", "")
    entered = unit_links.enter(current.db, link, at=current.now, agent=agent)
    if _is_another(link.unit_id):
        unit_links.leave(current.db, unit_token(), at=current.now)
    response = redirect(_next(form, url_for("unit.home", slug=entered.unit.contest.slug)), 303)
    life = int((entered.expires_at - current.now).total_seconds())
    set_cookie(response, UNIT_COOKIE, entered.token, max_age=life)
    return response


def _next(form: EnterForm, home: str) -> str:
    """Where the person wanted to go, if it is a page of this unit's contest; else its home."""
    wanted = returning.safe_path(form.next.data or "")
    return wanted if wanted.startswith((f"{home}/", f"{home}#")) else home


def _is_another(unit_id: int) -> bool:
    """Whether this phone is another unit's: a link that somebody sent must not change that unseen.

    Whoever comes for the first time is asked nothing.
    """
    return current.actor.unit_id not in (None, unit_id)


def _ask(form: EnterForm, unit: Unit) -> Response:
    mine = current.db.get_one(Unit, current.actor.unit_id)
    return page("unit/other_unit.html", form=form, unit=unit, mine=mine)


def _link(form: EnterForm) -> UnitLink:
    if form.token.data:
        return unit_links.by_token(current.db, form.token.data, at=current.now)
    key = current.platform.keys.unit_codes(current.db)
    return unit_links.by_code(current.db, form.code.data, key=key, at=current.now)


@bp.post("/u/leave")
@allows("unit.enter", by="unit")
def leave() -> Response:
    """End the unit's session on this device."""
    unit_links.leave(current.db, unit_token(), at=current.now)
    response = redirect(url_for("entrance.enter"), 303)
    clear_cookie(response, UNIT_COOKIE)
    forget_device(response)
    return response
