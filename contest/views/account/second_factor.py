"""Second factors of a person: codes switched on and off, recovery codes, the list of passkeys."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from contest.clock import SystemClock
from contest.errors import Invalid
from contest.services.people import demanded_factor, passkeys, second_factor, sessions
from contest.services.people import sign_in as signing_in
from contest.views.account.account import CodeForm, me, this_browser
from contest.views.account.proving import ProofForm, proven
from contest.views.shared import throttle
from contest.views.shared.forms import Form, refused
from contest.views.shared.qr import qr_svg
from contest.views.shared.support import (
    STAFF_COOKIE,
    allows,
    back_to,
    current,
    flash_message,
    page,
    set_cookie,
)

bp = Blueprint("second_factor", __name__, url_prefix="/account/second-factor")
ISSUER = "hoithi"


@bp.get("/")
@allows("account.manage")
def home() -> Response:
    return _factor_page(ProofForm())


def _factor_page(form: Form, status: int = 200) -> Response:
    person = me()
    left = second_factor.recovery_codes_left(current.db, person) if person.second_factor_on else 0
    demanded = (current.platform.settings.second_factor == "required"
                and demanded_factor.must_set_up(current.actor))
    return page("account/second_factor.html", status, form=form, me=person, codes_left=left,
                demanded=demanded, passkeys=passkeys.of(current.db, person), most=passkeys.MOST)


@bp.post("/begin")
@throttle.guessed(throttle.PASSWORDS, by_session=True)
@allows("account.manage")
def begin() -> Response:
    """Make the secret, after the person has shown once more who they are."""
    form = ProofForm()
    if not proven(form):
        return _factor_page(form, 422)
    second_factor.begin(current.db, me(), keys=current.platform.keys)
    return back_to("second_factor.confirm")


@bp.get("/confirm")
@allows("account.manage")
def confirm() -> Response:
    return _confirm_page(CodeForm()) if _begun() else back_to("second_factor.home")


def _begun() -> bool:
    """Whether a secret exists that is not confirmed yet."""
    secret = second_factor.secret_of(me(), keys=current.platform.keys)
    return bool(secret) and not me().totp_confirmed_at


def _confirm_page(form: Form, status: int = 200) -> Response:
    keys = current.platform.keys
    secret = second_factor.secret_of(me(), keys=keys)
    label = str(_l("Mã QR để thêm vào ứng dụng xác thực"))
    address = second_factor.address(me(), keys=keys, issuer=ISSUER)
    return page(
        "account/confirm_factor.html", status, form=form,
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        qr=qr_svg(address, label), address=address,
    )


@bp.post("/confirm")
@throttle.guessed(throttle.PASSWORDS, by_session=True)
@allows("account.manage")
def send_confirm() -> Response:
    """Switch it on; the recovery codes are shown in this answer and never again."""
    form = CodeForm()
    if not _begun():
        return back_to("second_factor.home")
    if not form.validate():
        return _confirm_page(form, 422)
    try:
        token, codes = signing_in.switch_on_second_factor(
            current.db, me(), form.code.data, browser=this_browser(), at=current.now,
            wall=SystemClock().now(), keys=current.platform.keys,
        )
    except Invalid as error:
        refused(form, "code", error)
        return _confirm_page(form, 422)
    response = page("account/recovery_codes.html", codes=codes) if codes else _on()
    set_cookie(response, STAFF_COOKIE, token, max_age=int(sessions.LIFE.total_seconds()))
    return response


def _on() -> Response:
    """It is the second kind: the recovery codes of the first go on."""
    flash_message("Đã bật mã 6 số.", "Codes are on.")
    return back_to("second_factor.home")


@bp.post("/codes")
@throttle.guessed(throttle.PASSWORDS, by_session=True)
@allows("account.manage")
def renew_codes() -> Response:
    form = ProofForm()
    if not me().second_factor_on:
        return back_to("second_factor.home")
    if not proven(form):
        return _factor_page(form, 422)
    return page("account/recovery_codes.html",
                codes=second_factor.renew_recovery_codes(current.db, me(), at=current.now))


@bp.post("/off")
@throttle.guessed(throttle.PASSWORDS, by_session=True)
@allows("account.manage")
def off() -> Response:
    form = ProofForm()
    if not me().totp_confirmed_at:
        return back_to("second_factor.home")
    if not proven(form):
        return _factor_page(form, 422)
    second_factor.switch_off(current.db, me(), actor=current.actor, at=current.now)
    flash_message("Đã tắt mã 6 số.", "Codes are off.")
    return back_to("second_factor.home")
