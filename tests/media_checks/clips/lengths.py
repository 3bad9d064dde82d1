"""Lengths and missing sound: what a player shows lasts from the first of both to the last."""

from __future__ import annotations

from pathlib import Path

from tests.media_checks.films import AAC, VOICE, X264, Clip, ffmpeg, filmed, kept

SYNC = "https://github.com/kaltura/nginx-vod-module/issues/142"
UNEQUAL = "https://github.com/mpv-player/mpv/issues/13252"
EMPTY_EDIT = "https://github.com/gpac/gpac/issues/1405"
PRE_ROLL = "https://github.com/mbunkus/mkvtoolnix/issues/1889"


def both(out: Path, picture_s: float, sound_s: float, *more: str) -> None:
    """A picture and a voice, each of its own length."""
    ffmpeg(
        *("-f", "lavfi", "-t", str(picture_s), "-i", "testsrc2=s=320x240:r=10"),
        *("-f", "lavfi", "-t", str(sound_s), "-i", VOICE, *X264, *AAC, *more, out),
    )


def parted(out: Path, picture_at: float = 0, sound_at: float = 0, seconds: float = 4) -> None:
    """Picture and sound of ``seconds`` each, that begin at different times."""
    base = kept("mp4", seconds=seconds)
    ffmpeg(
        *("-itsoffset", str(picture_at), "-i", base, "-itsoffset", str(sound_at), "-i", base),
        *("-map", "0:v", "-map", "1:a", "-c", "copy", out),
    )


def late_sound(out: Path, at: float) -> None:
    """The sound begins late and ends with the picture."""
    ffmpeg(
        *("-f", "lavfi", "-t", "4", "-i", "testsrc2=s=320x240:r=10", "-itsoffset", str(at)),
        *("-f", "lavfi", "-t", str(4 - at), "-i", VOICE, *X264, *AAC, out),
    )


def gap(out: Path, start: float, end: float) -> None:
    """Packets of sound are left out, the others keep their times; FFmpeg 8 fills gaps that it makes
    itself while it encodes."""
    left_out = f"noise=drop='between(pts*tb\\,{start}\\,{end})'"
    ffmpeg("-i", kept(out.suffix[1:]), "-c", "copy", "-bsf:a", left_out, out)


def sounds_on(out: Path, seconds: int) -> None:
    """Four seconds of picture; the sound goes on and on, copied from a few seconds."""
    base = kept("mp4", seconds=4)
    ffmpeg(
        *("-i", base, "-stream_loop", str(seconds // 4), "-i", base, "-map", "0:v", "-map", "1:a"),
        *("-t", str(seconds), "-c", "copy", out),
    )


def cut_without_encoding(out: Path) -> None:
    """A phone's own trimming: an edit list hides what comes before."""
    ffmpeg("-ss", "2.3", "-i", kept("mp4", seconds=6.5), "-c", "copy", out)


CLIPS = [
    Clip("sound-of-half-a-second.mp4", "fail", "audio_silent", lambda out: both(out, 4, 0.5)),
    Clip("sound-ends-early.mp4", "fail", "audio_silent", lambda out: both(out, 4, 1.5)),
    Clip("sound-ends-early.mkv", "fail", "audio_silent", lambda out: both(out, 4, 1.5)),
    Clip("sound-begins-late.mp4", "fail", "audio_silent", lambda out: late_sound(out, 2.6), SYNC),
    Clip("sound-begins-late.ts", "fail", "audio_silent", lambda out: late_sound(out, 2.6)),
    Clip("sound-with-gap.mp4", "fail", "audio_silent", lambda out: gap(out, 0.8, 3.4)),
    Clip("sound-with-gap.mkv", "fail", "audio_silent", lambda out: gap(out, 0.8, 3.4)),
    Clip("sound-a-little-late.mp4", "pass", "", lambda out: late_sound(out, 0.7), SYNC),
    Clip("sound-with-short-gap.mp4", "pass", "", lambda out: gap(out, 1.2, 1.8)),
    Clip("sound-too-long.mp4", "fail", "duration", lambda out: both(out, 4.5, 6), UNEQUAL),
    Clip("sound-for-a-minute.mp4", "fail", "duration frozen", lambda out: sounds_on(out, 60)),
    Clip(
        "sound-for-hours.mp4", "fail", "duration frozen", lambda out: sounds_on(out, 13 * 3600),
        long=True,
    ),
    Clip("sound-rings-out.mp4", "pass", "", lambda out: both(out, 4, 4.6), UNEQUAL),
    Clip("picture-a-little-late.mp4", "pass", "", lambda out: parted(out, 0.6)),
    Clip("picture-late.mp4", "look", "black", lambda out: parted(out, 1.4, seconds=3.5), PRE_ROLL),
    Clip("both-begin-late.mp4", "pass", "", filmed(more=("-output_ts_offset", "5")), EMPTY_EDIT),
    Clip("both-begin-late.mkv", "pass", "", filmed(more=("-output_ts_offset", "5"))),
    Clip("trimmed-on-the-phone.mp4", "pass", "", cut_without_encoding, PRE_ROLL),
]  # fmt: skip
