"""Looks at every frame around the ends of a stretch, where the verdict hangs on it, and only there.

A few looks a minute say that a stretch is black or motionless; when it begins and ends, and that
nothing moved in between, is known from the frames around these looks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from .. import filter_graph
from ..probing import allowed
from ..probing.facts import Facts, Span
from ..probing.probe import ProbeResult
from ..sandbox import Limits, Lines, Sandbox
from ..tools import find_tools
from .frames import SHOWN, START, input_options, shown_as
from .plan import Plan
from .runs import Run, is_black, is_same

MOST_WINDOWS = 120
WHOLE_S = 3.0  # a stretch up to so long is seen whole, of a longer one its ends and some of it
INSIDE_S, INSIDE = 0.6, 3  # looks into a longer one: how long, how many
MOST_S = 150.0  # seconds of the clip that are decoded in all
EDGE_S = 0.02
TOUCHING_S = 0.15  # stretches of the same picture closer than this are one
LIMITS = Limits(cpu_s=120, wall_s=180)


@dataclass(frozen=True)
class Allowed:
    """What a policy allows of one kind of stretch: seconds at a time, per cent of the clip."""

    run_s: float = float("inf")
    share_pct: float = 100.0

    @classmethod
    def of(cls, rules: Mapping[str, Mapping[str, Any]], name: str) -> Allowed:
        """The limits of the rule ``name``; without such a rule everything is allowed."""
        limits = rules.get(name)
        return cls() if limits is None else cls(limits["max_run_s"], limits["max_share_pct"])


class Closer:
    """Decodes windows of one clip's picture."""

    def __init__(self, path: Path, probed: ProbeResult, plan: Plan) -> None:
        self.box, self.probed, self.plan = Sandbox(path), probed, plan
        self.windows, self.seconds = 0, 0.0

    @property
    def spent(self) -> bool:
        """Whether so much was decoded that no more will be."""
        return self.windows >= MOST_WINDOWS or self.seconds >= MOST_S

    def frames(self, start: float, end: float) -> list[tuple[float, Image.Image]]:
        """Every frame from ``start`` to ``end``, seconds of the clip, as grey pictures."""
        if self.spent:
            return []
        self.windows, self.seconds = self.windows + 1, self.seconds + end - start
        seek = max(0.0, start - EDGE_S + self.probed.zero)
        size = self.plan.tile
        taker = _Taker(size, seek - self.probed.zero)
        lines = Lines(taker.line)
        self.box.run(
            find_tools().ffmpeg,
            [*START, *self._arguments(seek, end + EDGE_S + self.probed.zero - seek)],
            limits=LIMITS,
            stdout=taker.pixels,
            stderr=lines,
        )
        lines.finish()
        return taker.found

    def _arguments(self, seek: float, length: float) -> list[str]:
        options = input_options() | {"ss": f"{seek:.3f}", "t": f"{length:.3f}", "an": None}
        clip = filter_graph.source(self.box.clip_url, **allowed.INPUT_OPTIONS, **options)
        picture = shown_as(clip[str(self.probed.video_index)], self.probed.facts.video)
        picture = picture.filter("showinfo", checksum=0)
        picture = picture.filter("scale", *self.plan.tile, flags="area").filter("format", "gray")
        node = filter_graph.output("pipe:1", picture, format="rawvideo", fps_mode="passthrough")
        return filter_graph.arguments(node)


class _Taker:
    """Puts times from the log and pixels from the pipe together."""

    def __init__(self, size: tuple[int, int], start: float) -> None:
        self.size, self.start = size, start
        self.found: list[tuple[float, Image.Image]] = []
        self._times: deque[float] = deque()
        self._rest = bytearray()

    def line(self, text: str) -> None:
        if shown := SHOWN.match(text):
            self._times.append(float(shown["at"]) + self.start)
            self._take()

    def pixels(self, chunk: bytes) -> None:
        self._rest += chunk
        self._take()

    def _take(self) -> None:
        size = self.size[0] * self.size[1]
        while self._times and len(self._rest) >= size:
            image = Image.frombytes("L", self.size, bytes(self._rest[:size]))
            del self._rest[:size]
            self.found.append((self._times.popleft(), image))


def look_closer(
    path: Path, probed: ProbeResult, plan: Plan, runs: list[Run], rules: Mapping[str, Any]
) -> list[Run]:
    """``runs`` with exact ends where ``rules`` hang on them, and frames that stand for long.

    Raises ``ToolFailed`` when FFmpeg cannot be started.
    """
    closer = Closer(path, probed, plan)
    for black in (True, False):
        limits = Allowed.of(rules, "black" if black else "frozen")
        kind = [run for run in runs if run.black == black]
        for run in _decisive(kind, limits, probed.facts):
            if not closer.spent:
                run.exact = _exact(closer, run)
    return [*runs, *_held(closer, runs, probed.facts)]


def _decisive(runs: list[Run], limits: Allowed, facts: Facts) -> list[Run]:
    """The stretches that may break a limit, the longest first; all if their sum may."""
    seconds = facts.duration_s or 1.0
    most = 100 * sum(run.most for run in runs) / seconds
    wanted = runs if most > limits.share_pct else [r for r in runs if r.most > limits.run_s]
    return sorted(wanted, key=lambda run: -run.most)


def _exact(closer: Closer, run: Run) -> list[Span]:
    whole = (run.before, run.after)
    if run.most <= WHOLE_S:
        return _parts(closer.frames(*whole), run, run.first, run.after)
    inside = [run.first + (run.last - run.first) * (i + 0.37) / INSIDE for i in range(INSIDE)]
    looks = (closer.frames(at, min(at + INSIDE_S, run.last)) for at in inside)
    if run.last - run.first > WHOLE_S and not all(_still(frames, run) for frames in looks):
        return _parts(closer.frames(*whole), run, run.first, run.after)
    start, end = run.first, run.after
    if run.before < run.first:
        frames = closer.frames(run.before, run.first)
        start = _parts(frames, run, run.first, run.first)[-1][0]
    if run.after > run.last:
        end = _parts(closer.frames(run.last, run.after), run, run.last, run.after)[0][1]
    return [(start, end)]


def _still(frames: list[tuple[float, Image.Image]], run: Run) -> bool:
    """Whether nothing changes on these frames."""
    if run.black:
        return all(is_black(grey) for _, grey in frames)
    return all(is_same(frames[0][1], grey) for _, grey in frames)


def _parts(
    frames: list[tuple[float, Image.Image]], run: Run, near: float, end: float
) -> list[Span]:
    """Stretches of ``frames`` that are black, or show the frame nearest to ``near``.

    A frame lasts until the next, the last one until ``end``.
    """
    if not frames:
        return [(run.first, run.after)]
    anchor = min(frames, key=lambda frame: abs(frame[0] - near))[1]
    ends = [*(when for when, _ in frames[1:]), max(frames[-1][0], end)]
    found: list[Span] = []
    for (start, grey), stop in zip(frames, ends, strict=True):
        if not (is_black(grey) if run.black else is_same(anchor, grey)):
            continue
        if found and start - found[-1][1] < EDGE_S:
            found[-1] = (found[-1][0], stop)
        else:
            found.append((start, stop))
    return found or [(near, near)]


def _held(closer: Closer, runs: list[Run], facts: Facts) -> list[Run]:
    """Frames that stand for long by their packets, as stretches of their own."""
    found: list[Run] = []
    shown: Image.Image | None = None
    for start, end in facts.video.held:
        if any(_inside((start, end), span) for run in runs for span in run.spans):
            continue
        frames = closer.frames(start, start + EDGE_S)
        grey = frames[0][1] if frames else None
        black = grey is not None and is_black(grey)
        before = found[-1] if found else None
        if before and _goes_on(before, start, black, shown, grey):
            before.after = end
        else:
            found.append(Run(start, start, start, end, black))
        shown = grey
    return found


def _inside(small: Span, large: Span) -> bool:
    return large[0] - TOUCHING_S <= small[0] and small[1] <= large[1] + TOUCHING_S


def _goes_on(
    before: Run, start: float, black: bool, shown: Image.Image | None, grey: Image.Image | None
) -> bool:
    if start - before.after > TOUCHING_S or before.black != black or shown is None or grey is None:
        return False
    return black or is_same(shown, grey)


def spans_of(runs: Iterable[Run], *, black: bool, more: Iterable[Span] = ()) -> list[Span]:
    """Stretches of one kind in order, none counted twice; different stills stay apart."""
    found: list[Span] = []
    each = [span for run in runs if run.black == black for span in run.spans]
    for start, end in sorted((*each, *more)):
        if found and black and start - found[-1][1] <= TOUCHING_S:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
            continue
        begin = max(start, found[-1][1]) if found else start
        if end > begin:
            found.append((begin, end))
    return [(round(start, 3), round(end, 3)) for start, end in found]
