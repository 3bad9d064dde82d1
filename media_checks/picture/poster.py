"""The poster: one frame of the clip, as large as it is shown."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from .. import filter_graph
from ..beside import Beside
from ..probing import allowed
from ..probing.facts import VideoFacts
from ..probing.probe import ProbeResult
from ..sandbox import Collector, Limits, Sandbox, TooMuchOutput
from ..tools import find_tools
from .frames import input_options, shown_as
from .measuring import PictureReader

WIDTH, HEIGHT = 1280, 960
FRAME_LIMITS = Limits(cpu_s=60, wall_s=120)
LARGEST = 3840 * 2160  # pixels of a frame held whole; larger ones give a poster only


# FFmpeg seeks by when a frame is decoded, and up to 0.13 s earlier than it is told: from so far
# behind a keyframe it finds that one, if the next is not near.
BEHIND_S, ALONE_S = 0.4, 1.0
SOUGHT = ("mp4", "mov")  # which tell where each frame lies


@dataclass(frozen=True)
class Place:
    """Which frame: its seconds, whether it is a keyframe, and how the picture is shown.

    ``alone``: it is a keyframe, and no other begins soon after it.
    """

    at: float
    keys_only: bool
    video: VideoFacts
    alone: bool = False


class PosterFrame:
    """Decodes the poster's frame as soon as no later one can take its place, beside the look that
    goes on; again where the look ended otherwise."""

    def __init__(self, beside: Beside, path: Path, probed: ProbeResult) -> None:
        self.beside, self.path, self.probed = beside, path, probed
        self.early: tuple[Place, Future[Image.Image | None]] | None = None

    def settled(self, reader: PictureReader) -> None:
        """``reader`` has chosen."""
        place = _place(reader, self.probed, self.probed.facts.video)
        self.early = place, self.beside.start(lambda _: _decoded(self.path, self.probed, place))

    def decoded(self, reader: PictureReader, video: VideoFacts) -> Image.Image | None:
        """Every pixel as ``video`` says it is displayed; None where it cannot be had.

        Raises ``ToolFailed`` when FFmpeg cannot be started.
        """
        place = _place(reader, self.probed, video)
        if self.early and self.early[0] == place:
            return self.early[1].result()
        return _decoded(self.path, self.probed, place)


def _place(reader: PictureReader, probed: ProbeResult, video: VideoFacts) -> Place:
    at, keys_only = reader.poster_at, reader.plan.keys_only
    since = [abs(key + video.start_s - at) for key in probed.key_times]
    near = sum(away < ALONE_S for away in since)
    alone = keys_only and near == 1 and probed.facts.container in SOUGHT
    return Place(at, keys_only, video, alone)


def _decoded(path: Path, probed: ProbeResult, place: Place) -> Image.Image | None:
    video = place.video
    size = (video.display_width, video.display_height)
    if size[0] * size[1] > LARGEST:
        return None
    box, pixels = Sandbox(path), Collector(size[0] * size[1] * 3)
    options = {**allowed.INPUT_OPTIONS, **probed.options, **input_options()}
    if place.keys_only:  # so is the poster: the frames around it need no decoding
        options |= {"skip_frame": "nokey", "flags": "low_delay"}
    if place.alone:
        options |= {"noaccurate_seek": None}
    seek = max(0.0, place.at + (BEHIND_S if place.alone else -0.01) + probed.zero)
    clip = filter_graph.source(box.clip_url, **options, ss=f"{seek:.3f}")
    picture = shown_as(clip[str(probed.video_index)], video).filter("scale", *size)
    options = {"pix_fmt": "rgb24", "fps_mode": "passthrough", "frames:v": 1}
    node = filter_graph.output("pipe:1", picture, format="rawvideo", **options)
    args = ["-hide_banner", "-nostdin", "-v", "quiet", *filter_graph.arguments(node)]
    try:
        box.run(
            find_tools().ffmpeg,
            args,
            limits=FRAME_LIMITS,
            stdout=pixels,
            stderr=Collector(1 << 20),
        )
    except TooMuchOutput:
        return None
    if len(pixels.data) != size[0] * size[1] * 3:
        return None
    return Image.frombytes("RGB", size, bytes(pixels.data))


def poster(frame: Image.Image | None, reader: PictureReader) -> Image.Image:
    """The frame at a size fit for a page; from the contact sheet if it failed to decode."""
    if frame is None:
        return min(reader.tiles, key=lambda tile: abs(tile.at - reader.poster_at)).image
    width, height = reader.plan.tile
    scale = min(WIDTH / width, HEIGHT / height)
    size = (int(width * scale) // 2 * 2, int(height * scale) // 2 * 2)
    return frame.resize(size, Image.Resampling.LANCZOS)
