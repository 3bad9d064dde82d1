"""Files that are heavy for other reasons than what is seen and heard."""

from __future__ import annotations

from pathlib import Path

from tests.media_checks.films import Clip, ffmpeg, kept


def talkative(out: Path) -> None:
    """Some million letters of comment."""
    words = out.with_suffix(".txt")
    words.write_text(";FFMETADATA1\ncomment=" + "lời bình " * 560_000 + "\n")
    ffmpeg("-i", kept("mp4"), "-i", words, "-map_metadata", "1", "-c", "copy", out)
    words.unlink()


def crumbled(out: Path) -> None:
    """Half a million packets of sound and more in twelve seconds."""
    ffmpeg(
        *("-f", "lavfi", "-i", "testsrc2=s=320x240:r=10", "-f", "lavfi"),
        *("-i", "sine=r=48000:samples_per_frame=1", "-t", "12", "-c:v", "mpeg4"),
        *("-c:a", "pcm_s16le", out),
    )


CLIPS = [
    Clip("talkative.mp4", "pass", "", talkative),
    Clip("talkative.mkv", "pass", "", talkative),
    Clip("crumbled.mkv", "unreadable", "", crumbled, long=True),
]
