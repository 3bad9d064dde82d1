"""Which streams count: those that a player would choose."""

from __future__ import annotations

from pathlib import Path

from tests.media_checks.clips.surgery import spoil
from tests.media_checks.films import AAC, VOICE, X264, Clip, ffmpeg, filmed, kept

SPATIAL = "https://github.com/chattocorp/chatto/issues/1602"
LAV = "https://github.com/Nevcairiel/LAVFilters/issues/620"
HLS = "https://github.com/protonemedia/laravel-ffmpeg/issues/538"
BLURAY = "https://github.com/rigaya/NVEnc/issues/251"
WIDE = "testsrc2=s=432x240:r=10"


def two_sounds(out: Path, *codecs: str) -> None:
    """A picture with a first and a second sound."""
    base = kept("mp4")
    ffmpeg(
        *("-i", base, "-f", "lavfi", "-t", "4", "-i", VOICE + ",aformat=channel_layouts=stereo"),
        *("-map", "0:v", "-map", "1:a", "-map", "1:a", "-c:v", "copy", *codecs, out),
    )


def spatial(out: Path, which: int) -> None:
    """Apple's spatial sound, which nobody else can decode, and AAC."""
    two_sounds(out, *AAC)
    data, at = bytearray(out.read_bytes()), -1
    for _ in range(which + 1):
        at = data.index(b"mp4a", at + 1)
    data[at : at + 4] = b"apac"
    out.write_bytes(data)


def with_cover(out: Path, kind: str) -> None:
    """A cover as an attachment."""
    cover = out.with_suffix(f".{kind}")
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x64", "-frames:v", "1", cover)
    kind_ = ("-metadata:s:t", f"mimetype=image/{kind}", "-metadata:s:t", f"filename=cover.{kind}")
    ffmpeg("-i", kept("mp4"), "-attach", cover, *kind_, "-c", "copy", out)
    cover.unlink()


def two_pictures(out: Path, *dispositions: str) -> None:
    """A wide picture first, the right one second."""
    ffmpeg(
        *("-f", "lavfi", "-t", "4", "-i", WIDE, "-i", kept("mp4")),
        *("-map", "0:v", "-map", "1", *X264, *AAC, *dispositions, out),
    )


def thumbnail_first(out: Path) -> None:
    """A single picture as the first track, with nothing that calls it a cover."""
    cover = out.with_suffix(".jpg")
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=432x240", "-frames:v", "1", "-update", "1", cover)
    ffmpeg("-i", cover, "-i", kept("mp4"), "-map", "0:v", "-map", "1", "-c", "copy", out)
    cover.unlink()


def bad_second_sound(out: Path) -> None:
    """The sound that nobody plays is ruined."""
    two_sounds(out, *AAC, "-c:a:1", "ac3")
    spoil(out, 2, range(20, 90))


DTS = ("-c:a:1", "dca", "-b:a:1", "768k", "-strict", "-2", "-ar:a:1", "48000")
DTS_FIRST = ("-c:a:0", "dca", "-ar:a:0", "48000", "-c:a:1", "aac", "-strict", "-2")
BD = [*X264, "-c:a", "pcm_bluray", "-ac", "2", "-ar", "48000"]

CLIPS = [
    Clip("spatial-first.mov", "pass", "", lambda out: spatial(out, 0), SPATIAL),
    Clip("spatial-second.mov", "pass", "", lambda out: spatial(out, 1), LAV),
    Clip("spatial-first.mp4", "pass", "", lambda out: spatial(out, 0), HLS),
    Clip("dts-second.mkv", "pass", "", lambda out: two_sounds(out, *AAC, *DTS), BLURAY),
    Clip("dts-first.mkv", "pass", "", lambda out: two_sounds(out, *DTS_FIRST)),
    Clip("dts-default.mkv", "pass", "", lambda out: two_sounds(
        out, *DTS_FIRST, "-disposition:a:0", "default", "-disposition:a:1", "0")),
    Clip("mu-law-second.mov", "pass", "", lambda out: two_sounds(
        out, *AAC, "-c:a:1", "pcm_mulaw", "-ar:a:1", "8000", "-ac:a:1", "1")),
    Clip("truehd-second.mkv", "pass", "", lambda out: two_sounds(
        out, *AAC, "-c:a:1", "truehd", "-strict", "-2", "-ar:a:1", "48000")),
    Clip("mu-law-only.mov", "look", "codec", filmed(codecs=[*X264, "-c:a", "pcm_mulaw"])),
    Clip("gif-cover.mkv", "pass", "", lambda out: with_cover(out, "gif")),
    Clip("png-cover.mkv", "pass", "", lambda out: with_cover(out, "png")),
    Clip("bluray.m2ts", "look", "codec", filmed(
        codecs=BD, more=("-f", "mpegts", "-mpegts_m2ts_mode", "1")), BLURAY),
    Clip("disabled-picture.mp4", "pass", "", lambda out: two_pictures(
        out, "-disposition:v:0", "0", "-disposition:v:1", "default")),
    Clip("second-picture.mp4", "fail", "aspect_ratio", lambda out: two_pictures(
        out, "-disposition:v:0", "default", "-disposition:v:1", "0")),
    Clip("thumbnail-first.mp4", "pass", "", thumbnail_first),
    Clip("time-code.mov", "pass", "", filmed(more=("-timecode", "01:00:00:00"))),
    Clip("bad-second-sound.mp4", "pass", "", bad_second_sound),
]  # fmt: skip
