"""The quick pass: a few keyframes a minute and all of the sound, by two FFmpegs at once."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .. import filter_graph
from ..errors import ToolFailed, Unreadable
from ..filter_graph import Output, Stream
from ..probing import allowed
from ..probing.damage import FAULT, Damage
from ..probing.facts import Facts, Problem
from ..probing.integrity import is_remark
from ..probing.probe import ProbeResult
from ..probing.refusals import EXPORT
from ..progress import ProgressReporter
from ..sandbox import Collector, Limits, Lines, Sandbox
from ..sound.listening import SoundScan
from ..tools import find_tools
from .closer import look_closer
from .frames import SHOWN, START, input_options, shown_as
from .measuring import PictureReader
from .plan import Plan, plan_for
from .runs import Run
from .sizes import Size, size_of, with_lasting_size

Settled = Callable[[PictureReader], None]
SLACK_S = 0.05  # a frame this much early is taken
LINES_A_PACKET = 2  # what FFmpeg logs about a bad packet of sound
SEEN_SHARE = 0.7  # of the keyframes wanted: with fewer the numbers contradict each other


@dataclass(frozen=True)
class ClipScan:
    """What the quick pass found: the facts, and both readers for the pictures made of them."""

    facts: Facts
    reader: PictureReader
    heard: SoundScan


def look(
    path: Path, probed: ProbeResult, progress: ProgressReporter, settled: Settled | None
) -> FrameCollector:
    """Look at few keyframes; at every frame if fewer came than the packets promise.

    ``settled`` is called once in each of these looks, when its poster is chosen.

    Raises ``Unreadable`` when not one frame can be decoded, ``ToolFailed`` when the machine is at
    fault, and whatever ``progress`` raises.
    """
    plan = plan_for(probed.facts, probed.key_times)
    collector = _look_apart(path, probed, plan, progress, settled) if plan.apart else None
    collector = collector or _look(path, probed, plan, progress, settled)
    reader = collector.reader
    if plan.keys_only and reader.samples < SEEN_SHARE * _promised(probed, plan):
        plan = replace(plan, keys_only=False, thin=False, apart=False)
        plan = replace(plan, interval_s=min(2.0, plan.interval_s))
        return _look(path, probed, plan, progress, settled)
    return collector


def add_up(
    path: Path,
    probed: ProbeResult,
    rules: Mapping[str, Any],
    seen: FrameCollector,
    hear: Callable[[], SoundScan],
) -> ClipScan:
    """``probed.facts`` with picture, sound and the damage that decoding met.

    ``rules`` of a policy tell where stretches must be known to the frame; ``hear`` waits for the
    sound. Raises ``ToolFailed`` when FFmpeg cannot be started, and whatever ``hear`` raises.
    """
    reader = seen.reader
    runs = reader.runs(_end(probed.facts, reader.plan))
    runs = look_closer(path, probed, reader.plan, runs, rules)
    heard = hear()
    facts = gather(probed, seen, runs, heard, whole=seen.whole and heard.whole)
    return ClipScan(facts, reader, heard)


def most_full_scale(rules: Mapping[str, Any]) -> float:
    """The share at full scale (%) up to which no rule asks for peaks between the samples."""
    limits = rules.get("audio_clipping")
    return 100.0 if limits is None else float(limits["max_full_scale_pct"])


def _end(facts: Facts, plan: Plan) -> float:
    return min(facts.video.start_s + facts.video.duration_s, plan.seconds)


def _promised(probed: ProbeResult, plan: Plan) -> int:
    """How many keyframes the packets promise when no two stand closer than the interval."""
    count, last = 0, float("-inf")
    for at in probed.key_times:
        if at <= plan.seconds and at - last >= plan.interval_s - SLACK_S:
            count, last = count + 1, at
    return count


def _look_apart(
    path: Path, probed: ProbeResult, plan: Plan, progress: ProgressReporter, settled: Settled | None
) -> FrameCollector | None:
    """Copy the keyframes that are wanted, and look at the copy; None when it cannot be made."""
    with tempfile.TemporaryDirectory(prefix="keys-") as folder:
        box = Sandbox(path, Path(folder))
        # ``-discard nokey`` would read less, but FFmpeg then tells times that are frames off.
        seconds = probed.zero + plan.seconds
        reading = {**allowed.INPUT_OPTIONS, **probed.options, "t": seconds}
        clip = filter_graph.source(box.clip_url, **reading)
        options = {"c": "copy", "bsf:v": f"noise=drop='{_drop(plan.interval_s)}'"}
        video = clip[str(probed.video_index)]
        node = filter_graph.output(box.out("keys.mov"), video, format="mov", **options)
        ended = box.run(
            find_tools().ffmpeg,
            [*START, "-v", "quiet", *filter_graph.arguments(node)],
            limits=replace(_limits(plan), file_size=probed.facts.size + (1 << 20)),
            stdout=Collector(1 << 16),
            stderr=Collector(1 << 20),
        )
        made = Path(folder) / "keys.mov"
        if ended.status != 0 or not made.exists():
            return None
        try:
            return _look(made, replace(probed, video_index=0), plan, progress, settled)
        except Unreadable:
            return None


def _look(
    path: Path, probed: ProbeResult, plan: Plan, progress: ProgressReporter, settled: Settled | None
) -> FrameCollector:
    collector = FrameCollector(PictureReader(plan), probed, progress, settled)
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


def gather(
    probed: ProbeResult,
    collector: FrameCollector,
    runs: Sequence[Run],
    heard: SoundScan,
    *,
    whole: bool,
) -> Facts:
    """The facts with what was seen and heard; ``whole`` is false when a run was ended early."""
    facts, reader = with_lasting_size(probed.facts, collector.sizes), collector.reader
    problems, noted = [*facts.problems, *collector.damage.problems()], list(facts.remarks)
    bad = heard.damage.lines / LINES_A_PACKET
    if facts.audio and heard.damage.places and is_remark(bad, facts.audio.packets):
        noted += [replace(p, kind="damaged_sound") for p in heard.damage.problems()[:1]]
    else:
        problems += heard.damage.problems()
    if not whole:
        problems.append(Problem("unfinished", at=round(reader.last, 3)))
    sound = facts.audio and facts.audio.duration_s
    return replace(
        facts,
        problems=problems,
        remarks=noted[:1],
        picture=reader.facts(facts, runs),
        sound=heard.sound.facts(facts, probed.zero) if sound else None,
    )


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
        f"Không đọc được hình nào trong tệp. {EXPORT.vi}",
        f"Not one picture of the file could be read. {EXPORT.en}",
    )


def _limits(plan: Plan) -> Limits:
    # Eight times real time covers 4K HEVC on one slow core.
    return Limits(cpu_s=120 + int(plan.seconds * 8), wall_s=120 + plan.seconds * 8)


class FrameCollector:
    """Pairs raw frames with their times from FFmpeg's log, and keeps what that says of damage."""

    def __init__(
        self,
        reader: PictureReader,
        probed: ProbeResult,
        progress: ProgressReporter,
        settled: Settled | None = None,
    ) -> None:
        facts = probed.facts
        self.settled = settled
        self.reader, self.zero = reader, probed.zero
        self.sizes: list[Size] = []
        self.seconds = reader.plan.seconds
        self.progress = progress
        self.times: deque[float] = deque()
        self.buffer = bytearray()
        self.damage = Damage(probed.video_index, facts.video.codec)
        # A broadcast recording may start in the middle of a picture; that is no damage.
        self.mid_stream = facts.container in ("mpegts", "mpeg")
        self.fault = ""
        self.whole = True

    def line(self, text: str) -> bool:
        """One line of FFmpeg's log; whether it was about the picture."""
        if shown := SHOWN.match(text):
            at = max(0.0, float(shown["at"]) - self.zero)
            self.sizes.append(size_of(at, shown["size"], shown["sar"]))
            self.times.append(at)
            self._take()
        elif self.damage.concerns(text):
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
            if self.settled and self.reader.poster_is_settled:
                self.settled(self.reader)
                self.settled = None
            self.progress(min(1.0, when / self.seconds) if self.seconds else 1.0)


def arguments(url: str, probed: ProbeResult, plan: Plan) -> list[str]:
    """FFmpeg's arguments: chosen frames to standard output, their times to the log."""
    options: dict[str, Any] = {**allowed.INPUT_OPTIONS, **probed.options, **input_options()}
    options |= {"an": None, "t": probed.zero + plan.seconds + 1}
    if plan.keys_only:
        # Edges between blocks are not smoothed: nothing leans on a keyframe here, and tiles
        # are a quarter of its size.
        options |= {"skip_frame": "nokey", "skip_loop_filter": "all"}
    if plan.thin:
        options["bsf:v"] = f"noise=drop='{_drop(plan.interval_s)}'"
    clip = filter_graph.source(url, **options)
    video = shown_as(clip[str(probed.video_index)], probed.facts.video)
    compiled = filter_graph.arguments(picture_output(video, plan))
    # Of a copy of keyframes the first may come late: its times are to be taken as they are.
    return [*START, *(["-copyts"] if plan.apart else []), *compiled]


def _drop(interval: float) -> str:
    """Drop a packet unless it is a keyframe far enough from the last one kept."""
    far = f"gte(abs(pts*tb-ld(0)),{interval - SLACK_S:.3f})"
    kept = "st(0,pts*tb)*0+st(1,1)*0"
    return f"if(key*(eq(ld(1),0)+{far}),{kept},1)".replace(",", "\\,")


def picture_output(video: Stream, plan: Plan) -> Output:
    """The output that ``FrameCollector`` takes frames from.

    Times and sizes are told before the frames are scaled.
    """
    width, height = plan.tile
    often = f"isnan(prev_selected_t)+gte(t-prev_selected_t,{plan.interval_s - SLACK_S:.3f})"
    chosen = (
        video.filter("select", often)
        .filter("showinfo", checksum=0)
        .filter("scale", width, height, flags="area")
        .filter("format", "rgb24")
    )
    return filter_graph.output("pipe:1", chosen, format="rawvideo", fps_mode="passthrough")
