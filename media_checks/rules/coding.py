"""Rules about how the picture is stored: frame rate, bit rate, codec. Advice more than law."""

from __future__ import annotations

from ..probing.allowed import AUDIO_CODECS, VIDEO_CODECS, takes
from ..probing.facts import Facts
from ..words import NOTHING, Text, number, same
from .kinds import Judgement, Limit, Limits, Rule

KILO = 1000


def _frame_rate(facts: Facts, limits: Limits) -> Judgement:
    """Frames shown divided by the time they cover, so a stretched clip or a slide show is low."""
    rate, low, high = facts.video.frame_rate, limits["min_fps"], limits["max_fps"]
    shown, least, most = number(rate, 1), number(low, 1), number(high, 1)
    message = Text(
        f"Clip có {shown.vi} hình mỗi giây; nên từ {least.vi} đến {most.vi}.",
        f"The clip has {shown.en} frames a second; {least.en} to {most.en} are wanted.",
    )
    remedy = NOTHING
    if not low <= rate <= high:
        remedy = Text(
            "Khi xuất, hãy chọn 30 hình mỗi giây (30 fps).", "Choose 30 fps when exporting."
        )
    return Judgement(
        remedy == NOTHING, rate, {"min_fps": low, "max_fps": high}, message, remedy,
        Text(f"{shown.vi} hình/giây", f"{shown.en} fps"),
        Text(f"{least.vi} đến {most.vi} hình/giây", f"{least.en} to {most.en} fps"),
    )  # fmt: skip


def _bitrate(facts: Facts, limits: Limits) -> Judgement:
    rate, low, high = facts.video.bit_rate / KILO, limits["min_kbps"], limits["max_kbps"]
    shown, least, most = number(rate), number(low), number(high)
    message = Text(
        f"Hình nén ở {shown.vi} kbit/s; nên từ {least.vi} đến {most.vi} kbit/s.",
        f"The picture takes {shown.en} kbit/s; {least.en} to {most.en} kbit/s are wanted.",
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
        remedy = Text("Khi xuất, hãy chọn 10–20 Mbit/s.", "Choose 10-20 Mbit/s when exporting.")
    return Judgement(
        remedy == NOTHING, round(rate), {"min_kbps": low, "max_kbps": high}, message, remedy,
        same(f"{shown.vi} kbit/s") if shown.vi == shown.en
        else Text(f"{shown.vi} kbit/s", f"{shown.en} kbit/s"),
        Text(f"{least.vi} đến {most.vi} kbit/s", f"{least.en} to {most.en} kbit/s"),
    )  # fmt: skip


def _codec(facts: Facts, limits: Limits) -> Judgement:
    """What phones and browsers play without trouble; ``container`` says what is accepted."""
    names = [facts.video.codec] + ([facts.audio.codec] if facts.audio else [])
    allowed = {key: limits[key] for key in ("video", "audio")}
    ok = all(
        takes(words, name) for name, words in zip(names, (allowed["video"], allowed["audio"]),
                                             strict=False)
    )  # fmt: skip
    seen = same(", ".join(names))
    listed = same("; ".join(", ".join(words) for words in allowed.values()))
    message = Text(
        f"Chuẩn nén {seen.vi}; nên dùng {listed.vi}.",
        f"Coded as {seen.en}; {listed.en} are wanted.",
    )
    remedy = Text("Hãy xuất lại dạng MP4 (H.264, AAC).", "Export it as MP4 (H.264, AAC) again.")
    return Judgement(ok, names, allowed, message, NOTHING if ok else remedy, seen, listed)


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
