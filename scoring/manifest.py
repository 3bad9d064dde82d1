"""The list of a bundle's files with their SHA-256, the copy of this package in it, and what stands
in for texts that were erased.

``erased.json`` names each file that was replaced, since when and on what ground, and the hash of
what stands now; its signature covers the manifest, which stays as it was, so it fits one bundle
only. Only files that hold texts may be replaced: never ballots, ledgers or rules.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from scoring import archive, evidence, signature
from scoring.engine import compute
from scoring.errors import BundleError
from scoring.nodes import Node, parse

MANIFEST = "MANIFEST.sha256"
SIGNATURE = "signature.json"
ERASED = "erased.json"  # came after the manifest (``erasure.py``)
ERASURE = "hoithi-erasure/1"
ERASABLE = frozenset({
    "about.json", "names.json", "disqualifications.json", "decisions.json", "snapshots.json",
    "ranking.json", "profile.json", "profile.toml",
})


def manifest(files: Mapping[str, bytes]) -> bytes:
    """SHA-256 of every file but itself, the signature and what came later, as ``sha256sum -c``
    reads it."""
    names = sorted(set(files) - {MANIFEST, SIGNATURE, ERASED})
    lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in names]
    return "".join(lines).encode()


def own_sources() -> dict[str, bytes]:
    """This package as it runs, by the names under which a bundle carries it."""
    folder = Path(__file__).parent
    return {
        f"scoring/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in sorted(folder.rglob("*.py"))
    }


@dataclass(frozen=True, slots=True)
class StandIn:
    """What stands in the place of a file; ``at``: ISO time with zone."""

    sha256: str
    at: str
    ground: str


def erase(
    content: bytes, texts: Mapping[str, bytes], *, at: datetime, ground: str,
    sign: Callable[[bytes], bytes], public_key: bytes,
) -> bytes:
    """The bundle with ``texts`` in the place of files of these names, the ranking computed anew
    where its words change. What was erased before stays so. Raises ``BundleError`` for a file
    that may not be replaced, ``InputError`` where the evidence no longer computes."""
    members, _ = archive.read(content)
    if wrong := set(texts) - ERASABLE | set(texts) - set(members):
        raise BundleError(f"Không thay được {min(wrong)}.", f"{min(wrong)} cannot be replaced.")
    changed = {name: text for name, text in texts.items() if text != members[name]}
    files = {**members, **changed}
    ranking = evidence.text(compute(evidence.join(files)))
    if ranking != files["ranking.json"] and changed:
        files["ranking.json"] = changed["ranking.json"] = ranking
    if not changed:
        return content
    standing = _listed(members.get(ERASED)) | {
        name: StandIn(_sha256(text), at.isoformat(), ground) for name, text in changed.items()
    }
    files[ERASED] = _document(standing, files[MANIFEST], sign, public_key)
    return archive.write(files.items())


def _document(
    standing: Mapping[str, StandIn], manifest: bytes, sign: Callable[[bytes], bytes],
    public_key: bytes,
) -> bytes:
    rows = [
        {"file": name, "sha256": one.sha256, "at": one.at, "ground": one.ground}
        for name, one in sorted(standing.items())
    ]
    return evidence.text({
        "format": ERASURE, "erased": rows, "public_key": public_key.hex(),
        "signature": sign(_message(standing, manifest)).hex(),
    })


def _message(standing: Mapping[str, StandIn], manifest: bytes) -> bytes:
    rows = [[name, one.sha256, one.at, one.ground] for name, one in sorted(standing.items())]
    return json.dumps([ERASURE, _sha256(manifest), rows], ensure_ascii=False).encode()


def _listed(content: bytes | None) -> dict[str, StandIn]:
    """Raises ``InputError`` where it is not written as ``erase`` writes it."""
    if content is None:
        return {}
    names = ("format", "erased", "public_key", "signature")
    fields = Node(parse(content), ERASED).fields(names, names)
    fields["format"].choice(ERASURE)
    found = {}
    for item in fields["erased"].items():
        one = item.fields(("file", "sha256", "at", "ground"), ("file", "sha256", "at", "ground"))
        one["file"].choice(*sorted(ERASABLE))
        found[one["file"].text()] = StandIn(
            one["sha256"].text(), one["at"].text(), one["ground"].text()
        )
    return found


def standing(files: Mapping[str, bytes]) -> tuple[dict[str, StandIn], bool | None]:
    """What was replaced, and whether whoever signed the bundle vouches for it; None where that
    cannot be checked here. Raises ``InputError`` for a faulty list."""
    found = _listed(files.get(ERASED))
    if not found:
        return {}, True
    try:
        said = json.loads(files[ERASED])
        signed = json.loads(files[SIGNATURE])
        public, proof = bytes.fromhex(said["public_key"]), bytes.fromhex(said["signature"])
        same = said["public_key"] == signed["public_key"]
    except (KeyError, TypeError, ValueError):
        return found, False
    if not same:
        return found, False
    return found, signature.holds(public, proof, _message(found, files.get(MANIFEST, b"")))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
