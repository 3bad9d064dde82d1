"""The quick check of one clip: probe, scan, judge, keep the pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from . import allowed, sandbox
from .fingerprint import Fingerprint, listen
from .picture import PictureReader
from .policy import Policy
from .probe import probe
from .report import Report, judge, verdict
from .sandbox import Box, Collector, Limits, TooMuchOutput
from .scan import plan_for, scan
from .tools import find_tools

PROBE_SHARE = 0.05
POSTER_WIDTH, POSTER_HEIGHT = 1280, 960
POSTER_LIMITS = Limits(cpu_s=60, wall_s=120)
Progress = Callable[[float], None]


def check(
    path: str | Path,
    policy: Policy,
    *,
    artefacts: Path | None = None,
    progress: Progress | None = None,
) -> Report:
    """The verdict of ``policy`` on the clip at ``path``.

    ``artefacts`` is a folder for contact_sheet.jpg, poster.jpg and fingerprint.json (made when
    missing); ``progress`` hears shares from 0 to 1 and may raise to stop. Raises ``Unreadable``
    for a file that is no clip, ``ToolFailed`` or ``ToolsMissing`` when the machine is at fault.
    """
    path = Path(path).resolve()
    tell = progress or (lambda _share: None)
    probed = probe(path)
    tell(PROBE_SHARE)
    reader = PictureReader(plan_for(probed.facts))
    facts = scan(path, probed, reader, lambda x: tell(PROBE_SHARE + x * (0.98 - PROBE_SHARE)))
    found = Fingerprint(probed.facts.duration_s, reader.finger.frames(), listen(path, probed))
    kept = _keep_pictures(path, reader, probed.video_index, artefacts) if artefacts else {}
    if artefacts:
        kept["fingerprint"] = found.keep(artefacts / "fingerprint.json")
    findings = judge(facts, policy)
    tell(1.0)
    return Report(
        verdict=verdict(findings),
        policy=policy,
        facts=facts,
        findings=findings,
        sandbox=sandbox.describe(),
        ffmpeg=find_tools().version,
        artefacts=kept,
        fingerprint=found,
    )


def _keep_pictures(path: Path, reader: PictureReader, index: int, folder: Path) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    sheet = reader.sheet()
    sheet.save(folder / "contact_sheet.jpg", quality=82, optimize=True)
    width, height = reader.plan.tile
    tiles = [
        {"at": round(tile.at, 3), "x": x, "y": y, "width": width, "height": height}
        for tile, (x, y) in zip(reader.tiles, reader.places(), strict=True)
    ]
    poster = _poster(path, reader, index)
    poster.save(folder / "poster.jpg", quality=85, optimize=True)
    return {
        "contact_sheet": {
            "file": "contact_sheet.jpg",
            "width": sheet.width,
            "height": sheet.height,
            "tiles": tiles,
        },
        "poster": {
            "file": "poster.jpg",
            "at": round(reader.poster_at, 3),
            "width": poster.width,
            "height": poster.height,
        },
    }


def _poster(path: Path, reader: PictureReader, index: int) -> Image.Image:
    """The chosen frame at a size fit for a page; from the contact sheet if it fails to decode."""
    width, height = reader.plan.tile
    scale = min(POSTER_WIDTH / width, POSTER_HEIGHT / height)
    size = (int(width * scale) // 2 * 2, int(height * scale) // 2 * 2)
    box, pixels = Box(path), Collector(size[0] * size[1] * 3)
    args = ["-hide_banner", "-nostdin", "-v", "quiet", *allowed.input_arguments(), "-threads", "2"]
    args += ["-ss", f"{max(0.0, reader.poster_at - 0.01):.3f}", "-i", box.clip_url]
    args += ["-map", f"0:{index}", "-frames:v", "1", "-vf", f"scale={size[0]}:{size[1]}"]
    args += ["-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]
    try:
        box.run(
            find_tools().ffmpeg,
            args,
            limits=POSTER_LIMITS,
            stdout=pixels,
            stderr=Collector(1 << 20),
        )
    except TooMuchOutput:
        pixels.data.clear()
    if len(pixels.data) == size[0] * size[1] * 3:
        return Image.frombytes("RGB", size, bytes(pixels.data))
    return min(reader.tiles, key=lambda tile: abs(tile.at - reader.poster_at)).image
