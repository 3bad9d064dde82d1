"""The quick pass: one FFmpeg run that looks at keyframes and listens to all of the sound."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ffmpeg

from . import allowed
from .errors import ToolFailed, Unreadable
from .facts import Facts, Problem, Span
from .picture import FAR_APART_S, TILE_WIDTH, PictureReader
from .probe import Probed
from .sandbox import Box, Limits, Lines
from .sound import SoundReader
from .tools import find_tools

SCAN_LIMIT_S = 1800.0  # a clip this long has failed already; do not spend an hour on it
FEW_KEYS = 8

DAMAGE = re.compile(
    r"error while decoding MB|concealing \d+|Invalid NAL unit size|Error splitting the input"
    r"|partial file|File ended prematurely|Packet corrupt|Invalid data found when processing"
    r"|Reserved bit set|channel element .* is not allocated|decode_frame failed"
    r"|Error submitting packet to decoder|no frame!|Error parsing NAL unit|corrupt decoded frame",
)
ONE_PLACE_S = 1.5  # damage reported closer together than this is one place
MOST_PLACES = 10
# Our own command line is wrong for this FFmpeg: no fault of the clip.
FAULT = re.compile(r"Option not found|Option '\w+' not found|No such filter|Unrecognized option")
SHOWN = re.compile(r"^\[Parsed_showinfo_\d+ @ [^]]+\] \[info\] n: *\d+ .*?pts_time:(\S+)")
START = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info"]
START += ["-filter_complex_threads", "1"]
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Plan:
    """How frames are chosen: keyframes only, or all; one at least every ``interval_s``."""

    keys_only: bool
    interval_s: float
    seconds: float
    tile: tuple[int, int]


def plan_for(facts: Facts) -> Plan:
    """Keyframes are enough when they stand close; otherwise everything is decoded once."""
    video = facts.video
    seconds = min(video.duration_s, SCAN_LIMIT_S)
    keys_only = video.key_gap_s <= FAR_APART_S and video.key_frames >= FEW_KEYS
    interval = max(2.0, seconds / 600) if keys_only else min(2.0, max(0.25, seconds / 60))
    height = round(TILE_WIDTH * video.display_height / video.display_width / 2) * 2
    width = TILE_WIDTH
    if height > TILE_WIDTH:  # upright clips get the same number of pixels
        width, height = max(2, round(width * width / height / 2) * 2), TILE_WIDTH
    return Plan(keys_only, interval, seconds, (width, max(2, height)))


def scan(path: Path, probed: Probed, reader: PictureReader, progress: Progress) -> Facts:
    """``probed.facts`` with picture, sound and the damage that decoding met.

    Raises ``Unreadable`` when not one frame can be decoded.
    """
    plan = reader.plan
    listener = Listener(reader, plan.seconds, progress)
    listener.mid_stream = probed.facts.container in ("mpegts", "mpeg")
    box = Box(path)
    lines = Lines(listener.line)
    args = arguments(box.clip_url, probed, plan)
    ended = box.run(
        find_tools().ffmpeg, args, limits=_limits(plan), stdout=listener.pixels, stderr=lines
    )
    lines.finish()
    refuse_nothing_seen(listener)
    return gather(probed.facts, listener, whole=not (ended.timed_out or ended.status < 0))


def gather(facts: Facts, listener: Listener, *, whole: bool) -> Facts:
    """``facts`` with all that ``listener`` took in; not ``whole``: the run was ended early."""
    reader = listener.reader
    problems = [*facts.problems, *listener.problems()]
    if not whole:
        problems.append(Problem("unfinished", at=round(reader.last, 3)))
    sound = listener.sound.facts(facts.duration_s) if facts.audio else None
    return replace(facts, problems=problems, picture=reader.facts(facts), sound=sound)


def refuse_nothing_seen(listener: Listener) -> None:
    """Raises when not one frame came: the machine's fault if FFmpeg said so, else the clip's."""
    if listener.reader.samples:
        return
    if listener.fault:
        raise ToolFailed(
            f"FFmpeg trên máy này không chạy được phép kiểm tra: {listener.fault}",
            f"FFmpeg on this machine cannot run the check: {listener.fault}",
        )
    raise Unreadable(
        "Không giải mã được hình nào trong tệp. Hãy xuất lại clip dạng MP4 (H.264, AAC).",
        "No frame of the file could be decoded. Export the clip as MP4 (H.264, AAC) again.",
    )


def _limits(plan: Plan) -> Limits:
    # Eight times real time covers 4K HEVC on one slow core.
    return Limits(cpu_s=120 + int(plan.seconds * 8), wall_s=120 + plan.seconds * 8)


class Listener:
    """Pairs raw frames with the times that FFmpeg tells, and passes on what it hears."""

    def __init__(self, reader: PictureReader, seconds: float, progress: Progress) -> None:
        self.reader = reader
        self.seconds = seconds
        self.progress = progress
        self.sound = SoundReader()
        self.times: deque[float] = deque()
        self.buffer = bytearray()
        self.damage: list[Span] = []
        self.mid_stream = False
        self.fault = ""

    def line(self, text: str) -> None:
        """One line of FFmpeg's log."""
        if shown := SHOWN.match(text):
            self.times.append(float(shown[1]))
            self._take()
        elif DAMAGE.search(text):
            # A broadcast recording may start in the middle of a picture; that is no damage.
            if self.reader.samples or not self.mid_stream:
                self._damaged(self.reader.last)
        elif FAULT.search(text):
            self.fault = text
        else:
            self.sound.line(text)

    def problems(self) -> list[Problem]:
        """Where decoding met damage: every place its own problem, the first few of them."""
        count, first = str(len(self.damage)), self.damage[:MOST_PLACES]
        return [Problem("damaged", at=start, detail=count) for start, _ in first]

    def _damaged(self, at: float) -> None:
        at = round(max(0.0, at), 3)
        if self.damage and at - self.damage[-1][1] <= ONE_PLACE_S:
            self.damage[-1] = (self.damage[-1][0], at)
        else:
            self.damage.append((at, at))

    def pixels(self, chunk: bytes) -> None:
        """Raw RGB frames, one after the other."""
        self.buffer += chunk
        self._take()

    def _take(self) -> None:
        width, height = self.reader.plan.tile
        size = width * height * 3
        while self.times and len(self.buffer) >= size:
            frame = bytes(self.buffer[:size])
            del self.buffer[:size]
            when = self.times.popleft()
            self.reader.frame(when, frame)
            self.progress(min(1.0, when / self.seconds) if self.seconds else 1.0)


def arguments(url: str, probed: Probed, plan: Plan) -> list[str]:
    """The one command line: frames to standard output, sound analysed, both logged."""
    options: dict[str, Any] = {**allowed.INPUT_OPTIONS, "t": plan.seconds + 1, "threads": 4}
    if plan.keys_only:
        options["skip_frame"] = "nokey"
    source = ffmpeg.input(url, **options)
    outputs = [picture_output(source[str(probed.video_index)], plan)]
    if probed.audio_index is not None:
        outputs += sound_outputs(source[str(probed.audio_index)])
    compiled: list[str] = ffmpeg.merge_outputs(*outputs).get_args()
    return [*START, *compiled]


def picture_output(video: Any, plan: Plan) -> Any:
    width, height = plan.tile
    often = f"isnan(prev_selected_t)+gte(t-prev_selected_t,{plan.interval_s - 0.05:.3f})"
    chosen = (
        video.filter("select", often)
        .filter("scale", width, height, flags="area")
        .filter("format", "rgb24")
        .filter("showinfo", checksum=0)
    )
    return ffmpeg.output(chosen, "pipe:1", format="rawvideo", fps_mode="passthrough")


def sound_outputs(audio: Any) -> list[Any]:
    """Loudness, peaks and silences of the whole; levels and flatness of short windows."""
    parts = audio.filter_multi_output("asplit", 2)
    quiet = {"measure_perchannel": "none"}
    whole = (
        parts[0]
        .filter("ebur128", peak="true", framelog="verbose")
        .filter("astats", measure_overall="Peak_level+RMS_level", **quiet)
        .filter("silencedetect", noise="-50dB", duration=0.5)
    )
    windows = (
        parts[1]
        .filter("aresample", 16000)
        .filter("highpass", f=200)
        .filter("asetnsamples", n=1024)
        .filter("astats", metadata=1, reset=1, measure_overall="RMS_level", **quiet)
        .filter("aspectralstats", win_size=1024, overlap=0)  # FFmpeg 5 cannot choose measures
        .filter("ametadata", mode="print", key="lavfi.astats.Overall.RMS_level")
        .filter("ametadata", mode="print", key="lavfi.aspectralstats.1.flatness")
    )
    return [ffmpeg.output(x, "pipe:", format="null") for x in (whole, windows)]
