"""What kinds of data, periods and reasons are called on screens."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from contest.profile import Profile
from contest.services.privacy.retention import kinds

KINDS = {
    "rejected_clips": _l("Clip bị loại hoặc đã rút"),
    "originals": _l("Clip gốc và bản xem"),
    "ledgers": _l("Sổ chia sẻ, tệp số liệu và tài khoản trong đó"),
    "screenshots": _l("Ảnh chụp, phim quay màn hình làm bằng chứng"),
    "signed_forms": _l("Ảnh phiếu dự thi có chữ ký, tệp kèm phiếu"),
    "mails": _l("Thư đã gửi"),
    "logs": _l("Nhật ký truy cập, lần bị từ chối, phiên của đơn vị"),
    "requests": _l("Yêu cầu về dữ liệu cá nhân đã kết thúc"),
    "removal_proofs": _l("Bằng chứng đã gỡ bài đăng khỏi Fanpage"),
}
KEPT = {
    "hold": _l("được giữ lại có lý do"),
    "request": _l("đang có yêu cầu về dữ liệu cá nhân"),
    "asked": _l("đang chờ quyết định về bài"),
    "result": _l("kết quả chưa công bố"),
}


def after(event: str, days: int) -> str:
    """``30 ngày sau khi trao giải``."""
    length = ngettext("%(num)s ngày", "%(num)s ngày", days)
    said: dict[str, str] = {
        "left": _("%(length)s sau khi bài rời hội thi", length=length),
        "awards": _("%(length)s sau khi trao giải", length=length),
        "sent": _("%(length)s sau khi gửi", length=length),
        "happened": _("%(length)s sau khi xảy ra", length=length),
        "ended": _("%(length)s sau khi yêu cầu kết thúc", length=length),
        "kept": _("%(length)s sau khi được lưu", length=length),
    }
    return said[event]


def periods(profile: Profile) -> list[tuple[str, str]]:
    """What the rules promise: each kind that has a period, and the period."""
    return [
        (str(KINDS[kind]), after(kinds.KINDS[kind], int(getattr(profile.retention, kind))))
        for kind in kinds.named(profile)
    ]
