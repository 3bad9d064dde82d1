"""Reads damage out of FFmpeg's log, and says in how many places it was met."""

from __future__ import annotations

import re

from .facts import Problem, Span

DAMAGE = re.compile(
    r"error while decoding MB|concealing \d+|Invalid NAL unit size|Error splitting the input"
    r"|partial file|File ended prematurely|Packet corrupt|Invalid data found when processing"
    r"|Reserved bit set|channel element .* is not allocated|decode_frame failed"
    r"|Error submitting packet to decoder|no frame!|Error parsing NAL unit|corrupt decoded frame",
)
# Our own command line is wrong for this FFmpeg: no fault of the clip.
FAULT = re.compile(r"Option not found|Option '\w+' not found|No such filter|Unrecognized option")
ONE_PLACE_S = 1.5  # damage reported closer together than this is one place
MOST_PLACES = 10


class Damage:
    """Places where decoding met damage, as stretches of seconds."""

    def __init__(self) -> None:
        self.places: list[Span] = []

    def add(self, at: float) -> None:
        """A line of damage, met at about ``at`` seconds."""
        at = round(max(0.0, at), 3)
        if self.places and at - self.places[-1][1] <= ONE_PLACE_S:
            self.places[-1] = (self.places[-1][0], at)
        else:
            self.places.append((at, at))

    def problems(self) -> list[Problem]:
        """Every place its own problem, the first few of them."""
        count, first = str(len(self.places)), self.places[:MOST_PLACES]
        return [Problem("damaged", at=start, detail=count) for start, _ in first]
