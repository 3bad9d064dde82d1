"""The contest's addresses to hand on: each to copy, and as a QR code."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from contest.services.desk import agenda
from contest.views.shared.qr import qr_svg
from contest.views.shared.support import allows, current, page

bp = Blueprint("links", __name__, url_prefix="/c/<slug>/organiser/links")


@bp.get("")
@allows("organiser.read")
def listed() -> Response:
    """Pages, cards, the calendar, what goes into other sites."""
    shown = [{"title": title, "note": note, "address": address,
              "qr": qr_svg(address, _("Mã QR: %(what)s", what=title))}
             for title, note, address in _links()]
    published = agenda.newest_result(current.db, current.contest) == "published"
    frame = f'<iframe src="{_full("published.embed")}" width="100%" height="480"></iframe>'
    return page("organiser/links.html", links=shown, published=published, frame=frame)


def _links() -> Iterator[tuple[str, str, str]]:
    """(title, what it is for, address)."""
    spoken = current.language
    yield _("Trang hội thi"), _("Thể lệ, thời hạn, clip đã đăng."), _full("public.contest")
    yield (_("Nơi đơn vị vào gửi clip"), _("Đơn vị nhập mã của mình ở đây; dùng cho áp phích."),
           _full("entrance.enter"))
    yield _("Thể lệ"), _("Bản đang có hiệu lực."), _full("public.rules")
    yield (_("Kết quả"), _("Trước khi công bố, trang này nói khi nào có kết quả."),
           _full("published.results"))
    yield (_("Trang trao giải"), _("Mở trên màn hình lớn, từng giải một."),
           _full("published.ceremony"))
    yield (_("Tự kiểm tra kết quả"), _("Ai cũng tính lại được kết quả từ gói minh chứng."),
           _full("published.verify"))
    yield (_("Bảng kết quả để nhúng"), _("Cho trang web khác."), _full("published.embed"))
    yield (_("Clip dự thi"), _("Các clip đã đăng, tìm được theo tên và đơn vị."),
           _full("public.clips"))
    yield _("Lịch"), _("Thêm các mốc vào lịch của điện thoại."), _full("public.calendar_file")
    yield (_("Thẻ chia sẻ của hội thi"), _("Ảnh để đăng lên Facebook, Zalo."),
           _full("share_cards.contest", spoken=spoken))
    yield (_("Thẻ chia sẻ kết quả"), _("Có sau khi công bố."),
           _full("share_cards.result", spoken=spoken))


def _full(endpoint: str, **values: Any) -> str:
    base = current.platform.settings.base_url
    return base + url_for(endpoint, slug=current.contest.slug, **values)
