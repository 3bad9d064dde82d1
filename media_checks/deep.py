"""The deep pass: every frame is decoded once, for the web rendition and for a second look.

A quick verdict rests on keyframes; damage between them shows only here. Frames are decoded even
when the streams can be copied into the rendition: that costs one decode and no encode, and every
published clip has been seen whole.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import ffmpeg

from . import allowed
from .checking import conclude
from .facts import Facts, Problem
from .listening import START
from .picture import PictureReader
from .policy import Policy
from .probe import Probed, probe
from .render import (
    Rendition,
    can_copy,
    confirm_end,
    keep,
    limits_for,
    rendition_output,
    share_of,
    undecodable,
)
from .report import Finding, Report
from .sandbox import Box, Lines
from .scan import Listener, Plan, gather, picture_output, plan_for, refuse_nothing_seen
from .sound import SoundReader, sound_outputs
from .tools import find_tools

LOOK_EVERY_S = 0.5
EMPTY = "streams received no packets"  # a track of which nothing could be decoded
LOST_S = 2.0  # pictures missing at the end for longer than this were not decodable


@dataclass(frozen=True)
class Deep:
    """The second report on a clip, and the rendition that came out of the same decode."""

    report: Report
    rendition: Rendition


def deepen(
    path: str | Path,
    policy: Policy,
    out: str | Path,
    *,
    progress: Callable[[float], None] | None = None,
) -> Deep:
    """Decode all of the clip at ``path``; write the rendition to ``out``, judge what was met.

    ``out`` appears whole or not at all. ``progress`` hears the share of the clip that is done
    (0 to 1, from the position that FFmpeg reports) and may raise to stop. Raises ``Unreadable``
    when the clip cannot be decoded, ``ToolFailed`` when the machine is at fault.
    """
    path, out = Path(path).resolve(), Path(out).resolve()
    probed = probe(path)
    plan = replace(plan_for(probed.facts), keys_only=False, thin=False, interval_s=LOOK_EVERY_S)
    listener = Listener(PictureReader(plan), probed.facts, lambda _share: None)
    sound = SoundReader(probed.facts.audio)
    with tempfile.TemporaryDirectory(prefix=".deep-", dir=out.parent) as folder:
        _decode(Box(path, Path(folder)), probed, listener, sound, progress)
        made = keep(Path(folder) / "out.mp4", out, probed.facts)
    facts = gather(probed.facts, listener, sound, whole=True)
    facts = replace(facts, problems=[*facts.problems, *_lost_end(facts, listener)])
    report = conclude(facts, policy)
    if progress:
        progress(1.0)
    return Deep(report, made)


def changed(before: list[Finding], after: list[Finding]) -> list[str]:
    """Names of the rules whose outcome the deep pass revised, in the order of the report."""
    was = {finding.rule: finding.outcome for finding in before}
    return [f.rule for f in after if was.get(f.rule, f.outcome) != f.outcome]


def _decode(
    box: Box,
    probed: Probed,
    listener: Listener,
    sound: SoundReader,
    progress: Callable[[float], None] | None,
) -> None:
    """The one run: encode or copy to out.mp4, look twice a second, listen to all of it."""
    last_words: list[str] = []

    def line(text: str) -> None:
        if not listener.line(text):
            sound.line(text)
        if text.startswith(("[error]", "[fatal]")) or "[error]" in text:
            last_words[:] = [text]

    lines = Lines(line)
    args = arguments(box, probed, listener.reader.plan)
    ended = box.run(
        find_tools().ffmpeg,
        args,
        limits=limits_for(probed.facts),
        stdout=listener.pixels,
        stderr=lines,
        position=share_of(probed.facts, progress),
        taps=sound.taps,
    )
    lines.finish()
    refuse_nothing_seen(listener)
    if EMPTY in "".join(last_words):
        raise undecodable()
    confirm_end(ended, "\n".join(last_words))


def arguments(box: Box, probed: Probed, plan: Plan) -> list[str]:
    """The command line of ``_decode``."""
    source = ffmpeg.input(box.clip_url, **allowed.INPUT_OPTIONS, threads=4)
    video = source[str(probed.video_index)]
    if can_copy(probed.facts):
        looked_at, watched = video, video
    else:
        parts = video.filter_multi_output("split", 2)
        looked_at, watched = parts[0], parts[1]
    outputs = [rendition_output(source, watched, probed, box.out("out.mp4"))]
    outputs.append(picture_output(looked_at, plan))
    if probed.facts.audio is not None and probed.facts.audio.duration_s > 0:
        outputs += sound_outputs(source[str(probed.audio_index)], probed.facts.audio)
    compiled: list[str] = ffmpeg.merge_outputs(*outputs).get_args()
    return [*START, *compiled]


def _lost_end(facts: Facts, listener: Listener) -> list[Problem]:
    """Packets without pictures at the end: the decoder found nothing in them."""
    last = listener.reader.last
    if facts.video.duration_s - last <= LOST_S + LOOK_EVERY_S + longest_frame(facts):
        return []
    return [Problem("unfinished", at=round(last, 3))]


def longest_frame(facts: Facts) -> float:
    """Seconds that one frame may stand when the rate varies: a still holds one for long."""
    return 2 / facts.video.frame_rate if facts.video.frame_rate else 0.0
