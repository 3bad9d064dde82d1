"""Listens to all of the sound: the filters that FFmpeg runs, and what their talk adds up to."""

from __future__ import annotations

import math
import re
import sys
from array import array
from typing import Any

import ffmpeg

from .facts import AudioFacts, SoundFacts, Span
from .hum import RATE, find_hum

WINDOW = re.compile(
    r"^\[Parsed_ametadata_\d+ @ [^]]+\] \[info\] lavfi\."
    r"(?:astats\.Overall\.(?P<what>Peak|RMS)_level|aspectralstats\.1\.(?P<flat>flatness))=(\S+)"
)
MOMENT = re.compile(r"^\[Parsed_ebur128_\d+ @ [^]]+\] \[info\] t: *(\S+) .*? S: *(\S+) ")
SILENCE = re.compile(
    r"^\[(?:Parsed_)?silencedetect\S* @ [^]]+\] \[info\] silence_(start|end): (\S+)"
)
VOLUME = re.compile(
    r"^\[Parsed_volumedetect_\d+ @ [^]]+\] \[info\] (mean_volume|max_volume|n_samples"
    r"|histogram_0db): (\S+)"
)
LEVEL = re.compile(
    r"^\[astats@(sides|middle) @ [^]]+\] \[info\] (?:Channel: (\d)|RMS level dB: (\S+))"
)
SUMMARY = re.compile(r"^ +(I|LRA|Peak): +(\S+) (?:LUFS|LU|dBFS)$")
FLOOR = -120.0
TENTH = 10
FEW_WINDOWS = 40
OPPOSED = -0.5
WINDOW_S = 1024 / 16000
HUM_PIPE = "pipe:hum"
BYTES_A_SAMPLE = 2


class SoundReader:
    """Takes log lines and, in ``hum``, low samples; answers with ``SoundFacts``.

    ``peaks`` and ``levels`` have dB values for every ``WINDOW_S``, ``moments`` the short-term
    loudness in LUFS at ten instants a second; they are drawn for people.
    """

    def __init__(self) -> None:
        self.peaks: array[float] = array("d")
        self.levels: array[float] = array("d")
        self.flats: array[float] = array("d")
        self.moments: list[tuple[float, float]] = []
        self.silences: list[Span] = []
        self.totals: dict[str, float] = {}
        self.low = bytearray()
        self._channel = ""
        self._silent_from: float | None = None

    def line(self, text: str) -> None:
        """One line of FFmpeg's log; lines about other things are passed over."""
        if window := WINDOW.match(text):
            self._window(window["flat"] or window["what"], _number(window[3]))
        elif moment := MOMENT.match(text):
            self.moments.append((_number(moment[1]), _number(moment[2])))
        elif silence := SILENCE.match(text):
            self._silence(silence[1], float(silence[2]))
        elif volume := VOLUME.match(text):
            self.totals[volume[1]] = _number(volume[2])
        elif level := LEVEL.match(text):
            self._level(level[1], level[2], level[3])
        elif summary := SUMMARY.match(text):
            self.totals[summary[1]] = _number(summary[2])

    def hum(self, chunk: bytes) -> None:
        """16-bit mono samples at ``hum.RATE``, little end first."""
        self.low += chunk

    def facts(self, duration: float) -> SoundFacts:
        """What was heard; ``duration`` in seconds closes a silence that lasts to the end."""
        if self._silent_from is not None:
            self._silence("end", duration)
        silent = sum(end - start for start, end in self.silences)
        gap, correlation = self._sides()
        contrast, flatness = self._noise(correlation)
        found = find_hum(self._samples())
        # Players cut off what is above full scale, so the crest is what is left below it.
        crest = self.totals.get("max_volume", FLOOR) - self.totals.get("mean_volume", FLOOR)
        return SoundFacts(
            loudness=self.totals.get("I", -70.0),
            loudness_range=self.totals.get("LRA", 0.0),
            true_peak=self.totals.get("Peak", FLOOR),
            crest=round(10 ** (crest / 20), 2),
            full_scale_pct=self._full_scale(),
            silences=self.silences,
            silent_share=round(min(1.0, silent / duration), 3) if duration else 0.0,
            speech_to_noise=contrast,
            quiet_flatness=flatness,
            side_gap=gap,
            correlation=correlation,
            hum_hz=found.hz if found else None,
            hum_db=found.db if found else None,
            hum_level=found.level if found else None,
        )

    def _full_scale(self) -> float:
        """Per cent of all samples in the last decibel below full scale, or beyond it."""
        total = self.totals.get("n_samples", 0.0)
        return round(100 * self.totals.get("histogram_0db", 0.0) / total, 3) if total else 0.0

    def _window(self, what: str, value: float) -> None:
        {"Peak": self.peaks, "RMS": self.levels, "flatness": self.flats}[what].append(value)

    def _level(self, which: str, channel: str | None, value: str | None) -> None:
        """Totals come as a line with the channel's number, then one with its level."""
        if channel:
            self._channel = which + channel
        elif value:
            self.totals[self._channel] = _number(value)

    def _silence(self, edge: str, at: float) -> None:
        if edge == "start":
            self._silent_from = max(0.0, at)
        elif self._silent_from is not None:
            self.silences.append((round(self._silent_from, 3), round(at, 3)))
            self._silent_from = None

    def _sides(self) -> tuple[float | None, float | None]:
        """Gap in dB and correlation of left and right, from their levels and the middle's."""
        if "sides2" not in self.totals:
            return None, None
        left, right, middle = (
            10 ** (self.totals.get(name, FLOOR) / 20) for name in ("sides1", "sides2", "middle1")
        )
        gap = abs(self.totals["sides1"] - self.totals["sides2"])
        # middle = (left + right) / 2, so 4 m² = l² + r² + 2 c l r
        alike = (4 * middle**2 - left**2 - right**2) / (2 * left * right)
        return round(gap, 1), round(max(-1.0, min(1.0, alike)), 2)

    def _samples(self) -> array[int]:
        samples = array("h", bytes(self.low[: len(self.low) // BYTES_A_SAMPLE * BYTES_A_SAMPLE]))
        if sys.byteorder == "big":
            samples.byteswap()
        return samples

    def _noise(self, correlation: float | None) -> tuple[float | None, float | None]:
        """Contrast of loudest and quietest tenth in dB, and flatness of the quietest in dB.

        Digital silence is left out: it is an edit, not a recording's floor. Of channels in
        antiphase nothing can be said: their middle is what is left when speech has cancelled out.
        """
        if correlation is not None and correlation < OPPOSED:
            return None, None
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


def sound_outputs(audio: Any, facts: AudioFacts) -> list[Any]:
    """Outputs, as nodes of ffmpeg-python, that make FFmpeg say what ``SoundReader`` takes.

    Loudness, peaks and silences come of the sound as it is; the rest of a copy at 16 kHz, where
    all of speech is and a third of the work. ``HUM_PIPE`` gets the lowest part of that.
    """
    parts = audio.filter_multi_output("asplit", 2)
    whole = (
        parts[0]
        .filter("ebur128", peak="true", framelog="info")
        .filter("silencedetect", noise="-50dB", duration=0.5)
        .filter("volumedetect")
    )
    small = parts[1]
    if facts.channels > 1:
        small = small.filter("aresample", 16000).filter("aformat", channel_layouts="stereo")
        # Into 16 bits FFmpeg mixes half of each side; into floats it would add 0.7 of each.
        mixed = _levels(small, "sides").filter("aformat", channel_layouts="mono", sample_fmts="s16")
        small = _levels(mixed, "middle")
    else:
        small = small.filter("aresample", 16000)
    low = small.filter_multi_output("asplit", 2)
    windows = _windows(low[0])
    hum = low[1].filter("aresample", RATE)
    return [
        *(ffmpeg.output(node, "pipe:", format="null") for node in (whole, windows)),
        ffmpeg.output(hum, HUM_PIPE, format="s16le"),
    ]


def _levels(node: Any, name: str) -> Any:
    return node.filter(
        f"astats@{name}", measure_perchannel="RMS_level", measure_overall="none"
    )


def _windows(node: Any) -> Any:
    """Peak of each window; then, of what lies above 200 Hz, its level and how flat it is."""
    quiet = {"metadata": 1, "reset": 1, "measure_perchannel": "none"}
    printed = {"mode": "print"}
    return (
        node.filter("asetnsamples", n=1024)
        .filter("astats", measure_overall="Peak_level", **quiet)
        .filter("ametadata", key="lavfi.astats.Overall.Peak_level", **printed)
        .filter("highpass", f=200)
        .filter("astats", measure_overall="RMS_level", **quiet)
        .filter("aspectralstats", win_size=1024, overlap=0)  # FFmpeg 5 cannot choose measures
        .filter("ametadata", key="lavfi.astats.Overall.RMS_level", **printed)
        .filter("ametadata", key="lavfi.aspectralstats.1.flatness", **printed)
    )
