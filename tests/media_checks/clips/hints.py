"""What containers hint at and decoders deny, beside real holes, cuts and lies."""

from __future__ import annotations

import struct
from pathlib import Path

from tests.media_checks.clips.surgery import edited, packets, spoil
from tests.media_checks.films import (
    AAC,
    MPEG4,
    RICH,
    VP8,
    X264,
    Clip,
    changed,
    ffmpeg,
    film,
    filmed,
    half,
    kept,
)

FILLER = "https://github.com/obsproject/obs-studio/pull/6508"
QUICK_SYNC = "https://github.com/intel/media-driver/issues/1455"
TRAILER = "https://github.com/Findit-AI/exifast/issues/94"
SAMSUNG = "https://github.com/photoprism/photoprism/issues/439"
EDITS = "https://github.com/gpac/gpac/pull/2728"
NO_LENGTH = "https://github.com/electron/electron/issues/15504"
CBR = ["-b:v", "3M", "-minrate", "3M", "-maxrate", "3M", "-bufsize", "1M"]
MPEG2 = ["-c:v", "mpeg2video", *CBR, "-r", "25", "-g", "12", "-c:a", "mp2"]
FRAGMENTS = ("-movflags", "frag_keyframe+empty_moov+default_base_moof")
INDEXED = ("-movflags", "frag_keyframe+empty_moov+default_base_moof+global_sidx")


def padded(out: Path) -> None:
    """Zeros behind every picture, as some encoders in hardware keep a bit rate constant."""
    stream = out.with_suffix(".h264")
    raw = ("-c", "copy", "-bsf:v", "h264_mp4toannexb", "-f", "h264")
    ffmpeg("-i", kept("mp4"), "-an", *raw, stream)
    data = stream.read_bytes().replace(b"\x00\x00\x00\x01\x41", bytes(40000) + b"\x00\x00\x01\x41")
    stream.write_bytes(data)
    ffmpeg(
        *("-r", "10", "-i", stream, "-i", kept("mp4"), "-map", "0:v", "-map", "1:a"),
        *("-c", "copy", out),
    )
    stream.unlink()


def behind(tail: bytes):
    """A builder of a whole clip with something behind its last box."""
    return changed(lambda data: data + tail)


def promising(name: bytes, at: int, seconds: float):
    """Write another length into one header of an MP4 whose clock runs at 1000."""

    def change(data: bytes) -> bytes:
        place = data.index(name) + at
        return data[:place] + struct.pack(">I", round(seconds * 1000)) + data[place + 4 :]

    return change


def riff_off(by: int):
    """The size of an AVI as a whole, a little wrong."""
    return lambda data: data[:4] + struct.pack("<I", len(data) - 8 + by) + data[8:]


def stamp_moved(out: Path, ms: int) -> None:
    """One frame of a WebM gets another time."""
    film(out, codecs=VP8)
    data = bytearray(out.read_bytes())
    place, _ = packets(out, 0)[25]
    at = data.index(b"\x81", place, place + 12) + 1
    (stamp,) = struct.unpack_from(">h", data, at)
    struct.pack_into(">h", data, at, stamp + ms)
    out.write_bytes(data)


def beside_a_long_track(out: Path) -> None:
    """A track of words goes on long after picture and sound, as places and time codes do."""
    words = out.with_suffix(".srt")
    words.write_text("1\n00:00:00,000 --> 00:00:01,000\na\n\n2\n00:00:28,000 --> 00:00:30,000\nb\n")
    ffmpeg("-i", kept("mp4"), "-i", words, "-c", "copy", "-c:s", "mov_text", out)
    words.unlink()


def part_of_a_longer_film(data: bytes) -> bytes:
    """An index whose times are ten times as long as what it lists."""
    at = data.index(b"sidx") - 4
    changed_, first = bytearray(data), at + 8 + 24 + (8 if data[at + 8] else 0)
    count = struct.unpack_from(">H", data, first - 2)[0]
    for i in range(first, first + 12 * count, 12):
        (length,) = struct.unpack_from(">I", data, i + 4)
        struct.pack_into(">I", changed_, i + 4, length * 10)
    return bytes(changed_)


def sound_spoilt(out: Path, which: range) -> None:
    """Bad packets of sound among good ones."""
    film(out)
    spoil(out, 1, which)


def lying_matroska(data: bytes) -> bytes:
    """Four minutes in the header of four seconds."""
    at = data.index(b"\x44\x89\x88") + 3
    return data[:at] + struct.pack(">d", 240_000.0) + data[at + 8 :]


ID3 = b"TAG" + b"title".ljust(125, b"\0")
SEFT = b"\x00\x00\x01\x0aImage_UTC_Data1700000000000SEFH" + bytes(40) + b"\x24\0\0\0SEFT"
INSTA = bytes(range(7, 250)) * 40 + b"8db42d694ccc418790edff439fe026bf"
FORM = b"\r\n------WebKitFormBoundaryR4nd0m\r\nContent-Disposition: form-data\r\n\r\n1\r\n"

CLIPS = [
    Clip(
        "filler.mp4", "pass", "",
        filmed(codecs=[*X264, "-x264-params", "nal-hrd=cbr:force-cfr=1", *CBR, *AAC]), FILLER,
    ),
    Clip("padded.mp4", "pass", "", padded, QUICK_SYNC),
    Clip("padded.mkv", "pass", "", padded, QUICK_SYNC),
    Clip("stuffed.mkv", "look", "codec", filmed(size="320x240", picture="loop=loop=-1:size=3",
                                                codecs=MPEG2)),
    Clip("first-fragment.mp4", "pass", "", changed(promising(b"mvhd", 20, 1), more=FRAGMENTS)),
    Clip("promises-less.mp4", "pass", "", changed(promising(b"mvhd", 20, 2))),
    Clip("id3-behind.mp4", "pass", "", behind(ID3)),
    Clip("samsung-trailer.mp4", "pass", "", behind(SEFT), SAMSUNG),
    Clip("insta360-trailer.mp4", "pass", "", behind(INSTA), TRAILER),
    Clip("web-form-tail.mp4", "pass", "", behind(FORM)),
    Clip("web-form-tail.mov", "pass", "", behind(FORM)),
    Clip("junk-behind.mkv", "pass", "", behind(FORM)),
    Clip("riff-off.avi", "pass", "", changed(riff_off(8), codecs=MPEG4)),
    Clip("riff-far-off.avi", "pass", "", changed(riff_off(70000), codecs=MPEG4)),
    Clip("a-step-back.webm", "pass", "", lambda out: stamp_moved(out, -130), NO_LENGTH),
    Clip("a-leap-back.webm", "pass", "", lambda out: stamp_moved(out, -2300)),
    Clip("live.webm", "pass", "", filmed(codecs=VP8, more=("-f", "webm", "-live", "1")), NO_LENGTH),
    Clip("several-edits.mp4", "pass", "", changed(edited((0, 2), (4, 2)), seconds=6.5), EDITS),
    Clip("long-words.mp4", "pass", "", beside_a_long_track),
    Clip("part-of-a-film.mp4", "pass", "", changed(part_of_a_longer_film, more=INDEXED)),
    Clip("one-bad-packet.mp4", "pass", "", lambda out: sound_spoilt(out, range(80, 81))),
    Clip("many-bad-packets.mp4", "fail", "intact",
         lambda out: sound_spoilt(out, range(40, 120, 3))),
    Clip("cut-off-fragments.mp4", "fail", "intact duration",
         changed(half, codecs=RICH, more=FRAGMENTS)),
    Clip("lying.mkv", "fail", "intact", changed(lying_matroska)),
    Clip("cut-off-trailer.mp4", "fail", "intact duration",
         changed(lambda data: half(data) + ID3, codecs=RICH, more=("-movflags", "+faststart"))),
]  # fmt: skip
