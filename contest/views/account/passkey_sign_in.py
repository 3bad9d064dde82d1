"""Signing in by a passkey: alone, or as the second factor after the password.

The browser is asked by script (JSON); what it answers comes as a form, so that what follows is a
page like any other.
"""

from flask import Blueprint, g, jsonify
from werkzeug.wrappers import Response
from wtforms import HiddenField
from wtforms.validators import InputRequired, Length

from contest.errors import Conflict, Invalid
from contest.models import StaffSession
from contest.services.people import passkey_protocol, passkeys, people
from contest.services.people import sign_in as signing_in
from contest.services.people.passkey_protocol import Site
from contest.views.account import challenges
from contest.views.account.account import (
    CodeForm,
    SignInForm,
    count_attempt,
    enter,
    give_back,
    leave_old_session,
    second_step_page,
    this_browser,
    this_session,
)
from contest.views.shared import returning, throttle
from contest.views.shared.forms import Form
from contest.views.shared.support import allows, back_to, current, page

bp = Blueprint("passkey_sign_in", __name__, url_prefix="/account/sign-in")
LONGEST_ANSWER = 16_384  # characters; a passkey's answer has some 1,000


class AnswerForm(Form):
    """What the browser's passkey answered, as JSON (WebAuthn, 5.1)."""

    credential = HiddenField(validators=[InputRequired(), Length(max=LONGEST_ANSWER)])


def this_site() -> Site:
    """For whom passkeys are made. Raises ``Conflict`` where our address can have none."""
    found = challenges.site()
    if found is None:
        raise Conflict(
            "Địa chỉ của hệ thống không dùng được khoá truy cập (passkey). Hãy dùng mã 6 số.",
            "Passkeys do not work at the address of this platform. Use codes instead.",
        )
    return found


@bp.post("/passkey/begin")
@throttle.guessed(throttle.PASSWORDS)
@allows("account.sign_in")
def begin() -> Response:
    """Whoever asks is told the same: whose passkeys there are is for the device to know."""
    site = this_site()
    return jsonify(passkey_protocol.request_options(
        [], site=site, challenge=challenges.give(challenges.ALONE), alone=True
    ))


@bp.post("/passkey")
@throttle.guessed(throttle.PASSWORDS)
@allows("account.sign_in")
def send() -> Response:
    form, site = AnswerForm(), this_site()
    if not form.validate():
        return _alone_again(passkey_protocol.refused())
    try:
        token = signing_in.by_passkey(
            current.db, form.credential.data, site=site, browser=this_browser(), at=current.now,
            challenge=challenges.take(challenges.ALONE),
        )
    except Invalid as error:
        return _alone_again(_recorded(error))
    leave_old_session()
    return enter(token)


@bp.post("/code/passkey/begin")
@throttle.guessed(throttle.PASSWORDS)
@allows("account.sign_in")
def begin_second() -> Response:
    """After the right password: any passkey of the person's. Raises ``Conflict`` before it."""
    row, site = _half_session(), this_site()
    if row is None:
        raise Conflict("Bước đăng nhập này đã hết hạn. Hãy nhập lại email và mật khẩu.",
                       "This step has expired. Enter e-mail and password again.")
    return jsonify(passkey_protocol.request_options(
        passkeys.of(current.db, row.user), site=site, alone=False,
        challenge=challenges.give(challenges.SECOND, row.user_id),
    ))


@bp.post("/code/passkey")
@throttle.guessed(throttle.PASSWORDS)
@allows("account.sign_in")
def send_second() -> Response:
    row, form, site = _half_session(), AnswerForm(), this_site()
    if row is None:
        return back_to("account.sign_in")
    if not form.validate():
        return _second_again(row, passkey_protocol.refused())
    try:
        token = signing_in.complete_by_passkey(
            current.db, row, form.credential.data, site=site, browser=this_browser(),
            at=current.now, challenge=challenges.take(challenges.SECOND, row.user_id),
            counted=count_attempt,
        )
    except Invalid as error:
        return _second_again(row, _recorded(error))
    give_back(row.user_id)
    return enter(token)


def _half_session() -> StaffSession | None:
    """This browser's session that waits for the second factor."""
    row = this_session()
    return row if row is not None and people.owes_second_factor(row) else None


def _recorded(error: Invalid) -> Invalid:
    """The failure, the used challenge and a count that went back are stored although the answer is
    a refusal."""
    current.db.commit()
    if isinstance(error, passkeys.Copied):
        g.refused_as = "copied"
    return error


def _alone_again(error: Invalid) -> Response:
    form = SignInForm(formdata=None)
    form.form_errors.append(error.message(current.language))
    return page("account/sign_in.html", 422, form=form, next=returning.wanted())


def _second_again(row: StaffSession, error: Invalid) -> Response:
    form = CodeForm(formdata=None)
    form.form_errors.append(error.message(current.language))
    return second_step_page(row.user, form, 422)
