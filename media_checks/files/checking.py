"""The check of an entry that is no clip: read each file in the box, judge each and all of them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..errors import Unreadable
from ..policy import Policy
from ..progress import ProgressReporter, no_progress
from ..report import Finding, Report, finding, verdict
from ..rules import OF_KIND
from ..words import Text
from . import box
from .facts import FilesFacts
from .likeness import Likeness, alike_within
from .reading import Read, read_file, read_text

PART = {
    "picture": Text("Ảnh", "Picture"),
    "document": Text("Tài liệu", "Document"),
    "text": Text("Văn bản", "Text"),
}


def check_files(
    paths: Sequence[Path],
    policy: Policy,
    *,
    names: Sequence[str] = (),
    alone: bool = False,
    artefacts: Path | None = None,
    progress: ProgressReporter | None = None,
) -> Report:
    """The verdict of ``policy`` (of pictures, documents or texts) on the files of one entry.

    ``names`` are what the sender calls the files, in their order. ``alone``: it is one file of
    several, so that rules about all of them say nothing. ``artefacts`` receives of each picture a
    copy without what its file says beside the pixels and a thumbnail (picture-01.jpg,
    thumbnail-01.jpg), of a document its words (text-01.txt). Raises as ``media_checks.check``, and
    ``ValueError`` for no files.
    """
    if not paths:
        raise ValueError("no files")
    progress, called = progress or no_progress, list(names) or [path.name for path in paths]
    read: list[Read] = []
    kept: list[dict[str, Any]] = []
    for number, (path, name) in enumerate(zip(paths, called, strict=True), 1):
        one, files = _read(policy.kind, path, name, number if len(paths) > 1 else 0, artefacts)
        read.append(one)
        kept.append(files)
        progress(number / len(paths))
    return _report(read, policy, kept if artefacts else [], alone=alone)


def clean_picture(path: Path, folder: Path, name: str = "") -> dict[str, Any]:
    """Writes the picture at ``path`` to ``folder`` anew: pixels, turned as shown, and nothing else.

    Answers with ``{"picture": {"file", "width", "height"}, "thumbnail": {…}}``, empty for a picture
    that is damaged. Raises as ``media_checks.check``.
    """
    return _read("picture", path, name or path.name, 0, folder)[1]


def check_text(text: str, policy: Policy) -> Report:
    """The verdict of ``policy`` (of texts) on what was typed; never raises ``Unreadable``."""
    return _report([read_text(text, len(text.encode("utf-8", "replace")))], policy, [], alone=False)


def _read(
    kind: str, path: Path, name: str, number: int, folder: Path | None
) -> tuple[Read, dict[str, Any]]:
    try:
        if folder is None:
            return read_file(kind, path, name), {}
        with TemporaryDirectory(prefix="media-checks-") as scratch:
            read = read_file(kind, path, name, Path(scratch))
            return read, _keep(read, Path(scratch), folder, number or 1)
    except Unreadable as error:
        if not number:
            raise
        part = PART[kind]
        raise Unreadable(
            f"{part.vi} {number} ({name}): {error.message_vi}",
            f"{part.en} {number} ({name}): {error.message_en}",
        ) from None


def _keep(read: Read, scratch: Path, folder: Path, number: int) -> dict[str, Any]:
    """Moves what the box wrote, under names that tell the files apart."""
    folder.mkdir(parents=True, exist_ok=True)
    if read.text:
        name = f"text-{number:02}.txt"
        (folder / name).write_text(read.text, "utf-8")
        return {"text": {"file": name, "characters": len(read.text)}}
    if not read.kept:
        return {}
    copy = {key: value for key, value in read.kept.items() if key != "thumbnail"}
    return {
        "picture": _moved(copy, f"picture-{number:02}", scratch, folder),
        "thumbnail": _moved(read.kept["thumbnail"], f"thumbnail-{number:02}", scratch, folder),
    }


def _moved(made: dict[str, Any], name: str, scratch: Path, folder: Path) -> dict[str, Any]:
    source = scratch / Path(str(made["file"])).name
    target = folder / f"{name}{source.suffix}"
    shutil.move(source, target)
    return {**made, "file": target.name}


def _report(
    read: Sequence[Read], policy: Policy, kept: list[dict[str, Any]], *, alone: bool
) -> Report:
    hashes = tuple(hash_ for one in read for hash_ in one.likeness.pictures)
    facts = FilesFacts(policy.kind, [one.facts for one in read], alike_within(hashes))
    findings = judge_files(facts, policy, alone=alone)
    artefacts: dict[str, Any] = {"files": kept} if kept else {}
    return Report(
        verdict(findings),
        policy,
        facts,
        findings,
        box.describe() if policy.kind != "text" else "none",
        "",
        artefacts,
        _together([one.likeness for one in read]),
    )


def _together(each: Sequence[Likeness]) -> Likeness:
    """Of a set all pictures; of several texts the first, for an entry has one."""
    pictures = tuple(hash_ for one in each for hash_ in one.pictures)
    return Likeness(pictures, each[0].words, each[0].runs)


def judge_files(facts: FilesFacts, policy: Policy, *, alone: bool = False) -> list[Finding]:
    """Every rule that has something to judge, those of one file once for each. Pure."""
    rules, found = OF_KIND[policy.kind], []
    for name, limits in policy.rules.items():
        rule = rules[name]
        if rule.whole:
            judged = None if alone else rule.judge(facts, limits)
            found += [finding(name, limits, judged, judged.remedy)] if judged else []
            continue
        for number, file in enumerate(facts.files, 1):
            if judged := rule.judge(file, limits):
                one = finding(name, limits, judged, judged.remedy, number)
                found.append(one if len(facts.files) == 1 else _named(one, policy.kind))
    return found


def _named(one: Finding, kind: str) -> Finding:
    """A sentence that says which file of several it is about."""
    part = PART[kind]
    told = {
        "message_vi": f"{part.vi} {one.file}: {one.message_vi}",
        "message_en": f"{part.en} {one.file}: {one.message_en}",
    }
    return Finding(**{**one.__dict__, **told})
