"""Texts that name a person in a result and its evidence bundle, taken out so that both still hold.

Figures, hashes and signature stay: what is changed is what people wrote (titles, authors, reasons)
and the explanations made of it. The bundle that was published keeps its name in the row; beside it
stands the file that now stands in for it (``scoring/manifest.py``).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

import scoring
from contest.models import Contest, Result
from contest.ports import BlobStore, PdfReader
from contest.services.privacy import places
from contest.services.privacy.places import Finds
from contest.services.results import bundles
from contest.services.results.bundles import Signer
from scoring import archive, evidence
from scoring import manifest as listing

TEXTS = ("title", "authors")  # of an entry in ``names``: the unit is no person


@dataclass(frozen=True)
class Store:
    """Where bundles and all other files lie, what signs bundles, what reads PDFs."""

    blobs: BlobStore
    folder: Path
    signer: Signer
    pdfs: PdfReader


@dataclass(frozen=True)
class Changed:
    """A revision that was changed: its columns before, and a bundle's file that nothing needs."""

    result_id: int
    before: dict[str, Any]
    file: str


def erase(
    session: Session, contest: Contest, finder: Finds, store: Store, *, ground: str, at: datetime
) -> list[Changed]:
    """Take the person out of every revision of a contest. Raises ``scoring.InputError`` where one
    no longer computes, which is a fault of ours: nothing is written then."""
    found = []
    for result in session.scalars(select(Result).where(Result.contest_id == contest.id)):
        values = _columns(result, finder)
        file = ""
        if result.bundle_sha256:
            file, more = _bundle(result, finder, store, ground, at)
            values |= more
        if values:
            before = {name: getattr(result, name) for name in values}
            # Past the ORM's guard of final revisions: an erasure is the one change they know.
            session.execute(
                update(Result).where(Result.id == result.id).values(**values, erased_at=at)
                .execution_options(synchronize_session=False)
            )
            session.refresh(result)
            found.append(Changed(result.id, before, file))
    return found


def _columns(result: Result, finder: Finds) -> dict[str, Any]:
    """The columns that change, as they are to be."""
    fresh: dict[str, Any] = {
        "input": _input(result.input, finder), "names": _names(result.names, finder),
        "gaps": places.without(result.gaps, finder), "reason": finder.without(result.reason),
    }
    fresh["output"] = (
        scoring.compute(fresh["input"]) if fresh["input"] != result.input else result.output
    )
    return {name: value for name, value in fresh.items() if value != getattr(result, name)}


def _input(data: Mapping[str, Any], finder: Finds) -> dict[str, Any]:
    def without_reason(row: dict[str, Any]) -> dict[str, Any]:
        reason = row.get("reason")
        return row | {"reason": finder.without(reason)} if reason else row

    return {
        **data,
        "entries": [without_reason(row) for row in data.get("entries", [])],
        "chair_decisions": [without_reason(row) for row in data.get("chair_decisions", [])],
    } if data else {}


def _names(names: Mapping[str, Any], finder: Finds) -> dict[str, Any]:
    return {
        code: {key: places.without(value, finder) if key in TEXTS else value
               for key, value in entry.items()}
        for code, entry in names.items()
    }


def _bundle(
    result: Result, finder: Finds, store: Store, ground: str, at: datetime
) -> tuple[str, dict[str, Any]]:
    """The file that is no longer needed ("" where nothing changed), and the column that changes."""
    standing = result.erased_bundle_sha256 or result.bundle_sha256
    content = b"".join(store.blobs.chunks(standing))
    members, _ = archive.read(content)
    texts = {
        name: _text(name, text, finder) for name, text in members.items()
        if name in listing.ERASABLE and name != "ranking.json"
    }
    fresh = listing.erase(
        content, texts, at=at, ground=ground, sign=store.signer.sign,
        public_key=store.signer.public_key,
    )
    if fresh == content:
        return "", {}
    return standing, {"erased_bundle_sha256": bundles.store([fresh], store.blobs, store.folder)}


def _text(name: str, content: bytes, finder: Finds) -> bytes:
    """A member without the person: the same bytes where the person does not stand in it."""
    if not any(finder.finds(text) for text in _texts(name, content)):
        return content
    if name == "profile.toml":
        return finder.without(content.decode()).encode()
    fresh = places.without(json.loads(content), finder)
    if name == "profile.json":
        return json.dumps(
            fresh, sort_keys=True, ensure_ascii=False, separators=(",", ":")
        ).encode()
    return evidence.text(fresh)


def _texts(name: str, content: bytes) -> list[str]:
    return [content.decode()] if name == "profile.toml" else list(places.texts(json.loads(content)))
