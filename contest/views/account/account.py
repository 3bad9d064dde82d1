"""A person's own account: signing in and out, password, sessions.

**A session's last use.** Sessions end after two hours without use, so uses are recorded, at most
every five minutes. That is bookkeeping, like a line in an access log; nothing visible to a person
changes. For GET, whose session is read-only, it is a short transaction of its own; for POST it is
part of the request's (on SQLite two writers in one request would deadlock).
"""

import contextlib

from flask import Blueprint, g, redirect, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from contest.clock import SystemClock
from contest.errors import Gone, Invalid
from contest.models import StaffSession, User
from contest.services.core import profiles
from contest.services.people import people, second_factor, sessions
from contest.services.people import sign_in as signing_in
from contest.views.account import devices
from contest.views.shared import returning, throttle
from contest.views.shared.addresses import place_of
from contest.views.shared.browsers import browser_name
from contest.views.shared.forms import Form, refused
from contest.views.shared.support import (
    SAFE,
    STAFF_COOKIE,
    allows,
    back_to,
    clear_cookie,
    current,
    flash_message,
    forget_device,
    page,
    set_cookie,
    staff_session,
    staff_token,
)

bp = Blueprint("account", __name__, url_prefix="/account")
# Wrong answers for one account in an hour, before the account's own wait is for them, too: of a
# browser that is known to it, and of an address.
OWN_FAILURES, PLACE_FAILURES = 20, signing_in.FREE_ATTEMPTS
ROOMS = {"organiser": "organiser.desk", "reviewer": "reviews.queue", "juror": "jury.clips"}


# ---------------------------------------------------------------------------- the session


@bp.before_app_request
def _note_use() -> None:
    token = staff_token()
    if not token or request.endpoint == "basics.static":
        return
    row = staff_session()
    if row is None or not sessions.is_unseen(row, at=current.now):
        return
    if request.method not in SAFE:
        sessions.seen(current.db, row.id, at=current.now)
        return
    g.renewed = token if row.kept else ""
    # A busy database must not delay a page.
    with contextlib.suppress(OperationalError), current.platform.db.write() as session:
        sessions.seen(session, row.id, at=current.now)


@bp.after_app_request
def _renew(response: Response) -> Response:
    """The cookie of a kept device lives as long as its session, which was renewed just now."""
    if token := g.pop("renewed", ""):
        set_cookie(response, STAFF_COOKIE, token, max_age=int(sessions.KEPT.total_seconds()))
    return response


def this_browser() -> signing_in.Browser:
    agent = request.user_agent.string
    return signing_in.Browser(agent, request.remote_addr or "", browser_name(agent))


def this_session() -> StaffSession | None:
    """This browser's session, complete or not."""
    token = staff_token()
    return people.session_of_token(current.db, token, at=current.now) if token else None


def me() -> User:
    return current.db.get_one(User, current.actor.id)


def enter(token: str) -> Response:
    """Set the new session's cookie and redirect to the requested page, else to the person's own
    pages; a session that still lacks the second factor goes to its form first."""
    row, asked = people.session_of_token(current.db, token, at=current.now), returning.wanted()
    if row is not None and people.owes_second_factor(row):
        response = back_to("account.second_step", next=asked or None)
    else:
        response = redirect(asked or _own_room(row), 303)
    life = sessions.life_of(row) if row else sessions.LIFE
    set_cookie(response, STAFF_COOKIE, token, max_age=int(life.total_seconds()))
    if row is not None and not people.owes_second_factor(row):
        devices.remember(response, row.user_id)
    return response


def _own_room(row: StaffSession | None) -> str:
    """The page of a person's only role in one contest (most jurors'), else the account page."""
    only = people.only_role(current.db, row.user) if row else None
    return url_for(ROOMS[only[0]], slug=only[1].slug) if only else url_for("account.home")


def leave_old_session() -> None:
    if token := staff_token():
        sessions.end(current.db, token, actor=current.actor, at=current.now)


# ---------------------------------------------------------------------------- signing in


class SignInForm(Form):
    email = StringField(
        _l("Email"), [InputRequired()],
        render_kw={"type": "email", "autocomplete": "email", "autocapitalize": "none"},
    )
    password = PasswordField(
        _l("Mật khẩu"), [InputRequired()], render_kw={"autocomplete": "current-password"}
    )


@bp.get("/sign-in")
@allows("account.sign_in")
def sign_in() -> Response:
    if current.actor.kind == "user":
        return back_to("account.home")
    return page("account/sign_in.html", form=SignInForm(), next=returning.wanted())


@bp.post("/sign-in")
@throttle.guessed(throttle.PASSWORDS)
@allows("account.sign_in")
def send_sign_in() -> Response:
    form = SignInForm()
    if not form.validate():
        return page("account/sign_in.html", 422, form=form, next=returning.wanted())
    attempt = _try_password(form.email.data, form.password.data)
    token = signing_in.sign_in(current.db, attempt, browser=this_browser(), at=current.now)
    if token:
        give_back(attempt.user_id)
        leave_old_session()
        return enter(token)
    current.db.commit()  # the failure is recorded although the answer is a refusal
    form.form_errors.append(_l(
        "Email hoặc mật khẩu chưa đúng. Nếu đã thử nhiều lần, hãy đợi vài phút rồi thử lại."
    ))
    return page("account/sign_in.html", 422, form=form, next=returning.wanted())


def _try_password(email: str, password: str) -> signing_in.Attempt:
    """Count the attempt, then judge it; neither holds a lock while a password is hashed."""
    current.db.rollback()  # only a session's last use was noted; SQLite has one writer
    with current.platform.db.write() as session:
        reserved = signing_in.reserve(session, email, counted=count_attempt, at=current.now)
    with current.platform.db.read() as session:
        return signing_in.try_password(
            session, email, password, at=current.now, reserved=reserved
        )


def count_attempt(user_id: int | None) -> signing_in.Origin:
    """Count a failure in advance, for this browser where it is known to the account, else for this
    place; ``give_back`` gives it back."""
    known = bool(devices.known_as(user_id))
    free = throttle.count_failure(*_place(user_id)) <= (OWN_FAILURES if known else PLACE_FAILURES)
    return signing_in.Origin(known=known and free, fresh=free)


def give_back(user_id: int | None) -> None:
    throttle.count_failure(*_place(user_id), amount=-1)


def _place(user_id: int | None) -> tuple[str, ...]:
    if name := devices.known_as(user_id):
        return "device", name
    return "account", str(user_id), place_of(request.remote_addr or "")


class CodeForm(Form):
    code = StringField(
        _l("Mã xác thực"), [InputRequired()],
        render_kw={"autocomplete": "one-time-code", "inputmode": "text", "autocapitalize": "none"},
    )


@bp.get("/sign-in/code")
@allows("account.sign_in")
def second_step() -> Response:
    row = this_session()
    if row is None or not people.owes_second_factor(row):
        return back_to("account.sign_in")
    return second_step_page(row.user, CodeForm())


def second_step_page(person: User, form: Form, status: int = 200) -> Response:
    """The form for a code, and for a passkey where the person has one."""
    return page("account/second_step.html", status, form=form, me=person, next=returning.wanted())


@bp.post("/sign-in/code")
@throttle.guessed(throttle.PASSWORDS)
@allows("account.sign_in")
def send_second_step() -> Response:
    row, form = this_session(), CodeForm()
    if row is None or not people.owes_second_factor(row):
        return back_to("account.sign_in")
    if not form.validate():
        return second_step_page(row.user, form, 422)
    token = signing_in.complete(
        current.db, row, form.code.data, browser=this_browser(), at=current.now,
        wall=SystemClock().now(),
        keys=current.platform.keys, counted=count_attempt,
    )
    if token:
        give_back(row.user_id)
        return enter(token)
    current.db.commit()  # the failure is recorded although the answer is a refusal
    refused(form, "code", second_factor.wrong_code())
    return second_step_page(row.user, form, 422)


@bp.post("/sign-out")
@allows("account.sign_in")
def sign_out() -> Response:
    leave_old_session()
    response = redirect(url_for("public.home"), 303)
    clear_cookie(response, STAFF_COOKIE)
    forget_device(response)
    return response


# ---------------------------------------------------------------------------- one-use links


class LinkForm(Form):
    """The token, filled in from the URL's fragment by a script, or pasted."""

    token = StringField(_l("Mã trong liên kết (phần sau dấu #)"), [InputRequired()],
                        render_kw={"autocomplete": "off", "data-fragment": ""})


class InvitationForm(LinkForm):
    password = PasswordField(
        _l("Mật khẩu mới"), [InputRequired()], render_kw={"autocomplete": "new-password"},
        description=_l("Ít nhất 12 ký tự. Dễ nhớ nhất là một câu gồm vài từ không liên quan."),
    )


@bp.get("/invitation")
@allows("account.sign_in")
def invitation() -> Response:
    """The form to set a password; the link's token never reaches the server by GET."""
    return page("account/invitation.html", form=InvitationForm())


@bp.post("/invitation")
@throttle.guessed(throttle.PASSWORDS)
@allows("account.sign_in")
def send_invitation() -> Response:
    form = InvitationForm()
    if not form.validate():
        return page("account/invitation.html", 422, form=form)
    try:
        token = signing_in.set_first_password(
            current.db, form.token.data, form.password.data, browser=this_browser(), at=current.now
        )
    except Invalid as error:
        refused(form, "password", error)
        return page("account/invitation.html", 422, form=form)
    flash_message("Đã đặt mật khẩu. Bạn đã đăng nhập.", "Your password is set. You are signed in.")
    return enter(token)


@bp.get("/link")
@allows("account.sign_in")
def link() -> Response:
    """One-time sign-in by a link, mostly for jurors by QR code."""
    return page("account/link.html", form=LinkForm())


@bp.post("/link")
@throttle.guessed(throttle.PASSWORDS)
@allows("account.sign_in")
def send_link() -> Response:
    form = LinkForm()
    if not form.validate():
        return page("account/link.html", 422, form=form)
    try:
        token = signing_in.by_link(
            current.db, form.token.data, browser=this_browser(), at=current.now
        )
        return enter(token)
    except Gone as error:
        refused(form, "token", error)
        return page("account/link.html", error.status, form=form)


# ---------------------------------------------------------------------------- my account


@bp.get("/")
@allows("account.manage")
def home() -> Response:
    person, row = me(), this_session()
    held = [(c, profiles.profile_of(c), sorted(current.actor.roles[c.id]))
            for c in profiles.all_contests(current.db) if c.id in current.actor.roles]
    live = sessions.live(current.db, person, at=current.now, idle=people.IDLE)
    return page(
        "account/home.html", me=person, here=row.id if row else 0, held=held,
        sessions=[(s, browser_name(s.agent)) for s in live if not people.owes_second_factor(s)],
    )


@bp.post("/sessions/<int:session_id>/revoke")
@allows("account.manage")
def revoke(session_id: int) -> Response:
    if sessions.revoke(current.db, me(), session_id, actor=current.actor, at=current.now):
        flash_message("Đã đăng xuất thiết bị đó.", "That device is signed out.")
    return back_to("account.home")


@bp.post("/sessions/revoke-others")
@allows("account.manage")
def revoke_others() -> Response:
    row = this_session()
    count = sessions.revoke_all(
        current.db, me(), actor=current.actor, at=current.now, except_id=row.id if row else None
    )
    flash_message(f"Đã đăng xuất {count} thiết bị khác.", f"Other devices signed out: {count}.")
    return back_to("account.home")


class PasswordForm(Form):
    old = PasswordField(_l("Mật khẩu hiện tại"), render_kw={"autocomplete": "current-password"})
    new = PasswordField(
        _l("Mật khẩu mới"), [InputRequired()], render_kw={"autocomplete": "new-password"},
        description=_l("Ít nhất 12 ký tự. Dễ nhớ nhất là một câu gồm vài từ không liên quan."),
    )


@bp.get("/password")
@allows("account.manage")
def password() -> Response:
    return page("account/password.html", form=PasswordForm(), me=me())


@bp.post("/password")
@throttle.guessed(throttle.PASSWORDS, by_session=True)
@allows("account.manage")
def send_password() -> Response:
    form = PasswordForm()
    if not form.validate():
        return page("account/password.html", 422, form=form, me=me())
    if not me().password_hash and not me().second_factor_on:
        sessions.require_recent(this_session(), at=current.now)
    try:
        token = signing_in.change_password(
            current.db, me(), old=form.old.data or "", new=form.new.data, browser=this_browser(),
            actor=current.actor, at=current.now, second_factor_given=current.actor.second_factor,
        )
    except Invalid as error:
        refused(form, error.data.get("field", "new"), error)
        return page("account/password.html", 422, form=form, me=me())
    flash_message("Đã đổi mật khẩu; mọi thiết bị khác đã được đăng xuất.",
         "The password is changed; every other device is signed out.")
    return enter(token)
