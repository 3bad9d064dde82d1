"""Files beside the database that may still tell of an erased person.

Caches go whole, for they are made again; mails written to a folder, files that wait and stored
files that no row names go where they tell of the person.
"""

import contextlib
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

from contest.ports import BlobStore, PdfReader
from contest.services.privacy.places import Finds
from contest.services.privacy.stored_files import LARGEST, shows

CACHES = ("cards", "stills", "prospects", "documents", "published", "bundles")
WAITING = ("mail", "incoming", "work")
STATIC = "_static"  # of published pages: scripts and styles, which name nobody


def empty_caches(data_dir: Path) -> None:
    """Remove what is drawn and rendered anew at its next use."""
    for name in CACHES:
        for path in _children(data_dir / name):
            if path.name != STATIC:
                _remove(path)


def remove_waiting(data_dir: Path, finder: Finds, pdfs: PdfReader) -> int:
    """Remove files that tell of the person; returns how many. Files of forms lie in the data folder
    itself."""
    places = [path for name in WAITING for path in _files(data_dir / name)]
    places += [path for path in _children(data_dir) if path.is_file() and path.name[:3] == "tmp"]
    found = [path for path in places if shows(path, finder, pdfs)]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def strays(
    blobs: BlobStore, named: Collection[str], finder: Finds, pdfs: PdfReader
) -> list[str]:
    """Stored files that no row names, as of previews that were never applied, and that tell of the
    person: their hashes."""
    found = []
    for one in blobs.names():
        if one.sha256 not in named and one.size <= LARGEST:
            with contextlib.suppress(FileNotFoundError), blobs.open_local(one.sha256) as path:
                found += [one.sha256] if shows(path, finder, pdfs) else []
    return found


def _files(root: Path) -> Iterator[Path]:
    return (path for path in sorted(root.rglob("*")) if path.is_file())


def _children(root: Path) -> list[Path]:
    return sorted(root.iterdir()) if root.is_dir() else []


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
