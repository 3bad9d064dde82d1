"""Geometry as players show it: cropping by the container, turning, cropping by the codec."""

from __future__ import annotations

import subprocess
from pathlib import Path

from media_checks.tools import find_tools
from tests.media_checks.clips.surgery import Change, aperture, cropping
from tests.media_checks.films import Clip, changed, filmed, kept, turned

PIXEL_CROP = "https://github.com/mpv-player/mpv/issues/15800"
CROP_SPEC = "https://github.com/ietf-wg-cellar/matroska-specification/pull/947"
CLAP = "https://github.com/mpv-player/mpv/issues/16278"
CLAP_ODD = "https://github.com/MPEGGroup/FileFormat/issues/77"


def cropped(change: Change, **options: object):
    """A builder of a Matroska file that was written to a pipe, then cropped by its header."""

    def build(out: Path) -> None:
        base = kept("mp4", **options)
        command = [str(find_tools().ffmpeg), "-v", "error", "-i", str(base), "-c", "copy"]
        piped = subprocess.run([*command, "-f", "matroska", "-"], check=True, capture_output=True)
        out.write_bytes(change(piped.stdout))

    return build


def mirrored(data: bytes) -> bytes:
    """As a front camera writes it: left and right change places."""
    place = data.index(b"tkhd") - 4 + 48
    return data[:place] + b"\xff\xff\x00\x00" + data[place + 4 :]


def both(one: Change, other: Change) -> Change:
    return lambda data: other(one(data))


CLIPS = [
    Clip("pixel-crop.mkv", "pass", "", cropped(cropping(56, 0, 56, 0), size="432x240"), PIXEL_CROP),
    Clip("pixel-crop-spec.mkv", "pass", "",
         cropped(cropping(56, 0, 56, 0, shown=True), size="432x240"), CROP_SPEC),
    Clip("pixel-crop-wide.mkv", "fail", "aspect_ratio resolution",
         cropped(cropping(0, 30, 0, 30)), PIXEL_CROP),
    Clip("aperture.mp4", "pass", "", changed(aperture(320, 240), size="432x240"), CLAP),
    Clip("aperture.mov", "pass", "", changed(aperture(320, 240), size="432x240"), CLAP_ODD),
    Clip("aperture-wide.mp4", "fail", "aspect_ratio resolution", changed(aperture(320, 180)), CLAP),
    Clip("aperture-whole.mp4", "pass", "", changed(aperture(320, 240))),
    Clip("aperture-turned.mp4", "pass", "",
         changed(both(turned(0, 1), aperture(240, 320)), size="240x432")),
    Clip("cropped-by-codec.mp4", "pass", "", filmed(size="324x244")),
    Clip("mirrored.mp4", "pass", "", changed(mirrored)),
    Clip("upside-down.mp4", "pass", "", changed(turned(-1, 0))),
]  # fmt: skip
