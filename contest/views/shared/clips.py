"""Parts of a clip's page shared by several rooms: files, time codes, rules and repairs in words."""

import re
from collections.abc import Callable
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape

from contest.models import Check, ClipVersion, Submission
from contest.services.entry import repairs
from contest.views.shared.support import current
from media_checks.rules.titles import OF_FILES


def time_code(seconds: float) -> str:
    """``75.4`` (seconds) -> ``1:15``, as players show it."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"


def clip_seconds(check: Check | None) -> float | None:
    """The clip's duration in seconds as viewed, from its check; None if unknown."""
    facts = check.report.get("facts", {}) if check else {}
    video = facts.get("video") or facts
    return video.get("duration_s")


CODE = re.compile(r"(?<![\d:])(\d{1,2}):([0-5]\d)(?![\d:])")


def coder(src: str, seconds: float | None) -> Callable[[str], Markup]:
    """Makes links of the time codes in a text ("1:23"), to that moment of the clip at ``src``. What
    lies beyond its ``seconds`` is a time of day and stays as it is, as all does without a clip."""

    def coded(text: str) -> Markup:
        found, end = Markup(), 0
        for match in CODE.finditer(text) if src else ():
            at = 60 * int(match[1]) + int(match[2])
            if at <= (seconds or 0):
                found += escape(text[end : match.start()]) + _moment(src, at, match[0])
                end = match.end()
        return found + escape(text[end:])

    return coded


def _moment(src: str, at: int, code: str) -> Markup:
    return Markup('<a class="seek" href="{0}#t={1}" data-seek="{1}">{2}</a>').format(src, at, code)


def address(
    submission: Submission, version: ClipVersion, kind: str, *, w: int | None = None
) -> str:
    """The URL of a version's file; ``w``: a still frame only so many pixels wide."""
    return url_for(
        "media.file", slug=current.contest.slug, code=submission.code, number=version.number,
        kind=kind, w=w,
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
    } | {rule: getattr(said, current.language) for rule, said in OF_FILES.items()}


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
