"""Clips in a folder: ``ab/abcd…``, read-only files named by their SHA-256."""

import errno
import os
import shutil
from pathlib import Path

from contest.ports import StorageFull


class FolderStore:
    """A ``BlobStore`` in a local or shared folder.

    Every method raises ``ValueError`` for a string that is no SHA-256.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def _place(self, sha256: str) -> Path:
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):  # noqa: PLR2004
            raise ValueError(f"not a SHA-256: {sha256!r}")
        return self.root / sha256[:2] / sha256

    def put(self, path: Path, sha256: str) -> None:
        """Move (same file system) or copy ``path`` in; synced before it gets its name.

        Raises ``StorageFull`` where the disk or quota is full, any other ``OSError`` as it is.
        """
        place = self._place(sha256)
        if place.exists():
            path.unlink(missing_ok=True)
            return
        place.parent.mkdir(exist_ok=True)
        try:
            self._bring(path, place)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull(*error.args) from error
            raise

    def _bring(self, path: Path, place: Path) -> None:
        near = place.with_suffix(f".{os.getpid()}")
        try:
            path.rename(near)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            shutil.copyfile(path, near)
        with near.open("rb") as file:
            os.fsync(file.fileno())
        near.chmod(0o440)
        near.rename(place)
        path.unlink(missing_ok=True)
        folder = os.open(place.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def path(self, sha256: str) -> Path:
        """The stored file. Raises ``FileNotFoundError`` where it is absent."""
        place = self._place(sha256)
        if not place.exists():
            raise FileNotFoundError(place)
        return place

    def exists(self, sha256: str) -> bool:
        return self._place(sha256).exists()

    def delete(self, sha256: str) -> None:
        self._place(sha256).unlink(missing_ok=True)
