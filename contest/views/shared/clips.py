"""Parts of a clip's page shared by several rooms: files, time codes, rules and repairs in words."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from contest.models import ClipVersion, Submission
from contest.services.entry import repairs
from contest.views.shared.support import current


def time_code(seconds: float) -> str:
    """``75.4`` (seconds) -> ``1:15``, as players show it."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"


def address(submission: Submission, version: ClipVersion, kind: str) -> str:
    """The URL of a version's file."""
    return url_for(
        "media.file", slug=current.contest.slug, code=submission.code, number=version.number,
        kind=kind,
    )


def rule_names() -> dict[str, str]:
    """media_checks' rule ids -> their names for people."""
    return {
        "duration": _("Thời lượng"), "aspect_ratio": _("Tỉ lệ khung hình"),
        "resolution": _("Độ phân giải"), "audio_present": _("Có âm thanh"),
        "audio_silent": _("Âm thanh không bị tắt"), "audio_level": _("Độ lớn âm thanh"),
        "audio_clipping": _("Âm thanh không vỡ tiếng"), "audio_noise": _("Tạp âm"),
        "black": _("Đoạn hình đen"), "frozen": _("Đoạn hình đứng"),
        "borders": _("Viền đen quanh hình"), "intact": _("Tệp nguyên vẹn"),
        "container": _("Định dạng tệp"), "frame_rate": _("Số hình mỗi giây"),
        "bitrate": _("Tốc độ bit"), "codec": _("Chuẩn nén"), "audio_hum": _("Tiếng ù điện"),
        "audio_mono": _("Âm thanh mono"), "audio_one_sided": _("Tiếng một bên"),
        "audio_antiphase": _("Hai kênh ngược pha"),
    }


def of_version(submission: Submission) -> dict[str, Any] | None:
    """How the platform repaired the current clip; None if it did not."""
    repair = repairs.made_by_us(current.db, submission).get(submission.version_id or 0)
    return {"number": repair.version.number, "done": described(repair.recipe)} if repair else None


def described(recipe: dict[str, Any]) -> list[str]:
    """A repair's recipe in words, one text for each step."""
    found = []
    if crop := recipe.get("crop"):
        size, frame = f"{crop[2]}×{crop[3]}", "×".join(map(str, recipe["frame"]))
        if recipe["scale"] == recipe["frame"]:
            found.append(_("Lấy phần hình %(size)s, xuất ở %(frame)s", size=size, frame=frame))
        else:
            found.append(_("Đặt trọn hình %(size)s vào khung %(frame)s", size=size, frame=frame))
    if seconds := recipe.get("seconds"):
        start = recipe.get("start", 0.0)
        found.append(_("Giữ đoạn %(start)s–%(end)s", start=time_code(start),
                       end=time_code(start + seconds)))  # fmt: skip
    if (gain := recipe.get("gain")) is not None:
        found.append(_("Tăng âm lượng %(gain)s dB, chặn đỉnh để không vỡ tiếng", gain=_number(gain))
                     if gain > 0 else _("Giảm âm lượng %(gain)s dB", gain=_number(-gain)))
    return found


def _number(value: float) -> str:
    text = f"{value:.1f}"
    return text.replace(".", ",") if current.language == "vi" else text
