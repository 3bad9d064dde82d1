"""The half of the quick pass that listens: one FFmpeg run over all of the sound."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .. import filter_graph
from ..beside import RaiseIfStopped
from ..filter_graph import Output, Stream
from ..probing import allowed
from ..probing.damage import FAULT, Damage
from ..probing.facts import AudioFacts
from ..sandbox import Collector, Limits, Lines, Sandbox
from ..tools import find_tools
from .chromaprint import SOUND_OUTPUT
from .layout import plain
from .measuring import SoundReader, peak_output, sound_outputs

START = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info"]
START += ["-filter_complex_threads", "1"]
EVEN_RATE = 48000
PRINT_LIMIT = 1 << 20  # bytes of chromaprint; five minutes take ten kilobytes


@dataclass
class SoundScan:
    """What one run over the sound gave: measurements, chromaprint's raw values, damage.

    ``fault`` is FFmpeg's complaint about our command line; ``whole`` is false when the run was
    ended early.
    """

    sound: SoundReader = field(default_factory=SoundReader)
    chromaprint: Collector = field(default_factory=lambda: Collector(PRINT_LIMIT))
    damage: Damage = field(default_factory=Damage)
    fault: str = ""
    whole: bool = True

    @property
    def at(self) -> float:
        """Seconds heard so far."""
        return self.sound.moments[-1][0] if self.sound.moments else 0.0

    def line(self, text: str) -> None:
        """One line of FFmpeg's log; most of them are moments of the sound."""
        if self.sound.moment(text):
            return
        if self.damage.concerns(text):
            self.damage.add(self.at)
        elif FAULT.search(text):
            self.fault = text
        else:
            self.sound.line(text)


def listen(
    path: Path,
    index: int | None,
    audio: AudioFacts | None,
    seconds: float,
    raise_if_stopped: RaiseIfStopped,
    *,
    most_full_scale_pct: float = 0.0,
    options: Mapping[str, Any] | None = None,
) -> SoundScan:
    """Measure the first ``seconds`` of stream ``index``, which ``audio`` describes.

    An empty scan for a clip without any sound.

    Peaks between the samples cost as much as all the rest. They are measured where the verdict can
    hang on them: where more than ``most_full_scale_pct`` of the samples lie at full scale. Else the
    highest sample stands for the peak. ``options`` are FFmpeg's for reading the clip.

    ``raise_if_stopped`` is called for every line of FFmpeg's log; what it raises ends the run.
    Raises ``ToolFailed`` when FFmpeg cannot be started.
    """
    if index is None or audio is None:
        return SoundScan()
    share = {"most_full_scale_pct": most_full_scale_pct}
    heard = _measure(path, index, audio, seconds, raise_if_stopped, **share, options=options or {})
    if heard.sound.measured or not heard.whole or heard.fault:
        return heard
    with tempfile.TemporaryDirectory(prefix="sound-") as folder:
        made = Path(folder) / "even.mka"
        if not _even_out(path, index, audio, seconds, made):
            return heard
        even = replace(audio, codec="pcm_f32le", channels=2, layout="stereo")
        again = _measure(made, 0, even, seconds, raise_if_stopped, **share, options={})
        return replace(again, damage=heard.damage)


def _even_out(path: Path, index: int, audio: AudioFacts, seconds: float, made: Path) -> bool:
    """Write the sound to ``made`` in two channels from its beginning to its end.

    FFmpeg begins its measurements anew when channels or rate change on the way.
    """
    box = Sandbox(path, made.parent)
    clip = filter_graph.source(box.clip_url, **allowed.INPUT_OPTIONS, t=seconds, vn=None)
    [mixed] = plain(clip[str(index)], audio, 1)
    node = filter_graph.output(
        box.out(made.name), mixed, format="matroska", acodec="pcm_f32le", ac=2, ar=EVEN_RATE
    )
    ended = box.run(
        find_tools().ffmpeg,
        [*START, *filter_graph.arguments(node)],
        limits=_limits(seconds, file_size=int(1.1 * seconds * EVEN_RATE * 8) + (1 << 20)),
        stdout=Collector(1 << 16),
        stderr=Lines(lambda _: None),
    )
    return ended.status == 0 and made.exists()


def _limits(seconds: float, file_size: int = 0) -> Limits:
    return Limits(cpu_s=60 + int(seconds), wall_s=60 + 2 * seconds, file_size=file_size)


def _measure(
    path: Path,
    index: int,
    audio: AudioFacts,
    seconds: float,
    raise_if_stopped: RaiseIfStopped,
    *,
    most_full_scale_pct: float,
    options: Mapping[str, Any],
) -> SoundScan:
    """A run over stream ``index``, which ``audio`` describes, and one for its peaks if need be."""
    heard = SoundScan(SoundReader(audio), damage=Damage(index, audio.codec))
    box = Sandbox(path)
    options = {**allowed.INPUT_OPTIONS, **options, "t": seconds, "vn": None}
    clip = filter_graph.source(box.clip_url, **options)
    measured, printed = plain(clip[str(index)], audio, 2)
    between = most_full_scale_pct <= 0
    outputs = [*sound_outputs(measured, audio, between=between), *_print(printed)]

    def line(text: str) -> None:
        raise_if_stopped()
        heard.line(text)

    lines = Lines(line)
    ended = box.run(
        find_tools().ffmpeg,
        [*START, *filter_graph.arguments(*outputs)],
        limits=_limits(seconds),
        stdout=heard.chromaprint,
        stderr=lines,
        taps=heard.sound.taps,
    )
    lines.finish()
    heard.whole = not (ended.timed_out or ended.status < 0)
    if not between and heard.whole and heard.sound.full_scale_pct > most_full_scale_pct:
        _find_peak(box, plain(clip[str(index)], audio, 1)[0], seconds, heard.sound)
    return heard


def _find_peak(box: Sandbox, audio: Stream, seconds: float, sound: SoundReader) -> None:
    """A run for the highest peak alone, those between the samples included."""
    reader = SoundReader()
    lines = Lines(reader.line)
    box.run(
        find_tools().ffmpeg,
        [*START, *filter_graph.arguments(peak_output(audio))],
        limits=_limits(seconds),
        stdout=Collector(1 << 16),
        stderr=lines,
    )
    lines.finish()
    sound.take_peak(reader)


def _print(audio: Stream) -> list[Output]:
    if not find_tools().chromaprint:
        return []
    return [filter_graph.output("pipe:1", audio, **SOUND_OUTPUT)]
