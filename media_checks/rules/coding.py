"""Rules about how the picture is stored: frame rate, bit rate, codec. Advice more than law."""

from __future__ import annotations

from ..coding_names import one_of, plain_name, plain_names, preferred
from ..probing.allowed import AUDIO_CODECS, VIDEO_CODECS, takes
from ..probing.facts import Facts
from ..words import NOTHING, Text, beside, exact, same
from .kinds import Judgement, Limit, Limits, Rule

KILO = 1000
USUAL_FPS, USUAL_MBPS = 30, 15


def _frame_rate(facts: Facts, limits: Limits) -> Judgement:
    """Frames shown divided by the time they cover, so a stretched clip or a slide show is low."""
    rate, low, high = facts.video.frame_rate, limits["min_fps"], limits["max_fps"]
    shown, range_ = beside(rate, low, high, 1), _range(low, high)
    message = Text(
        f"Clip có {shown.vi} hình mỗi giây; nên {range_.vi}.",
        f"The clip shows {shown.en} {'frame' if shown.en == '1' else 'frames'} a second; "
        f"{range_.en} is wanted.",
    )
    remedy = NOTHING
    if not low <= rate <= high:
        best = exact(min(max(USUAL_FPS, low), high))
        remedy = Text(
            f"Khi xuất, hãy chọn {best.vi} hình mỗi giây ({best.vi} fps).",
            f"Choose {best.en} fps when exporting.",
        )
    return Judgement(
        remedy == NOTHING, rate, {"min_fps": low, "max_fps": high}, message, remedy,
        Text(f"{shown.vi} hình/giây", f"{shown.en} fps"),
        Text(f"{range_.vi} hình/giây", f"{range_.en} fps"),
    )  # fmt: skip


def _range(low: float, high: float) -> Text:
    least, most = exact(low), exact(high)
    if low == high:
        return Text(f"đúng {most.vi}", f"exactly {most.en}")
    return Text(f"từ {least.vi} đến {most.vi}", f"{least.en} to {most.en}")


def _bitrate(facts: Facts, limits: Limits) -> Judgement:
    """Told in megabits a second (Mbps), as apps name the setting."""
    rate, low, high = facts.video.bit_rate / KILO, limits["min_kbps"], limits["max_kbps"]
    shown = beside(rate / KILO, low / KILO, high / KILO, 1)
    range_ = _range(low / KILO, high / KILO)
    message = Text(
        f"Mỗi giây hình có {shown.vi} triệu bit dữ liệu (Mbps); nên {range_.vi}.",
        f"A second of the picture has {shown.en} million bits of data (Mbps); {range_.en} is "
        "wanted.",
    )
    remedy = NOTHING
    if rate < low:
        remedy = Text(
            "Hình có thể bị vỡ khối. Hãy xuất lại từ bản dựng gốc với chất lượng cao; đừng gửi "
            "bản đã qua Zalo hay Messenger.",
            "The picture may be blocky. Export the original edit at high quality; do not send a "
            "copy that went through a messenger.",
        )
    elif rate > high:
        most = exact(min(max(low / KILO, USUAL_MBPS), high / KILO))
        remedy = Text(
            f"Khi xuất, hãy chọn chất lượng thấp hơn một bậc (khoảng {most.vi} Mbps).",
            f"Choose a lower quality when exporting (about {most.en} Mbps).",
        )
    return Judgement(
        remedy == NOTHING, round(rate), {"min_kbps": low, "max_kbps": high}, message, remedy,
        Text(f"{shown.vi} Mbps", f"{shown.en} Mbps"),
        Text(f"{range_.vi} Mbps", f"{range_.en} Mbps"),
    )  # fmt: skip


def _codec(facts: Facts, limits: Limits) -> Judgement:
    """What phones and browsers play without trouble; ``container`` says what is accepted."""
    names = [facts.video.codec] + ([facts.audio.codec] if facts.audio else [])
    allowed = {key: limits[key] for key in ("video", "audio")}
    parts = list(zip((PICTURE, SOUND), names, allowed.values(), strict=False))
    wrong = [part for part in parts if not takes(part[2], part[1])]
    seen = same(", ".join(plain_name(name) for name in names))
    listed = same("; ".join(", ".join(plain_names(words)) for words in allowed.values()))
    message = Text(
        f"Hình và tiếng được lưu theo kiểu nên dùng ({seen.vi}).",
        f"Picture and sound are stored as is wanted ({seen.en}).",
    )
    remedy = NOTHING
    if wrong:
        message = NOTHING
        for part, name, words in wrong:
            better = one_of(words)
            message += Text(
                f"{part.vi} được lưu theo kiểu {plain_name(name)}, không phải máy nào cũng xem "
                f"được; nên dùng {better.vi}.",
                f"The {part.en} is stored as {plain_name(name)}, which not every device plays; "
                f"{better.en} is wanted.",
            )
        remedy = _export_as(limits)
    return Judgement(not wrong, names, allowed, message, remedy, seen, listed)


def _export_as(limits: Limits) -> Text:
    picture = preferred(limits["video"], "h264", "hevc")
    sound = preferred(limits["audio"], "aac", "mp3")
    return Text(
        f"Khi xuất, hãy chọn hình {picture}, tiếng {sound}.",
        f"When exporting, choose {picture} for the picture and {sound} for the sound.",
    )


PICTURE, SOUND = Text("Hình", "picture"), Text("Tiếng", "sound")

RULES = (
    Rule(
        "frame_rate",
        (
            Limit("min_fps", "number", default=20),
            Limit("max_fps", "number", default=61, low=0.001),
        ),
        _frame_rate,
        checked_together=(("min_fps", "max_fps"),),
    ),
    Rule(
        "bitrate",
        (
            Limit("min_kbps", "number", default=2000),
            Limit("max_kbps", "number", default=60_000, low=1),
        ),
        _bitrate,
        checked_together=(("min_kbps", "max_kbps"),),
    ),
    Rule(
        "codec",
        (
            Limit("video", "words", default=["h264", "hevc"], choices=VIDEO_CODECS),
            Limit("audio", "words", default=["aac"], choices=AUDIO_CODECS),
        ),
        _codec,
    ),
)
