"""The demo's films, kept from one run to the next, and the contest that asks for smaller ones.

To look at a film of the reference contest takes seven seconds of a processor, most of it for three
minutes of sound and for Full HD.
"""

from dataclasses import replace
from pathlib import Path

from contest.demo import clips, script
from contest.demo.kinds import Kind
from contest.demo.sample import PROFILE

LINES, SHORTER = 270, 5  # a sixteenth of the points, a fifth of the time
RULES = {
    "min_width = 1440": f"min_width = {LINES * 4 // 3}",
    "min_height = 1080": f"min_height = {LINES}",
    "min_s = 180": f"min_s = {180 // SHORTER}",
    "max_s = 300": f"max_s = {300 // SHORTER}",
}


class Filmed(Kind):
    """The reference contest with the films that it asks for."""

    def filmed(self, sample: clips.Sample) -> clips.Sample:
        return sample


class Small(Filmed):
    """The reference contest, but for the size and length of the films that it asks for."""

    @property
    def source(self) -> str:
        text = super().source
        for rule, smaller in RULES.items():
            assert text.count(rule) == 1
            text = text.replace(rule, smaller)
        return text

    def filmed(self, sample: clips.Sample) -> clips.Sample:
        return replace(sample, lines=LINES, seconds=sample.seconds // SHORTER)


FULL, SMALL = (kind(PROFILE.stem, script.EXPECTED) for kind in (Filmed, Small))


def film(path: Path, sample: clips.Sample) -> None:
    """For ``clip_cache.cached``."""
    clips.make(sample, path)
