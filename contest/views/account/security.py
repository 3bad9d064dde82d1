"""What was refused lately: an organiser sees their contest's, an administrator everything."""

from flask import Blueprint
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from contest.models import Contest
from contest.services.desk import activity
from contest.services.people import security_log
from contest.views.account import refusals
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.support import allows, current, page

bp = Blueprint("security", __name__)
bp.after_app_request(refusals.note)


@bp.record
def _begin(state: BlueprintSetupState) -> None:
    state.app.extensions["refusals"] = refusals.Waiting(state.app.extensions["hoithi"].db)


@bp.get("/c/<slug>/organiser/security")
@allows("audit.read")
def contest() -> Response:
    return _page("organiser/security.html", current.contest)


@bp.get("/account/security")
@allows("contest.create")
def everything() -> Response:
    return _page("account/security.html", None)


def _page(template: str, of: Contest | None) -> Response:
    found = security_log.listed(current.db, of, number=page_number())
    names = activity.names(current.db, {row.actor for row in found.rows})
    return page(
        template, found=found, pages=neighbours(found), kinds=_kinds(),
        counts=security_log.counts(current.db, of, at=current.now),
        actors={row.actor: names.get(row.actor) or _("Khách") for row in found.rows},
    )


def _kinds() -> dict[str, str]:
    return {
        "sign_in": _("Đăng nhập sai"), "code": _("Mã hoặc liên kết sai"),
        "passkey": _("Khoá truy cập sai"), "copied": _("Khoá truy cập có thể bị sao chép"),
        "forbidden": _("Không có quyền (403)"), "too_many": _("Thử quá nhiều (429)"),
    }
