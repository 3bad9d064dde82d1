"""The half of the quick pass that listens: one FFmpeg run over all of the sound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ffmpeg

from ..probing import allowed
from ..probing.damage import DAMAGE, FAULT, Damage
from ..probing.probe import ProbeResult
from ..sandbox import Collector, Limits, Lines, Sandbox
from ..tools import find_tools, has_chromaprint
from .chromaprint import SOUND_OUTPUT
from .measuring import SoundReader, sound_outputs

START = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info"]
START += ["-filter_complex_threads", "1"]
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
        """One line of FFmpeg's log."""
        if DAMAGE.search(text):
            self.damage.add(self.at)
        elif FAULT.search(text):
            self.fault = text
        else:
            self.sound.line(text)


def listen(
    path: Path, probed: ProbeResult, seconds: float, raise_if_stopped: Callable[[], None]
) -> SoundScan:
    """Measure the first ``seconds`` of the clip's sound; an empty scan for a clip without any.

    ``raise_if_stopped`` is called for every line of FFmpeg's log; what it raises ends the run.
    Raises ``ToolFailed`` when FFmpeg cannot be started.
    """
    heard, box = SoundScan(SoundReader(probed.facts.audio)), Sandbox(path)
    if probed.audio_index is None or probed.facts.audio is None:
        return heard
    source = ffmpeg.input(box.clip_url, **allowed.INPUT_OPTIONS, t=seconds, vn=None)
    outputs = sound_outputs(source[str(probed.audio_index)], probed.facts.audio)
    outputs += _print(source[str(probed.audio_index)])

    def line(text: str) -> None:
        raise_if_stopped()
        heard.line(text)

    lines = Lines(line)
    ended = box.run(
        find_tools().ffmpeg,
        [*START, *ffmpeg.merge_outputs(*outputs).get_args()],
        limits=Limits(cpu_s=60 + int(seconds), wall_s=60 + 2 * seconds),
        stdout=heard.chromaprint,
        stderr=lines,
        taps=heard.sound.taps,
    )
    lines.finish()
    heard.whole = not (ended.timed_out or ended.status < 0)
    return heard


def _print(audio: Any) -> list[Any]:
    return [ffmpeg.output(audio, "pipe:1", **SOUND_OUTPUT)] if has_chromaprint() else []
