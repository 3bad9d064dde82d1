"""The list of a bundle's files with their SHA-256, and the copy of this package in it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

MANIFEST = "MANIFEST.sha256"
SIGNATURE = "signature.json"
ERASED = "erased.json"  # came after the manifest (``erasure.py``)


def manifest(files: Mapping[str, bytes]) -> bytes:
    """SHA-256 of every file but itself, the signature and what came later, as ``sha256sum -c``
    reads it."""
    names = sorted(set(files) - {MANIFEST, SIGNATURE, ERASED})
    lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in names]
    return "".join(lines).encode()


def own_sources() -> dict[str, bytes]:
    """This package as it runs, by the names under which a bundle carries it."""
    folder = Path(__file__).parent
    return {f"scoring/{path.name}": path.read_bytes() for path in sorted(folder.glob("*.py"))}
