"""A set of pictures: judged together, each drawn anew for the screen, its caption beside it."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image

import media_checks
from contest.drawing import stills
from contest.jobs.clips import ProgressReporter
from contest.jobs.kinds.making import (
    MALWARE,
    infected,
    made_file,
    made_leaf,
    policy_named,
    policy_of,
    unreadable,
)
from contest.services.checking.leaves import PAGE, MadeLeaf
from contest.services.checking.outcomes import CheckJob, Outcome
from contest.wiring import Platform

WIDTH = 2000  # pixels of a picture on a screen that zooms
POSTER = (1280, 960)
JPEG = "image/jpeg"
CAPTIONS = "captions.json"


def judge(
    platform: Platform, work: CheckJob, file: Path, folder: Path, tell: ProgressReporter
) -> Outcome:
    """The quick check of a whole set; makes what people see of it."""
    policy = policy_of(work)
    pictures, told = _unpacked(file, folder / "sent")
    for one in pictures:
        if found := infected(platform, one, work.entry.kind):
            return unreadable(found, policy_named(policy), MALWARE)
    names = [str(one["name"]) for one in told]
    try:
        report = media_checks.check(
            pictures, policy, names=names, artefacts=folder / "made", progress=tell
        )
    except media_checks.Unreadable as error:
        return unreadable(error, policy_named(policy))
    copies = [folder / "made" / one["picture"]["file"] for one in report.artefacts["files"]]
    leaves = [_leaf(platform, copy, number, one)
              for number, (copy, one) in enumerate(zip(copies, told, strict=True), 1)]
    poster = made_file(platform, _poster(copies[0], folder), "poster", JPEG, {})
    taken = report.fingerprint.to_dict() if report.fingerprint else None
    return Outcome(report.verdict, report.to_dict(), [poster], taken, leaves)


def pass_on(
    platform: Platform, work: CheckJob, file: Path, folder: Path, tell: ProgressReporter
) -> Outcome:
    """The deep check of what the quick one has judged and shown already."""
    return Outcome("pass")


def _unpacked(file: Path, folder: Path) -> tuple[list[Path], list[dict[str, Any]]]:
    """The pictures of a set that we packed, in their order, and what is said of each."""
    with zipfile.ZipFile(file) as archive:
        told: list[dict[str, Any]] = json.loads(archive.read(CAPTIONS))
        names = sorted(name for name in archive.namelist() if name != CAPTIONS)
        return [Path(archive.extract(name, folder)) for name in names], told


def _leaf(
    platform: Platform, copy: Path, number: int, told: Mapping[str, Any]
) -> MadeLeaf:
    shown = copy.with_name(f"shown-{number}.jpg")
    stills.framed(copy, WIDTH, shown)
    with Image.open(shown) as image:
        width, height = image.size
    return made_leaf(platform, shown, PAGE, number, JPEG, width=width, height=height,
                     caption=str(told.get("caption", "")))


def _poster(copy: Path, folder: Path) -> Path:
    """The first picture in a frame as wide as a clip's still frame."""
    whole = Image.new("RGB", POSTER, "#e8edf4")
    with Image.open(copy) as image:
        small = image.convert("RGB")
    small.thumbnail(POSTER, Image.Resampling.LANCZOS)
    whole.paste(small, ((POSTER[0] - small.width) // 2, (POSTER[1] - small.height) // 2))
    path = folder / "poster.jpg"
    whole.save(path, "JPEG", quality=82)
    return path
