"""Gathers what FFmpeg's sound filters log."""

from __future__ import annotations

import math
import re
from array import array

from .facts import SoundFacts, Span

WINDOW = re.compile(
    r"^\[Parsed_ametadata_\d+ @ [^]]+\] \[info\] "
    r"(?:lavfi\.astats\.Overall\.RMS_level=(?P<level>\S+)"
    r"|lavfi\.aspectralstats\.1\.flatness=(?P<flat>\S+))"
)
SILENCE = re.compile(
    r"^\[(?:Parsed_)?silencedetect\S* @ [^]]+\] \[info\] silence_(start|end): (\S+)"
)
OVERALL = re.compile(r"^\[Parsed_astats_\d+ @ [^]]+\] \[info\] (Peak|RMS) level dB: (\S+)")
SUMMARY = re.compile(r"^ +(I|LRA|Peak): +(\S+) (?:LUFS|LU|dBFS)$")
FLOOR = -120.0
TENTH = 10
FEW_WINDOWS = 40


class SoundReader:
    """Takes log lines; answers with ``SoundFacts``."""

    def __init__(self) -> None:
        self.levels: array[float] = array("d")
        self.flats: array[float] = array("d")
        self.silences: list[Span] = []
        self.totals: dict[str, float] = {}
        self._silent_from: float | None = None

    def line(self, text: str) -> None:
        """One line of FFmpeg's log; lines about other things are passed over."""
        if window := WINDOW.match(text):
            if window["level"]:
                self.levels.append(_number(window["level"]))
            elif window["flat"]:
                self.flats.append(_number(window["flat"]))
        elif silence := SILENCE.match(text):
            self._silence(silence[1], float(silence[2]))
        elif overall := OVERALL.match(text):
            # The windows' own astats also prints a total at the end, without a peak: the last
            # RMS before or after a peak belongs to the whole.
            self._overall(overall[1], _number(overall[2]))
        elif summary := SUMMARY.match(text):
            self.totals[summary[1]] = _number(summary[2])

    def facts(self, duration: float) -> SoundFacts:
        """What was heard; ``duration`` in seconds closes a silence that lasts to the end."""
        if self._silent_from is not None:
            self._silence("end", duration)
        silent = sum(end - start for start, end in self.silences)
        contrast, flatness = self._noise()
        level = self.totals.get("whole RMS", FLOOR)
        # Players cut off what is above full scale, so the crest is what is left below it.
        peak = min(0.0, self.totals.get("whole Peak", FLOOR))
        return SoundFacts(
            loudness=self.totals.get("I", -70.0),
            loudness_range=self.totals.get("LRA", 0.0),
            true_peak=self.totals.get("Peak", FLOOR),
            crest=round(10 ** ((peak - level) / 20), 2),
            silences=self.silences,
            silent_share=round(min(1.0, silent / duration), 3) if duration else 0.0,
            speech_to_noise=contrast,
            quiet_flatness=flatness,
        )

    def _silence(self, edge: str, at: float) -> None:
        if edge == "start":
            self._silent_from = max(0.0, at)
        elif self._silent_from is not None:
            self.silences.append((round(self._silent_from, 3), round(at, 3)))
            self._silent_from = None

    def _overall(self, what: str, value: float) -> None:
        if what == "Peak":
            self.totals["whole Peak"] = value
        elif "whole Peak" in self.totals and "whole RMS" not in self.totals:
            self.totals["whole RMS"] = value

    def _noise(self) -> tuple[float | None, float | None]:
        """Contrast of loudest and quietest tenth in dB, and flatness of the quietest in dB.

        Digital silence is left out: it is an edit, not a recording's floor.
        """
        heard = sorted(
            (level, flat)
            for level, flat in zip(self.levels, self.flats, strict=False)
            if level > -90.0  # noqa: PLR2004 - below any recording's floor
        )
        if len(heard) < FEW_WINDOWS:
            return None, None
        tenth = max(1, len(heard) // TENTH)
        quiet, loud = heard[:tenth], heard[-tenth:]
        contrast = sum(x for x, _ in loud) / tenth - sum(x for x, _ in quiet) / tenth
        flat = sum(x for _, x in quiet) / tenth
        return round(contrast, 1), round(20 * math.log10(max(flat, 1e-6)), 1)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return FLOOR
    return value if math.isfinite(value) else FLOOR
