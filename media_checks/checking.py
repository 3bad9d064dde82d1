"""The quick check of one clip: probe, scan, judge, keep the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from . import sandbox
from .beside import Beside
from .files.checking import check_files
from .picture.artefacts import keep_pictures, keep_plots
from .picture.fingerprint import Fingerprint
from .picture.scan import ClipScan, FrameCollector, add_up, look, most_full_scale
from .picture.sizes import with_lasting_size
from .policy import Policy
from .probing.facts import Facts
from .probing.opening import open_clip
from .probing.probe import ProbeResult, put_together, read_packets
from .progress import ProgressReporter, no_progress, part_of
from .report import Report, judge, verdict
from .rules import CLIP
from .sound.beside import Listening
from .sound.chromaprint import sound_values
from .tools import find_tools

PROBE_SHARE = 0.05


def check(
    path: str | Path | Sequence[str | Path],
    policy: Policy,
    *,
    names: Sequence[str] = (),
    artefacts: Path | None = None,
    progress: ProgressReporter | None = None,
) -> Report:
    """The verdict of ``policy`` on the file at ``path``, or on several files of one entry.

    Of a policy for pictures, documents or texts see ``check_files`` (``files/checking.py``): one
    path is one file by itself, a list the whole entry, ``names`` what its sender calls the files.

    Of a clip ``artefacts`` is a folder (made when missing) for contact_sheet.jpg, poster.jpg,
    crop.jpg, waveform.png, loudness.png and fingerprint.json. ``progress`` is called with shares
    from 0 to 1; what it raises ends the check. Raises ``Unreadable`` for a file that is nothing of
    the kind, ``ToolFailed`` or ``ToolsMissing`` when the machine is at fault, ``ValueError`` for
    several clips.
    """
    alone = isinstance(path, str | Path)
    paths = [Path(path)] if isinstance(path, str | Path) else [Path(each) for each in path]
    if policy.kind != CLIP:
        return check_files(
            paths, policy, names=names, alone=alone, artefacts=artefacts, progress=progress
        )
    if len(paths) != 1:
        raise ValueError("an entry has one clip")
    return _check_clip(paths[0].resolve(), policy, artefacts, progress or no_progress)


def _check_clip(
    path: Path, policy: Policy, artefacts: Path | None, progress: ProgressReporter
) -> Report:
    with Beside() as beside:
        packets = beside.start(partial(read_packets, path))
        opened = open_clip(path)
        listening = Listening(beside, opened, most_full_scale(policy.rules))
        probed = put_together(opened, packets.result())
        progress(PROBE_SHARE)
        scanning = part_of(progress, PROBE_SHARE, 0.98)
        seen = look(path, probed, scanning)
        pictures = beside.start(lambda _: _keep_pictures(path, probed, seen, artefacts))
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


def _keep_pictures(
    path: Path, probed: ProbeResult, seen: FrameCollector, folder: Path | None
) -> dict[str, Any]:
    """What is kept of the picture; it need not wait for the sound."""
    if folder is None:
        return {}
    video = with_lasting_size(probed.facts, seen.sizes).video
    return keep_pictures(path, seen.reader, probed, video, folder)


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
