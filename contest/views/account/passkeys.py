"""A person's own passkeys: add, rename, remove. What they are for: ``second_factor.py``."""

from flask import Blueprint, jsonify
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from contest.errors import Conflict, DomainError
from contest.models import Passkey
from contest.services.people import demanded_factor, passkeys, people, sessions
from contest.services.people import sign_in as signing_in
from contest.views.account import challenges
from contest.views.account.account import me, this_browser, this_session
from contest.views.account.passkey_sign_in import AnswerForm, this_site
from contest.views.account.proving import ProofForm, prove, proven
from contest.views.shared import throttle
from contest.views.shared.forms import Form
from contest.views.shared.support import (
    STAFF_COOKIE,
    allows,
    back_to,
    current,
    flash_message,
    page,
    set_cookie,
)

bp = Blueprint("passkeys", __name__, url_prefix="/account/passkeys")


class NamedForm(Form):
    name = StringField(
        _l("Tên khoá"), [InputRequired(), Length(max=passkeys.NAME_LENGTH)],
        description=_l("Để bạn nhận ra sau này, ví dụ: Điện thoại của tôi."),
        render_kw={"autocomplete": "off", "maxlength": passkeys.NAME_LENGTH},
    )


class NewForm(NamedForm, ProofForm):
    """Before the browser is asked."""


class MadeForm(NamedForm, AnswerForm):
    """What the browser made."""


@bp.get("/new")
@allows("account.manage")
def new() -> Response:
    return _new_page(NewForm(data={"name": this_browser().name}))


def _new_page(form: Form, status: int = 200) -> Response:
    return page("account/passkey_new.html", status, form=form, me=me())


@bp.post("/begin")
@throttle.guessed(throttle.PASSWORDS, by_session=True)
@allows("account.manage")
def begin() -> Response:
    """What the browser is asked for, once the person has shown who they are."""
    form, site = NewForm(), this_site()
    prove(form)
    challenge = challenges.give(challenges.ADD, me().id)
    return jsonify(passkeys.begin(current.db, me(), site=site, challenge=challenge))


@bp.post("/new")
@throttle.guessed(throttle.PASSWORDS, by_session=True)
@allows("account.manage")
def add() -> Response:
    """Keep what the browser made; the first second factor brings recovery codes, shown in this
    answer and never again."""
    form, site = MadeForm(), this_site()
    if not form.validate():
        return _refused_new(form)
    try:
        token, codes = signing_in.add_passkey(
            current.db, me(), form.credential.data, name=form.name.data, site=site,
            challenge=challenges.take(challenges.ADD, me().id), browser=this_browser(),
            at=current.now,
        )
    except DomainError as error:
        form.form_errors = [error.message(current.language)]
        return _refused_new(form, error.status)
    response = page("account/recovery_codes.html", codes=codes) if codes else _added()
    set_cookie(response, STAFF_COOKIE, token, max_age=int(sessions.LIFE.total_seconds()))
    return response


def _refused_new(made: Form, status: int = 422) -> Response:
    """The form once more, to begin anew: an answer is good for once."""
    current.db.commit()  # nothing but that the challenge was answered
    form = NewForm(formdata=None, data={"name": made["name"].data})
    form["name"].errors = made["name"].errors
    form.form_errors = made.form_errors
    return _new_page(form, status)


def _added() -> Response:
    flash_message("Đã thêm khoá truy cập; mọi thiết bị khác đã được đăng xuất.",
                  "The passkey is added; every other device is signed out.")
    return back_to("second_factor.home")


@bp.get("/<int:passkey_id>")
@allows("account.manage")
def show(passkey_id: int) -> Response:
    passkey = passkeys.one(current.db, me(), passkey_id)
    return _passkey_page(passkey, NamedForm(obj=passkey), ProofForm())


def _passkey_page(
    passkey: Passkey, naming: Form, removing: Form, status: int = 200
) -> Response:
    return page("account/passkey.html", status, passkey=passkey, naming=naming, removing=removing,
                faulty=removing if removing.errors else naming)


@bp.post("/<int:passkey_id>/rename")
@allows("account.manage")
def rename(passkey_id: int) -> Response:
    form = NamedForm()
    passkey = passkeys.one(current.db, me(), passkey_id)
    with form.taken(lambda status: _passkey_page(passkey, form, ProofForm(formdata=None), status),
                    "name"):
        passkeys.rename(current.db, me(), passkey_id, form.name.data, actor=current.actor,
                        at=current.now)
    flash_message("Đã đổi tên khoá truy cập.", "The passkey is renamed.")
    return back_to("second_factor.home")


@bp.post("/<int:passkey_id>/remove")
@throttle.guessed(throttle.PASSWORDS, by_session=True)
@allows("account.manage")
def remove(passkey_id: int) -> Response:
    """Forget it, and sign out everywhere else: whoever holds the device may have come in by it."""
    form, person = ProofForm(), me()
    passkey = passkeys.one(current.db, person, passkey_id)
    naming = NamedForm(formdata=None, obj=passkey)
    if not proven(form):
        return _passkey_page(passkey, naming, form, 422)
    try:
        _remove(passkey_id)
    except Conflict as error:
        current.db.rollback()
        form.form_errors = [error.message(current.language)]
        return _passkey_page(passkey, naming, form, error.status)
    flash_message("Đã xoá khoá truy cập; mọi thiết bị khác đã được đăng xuất.",
                  "The passkey is removed; every other device is signed out.")
    return back_to("second_factor.home")


def _remove(passkey_id: int) -> None:
    person, row = me(), this_session()
    demanded = demanded_factor.demanded_of(
        current.db, people.actor_of(current.db, person),
        of_staff=current.platform.settings.second_factor == "required",
    )
    passkeys.remove(current.db, person, passkey_id, demanded=demanded, actor=current.actor,
                    at=current.now)
    sessions.revoke_all(current.db, person, actor=current.actor, at=current.now,
                        except_id=row.id if row else None)
