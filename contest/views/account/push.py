"""Notices on this device by web push, for staff and for units; the worker that shows them."""

from flask import Blueprint, redirect, send_from_directory, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField
from wtforms.validators import InputRequired, Length

from contest.errors import Busy, Conflict, Invalid
from contest.models import Unit
from contest.ports import PushAway, PushRefused
from contest.ready_pages import STATIC
from contest.services.core import push
from contest.services.messages import chats
from contest.services.people import people
from contest.services.units import units
from contest.views.shared.forms import Form
from contest.views.shared.support import allows, current, page, staff_token, unit_token

bp = Blueprint("push", __name__)
WORKER = "push_worker"


class BrowserForm(Form):
    """What a browser says of its subscription."""

    endpoint = HiddenField(validators=[InputRequired(), Length(max=1000)])
    browser_key = HiddenField(validators=[InputRequired(), Length(max=100)])
    auth = HiddenField(validators=[InputRequired(), Length(max=40)])


class EndpointForm(Form):
    """The subscription that ends."""

    endpoint = HiddenField(validators=[InputRequired(), Length(max=1000)])


@bp.get("/push/worker.js")
@allows("public.read")
def worker() -> Response:
    """The script that shows notices; at this address it looks at no page of ours."""
    [file] = STATIC.glob(f"{WORKER}-*.js")
    response = send_from_directory(STATIC, file.name, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/account/push")
@allows("account.manage")
def staff() -> Response:
    """Turn notices on or off on this device."""
    return _page("staff", url_for("account.home"))


@bp.get("/c/<slug>/unit/push")
@allows("entry.read", by="unit")
def unit() -> Response:
    """The same for a unit's device."""
    return _page("unit", url_for("unit.home", slug=current.contest.slug))


def _page(who: str, back: str, code: str = "") -> Response:
    return page(
        "account/push.html", back=back,
        to={act: url_for(f"push.{act}_{who}") for act in ("subscribe", "forget", "link", "unlink")},
        form=FlaskForm(), code=code,
        key=current.platform.pusher.public, bot=current.platform.telegram is not None,
        bot_name=_bot_name() if code else "", chats=chats.linked(current.db, current.actor),
    )


def _bot_name() -> str:
    bot = current.platform.telegram
    try:
        return bot.name() if bot else ""
    except (PushAway, PushRefused):
        raise Busy(
            "Telegram chưa trả lời. Hãy thử lại sau ít phút; email vẫn gửi như thường.",
            "Telegram does not answer. Try again in a few minutes; mails go out as always.",
        ) from None


@bp.post("/push/staff/telegram")
@allows("push.subscribe")
def link_staff() -> Response:
    """A code to write to the bot, shown once."""
    return _page("staff", url_for("account.home"), _code(_staff_session()))


@bp.post("/push/unit/telegram")
@allows("push.subscribe", by="unit")
def link_unit() -> Response:
    """The same for a unit."""
    return _page("unit", _unit_home(), _code(_unit_session()))


def _code(session_id: int) -> str:
    if current.platform.telegram is None:
        raise Conflict(
            "Hệ thống này chưa nối với Telegram. Hãy dùng thông báo trên máy hoặc email.",
            "This installation has no Telegram bot. Use notices on the device or mail.",
        )
    return chats.begin(current.db, session_id=session_id, language=current.language,
                       actor=current.actor, at=current.now)


@bp.post("/push/staff/telegram/unlink")
@allows("push.subscribe")
def unlink_staff() -> Response:
    """Tell the person in no chat any more."""
    chats.unlink(current.db, actor=current.actor)
    return redirect(url_for("push.staff"), 303)


@bp.post("/push/unit/telegram/unlink")
@allows("push.subscribe", by="unit")
def unlink_unit() -> Response:
    """The same for a unit."""
    chats.unlink(current.db, actor=current.actor)
    return redirect(_unit_home(), 303)


def _unit_home() -> str:
    unit = current.db.get_one(Unit, current.actor.unit_id)
    return url_for("unit.home", slug=unit.contest.slug)


def _staff_session() -> int:
    row = people.session_of_token(current.db, staff_token(), at=current.now)
    assert row is not None  # noqa: S101 - the actor was found by it
    return row.id


def _unit_session() -> int:
    row = units.session_of_token(current.db, unit_token(), at=current.now)
    assert row is not None  # noqa: S101 - as above
    return row.id


@bp.post("/push/staff")
@allows("push.subscribe")
def subscribe_staff() -> Response:
    """Tell this browser of the person from now on."""
    return _subscribe(_staff_session())


@bp.post("/push/unit")
@allows("push.subscribe", by="unit")
def subscribe_unit() -> Response:
    """Tell this browser of the unit from now on."""
    return _subscribe(_unit_session())


def _subscribe(session_id: int) -> Response:
    form = BrowserForm()
    if not form.validate_on_submit():
        raise _unreadable()
    push.subscribe(
        current.db, form.endpoint.data, form.browser_key.data, form.auth.data,
        session_id=session_id, language=current.language, actor=current.actor, at=current.now,
    )
    return Response(status=204)


@bp.post("/push/staff/forget")
@allows("push.subscribe")
def forget_staff() -> Response:
    """Tell this browser no more."""
    return _forget()


@bp.post("/push/unit/forget")
@allows("push.subscribe", by="unit")
def forget_unit() -> Response:
    """The same for a unit."""
    return _forget()


def _forget() -> Response:
    form = EndpointForm()
    if not form.validate_on_submit():
        raise _unreadable()
    push.forget(current.db, form.endpoint.data, actor=current.actor)
    return Response(status=204)


def _unreadable() -> Invalid:
    return Invalid("Trình duyệt gửi thiếu thông tin đăng ký. Hãy tải lại trang rồi thử lại.",
                   "The browser's subscription is incomplete. Reload the page and try again.")
