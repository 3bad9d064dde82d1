"""The quick pass: a few keyframes a minute and all of the sound, by two FFmpegs at once."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ffmpeg

from ..errors import ToolFailed, Unreadable
from ..probing import allowed
from ..probing.damage import DAMAGE, FAULT, Damage
from ..probing.facts import Facts, Problem
from ..probing.probe import ProbeResult
from ..progress import ProgressReporter
from ..sandbox import Limits, Lines, Sandbox
from ..sound.listening import START, SoundScan, listen
from ..sound.measuring import SoundReader
from ..tools import find_tools
from .measuring import PictureReader
from .plan import Plan, plan_for

SLACK_S = 0.05  # a frame this much early is taken
SEEN_SHARE = 0.7  # of the keyframes wanted: with fewer the numbers contradict each other
SHOWN = re.compile(r"^\[Parsed_showinfo_\d+ @ [^]]+\] \[info\] n: *\d+ .*?pts_time:(\S+)")


@dataclass(frozen=True)
class ClipScan:
    """What the quick pass found: the facts, and both readers for the pictures made of them."""

    facts: Facts
    reader: PictureReader
    heard: SoundScan


def scan(path: Path, probed: ProbeResult, progress: ProgressReporter) -> ClipScan:
    """``probed.facts`` with picture, sound and the damage that decoding met.

    Raises ``Unreadable`` when not one frame can be decoded, ``ToolFailed`` when the machine is at
    fault, and whatever ``progress`` raises.
    """
    plan, stop = plan_for(probed.facts), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        listening = pool.submit(listen, path, probed, plan.seconds + 1, _raise_once_set(stop))
        try:
            collector = _look_closely_enough(path, probed, plan, progress)
            heard = _wait(listening, progress)
        except BaseException:
            stop.set()
            raise
    facts = gather(probed.facts, collector, heard.sound, whole=collector.whole and heard.whole)
    if not collector.damage.places:
        facts = replace(facts, problems=[*facts.problems, *heard.damage.problems()])
    return ClipScan(facts, collector.reader, heard)


class _Stopped(Exception):
    """The run that looks at frames has ended with an error; the one that listens ends too."""


def _raise_once_set(stop: threading.Event) -> Callable[[], None]:
    def raise_if_stopped() -> None:
        if stop.is_set():
            raise _Stopped

    return raise_if_stopped


def _wait(listening: Future[SoundScan], progress: ProgressReporter) -> SoundScan:
    while True:
        try:
            return listening.result(timeout=1)
        except NotYet:
            progress(1.0)


def _look_closely_enough(
    path: Path, probed: ProbeResult, plan: Plan, progress: ProgressReporter
) -> FrameCollector:
    """Look at few keyframes; at more of them if any was black or like the one before; at every
    frame if fewer keyframes came than the packets promise."""
    collector = _look(path, probed, plan, progress)
    reader = collector.reader
    if plan.keys_only and reader.samples < SEEN_SHARE * _promised(probed, plan):
        plan = replace(plan, keys_only=False, thin=False, interval_s=min(2.0, plan.interval_s))
        return _look(path, probed, plan, progress)
    finest = 1.0
    if plan.thin and plan.interval_s > finest and reader.suspicious:
        return _look(path, probed, replace(plan, interval_s=finest), progress)
    return collector


def _promised(probed: ProbeResult, plan: Plan) -> int:
    """How many keyframes the packets promise when no two stand closer than the interval."""
    count, last = 0, float("-inf")
    for at in probed.key_times:
        if at <= plan.seconds and at - last >= plan.interval_s - SLACK_S:
            count, last = count + 1, at
    return count


def _look(
    path: Path, probed: ProbeResult, plan: Plan, progress: ProgressReporter
) -> FrameCollector:
    collector = FrameCollector(PictureReader(plan), probed.facts, progress)
    box, lines = Sandbox(path), Lines(collector.line)
    ended = box.run(
        find_tools().ffmpeg,
        arguments(box.clip_url, probed, plan),
        limits=_limits(plan),
        stdout=collector.pixels,
        stderr=lines,
    )
    lines.finish()
    refuse_nothing_seen(collector)
    collector.whole = not (ended.timed_out or ended.status < 0)
    return collector


def gather(facts: Facts, collector: FrameCollector, sound: SoundReader, *, whole: bool) -> Facts:
    """``facts`` with what was seen and heard; ``whole`` is false when a run was ended early."""
    reader = collector.reader
    problems = [*facts.problems, *collector.damage.problems()]
    if not whole:
        problems.append(Problem("unfinished", at=round(reader.last, 3)))
    heard = sound.facts(facts.duration_s) if facts.audio else None
    return replace(facts, problems=problems, picture=reader.facts(facts), sound=heard)


def refuse_nothing_seen(collector: FrameCollector) -> None:
    """Raises when not one frame came: ``ToolFailed`` if FFmpeg refused our command line, else
    ``Unreadable``."""
    if collector.reader.samples:
        return
    if collector.fault:
        raise ToolFailed(
            f"FFmpeg trên máy này không chạy được phép kiểm tra: {collector.fault}",
            f"FFmpeg on this machine cannot run the check: {collector.fault}",
        )
    raise Unreadable(
        "Không giải mã được hình nào trong tệp. Hãy xuất lại clip dạng MP4 (H.264, AAC).",
        "No frame of the file could be decoded. Export the clip as MP4 (H.264, AAC) again.",
    )


def _limits(plan: Plan) -> Limits:
    # Eight times real time covers 4K HEVC on one slow core.
    return Limits(cpu_s=120 + int(plan.seconds * 8), wall_s=120 + plan.seconds * 8)


class FrameCollector:
    """Pairs raw frames with their times from FFmpeg's log, and keeps what that says of damage."""

    def __init__(self, reader: PictureReader, facts: Facts, progress: ProgressReporter) -> None:
        self.reader = reader
        self.seconds = reader.plan.seconds
        self.progress = progress
        self.times: deque[float] = deque()
        self.buffer = bytearray()
        self.damage = Damage()
        # A broadcast recording may start in the middle of a picture; that is no damage.
        self.mid_stream = facts.container in ("mpegts", "mpeg")
        self.fault = ""
        self.whole = True

    def line(self, text: str) -> bool:
        """One line of FFmpeg's log; whether it was about the picture."""
        if shown := SHOWN.match(text):
            self.times.append(float(shown[1]))
            self._take()
        elif DAMAGE.search(text):
            if self.reader.samples or not self.mid_stream:
                self.damage.add(self.reader.last)
        elif FAULT.search(text):
            self.fault = text
        else:
            return False
        return True

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


def arguments(url: str, probed: ProbeResult, plan: Plan) -> list[str]:
    """FFmpeg's arguments: chosen frames to standard output, their times to the log."""
    options: dict[str, Any] = {**allowed.INPUT_OPTIONS, "t": plan.seconds + 1, "threads": 2}
    options["an"] = None
    if plan.keys_only:
        # Edges between blocks are not smoothed: nothing leans on a keyframe here, and tiles
        # are a quarter of its size.
        options |= {"skip_frame": "nokey", "skip_loop_filter": "all"}
    if plan.thin:
        options["bsf:v"] = f"noise=drop='{_drop(plan.interval_s)}'"
    source = ffmpeg.input(url, **options)
    compiled: list[str] = picture_output(source[str(probed.video_index)], plan).get_args()
    return [*START, *compiled]


def _drop(interval: float) -> str:
    """Drop a packet unless it is a keyframe far enough from the last one kept."""
    far = f"gte(abs(pts*tb-ld(0)),{interval - SLACK_S:.3f})"
    kept = "st(0,pts*tb)*0+st(1,1)*0"
    return f"if(key*(eq(ld(1),0)+{far}),{kept},1)".replace(",", "\\,")


def picture_output(video: Any, plan: Plan) -> Any:
    """The output, as a node of ffmpeg-python, that ``FrameCollector`` takes frames from."""
    width, height = plan.tile
    often = f"isnan(prev_selected_t)+gte(t-prev_selected_t,{plan.interval_s - SLACK_S:.3f})"
    chosen = (
        video.filter("select", often)
        .filter("scale", width, height, flags="area")
        .filter("format", "rgb24")
        .filter("showinfo", checksum=0)
    )
    return ffmpeg.output(chosen, "pipe:1", format="rawvideo", fps_mode="passthrough")
