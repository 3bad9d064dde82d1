"""Sound and pictures that change on the way, and sound of many channels."""

from __future__ import annotations

from pathlib import Path

from tests.media_checks.films import AAC, VP8, X264, Clip, film, filmed

MID_STREAM = "https://github.com/FFMS/ffms2/issues/22"
UNKNOWN_LAYOUT = "https://github.com/bavc/qctools/pull/186"


def joined(out: Path, *parts: dict[str, object]) -> None:
    """Transport streams one after the other, their clocks going on."""
    made, at = b"", 0.0
    for part in parts:
        piece = out.with_suffix(".piece.ts")
        film(piece, more=("-output_ts_offset", str(at), "-muxdelay", "0"), **part)
        made += piece.read_bytes()
        at += float(str(part["seconds"]))
        piece.unlink()
    out.write_bytes(made)


def around(data_of: Path) -> None:
    """Sound from all around in four channels, as cameras for all directions record it."""
    four = "pan=4c|c0=c0|c1=0.3*c0|c2=0.1*c0|c3=0.2*c0"
    film(data_of, codecs=[*VP8, "-mapping_family", "255"], voice=four)
    data = bytearray(data_of.read_bytes())
    at = data.index(b"OpusHead")
    data[at + 18] = 2
    data_of.write_bytes(data)


STEREO = "aformat=channel_layouts=stereo"
NAMES = [f"[c{i}]" for i in range(12)]
TWELVE = f"asplit=12{''.join(NAMES)};{''.join(NAMES)}amerge=inputs=12"

CLIPS = [
    Clip("mono-then-stereo.ts", "pass", "", lambda out: joined(
        out, {"seconds": 2}, {"seconds": 2, "voice": STEREO}), MID_STREAM),
    Clip("stereo-then-mono.ts", "pass", "", lambda out: joined(
        out, {"seconds": 2, "voice": STEREO}, {"seconds": 2}), MID_STREAM),
    Clip("other-rate-later.ts", "pass", "", lambda out: joined(
        out, {"seconds": 2}, {"seconds": 2, "codecs": [*X264, *AAC, "-ar", "48000"]})),
    Clip("silent-later.ts", "fail", "audio_silent", lambda out: joined(
        out, {"seconds": 1.5, "voice": STEREO}, {"seconds": 2.5, "voice": "volume=0"}), MID_STREAM),
    Clip("ambisonic.webm", "pass", "", around),
    Clip("twelve-channels.mov", "look", "codec", filmed(
        voice=TWELVE, codecs=[*X264, "-c:a", "pcm_s16le"]), UNKNOWN_LAYOUT),
    Clip("six-channels.mp4", "pass", "", filmed(voice="pan=5.1|c0=c0|c1=c0|c2=c0")),
    Clip("smaller-later.ts", "fail", "resolution", lambda out: joined(
        out, {"seconds": 2}, {"seconds": 2, "size": "160x120"})),
    Clip("larger-later.ts", "fail", "resolution", lambda out: joined(
        out, {"seconds": 2, "size": "160x120"}, {"seconds": 2})),
    Clip("wide-later.ts", "fail", "aspect_ratio resolution", lambda out: joined(
        out, {"seconds": 2}, {"seconds": 2, "size": "320x180"})),
    Clip("size-slips.ts", "pass", "", lambda out: joined(
        out, {"seconds": 2}, {"seconds": 0.3, "size": "160x120"}, {"seconds": 2})),
]  # fmt: skip
