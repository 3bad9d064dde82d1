"""The folder that backups are kept in: what in it is whole, and who works in it.

    hoithi-backup.json              says that this is one; its lock is the folder's
    clips/ab/abcd…                  bytes by their SHA-256, shared by all sets
    sets/2026-11-26T02-00-03Z/
        manifest.json               written last: a set without one is unfinished
        database.sqlite3 or database.dump, settings.json, holidays.toml
"""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

from contest.errors import Invalid
from contest.safekeeping import file_lock

FORMAT = 1
MARK, MANIFEST = "hoithi-backup.json", "manifest.json"
DAYS_OFF = "holidays.toml"  # as corrected in the data folder, where somebody did
FILES = {"database.sqlite3", "database.dump", "settings.json", DAYS_OFF}
HASH = re.compile(r"[0-9a-f]{64}")
NAME = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ")


@dataclass(frozen=True)
class Manifest:
    """What one set holds. ``files``: name -> [SHA-256, bytes]; ``clips``: SHA-256 -> bytes;
    ``gone``: SHA-256 -> why the snapshot names it and the set has it not."""

    name: str
    at: str  # of the snapshot, ISO 8601
    version: str  # of hoithi
    migration: str
    database: str  # sqlite or postgresql
    files: dict[str, tuple[str, int]]
    clips: dict[str, int]
    gone: dict[str, str] = field(default_factory=dict)
    secrets: bool = True
    format: int = FORMAT

    @property
    def instant(self) -> datetime:
        return datetime.fromisoformat(self.at)

    @property
    def size(self) -> int:
        """Bytes of the set, those that it shares with others included."""
        return sum(size for _, size in self.files.values()) + sum(self.clips.values())


class BackupFolder:
    """A folder of sets; ``prepared`` makes one, ``opened`` takes one that is there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clips, self.sets = root / "clips", root / "sets"

    @classmethod
    def prepared(cls, root: Path, *, outside: tuple[Path, ...]) -> "BackupFolder":
        """The folder, made where it is absent or empty. Raises ``Invalid`` for one that holds
        something else, or lies within one of ``outside`` or around it."""
        _require_apart(root, outside)
        folder = cls(root)
        try:
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not (root / MARK).exists():
                _require_empty(root)
                write_json(root / MARK, {"format": FORMAT, "what": "hoithi backup"})
            for place in (folder.clips, folder.sets):
                place.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise _no_folder(root, error) from None
        folder._require_format()
        return folder

    @classmethod
    def opened(cls, root: Path) -> "BackupFolder":
        """A folder that holds backups. Raises ``Invalid``."""
        if not (root / MARK).is_file():
            raise _no_backup(root)
        folder = cls(root)
        folder._require_format()
        return folder

    def _require_format(self) -> None:
        found = read_json(self.root / MARK) or {}
        if found.get("format") != FORMAT:
            raise _no_backup(self.root)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else writes or reads meanwhile. Raises ``Conflict``."""
        with self._locked(fcntl.LOCK_EX):
            self._sweep()
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Nobody prunes meanwhile. Raises ``Conflict`` while a backup is being made."""
        with self._locked(fcntl.LOCK_SH):
            yield

    @contextmanager
    def _locked(self, kind: int) -> Iterator[None]:
        with file_lock.held(
            self.root / MARK,
            f"Đang có một lần sao lưu hoặc khôi phục khác dùng thư mục {self.root}. Hãy đợi nó "
            "xong.",
            f"Another backup or restore is at work in {self.root}. Wait until it is done.",
            kind=kind,
        ):
            yield

    def _sweep(self) -> None:
        """Remove what a killed run left; whole sets and verified clips stay."""
        for place in self.sets.iterdir():
            if place.is_dir() and not (place / MANIFEST).exists():
                shutil.rmtree(place)
        for part in self.clips.glob("*/.*.part"):
            part.unlink()

    def new_set(self, at: datetime) -> Path:
        """A fresh set's folder, named by the instant."""
        while (place := self.sets / f"{at:%Y-%m-%dT%H-%M-%SZ}").exists():
            at += timedelta(seconds=1)
        place.mkdir(mode=0o700)
        return place

    def clip(self, sha256: str) -> Path:
        return self.clips / sha256[:2] / sha256

    def manifests(self) -> list[Manifest]:
        """The whole sets, the newest first."""
        found = [_manifest(place) for place in self.sets.iterdir() if NAME.fullmatch(place.name)]
        return sorted((m for m in found if m), key=lambda m: m.name, reverse=True)

    def chosen(self, name: str = "") -> Manifest:
        """The newest set, or the one of this instant. Raises ``Invalid``."""
        whole = self.manifests()
        if not whole:
            raise Invalid(f"Thư mục {self.root} chưa có bản sao lưu trọn vẹn nào.",
                          f"{self.root} holds no whole backup yet.")
        return chosen(whole, name)

    def keep(self, manifest: Manifest) -> None:
        """Make the set whole: its manifest appears at once or not at all."""
        write_json(self.sets / manifest.name / MANIFEST, asdict(manifest))

    def prune(self, keep: int) -> list[str]:
        """Remove all but the newest ``keep`` sets, and the clips that no set names any more;
        returns the removed sets' names. Where a set cannot be read, what it names is not known, and
        nothing goes."""
        whole = self.manifests()
        if len(whole) < len(list(self.sets.glob(f"*/{MANIFEST}"))):
            return []
        for old in whole[keep:]:
            (self.sets / old.name / MANIFEST).unlink()  # from here on it is unfinished
            shutil.rmtree(self.sets / old.name)
        named = {sha256 for manifest in whole[:keep] for sha256 in manifest.clips}
        for place in self.clips.glob("*/*"):
            if place.name not in named:
                place.unlink()
        return [old.name for old in whole[keep:]]


class Named(Protocol):
    """A set, or what tells of one."""

    @property
    def name(self) -> str: ...


Set = TypeVar("Set", bound=Named)


def chosen(sets: Sequence[Set], name: str) -> Set:
    """The first of some sets, or the one of this instant. Raises ``Invalid``."""
    wanted = name.strip().replace(":", "-").replace("+00-00", "Z")
    for one in sets:
        if wanted in ("", one.name):
            return one
    listed = ", ".join(one.name for one in sets[:10])
    raise Invalid(f"Không có bản sao lưu “{name}”. Đang có: {listed}.",
                  f'There is no set "{name}". There are: {listed}.')


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a private file whole or not at all, on the disk before it has its name."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file, ensure_ascii=False, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_folder(path.parent)


def read_json(path: Path) -> dict[str, Any] | None:
    """The file's object; None where it is absent or none."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def sync_folder(folder: Path) -> None:
    held = os.open(folder, os.O_RDONLY)
    os.fsync(held)
    os.close(held)


def _manifest(place: Path) -> Manifest | None:
    """None for a set without one, or with one that this version cannot read or nobody should
    believe: names lead to paths, so only hashes and names of our own are taken."""
    found = read_json(place / MANIFEST)
    if found is None or found.get("format") != FORMAT or found.get("name") != place.name:
        return None
    try:
        files = {name: (sha256, int(size)) for name, (sha256, size) in found.pop("files").items()}
        manifest = Manifest(**found, files=files)
        hashes = [*manifest.clips, *manifest.gone, *(sha256 for sha256, _ in files.values())]
        plain = all(HASH.fullmatch(sha256) for sha256 in hashes)
        return manifest if plain and set(files) <= FILES else None
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _require_apart(root: Path, outside: tuple[Path, ...]) -> None:
    here = root.resolve()
    for place in (path.resolve() for path in outside):
        if here == place or place in here.parents or here in place.parents:
            raise Invalid(
                f"Thư mục sao lưu {root} phải nằm ngoài thư mục dữ liệu {place}. Hãy chọn nơi "
                "khác, tốt nhất là trên ổ đĩa khác.",
                f"The backup folder {root} must not share a place with the data folder {place}. "
                "Choose another, best on another disk.",
            )


def _require_empty(root: Path) -> None:
    left = {place.name for place in root.iterdir()} - {"lost+found"}
    if any(not name.startswith(f".{MARK}") for name in left):
        raise Invalid(
            f"Thư mục {root} đang có thứ khác và không phải thư mục sao lưu của hoithi. Hãy chọn "
            "một thư mục trống.",
            f"The folder {root} holds other things and is no backup folder of hoithi. Choose an "
            "empty one.",
        )


def _no_folder(root: Path, error: OSError) -> Invalid:
    return Invalid(f"Không dùng được thư mục {root}: {error.strerror}.",
                   f"The folder {root} cannot be used: {error.strerror}.")


def _no_backup(root: Path) -> Invalid:
    return Invalid(
        f"{root} không phải thư mục sao lưu của hoithi, hoặc do bản mới hơn ghi. Hãy chỉ đúng thư "
        "mục có tệp hoithi-backup.json.",
        f"{root} is no backup folder of hoithi, or one of a newer version. Name the folder that "
        "holds hoithi-backup.json.",
    )
