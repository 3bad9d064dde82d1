"""Kinds of files, pictures and sounds by the names that people meet in their apps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .words import Text

NAMES = {
    "mp4": "MP4", "mov": "MOV", "matroska": "MKV", "webm": "WebM", "avi": "AVI",
    "mpegts": "TS (AVCHD)", "mpeg": "MPEG (VOB)",
    "h264": "H.264", "hevc": "H.265 (HEVC)", "av1": "AV1", "vp8": "VP8", "vp9": "VP9",
    "mpeg4": "MPEG-4 (DivX, Xvid)", "mpeg2video": "MPEG-2", "mpeg1video": "MPEG-1",
    "mjpeg": "Motion JPEG", "prores": "ProRes", "dvvideo": "DV", "h263": "H.263",
    "aac": "AAC", "mp3": "MP3", "mp2": "MP2", "ac3": "Dolby Digital", "eac3": "Dolby Digital Plus",
    "opus": "Opus", "vorbis": "Vorbis", "flac": "FLAC", "alac": "Apple Lossless",
    "amr_nb": "AMR", "amr_wb": "AMR", "dts": "DTS", "truehd": "Dolby TrueHD",
    "apac": "Apple Spatial Audio", "magicyuv": "MagicYUV", "wmv3": "Windows Media",
    "vc1": "Windows Media (VC-1)", "wmav2": "Windows Media", "cinepak": "Cinepak",
    "dnxhd": "DNxHD", "cfhd": "CineForm", "hap": "Hap", "qtrle": "QuickTime Animation",
    "rawvideo": "RAW", "ffv1": "FFV1", "utvideo": "Ut Video", "theora": "Theora",
}  # fmt: skip


def plain_name(name: str) -> str:
    """``h264`` -> ``H.264``; all kinds of PCM are one to people."""
    if name.startswith("pcm_"):
        return "PCM (WAV)"
    return NAMES.get(name, name.upper().replace("_", " "))


def plain_names(names: Iterable[str]) -> list[str]:
    """The same for several, each told once."""
    return list(dict.fromkeys(plain_name(name) for name in names))


def one_of(names: Sequence[str]) -> Text:
    """``MP4, MOV hoặc WebM`` / ``MP4, MOV or WebM``."""
    told = plain_names(names)
    if len(told) == 1:
        return Text(told[0], told[0])
    start, last = ", ".join(told[:-1]), told[-1]
    return Text(f"{start} hoặc {last}", f"{start} or {last}")


def preferred(names: Sequence[str], *wanted: str) -> str:
    """The best known of the names that a policy takes, told plainly."""
    return plain_name(next((name for name in wanted if name in names), names[0]))
