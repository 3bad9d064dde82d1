"""First-time hints on the main screens: at most three, gone when dismissed, back on request.

Which of them a person has dismissed is kept in their browser, in a cookie that names the screen and
the person: nothing is stored here, and two people at one browser have their own.
"""

from flask import Blueprint, redirect, request
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from contest.errors import Invalid
from contest.views.shared.forms import Form
from contest.views.shared.returning import safe_path
from contest.views.shared.site.wording import kind_now
from contest.views.shared.support import allows, cookie_name, current, staff, unit

bp = Blueprint("hints", __name__)
COOKIE, A_YEAR = "hints", 365 * 24 * 3600  # seconds
MOST = 40  # people times screens in one browser; the oldest go
PLAYED = _l("Bấm vào một phát hiện của máy để xem đúng đoạn đó trong clip.")  # where one plays
HINTS = {
    "unit": (
        _l("Điền phiếu trước, rồi gửi clip; mất mạng giữa chừng thì mở lại trang là gửi tiếp."),
        _l("Gửi xong, hệ thống kiểm tra ngay và báo ở đây nếu clip cần sửa."),
        _l("Muốn đổi clip trước hạn, mở bài dự thi rồi gửi bản mới; bản gửi sau thay bản trước."),
    ),
    "review": (
        _l("Bấm “Thẩm định clip tiếp theo” để nhận clip chờ lâu nhất."),
        _l("Trên máy tính, mở “Phím tắt” ở trang của clip để xem nhanh tay hơn."),
        PLAYED,
    ),
    "jury": (
        _l("Điểm được lưu ngay khi bạn nhập, kể cả lúc mất mạng."),
        _l("Chấm xong một clip, bấm “Nộp phiếu”; trước khi khoá vòng chấm vẫn mở lại được."),
        _l("Clip của đơn vị mình thì chọn “Từ chối chấm”; clip đó không tính phiếu của bạn."),
    ),
    "organiser": (
        _l("“Cần làm ngay” xếp việc gấp nhất lên đầu; bấm nút bên phải là đến đúng chỗ."),
        _l("In mã QR cho các đơn vị ở mục Đơn vị, rồi gửi qua Zalo hoặc phát tại chỗ."),
        _l("Muốn dời một mốc thời gian, bấm “Dời lịch…” ở mục Thể lệ; việc đã hẹn tự dời theo."),
    ),
}


class HintForm(Form):
    """A screen whose hints go, or come back."""

    room = SelectField(choices=[SelectChoice(room, room) for room in HINTS])
    act = SelectField(choices=[SelectChoice("hide", "hide"), SelectChoice("show", "show")])
    next = HiddenField()


def _of(room: str) -> str:
    """The screen and whose hints they are: one browser may be a unit's and a juror's."""
    actor = unit() if room == "unit" else staff()
    return f"{room}-{actor.id or 0}"


def _dismissed() -> list[str]:
    return [one for one in request.cookies.get(cookie_name(COOKIE), "").split(".") if one]


@bp.app_template_global("hints_of")
def hints_of(room: str) -> tuple[str, ...]:
    """The hints of a screen; none where this person has dismissed them."""
    if _of(room) in _dismissed():
        return ()
    return tuple(str(one) for one in HINTS[room] if one is not PLAYED or kind_now() == "clip")


@bp.post("/hints")
@allows("public.read")
def choose() -> Response:
    """Dismiss a screen's hints, or have them back."""
    form = HintForm()
    if not form.validate_on_submit():
        raise Invalid("Không có gợi ý như vậy. Hãy tải lại trang.",
                      "There are no such hints. Reload the page.")
    mine = _of(form.room.data)
    kept = [one for one in _dismissed() if one != mine]
    if form.act.data == "hide":
        kept.append(mine)
    response = redirect(safe_path(form.next.data or "") or "/", 303)
    response.set_cookie(
        cookie_name(COOKIE), ".".join(kept[-MOST:]), max_age=A_YEAR, samesite="Lax", httponly=True,
        secure=current.platform.settings.https,
    )
    return response
