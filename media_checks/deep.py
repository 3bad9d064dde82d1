"""The deep pass: every frame is decoded once, for the web rendition and for a second verdict.

A quick verdict rests on keyframes; damage between them shows only here. Frames are decoded even
when the streams can be copied into the rendition: that costs one decode and no encode, and every
published clip has been seen whole.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from . import filter_graph
from .clips import conclude
from .errors import NO_ROOM, confirm_room
from .picture.closer import look_closer
from .picture.frames import START, input_options, shown_as
from .picture.measuring import PictureReader
from .picture.plan import Plan, plan_for
from .picture.rendition import (
    Rendition,
    can_copy,
    confirm_end,
    keep,
    limits_for,
    played,
    rendition_output,
    share_of,
    undecodable,
)
from .picture.scan import FrameCollector, gather, picture_output, refuse_nothing_seen
from .policy import Policy
from .probing import allowed
from .probing.damage import Damage
from .probing.facts import Facts, Problem
from .probing.probe import ProbeResult, probe
from .progress import ProgressReporter, no_progress
from .report import Finding, Report
from .sandbox import Lines, Sandbox
from .sound.listening import SoundScan, listen
from .sound.measuring import SoundReader, sound_outputs
from .tools import find_tools

LOOK_EVERY_S = 0.5
TOO_MANY_ERRORS = 69  # FFmpeg's status where most packets could not be decoded (-max_error_rate)
EMPTY = "streams received no packets"  # a track of which nothing could be decoded
LOST_S = 2.0  # pictures missing at the end for longer than this were not decodable


@dataclass(frozen=True)
class DeepResult:
    """The second report on a clip, and the rendition that came out of the same decode."""

    report: Report
    rendition: Rendition


def deepen(
    path: str | Path,
    policy: Policy,
    out: str | Path,
    *,
    progress: ProgressReporter | None = None,
) -> DeepResult:
    """Decode all of the clip at ``path``; write the rendition to ``out``, judge what was found.

    ``out`` appears whole or not at all. ``progress`` is called with the share that is done
    (0 to 1, from the position that FFmpeg reports); what it raises ends the pass. Raises
    ``Unreadable`` when the clip cannot be decoded, ``ToolFailed`` when the machine is at fault.
    """
    path, out, progress = Path(path).resolve(), Path(out).resolve(), progress or no_progress
    probed = probe(path)
    plan = plan_for(probed.facts)
    plan = replace(plan, keys_only=False, thin=False, apart=False, interval_s=LOOK_EVERY_S)
    collector = FrameCollector(PictureReader(plan), probed, no_progress)
    heard = _listener(probed)
    with tempfile.TemporaryDirectory(prefix=".deep-", dir=out.parent) as folder:
        _decode(Sandbox(path, Path(folder)), probed, collector, heard, progress)
        rendition = keep(Path(folder) / "out.mp4", out, probed.facts)
    if probed.audio_index is not None and not heard.sound.measured:
        heard = replace(
            listen(path, probed.audio_index, probed.facts.audio, _end(probed), lambda: None),
            damage=heard.damage,
        )
    runs = collector.reader.runs(plan.seconds)
    runs = look_closer(path, probed, plan, runs, policy.rules)
    facts = gather(probed, collector, runs, heard, whole=True)
    facts = replace(facts, problems=[*facts.problems, *_lost_end(facts, collector)])
    report = conclude(facts, policy)
    progress(1.0)
    return DeepResult(report, rendition)


def _end(probed: ProbeResult) -> float:
    return probed.zero + probed.facts.duration_s + 1


def _listener(probed: ProbeResult) -> SoundScan:
    audio, index = probed.facts.audio, probed.audio_index
    if audio is None or index is None:
        return SoundScan()
    return SoundScan(SoundReader(audio), damage=Damage(index, audio.codec))


def changed(before: list[Finding], after: list[Finding]) -> list[str]:
    """Names of the rules whose outcome the deep pass revised, in the order of the report."""
    was = {finding.rule: finding.outcome for finding in before}
    return [f.rule for f in after if was.get(f.rule, f.outcome) != f.outcome]


def _decode(
    box: Sandbox,
    probed: ProbeResult,
    collector: FrameCollector,
    heard: SoundScan,
    progress: ProgressReporter,
) -> None:
    """The one run: encode or copy to out.mp4, measure two frames a second and all of the sound."""
    last_error, no_room = list[str](), list[str]()

    def line(text: str) -> None:
        if not collector.line(text):
            heard.line(text)
        if text.startswith(("[error]", "[fatal]")) or "[error]" in text:
            last_error[:] = [text]
            no_room.extend(word for word in NO_ROOM if word in text)

    lines = Lines(line)
    args = arguments(box, probed, collector.reader.plan)
    ended = box.run(
        find_tools().ffmpeg,
        args,
        limits=limits_for(probed.facts),
        stdout=collector.pixels,
        stderr=lines,
        position=share_of(probed.facts, progress),
        taps=heard.sound.taps,
    )
    lines.finish()
    confirm_room(" ".join(no_room))
    refuse_nothing_seen(collector)
    if ended.status == TOO_MANY_ERRORS or EMPTY in "".join(last_error):
        raise undecodable()
    confirm_end(ended, "\n".join(last_error))


def arguments(box: Sandbox, probed: ProbeResult, plan: Plan) -> list[str]:
    """FFmpeg's arguments for ``_decode``."""
    options = allowed.INPUT_OPTIONS | input_options() | {"threads": 4}
    clip = filter_graph.source(box.clip_url, **options)
    video = clip[str(probed.video_index)]
    looked_at, watched = video, None
    if not can_copy(probed.facts):
        parts = shown_as(video, probed.facts.video).filter_multi_output("split", 2)
        looked_at, watched = parts[0], parts[1]
    kept, heard = played(clip, probed, 2)
    outputs = [rendition_output(clip, kept, probed, box.out("out.mp4"), watched)]
    outputs.append(picture_output(looked_at, plan))
    if heard is not None and probed.facts.audio is not None and probed.facts.audio.duration_s > 0:
        outputs += sound_outputs(heard, probed.facts.audio)
    return [*START, *filter_graph.arguments(*outputs)]


def _lost_end(facts: Facts, collector: FrameCollector) -> list[Problem]:
    """Packets without pictures at the end: the decoder found nothing in them."""
    last = collector.reader.last
    if facts.video.last_s - last <= LOST_S + LOOK_EVERY_S + longest_frame(facts):
        return []
    return [Problem("unfinished", at=round(last, 3))]


def longest_frame(facts: Facts) -> float:
    """Seconds that one frame may stand when the rate varies: a still holds one for long."""
    return 2 / facts.video.frame_rate if facts.video.frame_rate else 0.0
