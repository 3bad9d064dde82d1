"""Brings sound of any number of channels to what FFmpeg's filters and players can take."""

from __future__ import annotations

from ..filter_graph import Stream
from ..probing.facts import AudioFacts

MOST_CHANNELS = 8  # more have no layout that FFmpeg 5.1 can mix
ASIDE = 0.35  # how much of the other channels goes to each side
# Ambisonics: the first channel hears all around, the second left from right.
AROUND = "stereo|c0=0.5*c0+0.5*c1|c1=0.5*c0-0.5*c1"


def plain(audio: Stream, facts: AudioFacts, uses: int) -> list[Stream]:
    """``audio``, once for each use; in two channels if it cannot be mixed."""
    if is_plain(facts):
        return [audio] * uses
    way = AROUND if "ambisonic" in facts.layout else _sides(facts.channels)
    split = audio.filter("pan", args=way).filter_multi_output("asplit", uses)
    return [split[i] for i in range(uses)]


def is_plain(facts: AudioFacts) -> bool:
    """Whether ``plain`` leaves the sound as it is."""
    return "ambisonic" not in facts.layout and facts.channels <= MOST_CHANNELS


def _sides(channels: int) -> str:
    """Even channels to the left, odd ones to the right, the first pair in full."""
    sides = []
    for side in (0, 1):
        others = "".join(f"+{ASIDE}*c{i}" for i in range(side + 2, channels, 2))
        sides.append(f"c{side}<c{side}{others}")  # "<": never louder than the loudest
    return "|".join(("stereo", *sides))
