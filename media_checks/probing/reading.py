"""Reading a clip's headers and packets, both at once, beside what else goes on."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..beside import Beside
from .opening import Opened, open_clip
from .packets import PacketReader, read_packets


@dataclass(frozen=True)
class Reading:
    """The two halves of reading the clip at ``path``; asked for its result, each raises what
    ``open_clip`` and ``read_packets`` raise."""

    path: Path
    headers: Future[Opened]
    packets: Future[PacketReader]

    @classmethod
    def begin(cls, path: Path, beside: Beside) -> Reading:
        """Begin to read; ``beside`` waits for the end."""
        packets = beside.start(partial(read_packets, path))
        return cls(path, beside.start(lambda _: open_clip(path)), packets)
