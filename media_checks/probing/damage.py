"""Reads damage out of FFmpeg's log: of which stream, and in how many places it was met."""

from __future__ import annotations

import re

from .allowed import SOUND_DECODED, VIDEO_CODECS
from .facts import Problem, Span

DAMAGE = re.compile(
    r"error while decoding MB|concealing \d+|Invalid NAL unit size|Error splitting the input"
    r"|partial file|File ended prematurely|Invalid data found when processing"
    r"|Reserved bit set|channel element .* is not allocated|decode_frame failed"
    r"|Error submitting packet to decoder|no frame!|Error parsing NAL unit|corrupt decoded frame",
)
# Our own command line is wrong for this FFmpeg: no fault of the clip.
FAULT = re.compile(r"Option not found|Option '\w+' not found|No such filter|Unrecognized option")
BEGUN = re.compile(r"^(\[info\] )?Input #0, ")  # before it FFmpeg tries all streams, used or not
STREAM = re.compile(r"stream (?:#0:|= )?(\d+)|[av]ist#0:(\d+)")
CONTEXT = re.compile(r"^\[(?:dec:)?([\w-]+) @ ")
ONE_PLACE_S = 1.5  # damage reported closer together than this is one place
MOST_PLACES = 10
# Decoders that log under another name than that of the codec.
ALIASES = {"libdav1d": "av1", "libaom-av1": "av1", "mp3float": "mp3", "mp2float": "mp2",
           "amrnb": "amr_nb", "amrwb": "amr_wb"}  # fmt: skip
NAMED = {*VIDEO_CODECS, *SOUND_DECODED, "dca", "truehd", "gif", "png"}  # speak of their stream only


class Damage:
    """Places where decoding one stream met damage, as stretches of seconds.

    ``index`` and ``codec`` are the stream's; what the log says about others is not counted.
    ``lines`` is how often the log spoke of damage.
    """

    def __init__(self, index: int = -1, codec: str = "") -> None:
        self.index, self.codec = index, codec
        self.places: list[Span] = []
        self.lines = 0
        self.begun = False

    def concerns(self, text: str) -> bool:
        """Whether a line of the log speaks of damage in this stream."""
        self.begun = self.begun or BEGUN.match(text) is not None
        if not self.begun or not DAMAGE.search(text):
            return False
        if stream := STREAM.search(text):
            return int(next(number for number in stream.groups() if number)) == self.index
        context = CONTEXT.match(text)
        name = context[1] if context else ""
        name = ALIASES.get(name, name)
        return name == self.codec or name not in NAMED

    def add(self, at: float) -> None:
        """A line of damage, met at about ``at`` seconds."""
        at = round(max(0.0, at), 3)
        self.lines += 1
        if self.places and at - self.places[-1][1] <= ONE_PLACE_S:
            self.places[-1] = (self.places[-1][0], at)
        else:
            self.places.append((at, at))

    def problems(self) -> list[Problem]:
        """Every place its own problem, the first few of them."""
        count, first = str(len(self.places)), self.places[:MOST_PLACES]
        return [Problem("damaged", at=start, detail=count) for start, _ in first]
