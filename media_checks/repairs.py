"""Repairs what a machine may repair: shape, borders, loudness, over-length.

``repairable`` reads from a report what could be done, ``recipe_for`` says how, ``repair`` does it
into a new file. The clip itself is never touched; a person must look at the result.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from . import filter_graph
from .errors import ToolFailed
from .filter_graph import Output, Stream
from .picture.frames import input_options, shown_as
from .probing import allowed
from .probing.probe import ProbeResult, probe
from .progress import ProgressReporter, no_progress
from .sandbox import Collector, Limits, RunResult, Sandbox, TooMuchOutput
from .sound.layout import is_plain, plain
from .tools import find_tools
from .words import parse_ratio

FRAME, BORDERS, LENGTH, SOUND = "frame", "borders", "length", "sound"
TARGET_LUFS, MARGIN_LU = -16.0, 2.0
PEAK_DBTP = -1.5
INAUDIBLE_LUFS = -60.0  # below that only noise would be turned up
SPARE_S = 0.1  # a sound packet may reach past the last frame
TILE = 320  # bars were measured on frames this wide: their edge lies within one pixel of these
STILL_WIDTH = 640


@dataclass(frozen=True)
class RepairOptions:
    """What the maker of the clip chose.

    ``frame``: crop or pad; ``cut``: whether an overlong clip loses its end or its start; ``sound``:
    whether the loudness is set right.
    """

    frame: str = "crop"
    cut: str = "end"
    sound: bool = True


@dataclass(frozen=True)
class Recipe:
    """What is done, in this order. Pixels as displayed, times in seconds, gain in dB.

    ``crop`` (left, top, width, height) is taken out of the picture, scaled to ``scale``, and put in
    the middle of a frame of ``frame`` pixels; None leaves the picture as it is.
    """

    crop: tuple[int, int, int, int] | None = None
    scale: tuple[int, int] | None = None
    frame: tuple[int, int] | None = None
    start: float = 0.0
    seconds: float | None = None
    gain: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; what is not done is left out."""
        found = {name: value for name, value in asdict(self).items() if value is not None}
        return {n: list(v) if isinstance(v, tuple) else v for n, v in found.items()}


# ---------------------------------------------------------------------------- what and how


def repairable(report: Mapping[str, Any]) -> list[str]:
    """Which of frame, borders, length, sound failed in a report (its JSON) and can be repaired."""
    failed = {f["rule"]: f for f in report.get("findings", []) if f["outcome"] == "fail"}
    facts, found = report.get("facts", {}), []
    if not facts.get("video"):
        return []
    if "aspect_ratio" in failed:
        found.append(FRAME)
    if "borders" in failed:
        found.append(BORDERS)
    if (long := failed.get("duration")) and long["found"] > long["allowed"]["max_s"]:
        found.append(LENGTH)
    if failed.keys() & {"audio_level", "audio_silent"} and _loudness(facts) > INAUDIBLE_LUFS:
        found.append(SOUND)
    return found


def _loudness(facts: Mapping[str, Any]) -> float:
    return float((facts.get("sound") or {}).get("loudness", -70.0))


def recipe_for(report: Mapping[str, Any], options: RepairOptions) -> Recipe:
    """How to repair what the report found; an empty recipe when nothing can be repaired."""
    what, facts = repairable(report), report["facts"]
    crop, scale, frame = None, None, None
    if FRAME in what or BORDERS in what:
        crop, scale, frame = _picture(report, options, what)
    start, seconds = 0.0, None
    if LENGTH in what and (most := _limit(report, "duration", "max_s")) is not None:
        seconds = most - SPARE_S
        if options.cut == "start":
            start = round(facts["duration_s"] - seconds, 3)
    gain = _gain(report) if SOUND in what and options.sound else None
    return Recipe(crop, scale, frame, start, seconds, gain)


def _limit(report: Mapping[str, Any], rule: str, name: str) -> float | None:
    """A limit of the policy, as the report tells it; None where there is none."""
    told = _allowed(report, rule, name)
    return told if isinstance(told, int | float) else None


def _allowed(report: Mapping[str, Any], rule: str, name: str) -> object:
    told: object = next((f["allowed"] for f in report["findings"] if f["rule"] == rule), None)
    return told[name] if isinstance(told, Mapping) else told


def _gain(report: Mapping[str, Any]) -> float:
    low = _limit(report, "audio_level", "min_lufs") or TARGET_LUFS - MARGIN_LU
    high = _limit(report, "audio_level", "max_lufs") or TARGET_LUFS + MARGIN_LU
    target = min(max(TARGET_LUFS, low + MARGIN_LU), high - MARGIN_LU)
    return round(target - _loudness(report["facts"]), 1)


Size = tuple[int, int]
Place = tuple[int, int, int, int]


def _picture(
    report: Mapping[str, Any], options: RepairOptions, what: list[str]
) -> tuple[Place, Size, Size]:
    video = report["facts"]["video"]
    box = (0, 0, int(video["display_width"]), int(video["display_height"]))
    ratio = _ratio(report, box)
    if BORDERS in what:
        box = _inside_bars(report["facts"]["picture"], box)
    least = (int(_limit(report, "resolution", "min_width") or 2),
             int(_limit(report, "resolution", "min_height") or 2))  # fmt: skip
    if options.frame == "pad" and FRAME in what:
        return _padded(box, ratio, least)
    box = _largest(box, ratio)
    size = _enlarged((box[2], box[3]), ratio, least)
    return box, size, size


def _ratio(report: Mapping[str, Any], box: Place) -> Fraction:
    wanted = _allowed(report, "aspect_ratio", "ratio")
    return parse_ratio(str(wanted)) if wanted else Fraction(box[2], box[3])


def _inside_bars(picture: Mapping[str, Any], box: Place) -> Place:
    """The active picture, less the pixel of the measured frame in which its edge may lie."""
    spare = -(-box[2] // TILE)
    left, top = int(picture["active_left"]), int(picture["active_top"])
    right, bottom = left + picture["active_width"], top + picture["active_height"]
    left, top = left + spare * (left > 0), top + spare * (top > 0)
    right, bottom = right - spare * (right < box[2]), bottom - spare * (bottom < box[3])
    return left, top, right - left, bottom - top


def _largest(box: Place, ratio: Fraction) -> Place:
    """The largest place of this ratio in the middle of ``box``."""
    left, top, width, height = box
    wide = min(width, int(height * ratio))
    high = min(height, int(width / ratio))
    return left + (width - wide) // 2, top + (height - high) // 2, wide, high


def _enlarged(size: Size, ratio: Fraction, least: Size) -> Size:
    """A size of this ratio, at least ``size`` and ``least``, both sides even."""
    height = max(size[1], least[1], -(-least[0] * ratio.denominator // ratio.numerator))
    height += height % 2
    return round(height * ratio / 2) * 2, height


def _padded(box: Place, ratio: Fraction, least: Size) -> tuple[Place, Size, Size]:
    """The whole of ``box`` within a frame of this ratio."""
    around = (box[2], max(box[3], round(box[2] / ratio)))
    frame = _enlarged(around, ratio, least)
    by = min(Fraction(frame[0], box[2]), Fraction(frame[1], box[3]))
    scale = int(box[2] * by) // 2 * 2, int(box[3] * by) // 2 * 2
    return box, scale, frame


# ---------------------------------------------------------------------------- the repair itself


def repair(
    path: str | Path,
    out: str | Path,
    recipe: Recipe,
    *,
    progress: ProgressReporter | None = None,
) -> None:
    """Write the repaired clip (MP4, no metadata) to ``out``, whole or not at all.

    What the recipe leaves alone is copied where it can be. Raises ``Unreadable`` or ``ToolFailed``;
    ``progress`` is called with 0 to 1; what it raises ends the run.
    """
    path, out, progress = Path(path).resolve(), Path(out).resolve(), progress or no_progress
    probed = probe(path)
    with tempfile.TemporaryDirectory(prefix=".repair-", dir=out.parent) as folder:
        box = Sandbox(path, Path(folder))
        args = ["-hide_banner", "-nostdin", "-nostats", "-v", "error"]
        args += filter_graph.arguments(_output(box, probed, recipe))
        _run(box, args, probed, recipe, progress)
        repaired = Path(folder) / "out.mp4"
        probe(repaired)  # a status of 0 does not prove that anything was written
        repaired.chmod(0o644)
        repaired.replace(out)
    progress(1.0)


def _output(box: Sandbox, probed: ProbeResult, recipe: Recipe) -> Output:
    options: dict[str, Any] = allowed.INPUT_OPTIONS | input_options() | {"threads": 4}
    if recipe.start:
        options["ss"] = recipe.start
    if recipe.seconds is not None:
        options["t"] = recipe.seconds
    clip = filter_graph.source(box.clip_url, **options)
    coding = _copied_or_encoded(probed, recipe)
    video = shown_as(clip[str(probed.video_index)], probed.facts.video)
    if recipe.crop and recipe.scale and recipe.frame:
        video = _reframed(video, probed, recipe)
    streams = [video]
    if probed.audio_index is not None:
        audio = clip[str(probed.audio_index)]
        if probed.facts.audio:
            [audio] = plain(audio, probed.facts.audio, 1)
        streams.append(_louder(audio, recipe.gain) if recipe.gain is not None else audio)
    return filter_graph.output(
        box.out("out.mp4"), *streams, f="mp4", map_metadata="-1", map_chapters="-1",
        movflags="+faststart", sn=None, dn=None, **coding,
    )  # fmt: skip


def _copied_or_encoded(probed: ProbeResult, recipe: Recipe) -> dict[str, Any]:
    """Only what changes is encoded; a cut at the start falls between keyframes and so must be."""
    video, audio = probed.facts.video, probed.facts.audio
    picture: dict[str, Any] = {"c:v": "copy"}
    if recipe.crop or recipe.start or video.crop or video.codec not in ("h264", "hevc"):
        picture = {"c:v": "libx264", "preset": "fast", "crf": 18, "pix_fmt": "yuv420p",
                   "force_key_frames": "expr:gte(t,n_forced*2)"}  # fmt: skip
    sound: dict[str, Any] = {"c:a": "copy"}
    if audio and (
        recipe.gain is not None or recipe.start or audio.codec != "aac" or not is_plain(audio)
    ):
        sound = {"c:a": "aac", "b:a": "192k", "ar": 48000}
    return picture | sound


def _reframed(video: Stream, probed: ProbeResult, recipe: Recipe) -> Stream:
    """FFmpeg turns the picture upright by itself; wide pixels are made square first."""
    shown = probed.facts.video
    assert recipe.crop and recipe.scale and recipe.frame  # noqa: S101 - asked by the caller
    left, top, width, height = recipe.crop
    video = video.filter("scale", shown.display_width, shown.display_height)
    video = video.filter("crop", width, height, left, top)
    video = video.filter("scale", *recipe.scale, flags="lanczos")
    if recipe.scale != recipe.frame:
        video = video.filter("pad", *recipe.frame, "(ow-iw)/2", "(oh-ih)/2")
    return video.filter("setsar", 1)


def _louder(audio: Stream, gain: float) -> Stream:
    """Gain, then a limiter at four times the rate, so that peaks between samples count."""
    limit = round(10 ** (PEAK_DBTP / 20), 4)
    return (
        audio.filter("aresample", 192000)
        .filter("volume", f"{gain}dB")
        .filter("alimiter", limit=limit, level="disabled")
        .filter("aresample", 48000)
    )


def _run(
    box: Sandbox,
    args: list[str],
    probed: ProbeResult,
    recipe: Recipe,
    progress: ProgressReporter,
) -> None:
    seconds = recipe.seconds or probed.facts.duration_s
    limits = Limits(
        cpu_s=120 + int(seconds * 60),
        wall_s=240 + seconds * 60,
        memory=3 << 30,
        file_size=max(256 << 20, 4 * probed.facts.size),
    )

    def report(position: float) -> None:
        if seconds:
            progress(min(0.99, position / seconds))

    log = Collector(1 << 20)
    try:
        ended = box.run(
            find_tools().ffmpeg, args, limits=limits, stdout=Collector(1 << 16), stderr=log,
            position=report,
        )  # fmt: skip
    except TooMuchOutput:
        ended = RunResult(1)
    if ended.status != 0:
        why = (log.data.decode("utf-8", "replace").strip().splitlines() or [str(ended.status)])[-1]
        raise ToolFailed(
            f"Không làm được bản sửa: {why}", f"The mended clip could not be made: {why}"
        )


def still(path: str | Path, at: float, out: str | Path) -> None:
    """Write the frame at ``at`` seconds as displayed, as a JPEG ``STILL_WIDTH`` pixels wide.

    Raises ``Unreadable`` when it is not a clip, ``ToolFailed`` when no frame came.
    """
    path, out = Path(path).resolve(), Path(out).resolve()
    probed = probe(path)
    video = probed.facts.video
    height = round(STILL_WIDTH * video.display_height / video.display_width / 2) * 2
    with tempfile.TemporaryDirectory(prefix=".still-", dir=out.parent) as folder:
        box = Sandbox(path, Path(folder))
        options = allowed.INPUT_OPTIONS | input_options() | {"ss": max(0.0, at + probed.zero)}
        clip = filter_graph.source(box.clip_url, **options)
        shown = shown_as(clip[str(probed.video_index)], video)
        picture = shown.filter("scale", STILL_WIDTH, height).filter("setsar", 1)
        node = filter_graph.output(
            box.out("still.jpg"), picture, f="image2", update=1, **{"frames:v": 1, "q:v": 3}
        )
        box.run(
            find_tools().ffmpeg,
            ["-hide_banner", "-nostdin", "-v", "quiet", *filter_graph.arguments(node)],
            limits=Limits(cpu_s=60, wall_s=120, file_size=8 << 20),
            stdout=Collector(1 << 16),
            stderr=Collector(1 << 20),
        )
        made = Path(folder) / "still.jpg"
        if not made.exists():
            raise ToolFailed("Không lấy được hình của clip.", "No still of the clip could be made.")
        made.chmod(0o644)
        made.replace(out)
