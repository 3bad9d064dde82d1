"""A labelled corpus of sound, and how often each rule about sound is wrong on it.

``python -m tests.media_checks.sounds`` makes it (speech by espeak-ng, chords, hiss, hum, wind,
clipping, each at known levels), measures, and prints for every rule false alarms and misses.
``python -m tests.media_checks.sounds FOLDER…`` takes recorded voices instead: each folder holds
the recordings of one speaker.
"""

from __future__ import annotations

import subprocess
import sys
import wave
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from media_checks import find_policy, judge
from media_checks.picture.plan import MOST_APART_S
from media_checks.probing.probe import probe
from media_checks.sound.listening import listen
from tests.clip_cache import cached
from tests.media_checks.corpus import ffmpeg

SECONDS = 24
RULES = ("audio_noise", "audio_hum", "audio_clipping", "audio_one_sided", "audio_antiphase")
TEXTS = {
    "vi": "Kính thưa quý vị và các bạn. Hôm nay, chi đoàn chúng tôi giới thiệu một ngày chuyển đổi "
    "số. Chúng tôi giúp bà con cài ứng dụng, nộp hồ sơ qua mạng. Mời các bạn cùng xem! "
    "Trách nhiệm với bản thân. Trách nhiệm với gia đình. Trách nhiệm với xã hội.",
    "en": "Good morning. Today our branch shows one day of digital life. We help our neighbours "
    "to install the application, and to send their papers. Please, have a look!",
}
CHORDS = "+".join(
    f"0.12*sin(2*PI*{hz}*t)*exp(-2*mod(t+{i}*0.31,1.24))"
    for i, hz in enumerate((110, 164.8, 220, 261.6, 329.6, 392, 523.3))
)
HISS = {"none": 0.0, "soft": 0.002, "clear": 0.03, "strong": 0.1}
HUM = {"soft": 0.002, "clear": 0.02, "strong": 0.06}


@dataclass(frozen=True)
class Sound:
    """One sound: ``wrong`` are the rules that it must break; ``filters`` work on the voice."""

    name: str
    wrong: frozenset[str]
    filters: str


def sounds() -> Iterator[Sound]:
    """A voice clean and in each kind of trouble."""
    for name, wrong, filters in _troubles():
        yield Sound(name, frozenset(wrong), filters)


def _troubles() -> Iterator[tuple[str, tuple[str, ...], str]]:
    yield "clean", (), "anull"
    yield "clean-loud", (), "volume=-0.2dB"
    yield "music-bed", (), _with(f"0.3*({CHORDS})")
    yield "music-loud", (), _with(f"1.2*({CHORDS})")
    yield "drone-49-hz", (), _with("0.03*sin(2*PI*49*t)")
    yield "wind", (), f"{_with('0')}[a];{_wind()}[w];[a][w]amix=normalize=0"
    for level, size in HISS.items():
        wrong = ("audio_noise",) if size >= 0.03 else ()
        if size:
            yield f"hiss-{level}", wrong, _with(f"{size}*(2*random(1)-1)")
    for level, size in HUM.items():
        for mains in (50, 60):
            wrong = ("audio_hum",) if size >= 0.02 else ()
            tone = f"{size}*(sin(2*PI*{mains}*t)+0.5*sin(2*PI*{2 * mains}*t))"
            yield f"hum-{mains}-{level}", wrong, _with(tone)
    for gain in (2, 6, 12, 20):
        cut = f"volume={gain}dB,aformat=sample_fmts=s16"
        yield f"clipped-{gain}-db", ("audio_clipping",) if gain >= 6 else (), cut
    yield "stereo", (), "aformat=channel_layouts=stereo"
    yield "wide", (), "aformat=channel_layouts=stereo,adelay=0|7,aecho=0.8:0.5:23:0.3"
    yield "one-side", ("audio_one_sided",), "pan='stereo|c0=c0|c1=0.001*c0'"
    yield "antiphase", ("audio_antiphase",), "pan='stereo|c0=c0|c1=-1*c0'"


def _with(expression: str) -> str:
    return f"aeval='val(0)+{expression}':c=same"


def _wind() -> str:
    """Brown noise that swells and falls, most of it below 150 Hz."""
    return (
        f"anoisesrc=c=brown:a=0.6:d={SECONDS}:r=48000:seed=3,lowpass=f=150,"
        "tremolo=f=0.3:d=0.9,volume=-6dB"
    )


Voice = Callable[[Path], None]  # writes SECONDS of speech


def speak(text: str, name: str, speed: int, pitch: int, out: Path) -> None:
    """Speech by a machine with the pauses that people make, peaks at full scale."""
    said = out.with_suffix(".said.wav")
    command = ["espeak-ng", "-v", name, "-s", str(speed), "-p", str(pitch), "-g", "4", "-w", said]
    subprocess.run([*command, TEXTS[text]], check=True)
    ffmpeg(
        *("-stream_loop", "9", "-i", said, "-af"),
        "aresample=48000,highpass=f=70,alimiter=limit=0.9:level=1,aeval='val(0)+0.0006*(random(0)-0.5)'",
        *("-t", str(SECONDS), "-ac", "1", out),
    )
    said.unlink()


def recordings(folder: Path) -> list[Path]:
    """The recordings of one speaker."""
    return sorted(p for p in folder.iterdir() if p.suffix in (".wav", ".ogg", ".flac"))


def recorded(said: list[Path], out: Path) -> None:
    """Recordings one after the other, the loudest peak just below full scale."""
    listed = out.with_suffix(".txt")
    listed.write_text("".join(f"file '{path.resolve()}'\n" for path in said))
    source = ("-stream_loop", "9", "-f", "concat", "-safe", "0", "-i", listed, "-t", str(SECONDS))
    joined = out.with_suffix(".joined.wav")
    ffmpeg(*source, "-ar", "48000", "-ac", "1", joined)
    with wave.open(str(joined)) as file:
        samples = array("h", file.readframes(file.getnframes()))
    gain = 0.9 * 32767 / max(map(abs, samples))
    ffmpeg("-i", joined, "-af", f"volume={gain:.4f}", out)
    joined.unlink()


MACHINES: tuple[Voice, ...] = (
    partial(speak, "vi", "vi", 150, 45),
    partial(speak, "vi", "vi+f3", 170, 60),
    partial(speak, "en", "en+m3", 160, 40),
)


def build(out: Path, filters: str, spoken: Path) -> None:
    """The voice after ``filters``, as AAC under a small picture."""
    ffmpeg(
        *("-i", spoken, "-f", "lavfi", "-i", f"testsrc2=s=64x48:r=5:d={SECONDS}"),
        *("-filter_complex", f"[0:a]{filters}[out]", "-map", "1:v", "-map", "[out]"),
        *("-t", str(SECONDS), "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"),
        *("-c:a", "aac", "-b:a", "128k", out),
    )


def measure(voice: Voice) -> Iterator[tuple[Sound, set[str], object]]:
    """Each sound, the rules that it broke, and what was measured."""
    policy, spoken = find_policy("quan11-2023"), cached("sounds/voice.wav", voice)
    for sound in sounds():
        clip = cached("sounds/clip.mp4", build, sound.filters, spoken)
        probed = probe(clip)
        track = (probed.audio_index, probed.facts.audio)
        heard = listen(clip, *track, SECONDS + MOST_APART_S, lambda: None)
        facts = replace(probed.facts, sound=heard.sound.facts(SECONDS))
        broken = {f.rule for f in judge(facts, policy) if f.outcome == "fail"}
        yield sound, broken & set(RULES), facts.sound


def main(voices: Sequence[Voice]) -> None:
    errors = {rule: [0, 0, 0, 0] for rule in RULES}  # false alarms of good, misses of bad
    for number, voice in enumerate(voices):
        for sound, broken, facts in measure(voice):
            print(f"{sound.name}-{number:<3} broken {sorted(broken)!s:34} {facts}")
            for rule in RULES:
                bad = rule in sound.wrong
                errors[rule][1 + 2 * bad] += 1
                errors[rule][2 * bad] += (rule in broken) != bad
    for rule, (alarms, good, misses, bad) in errors.items():
        print(f"{rule:20} false alarms {alarms}/{good}, misses {misses}/{bad}")


if __name__ == "__main__":
    main([partial(recorded, recordings(Path(name))) for name in sys.argv[1:]] or MACHINES)
