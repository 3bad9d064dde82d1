"""Clips in a folder: ``ab/abcd…``, read-only files named by their SHA-256."""

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from contest.ports import Shown, StorageAway, StorageDamaged, Stored, full_disk_told

JUST_PUT_S = 24 * 3600  # longer than any transaction takes between the bytes and their row
LEFT_S = 3 * 24 * 3600  # what is half done for so long, nobody goes on with
PART = 1024**2  # bytes handed on together


def is_sha256(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")  # noqa: PLR2004


class FolderStore:
    """A ``BlobStore`` in a local or shared folder.

    Every method raises ``ValueError`` for a string that is no SHA-256.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def _place(self, sha256: str) -> Path:
        if not is_sha256(sha256):
            raise ValueError(f"not a SHA-256: {sha256!r}")
        return self.root / sha256[:2] / sha256

    def put(self, path: Path, sha256: str) -> None:
        """Move (same file system) or copy ``path`` in; synced before it gets its name.

        Raises ``StorageFull`` where the disk or quota is full, any other ``OSError`` as it is.
        """
        place = self._place(sha256)
        if self._touched(place):
            path.unlink(missing_ok=True)
            return
        place.parent.mkdir(exist_ok=True)
        with full_disk_told():
            self._bring(path, place)

    @staticmethod
    def _touched(place: Path) -> bool:
        """Whether the file is there; it then looks new, so that ``drop`` leaves it alone."""
        try:
            os.utime(place)
        except FileNotFoundError:
            return False
        return True

    def _bring(self, path: Path, place: Path) -> None:
        near = place.with_suffix(f".{secrets.token_hex(6)}")  # threads of a process put, too
        try:
            path.rename(near)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            shutil.copyfile(path, near)
        with near.open("rb") as file:
            os.fsync(file.fileno())
        near.chmod(0o400)
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

    @contextmanager
    def open_local(self, sha256: str, *, proven: bool = False) -> Iterator[Path]:
        """The stored file itself."""
        if proven:
            self.verify(sha256)
        yield self.path(sha256)

    def chunks(self, sha256: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        with self.path(sha256).open("rb") as file:
            file.seek(start)
            left = self.look(sha256).size - start if stop is None else stop - start
            while left > 0 and (part := file.read(min(PART, left))):
                left -= len(part)
                yield part

    def send(self, sha256: str, shown: Shown) -> str:
        """The place below ``/_files/`` of docker/nginx.conf."""
        return f"/_files/{self.path(sha256).relative_to(self.root).as_posix()}"

    def look(self, sha256: str) -> Stored:
        found = self._place(sha256).stat()
        return Stored(sha256, found.st_size, found.st_mtime)

    def ping(self) -> None:
        """Raises ``StorageAway`` where the folder is not there."""
        if not self.root.is_dir():
            raise StorageAway(f"there is no folder {self.root}")

    def exists(self, sha256: str) -> bool:
        return self._place(sha256).exists()

    def verify(self, sha256: str, told: Callable[[int], None] = lambda size: None) -> None:
        digest = hashlib.sha256()
        for part in self.chunks(sha256):
            digest.update(part)
            told(len(part))
        if digest.hexdigest() != sha256:
            raise StorageDamaged(f"{self._place(sha256)} holds other bytes")

    def names(self) -> Iterator[Stored]:
        for place in sorted(self.root.glob("??/*")):
            if is_sha256(place.name):
                with contextlib.suppress(FileNotFoundError):
                    found = place.stat()  # where it is found, even if it belongs elsewhere
                    yield Stored(place.name, found.st_size, found.st_mtime)

    def tidy(self) -> None:
        """Remove copies that never got their name."""
        old = time.time() - LEFT_S
        for place in self.root.glob("??/*.*"):
            with contextlib.suppress(FileNotFoundError):
                if place.stat().st_mtime < old:
                    place.unlink()

    def delete(self, sha256: str) -> None:
        self._place(sha256).unlink(missing_ok=True)

    def drop(self, sha256: str) -> None:
        """Delete a file that no row needs, unless somebody has just put the same again.

        Whoever puts it touches the file before its row is written, so a file that looks new gets
        its name back; one who comes after the renaming brings it anew.
        """
        place = self._place(sha256)
        aside = place.with_suffix(f".dropped.{secrets.token_hex(6)}")
        with contextlib.suppress(FileNotFoundError):
            place.rename(aside)
            if aside.stat().st_mtime > time.time() - JUST_PUT_S:
                with contextlib.suppress(FileExistsError):
                    os.link(aside, place)
            aside.unlink()
