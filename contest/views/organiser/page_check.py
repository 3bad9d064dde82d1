"""The onboarding check: token, Page, app and clock, with a remedy for each finding."""

from flask import Blueprint
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from contest.services.fanpage import page_checks, page_pause
from contest.views.shared.support import allows, back_to, current, page
from social.errors import WrongSetting
from social.values import CheckFinding, PageCheck

bp = Blueprint("page_check", __name__, url_prefix="/c/<slug>/organiser/page-check")


@bp.get("")
@allows("organiser.read")
def show() -> Response:
    """The last check's findings, with its time."""
    found = page_checks.last(current.db, current.contest)
    return page("organiser/page_check.html", found=found, titles=titles(), lang=current.language)


@bp.post("")
@allows("publication.manage")
def run() -> Response:
    """Run the check now; no transaction is open meanwhile."""
    who, at = current.actor, current.now
    current.db.rollback()
    found = _asked()
    page_checks.keep(current.db, current.contest, found, actor=who, at=at)
    return back_to("page_check.show")


def _asked() -> PageCheck:
    page_id = current.platform.settings.page_id
    try:
        client = current.platform.page()
    except WrongSetting as error:
        return PageCheck(page_id, None, (CheckFinding("settings", "fail", str(error), str(error)),))
    if client is None:
        nobody = CheckFinding("settings", "fail", *NOBODY, *page_pause.REMEDIES["no_page"])
        return PageCheck(page_id, None, (nobody,))
    return client.check_page()


NOBODY = ("Chưa thiết lập Trang.", "No Page is set up.")


def titles() -> dict[str, str]:
    return {
        "settings": _("Thiết lập"), "token_valid": _("Mã truy cập"),
        "token_kind": _("Loại mã"), "token_expiry": _("Hạn của mã"),
        "permissions": _("Quyền"), "target_page": _("Trang đích"),
        "route_videos": _("Đường đăng video"), "route_reels": _("Đường đăng thước phim (Reel)"),
        "app_mode": _("Chế độ ứng dụng"), "clock": _("Đồng hồ"),
    }
