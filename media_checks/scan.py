"""The quick pass: a few keyframes a minute and all of the sound, in two processes at once."""

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

from . import allowed
from .damage import DAMAGE, FAULT, Damage
from .errors import ToolFailed, Unreadable
from .facts import Facts, Problem
from .listening import START, Heard, listen
from .picture import FAR_APART_S, TILE_WIDTH, PictureReader
from .probe import Probed
from .sandbox import Box, Limits, Lines
from .sound import SoundReader
from .tools import find_tools, version_number

SCAN_LIMIT_S = 1800.0  # a clip this long has failed already; do not spend an hour on it
FEW_KEYS = 8
LOOKS = 75  # over the whole clip, but at least one each second, and one in MOST_APART_S
MOST_APART_S = 4.0
SLACK_S = 0.05  # a frame this much early is taken
SEEN_SHARE = 0.7  # of the keyframes wanted: with fewer the numbers contradict each other
# From this version on, ffmpeg can drop packets before they reach the decoder.
DROPS_PACKETS = (7, 0)
CLOCKED = ("mp4", "mov", "matroska", "webm", "mpegts")  # whose packets all carry a time
SHOWN = re.compile(r"^\[Parsed_showinfo_\d+ @ [^]]+\] \[info\] n: *\d+ .*?pts_time:(\S+)")
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Plan:
    """How frames are chosen: keyframes only, or all; one at least every ``interval_s``.

    ``thin``: keyframes that are not needed are dropped before they are decoded.
    """

    keys_only: bool
    interval_s: float
    seconds: float
    tile: tuple[int, int]
    thin: bool = False


@dataclass(frozen=True)
class Scanned:
    """What the pass found: the facts, and both readers for the pictures made of them."""

    facts: Facts
    reader: PictureReader
    heard: Heard


def plan_for(facts: Facts) -> Plan:
    """Keyframes are enough when they stand close; otherwise everything is decoded once."""
    video = facts.video
    seconds = min(video.duration_s, SCAN_LIMIT_S)
    keys_only = video.key_gap_s <= FAR_APART_S and video.key_frames >= FEW_KEYS
    interval = min(MOST_APART_S, max(1.0, seconds / LOOKS))
    if not keys_only:
        interval = min(2.0, max(0.25, seconds / 60))
    height = round(TILE_WIDTH * video.display_height / video.display_width / 2) * 2
    width = TILE_WIDTH
    if height > TILE_WIDTH:  # upright clips get the same number of pixels
        width, height = max(2, round(width * width / height / 2) * 2), TILE_WIDTH
    able = (version_number(find_tools().version) or (0, 0)) >= DROPS_PACKETS
    thin = keys_only and able and facts.container in CLOCKED
    return Plan(keys_only, interval, seconds, (width, max(2, height)), thin)


def scan(path: Path, probed: Probed, progress: Progress) -> Scanned:
    """``probed.facts`` with picture, sound and the damage that decoding met.

    Raises ``Unreadable`` when not one frame can be decoded.
    """
    plan, stop = plan_for(probed.facts), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        listening = pool.submit(listen, path, probed, plan.seconds + 1, _unless(stop))
        try:
            listener = _look_well(path, probed, plan, progress)
            heard = _wait(listening, progress)
        except BaseException:
            stop.set()
            raise
    facts = gather(probed.facts, listener, heard.sound, whole=listener.whole and heard.whole)
    if not listener.damage.places:
        facts = replace(facts, problems=[*facts.problems, *heard.damage.problems()])
    return Scanned(facts, listener.reader, heard)


class _Stopped(Exception):
    """The looking side has given up; so does the listening one."""


def _unless(stop: threading.Event) -> Callable[[], None]:
    def wanted() -> None:
        if stop.is_set():
            raise _Stopped

    return wanted


def _wait(listening: Future[Heard], progress: Progress) -> Heard:
    while True:
        try:
            return listening.result(timeout=1)
        except NotYet:
            progress(1.0)


def _look_well(path: Path, probed: Probed, plan: Plan, progress: Progress) -> Listener:
    """Look at few keyframes; at more where something stands still or is black; at every frame
    where fewer came than the packets promise."""
    listener = _look(path, probed, plan, progress)
    reader = listener.reader
    if plan.keys_only and reader.samples < SEEN_SHARE * _promised(probed, plan):
        plan = replace(plan, keys_only=False, thin=False, interval_s=min(2.0, plan.interval_s))
        return _look(path, probed, plan, progress)
    finest = 1.0
    if plan.thin and plan.interval_s > finest and reader.suspicious:
        return _look(path, probed, replace(plan, interval_s=finest), progress)
    return listener


def _promised(probed: Probed, plan: Plan) -> int:
    """How many keyframes the packets promise when no two stand closer than the interval."""
    count, last = 0, float("-inf")
    for at in probed.key_times:
        if at <= plan.seconds and at - last >= plan.interval_s - SLACK_S:
            count, last = count + 1, at
    return count


def _look(path: Path, probed: Probed, plan: Plan, progress: Progress) -> Listener:
    listener = Listener(PictureReader(plan), probed.facts, progress)
    box, lines = Box(path), Lines(listener.line)
    ended = box.run(
        find_tools().ffmpeg,
        arguments(box.clip_url, probed, plan),
        limits=_limits(plan),
        stdout=listener.pixels,
        stderr=lines,
    )
    lines.finish()
    refuse_nothing_seen(listener)
    listener.whole = not (ended.timed_out or ended.status < 0)
    return listener


def gather(facts: Facts, listener: Listener, sound: SoundReader, *, whole: bool) -> Facts:
    """``facts`` with all that was taken in; not ``whole``: a run was ended early."""
    reader = listener.reader
    problems = [*facts.problems, *listener.damage.problems()]
    if not whole:
        problems.append(Problem("unfinished", at=round(reader.last, 3)))
    heard = sound.facts(facts.duration_s) if facts.audio else None
    return replace(facts, problems=problems, picture=reader.facts(facts), sound=heard)


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
    """Pairs raw frames with the times that FFmpeg tells, and keeps what it says of damage."""

    def __init__(self, reader: PictureReader, facts: Facts, progress: Progress) -> None:
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


def arguments(url: str, probed: Probed, plan: Plan) -> list[str]:
    """The command line that looks: chosen frames to standard output, their times logged."""
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
    """The output, as a node of ffmpeg-python, that ``Listener`` takes frames from."""
    width, height = plan.tile
    often = f"isnan(prev_selected_t)+gte(t-prev_selected_t,{plan.interval_s - SLACK_S:.3f})"
    chosen = (
        video.filter("select", often)
        .filter("scale", width, height, flags="area")
        .filter("format", "rgb24")
        .filter("showinfo", checksum=0)
    )
    return ffmpeg.output(chosen, "pipe:1", format="rawvideo", fps_mode="passthrough")
