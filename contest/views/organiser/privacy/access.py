"""Who opened what about persons: by person and by entry, a page at a time."""

from flask import Blueprint, request
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from contest.services.desk import activity
from contest.services.privacy import access
from contest.views.organiser import activity_words
from contest.views.shared.numbers import whole
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.privacy import opened
from contest.views.shared.support import allows, current, page

bp = Blueprint("access_log", __name__, url_prefix="/c/<slug>/organiser/privacy/access")
bp.after_app_request(opened.note)


@bp.record
def _begin(state: BlueprintSetupState) -> None:
    state.app.extensions[opened.NAME] = opened.Waiting(state.app.extensions["hoithi"])


@bp.get("")
@allows("privacy.manage")
def listed() -> Response:
    """The openings, the latest first; ``person`` and ``code`` narrow them."""
    person, code = whole(request.args.get("person", "")), request.args.get("code", "").strip()[:16]
    found = access.listed(
        current.db, current.contest, user_id=person, code=code, number=page_number()
    )
    return page(
        "organiser/access_log.html", found=found, pages=neighbours(found), person=person,
        code=code, people=access.people(current.db, current.contest), whats=whats(),
        names=activity.names(current.db, {row.actor for row in found.rows}),
        actors=activity_words, said=subject,
    )


def whats() -> dict[str, str]:
    return {
        "contacts": _("Xem thông tin liên hệ"), "original": _("Tải clip gốc"),
        "export": _("Tải danh sách, kết quả"),
        "signed_form": _("Xem phiếu có chữ ký, tệp kèm phiếu"),
        "evidence": _("Tải minh chứng"), "person": _("Xem dữ liệu của một người"),
    }


def subject(text: str) -> str:
    """What was opened, in words."""
    kind, _colon, which = text.partition(":")
    lists: dict[str, str] = {
        "units": _("danh sách đơn vị"), "entries": _("danh sách bài"), "results": _("kết quả"),
        "reel": _("phim trao giải"),
        "messages": _("tin nhắn chuyển tay"), "reminders": _("thư nhắc"),
    }
    if kind == "list":
        return lists.get(which, which)
    others: dict[str, str] = {
        "unit": _("đơn vị số %(number)s", number=which),
        "request": _("yêu cầu số %(number)s", number=which),
        "evidence": _("tệp %(hash)s", hash=which[:12]),
    }
    return others.get(kind, which)
