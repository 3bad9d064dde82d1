"""Measures all of the sound: the filters that FFmpeg runs, and what their log adds up to."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import numpy as np

from ..filter_graph import Output, Stream, output
from ..probing.facts import AudioFacts, Facts, SoundFacts, Span
from .hum import RATE as HUM_RATE
from .hum import find_hum
from .voice_band import FLOOR, RATE, VoiceBand

MOMENT = re.compile(r"^\[Parsed_ebur128_\d+ @ [^]]+\] \[info\] t: *(\S+) .*? S: *(\S+) ")
SILENCE = re.compile(
    r"^\[(?:Parsed_)?silencedetect\S* @ [^]]+\] \[info\] silence_(start|end): (\S+)"
)
VOLUME = re.compile(
    r"^\[Parsed_volumedetect_\d+ @ [^]]+\] \[info\] (mean_volume|max_volume|n_samples"
    r"|histogram_0db): (\S+)"
)
SUMMARY = re.compile(r"^ +(I|LRA|Peak): +(\S+) (?:LUFS|LU|dBFS)$")
TENTH = 10
FEW_WINDOWS = 40
OPPOSED = -0.5
VOICE_PIPE, HUM_PIPE = "pipe:voice", "pipe:hum"
BYTES_A_SAMPLE = 2
# Not flushed: FFmpeg would write each 21 ms of sound by itself, the lowest part 22 bytes at a time.
SAMPLES = {"format": "s16le", "flush_packets": 0}
NEAR_S = 0.1  # silences closer to each other are one


class SoundReader:
    """Takes log lines, and samples by its ``taps``; answers with ``SoundFacts``.

    ``moments``: the short-term loudness in LUFS at ten instants a second, drawn for people.
    ``restarts``: how often FFmpeg began anew because the sound changed its channels or its rate.
    """

    def __init__(self, facts: AudioFacts | None = None) -> None:
        self.restarts, self._summed = -1, 0
        self.voice = VoiceBand(2 if facts and facts.channels > 1 else 1)
        self.moments: list[tuple[float, float]] = []
        self.silences: list[Span] = []
        self.totals: dict[str, float] = {}
        self.low = bytearray()  # 16-bit mono samples at ``hum.RATE``, little end first
        self._silent_from: float | None = None

    def moment(self, text: str) -> bool:
        """Takes a line of FFmpeg's log if it tells the loudness of one moment."""
        found = MOMENT.match(text)
        if found:
            self.moments.append((_number(found[1]), _number(found[2])))
        return found is not None

    def line(self, text: str) -> None:
        """One line of FFmpeg's log; lines about other things are passed over."""
        if self.moment(text):
            return
        if silence := SILENCE.match(text):
            self._silence(silence[1], float(silence[2]))
        elif volume := VOLUME.match(text):
            self.totals[volume[1]] = _number(volume[2])
        elif summary := SUMMARY.match(text):
            self.totals[summary[1]] = _number(summary[2])
            if summary[1] == "I" and len(self.moments) > self._summed:
                self.restarts += 1  # FFmpeg may make ready twice; only what heard something counts
                self._summed = len(self.moments)

    @property
    def measured(self) -> bool:
        """Whether one unbroken measurement came of it."""
        return self.restarts == 0 and bool(self.moments)

    @property
    def full_scale_pct(self) -> float:
        """Per cent of all samples in the last decibel below full scale, or beyond it."""
        total = self.totals.get("n_samples", 0.0)
        return round(100 * self.totals.get("histogram_0db", 0.0) / total, 3) if total else 0.0

    def take_peak(self, other: SoundReader) -> None:
        """The highest peak as another reader found it, if it did."""
        self.totals["Peak"] = other.totals.get("Peak", self.totals.get("Peak", FLOOR))

    @property
    def taps(self) -> dict[str, Callable[[bytes], None]]:
        """The sinks for what FFmpeg writes into the pipes of ``sound_outputs``."""
        return {"voice": self.voice.take, "hum": self.low.extend}

    def facts(self, clip: Facts, zero: float = 0.0) -> SoundFacts:
        """What was heard in ``clip``, which begins at ``zero`` seconds of FFmpeg's clock.

        Where the clip has a picture and no sound it is silent.
        """
        duration = clip.duration_s
        if self._silent_from is not None:
            self._silence("end", duration + zero)
        heard = [(start - zero, end - zero) for start, end in self.silences]
        silences = united([*heard, *clip.only_picture], duration)
        silent = sum(end - start for start, end in silences)
        self.voice.close()
        gap, correlation = self.voice.sides()
        contrast, flatness = self._noise(correlation)
        found = find_hum(np.frombuffer(self.low, "<i2", len(self.low) // BYTES_A_SAMPLE))
        # Players cut off what is above full scale, so the crest is what is left below it.
        crest = self.totals.get("max_volume", FLOOR) - self.totals.get("mean_volume", FLOOR)
        return SoundFacts(
            loudness=self.totals.get("I", -70.0),
            loudness_range=self.totals.get("LRA", 0.0),
            true_peak=self.totals.get("Peak", FLOOR),
            crest=round(10 ** (crest / 20), 2),
            full_scale_pct=self.full_scale_pct,
            silences=silences,
            silent_share=round(min(1.0, silent / duration), 3) if duration else 0.0,
            speech_to_noise=contrast,
            quiet_flatness=flatness,
            side_gap=gap,
            correlation=correlation,
            hum_hz=found.hz if found else None,
            hum_db=found.db if found else None,
            hum_level=found.level if found else None,
            measured=self.measured,
        )

    def _silence(self, edge: str, at: float) -> None:
        if edge == "start":
            self._silent_from = max(0.0, at)
        elif self._silent_from is not None:
            self.silences.append((self._silent_from, at))
            self._silent_from = None

    def _noise(self, correlation: float | None) -> tuple[float | None, float | None]:
        """Contrast of loudest and quietest tenth in dB, and flatness of the quietest in dB.

        Digital silence is left out: it is an edit, not a recording's floor. Of channels in
        antiphase nothing can be said: their middle is what is left when speech has cancelled out.
        """
        if correlation is not None and correlation < OPPOSED:
            return None, None
        heard = sorted(
            (level, flat)
            for level, flat in zip(self.voice.levels, self.voice.flats, strict=True)
            if level > -90.0  # noqa: PLR2004 - below any recording's floor
        )
        if len(heard) < FEW_WINDOWS:
            return None, None
        tenth = max(1, len(heard) // TENTH)
        quiet, loud = heard[:tenth], heard[-tenth:]
        contrast = sum(x for x, _ in loud) / tenth - sum(x for x, _ in quiet) / tenth
        flat = sum(x for _, x in quiet) / tenth
        return round(contrast, 1), round(20 * math.log10(max(flat, 1e-6)), 1)


def united(spans: list[Span], end: float) -> list[Span]:
    """The same time in as few stretches as possible, in order, none beyond the clip's ``end``."""
    found: list[Span] = []
    for start, stop in sorted((max(0.0, a), min(b, end)) for a, b in spans):
        if found and start - found[-1][1] <= NEAR_S:
            found[-1] = (found[-1][0], max(found[-1][1], stop))
        elif stop > start:
            found.append((start, stop))
    return [(round(start, 3), round(stop, 3)) for start, stop in found]


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return FLOOR
    return value if math.isfinite(value) else FLOOR


def peak_output(audio: Stream) -> Output:
    """An output that only measures peaks between the samples.

    Of samples in 16 bits, as ``volumedetect`` hands them on in ``sound_outputs``.
    """
    plain = audio.filter("aformat", sample_fmts="s16")
    filled = plain.filter("aresample", **{"async": 1}, first_pts=0)
    measured = filled.filter("ebur128", peak="true", framelog="verbose")
    return output("pipe:", measured, format="null")


def sound_outputs(audio: Stream, facts: AudioFacts, *, between: bool = True) -> list[Output]:
    """Outputs that give ``SoundReader`` what it takes.

    Loudness and peaks come of the sound as it is, in the log; silences, in the log too, and the
    rest of a copy at ``voice_band.RATE``, which holds all of speech at a third of the work.
    ``HUM_PIPE`` gets the lowest part of that. Gaps between packets, and the time before the first,
    are filled with silence; samples are counted before that. ``between``: peaks between the samples
    count, too.
    """
    counted = audio.filter("volumedetect")
    filled = counted.filter("aresample", **{"async": 1}, first_pts=0)
    parts = filled.filter_multi_output("asplit", 2)
    whole = parts[0].filter("ebur128", peak="true" if between else "sample", framelog="info")
    layout = "stereo" if facts.channels > 1 else "mono"
    small = (
        parts[1]
        .filter("aresample", RATE)
        .filter("aformat", channel_layouts=layout, sample_fmts="s16")
        .filter("silencedetect", noise="-50dB", duration=0.5)
    )
    copies = small.filter_multi_output("asplit", 2)
    low = copies[1].filter("aformat", channel_layouts="mono", sample_fmts="s16")
    return [
        output("pipe:", whole, format="null"),
        output(VOICE_PIPE, copies[0], **SAMPLES),
        output(HUM_PIPE, low.filter("aresample", HUM_RATE), **SAMPLES),
    ]
