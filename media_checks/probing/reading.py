"""Reading a clip's headers and packets, both at once, beside what else goes on."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..beside import Beside
from ..tools import Tools, find_tools, likely_tools
from .opening import Opened, open_clip
from .packets import PacketReader, read_packets


@dataclass(frozen=True)
class Reading:
    """The two halves of reading the clip at ``path``, begun with ``tools``, which are likely."""

    path: Path
    tools: Tools
    headers: Future[Opened]
    packets: Future[PacketReader]

    @classmethod
    def begin(cls, path: Path, beside: Beside) -> Reading:
        """Begin to read; ``beside`` waits for the end."""
        tools = likely_tools()
        packets = beside.start(partial(read_packets, path, tools=tools))
        return cls(path, tools, beside.start(lambda _: open_clip(path)), packets)

    def opened(self) -> Opened:
        """The headers. Raises as ``open_clip``."""
        return self.headers.result()

    def read(self) -> PacketReader:
        """All packets, asked again where the tools were others. Raises as ``read_packets``."""
        sure = find_tools()
        return self.packets.result() if sure.reads_as(self.tools) else read_packets(self.path)
