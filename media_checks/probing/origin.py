"""Which app or camera probably made a file, by the traces that each leaves in it.

A guess that decides nothing: it only lets a sentence name the very setting to change. Traces are
looked for as bytes in the index of an MP4 or MOV and at the start of other files, so that a file
with megabytes of remarks costs no more than another.
"""

from __future__ import annotations

import re
from pathlib import Path

from .boxes import LONGEST_INDEX, index_of

HEAD = 64 << 10
# Later ones are also found in files that earlier ones made of them.
TRACES = (
    ("capcut", rb"\"source_type\":\s*\"vicut\"|\"product\":\s*\"vicut\""),
    ("davinci", rb"Blackmagic Design DaVinci Resolve"),
    ("premiere", rb"Mainconcept (Video|MP4 Video) Media Handler|Adobe Premiere"),
    ("obs", rb"OBS Studio \(|obs-output module|libobs"),
    ("handbrake", rb"HandBrake \d"),
    ("youtube", rb"ISO Media file produced by Google"),
    ("tiktok", rb"vid:v[0-9a-z]{20}"),
    ("iphone_screen", rb"ReplayKitRecording"),
    ("chrome", rb"\x4d\x80.Chrome\x57"),
    ("firefox", rb"QTmuxingAppLibWebM"),
    ("iphone", rb"com\.apple\.quicktime\.make.{0,4000}(iPhone|iPad) ?\d*"),
    ("android", rb"com\.android\.(version|manufacturer|capture)"),
)
# Names that apps give to what they save; people seldom change them.
NAMED = (
    ("zalo", r"z\d{10,16}_[0-9a-f]{24,40}\.|zalo"),
    ("iphone_screen", r"rpreplay|screenrecording_\d"),
    ("android_screen", r"screen[_-]?record|screen-\d{8}-|screenrecorder|xrecorder|mobizen"),
    ("messenger", r"received_\d{12,}\."),
)


def made_by(path: Path, container: str) -> str:
    """``capcut``, ``iphone`` … or an empty string where nothing tells."""
    traces = _traces(path, container)
    for app, how in TRACES:
        if re.search(how, traces, re.DOTALL):
            return app
    name = path.name.lower()
    return next((app for app, how in NAMED if re.match(how, name)), "")


def _traces(path: Path, container: str) -> bytes:
    if container in ("mp4", "mov"):
        return index_of(path, LONGEST_INDEX)
    with path.open("rb") as file:
        return file.read(HEAD)
