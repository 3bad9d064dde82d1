"""The contest's Fanpage: connect, check, replace, disconnect; token, Page, app and clock."""

from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length, Regexp

from contest.models import PageConnection
from contest.services.desk import activity
from contest.services.fanpage import (
    connections,
    expiry,
    page_checks,
    page_pause,
    shared_page,
)
from contest.services.fanpage.connections import Credentials
from contest.services.fanpage.expiry import Watched
from contest.views.shared.forms import Form
from contest.views.shared.support import allows, back_to, current, flash_message, page
from social.errors import WrongSetting
from social.values import CheckFinding, PageCheck

bp = Blueprint("page_check", __name__, url_prefix="/c/<slug>/organiser/page-check")
NOBODY = ("Chưa thiết lập Trang.", "No Page is set up.")
# Browsers fill in a kept password in spite of "off"; with "new-password" they do not.
UNKEPT = {"autocomplete": "new-password", "spellcheck": "false"}
LONGEST = 1000  # characters of a token; Meta's have some 200


def _tidy(value: str | None) -> str:
    return (value or "").strip()


class ConnectForm(Form):
    page_id = StringField(
        _l("Số của Trang (ID)"),
        [InputRequired(_l("Hãy nhập số của Trang.")),
         Regexp("[0-9]{1,20}$",
                message=_l("Số của Trang chỉ gồm chữ số, ví dụ 104857600123456."))],
        filters=[_tidy],
        description=_l(
            "Dãy chữ số của Trang. Xem ở Trang › Giới thiệu › Tính minh bạch của Trang."
        ),
        render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": 20},
    )
    token = PasswordField(
        _l("Mã truy cập Trang (Page access token)"),
        [InputRequired(_l("Hãy dán mã truy cập của Trang.")), Length(max=LONGEST),
         Regexp(r"\S+$", message=_l("Mã có khoảng trắng ở giữa. Hãy chép lại nguyên vẹn."))],
        filters=[_tidy],
        description=_l(
            "Dòng chữ dài bắt đầu bằng EAA. Ai có nó thì đăng được lên Trang: đừng gửi qua tin "
            "nhắn. Hệ thống cất kín và không bao giờ hiện lại."
        ),
        render_kw=UNKEPT,
    )
    app_secret = PasswordField(
        _l("Khoá bí mật của ứng dụng (App secret)"),
        [Length(max=LONGEST), Regexp(r"\S*$", message=_l("Khoá có khoảng trắng ở giữa."))],
        filters=[_tidy],
        description=_l(
            "Xem ở developers.facebook.com › Ứng dụng › Cài đặt › Cơ bản. Có nó, mã bị lộ cũng khó "
            "dùng được. Để trống khi thay mã của cùng một Trang: giữ khoá cũ."
        ),
        render_kw=UNKEPT,
    )


@bp.get("")
@allows("organiser.read")
def show() -> Response:
    """The Page in use, and the last check's findings with its time."""
    return _page()


@bp.post("")
@allows("publication.manage")
def run() -> Response:
    """Run the check now; no transaction is open meanwhile."""
    who, at = current.actor, current.now
    fanpage = current.platform.fanpage_of(current.db, current.contest.id)
    current.db.rollback()
    found = _asked(fanpage) if fanpage else _nobody()
    page_checks.keep(current.db, current.contest, found, actor=who, at=at)
    return back_to("page_check.show")


@bp.post("/connection")
@allows("publication.manage")
def connect() -> Response:
    """Connect the contest to its own Page, or replace the token; nothing is kept of a bad one."""
    form, who, at = ConnectForm(), current.actor, current.now
    with form.taken(lambda status: _page(status, form=form)):
        given = _given(form)
        current.db.rollback()
        found = _asked(given)
        row = connections.connect(
            current.db, current.contest, given, found, keys=current.platform.keys, actor=who, at=at
        )
        page_checks.keep(current.db, current.contest, found, actor=who, at=at)
    flash_message(f"Đã kết nối Trang “{row.page_name}”.", f"Connected to “{row.page_name}”.")
    return back_to("page_check.show")


@bp.post("/disconnect")
@allows("publication.manage")
def disconnect() -> Response:
    """Delete the contest's own token and app secret."""
    connections.disconnect(current.db, current.contest, actor=current.actor, at=current.now)
    flash_message("Đã ngắt kết nối; mã truy cập đã bị xoá khỏi hệ thống.",
                  "Disconnected; the token is deleted here.")
    return back_to("page_check.show")


def _given(form: ConnectForm) -> Credentials:
    """What was typed; an empty app secret stands for the stored one of the same Page."""
    stored = connections.of(current.db, current.contest.id)
    secret = form.app_secret.data
    if not secret and stored is not None and stored.page_id == form.page_id.data:
        own = current.platform.fanpage_of(current.db, current.contest.id)
        secret = own.app_secret if own else ""
    return Credentials(form.page_id.data, form.token.data, secret)


def _asked(fanpage: Credentials) -> PageCheck:
    """What Meta answers about these credentials, compared with the rules."""
    try:
        found = current.platform.fanpage_client(fanpage).check_page()
    except WrongSetting as error:
        line = CheckFinding("settings", "fail", str(error), str(error))
        return PageCheck(fanpage.page_id, None, (line,))
    return page_checks.compared(found, current.profile)


def _nobody() -> PageCheck:
    nobody = CheckFinding("settings", "fail", *NOBODY, *page_pause.REMEDIES["no_page"])
    return PageCheck("", None, (nobody,))


def _page(status: int = 200, *, form: ConnectForm | None = None) -> Response:
    row, shared = connections.of(current.db, current.contest.id), current.platform.default_fanpage
    return page(
        "organiser/page_check.html", status, found=page_checks.last(current.db, current.contest),
        titles=titles(), lang=current.language, own=_prepared(row) if row else None,
        shared=shared.page_id if shared else "", shared_token=None if row else _shared(shared),
        form=form or ConnectForm(formdata=None),
    )


def _shared(shared: Credentials | None) -> dict[str, Any] | None:
    """What is known of the installation's Page, where the contest uses it."""
    row = shared_page.used(current.db, current.contest, shared.page if shared else None)
    return {"name": row.page_name, "checked": row.checked_at, **_end(row)} if row else None


def _end(row: Watched) -> dict[str, Any]:
    end = expiry.end_of(row)
    return {
        "end": end, "soon": expiry.soon(row, at=current.now) is not None,
        "over": end is not None and end <= current.now,
    }


def _prepared(row: PageConnection) -> dict[str, Any]:
    return {
        "name": row.page_name, "id": row.page_id, "at": row.created_at, "checked": row.checked_at,
        "by": activity.names(current.db, {row.created_by}).get(row.created_by, row.created_by),
        **_end(row), "secret": bool(row.app_secret),
        "paused": page_pause.pause_of(current.db, current.contest.id) is not None,
    }


def titles() -> dict[str, str]:
    return {
        "settings": _("Thiết lập"), "token_valid": _("Mã truy cập"),
        "token_kind": _("Loại mã"), "token_expiry": _("Hạn của mã"),
        "permissions": _("Quyền"), "target_page": _("Trang đích"),
        "same_page": _("Đúng Trang của thể lệ"),
        "route_videos": _("Đường đăng video"), "route_reels": _("Đường đăng thước phim (Reel)"),
        "app_mode": _("Chế độ ứng dụng"), "clock": _("Đồng hồ"),
    }
