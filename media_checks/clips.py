"""The quick check of one clip: probe, scan, judge, keep the pictures."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from . import sandbox
from .beside import Beside
from .picture.artefacts import keep_pictures, keep_plots
from .picture.fingerprint import Fingerprint
from .picture.poster import PosterFrame
from .picture.scan import ClipScan, FrameCollector, add_up, look, most_full_scale
from .picture.sizes import with_lasting_size
from .policy import Policy
from .probing.facts import Facts
from .probing.probe import put_together
from .probing.reading import Reading
from .progress import ProgressReporter, part_of
from .report import Report, judge, verdict
from .sound.beside import Listening
from .sound.chromaprint import sound_values
from .tools import find_tools

PROBE_SHARE = 0.05


def check_clip(
    reading: Reading,
    beside: Beside,
    policy: Policy,
    *,
    artefacts: Path | None,
    progress: ProgressReporter,
) -> Report:
    """The verdict on the clip that is being read; the rest as ``check``."""
    path, opened = reading.path, reading.opened()
    listening = Listening(beside, opened, most_full_scale(policy.rules))
    probed = put_together(opened, reading.read())
    progress(PROBE_SHARE)
    scanning = part_of(progress, PROBE_SHARE, 0.98)
    frame = PosterFrame(beside, path, probed)
    seen = look(path, probed, scanning, frame.settled if artefacts else None)
    pictures = beside.start(lambda _: _keep_pictures(seen, frame, artefacts))
    hear = partial(listening.heard, probed, scanning)
    scanned = add_up(path, probed, policy.rules, seen, hear)
    found = _fingerprint(scanned)
    rest = _keep_rest(scanned, found, artefacts)
    kept = pictures.result() | rest
    report = conclude(scanned.facts, policy, artefacts=kept, fingerprint=found)
    progress(1.0)
    return report


def _fingerprint(scanned: ClipScan) -> Fingerprint:
    prints = sound_values(bytes(scanned.heard.chromaprint.data))
    return Fingerprint(scanned.facts.duration_s, scanned.reader.hasher.frames(), prints)


def _keep_pictures(seen: FrameCollector, frame: PosterFrame, folder: Path | None) -> dict[str, Any]:
    """What is kept of the picture; it need not wait for the sound."""
    if folder is None:
        return {}
    video = with_lasting_size(frame.probed.facts, seen.sizes).video
    return keep_pictures(seen.reader, frame, video, folder)


def _keep_rest(scanned: ClipScan, found: Fingerprint, folder: Path | None) -> dict[str, Any]:
    if folder is None:
        return {}
    facts, sound = scanned.facts, scanned.heard.sound
    silences = facts.sound.silences if facts.sound else None
    kept = keep_plots(sound, silences, facts.duration_s, folder)
    return kept | {"fingerprint": found.keep(folder / "fingerprint.json")}


def conclude(
    facts: Facts,
    policy: Policy,
    *,
    artefacts: dict[str, Any] | None = None,
    fingerprint: Fingerprint | None = None,
) -> Report:
    """The report on ``facts``, naming the tools of this machine; raises ``ToolsMissing``."""
    findings = judge(facts, policy)
    return Report(
        verdict=verdict(findings),
        policy=policy,
        facts=facts,
        findings=findings,
        sandbox=sandbox.describe(),
        ffmpeg=find_tools().version,
        artefacts=artefacts or {},
        fingerprint=fingerprint,
    )
