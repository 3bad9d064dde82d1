"""Asks ffprobe about each packet and keeps what it says; ``timeline`` adds it up.

NumPy is not needed here: this begins while it is still being imported.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from math import isnan
from pathlib import Path

from ..beside import RaiseIfStopped
from ..sandbox import Collector, Limits, Lines, Sandbox, TooMuchOutput
from ..tools import Tools, find_tools
from . import allowed
from .allowed import MOST_PACKETS
from .refusals import too_complex

PACKET_LIMITS = Limits(cpu_s=60, wall_s=120)
MOST_KEPT = 20
NO_TIME = float("nan")


@dataclass
class Track:
    """The packets of one stream, in file order. Times in seconds, nan where there is none.

    ``positions``, ``sizes`` (bytes in the file) and ``stamps`` have every packet; ``pts``, ``dts``
    and ``durations`` only those that are shown.
    """

    frames: int = 0
    bytes: int = 0
    packets: int = 0
    corrupt: int = 0  # packets that the demuxer calls bad; the times of the first few are kept
    pts: array[float] = field(default_factory=lambda: array("d"))
    dts: array[float] = field(default_factory=lambda: array("d"))
    durations: array[float] = field(default_factory=lambda: array("d"))
    positions: array[int] = field(default_factory=lambda: array("q"))
    sizes: array[int] = field(default_factory=lambda: array("l"))
    stamps: array[float] = field(default_factory=lambda: array("d"))
    keys: list[float] = field(default_factory=list)
    corrupt_at: list[float] = field(default_factory=list)


class PacketReader:
    """Takes ffprobe's packet lines (CSV); ``tracks`` by the index of the stream.

    ``raise_if_stopped`` is called for every line; what it raises ends the reading.
    """

    def __init__(self, raise_if_stopped: RaiseIfStopped = lambda: None) -> None:
        self.tracks: dict[int, Track] = defaultdict(Track)
        self.raise_if_stopped = raise_if_stopped
        self.seen = 0
        self.full = False

    def line(self, text: str) -> None:
        """``stream,pts,dts,duration,size,pos,flags``; any other line is ignored.

        Raises ``TooMuchOutput`` after ``MOST_PACKETS``; ``full`` is true then.
        """
        fields = text.split(",")
        if len(fields) < 7 or not fields[0].isdigit():  # noqa: PLR2004 - the columns above
            return
        self.seen += 1
        if self.seen > MOST_PACKETS:
            self.full = True
            raise TooMuchOutput
        self.raise_if_stopped()
        _add(self.tracks[int(fields[0])], fields)


def read_packets(
    path: Path, raise_if_stopped: RaiseIfStopped = lambda: None, *, tools: Tools | None = None
) -> PacketReader:
    """All packets of ``path``, or the first of far too many.

    ``raise_if_stopped`` is called all the time; what it raises ends the run. Raises ``Unreadable``
    where that takes too long, ``ToolFailed`` when the machine is at fault.
    """
    tools = tools or find_tools()
    reader, box = PacketReader(raise_if_stopped), Sandbox(path, tools=tools)
    args = ["-v", "quiet", *allowed.probe_arguments(), "-of", "csv=p=0", "-show_entries"]
    args += ["packet=stream_index,pts_time,dts_time,duration_time,size,pos,flags"]
    args += ["-i", box.clip_url]
    lines = Lines(reader.line)
    try:
        ended = box.run(
            tools.ffprobe, args, limits=PACKET_LIMITS, stdout=lines, stderr=Collector(1 << 20)
        )
    except TooMuchOutput:
        return reader
    if ended.timed_out:
        raise too_complex()
    lines.finish()
    return reader


def _add(track: Track, fields: list[str]) -> None:
    pts, dts, duration = _time(fields[1]), _time(fields[2]), _time(fields[3])
    size, flags = int(fields[4] or 0), fields[6]
    track.packets += 1
    track.bytes += size
    track.positions.append(int(fields[5]) if fields[5].isdigit() else -1)
    track.sizes.append(size)
    track.stamps.append(pts)
    if "C" in flags:
        track.corrupt += 1
        if len(track.corrupt_at) < MOST_KEPT and not isnan(pts):
            track.corrupt_at.append(pts)
    if "D" in flags:  # before the edit list's start: never shown
        return
    track.frames += 1
    track.pts.append(pts)
    track.dts.append(dts)
    track.durations.append(0.0 if isnan(duration) else duration)
    if "K" in flags:
        track.keys.append(dts if isnan(pts) else pts)


def _time(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return NO_TIME
