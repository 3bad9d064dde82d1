"""The program restic: encrypted, incremental copies in an sftp place or a bucket.

It takes over what a distant place needs and a folder does not: parts sent again, nothing kept
twice, nothing readable there, checks of what lies there. Its keys come from the environment, as its
own documentation says (``AWS_ACCESS_KEY_ID`` and so on), a bucket's also from
``HOITHI_BACKUP_KEYS``; the password is the backup's passphrase.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contest.config import Settings, without_password
from contest.errors import ConfigError, Invalid
from contest.languages import write_size
from contest.safekeeping.progress import Say, minutes, silent

PLACES = re.compile(r"(sftp|s3|rest|b2|azure|gs|swift|rclone):.+")
TAG = "hoithi"
NOT_ALL = 3  # restic's exit code where it could not read a file


@dataclass(frozen=True)
class Snapshot:
    """One of our sets there: restic's id, the set's name, the two folders as they were called, and
    when it was sent, which tells sets of one second apart."""

    id: str
    name: str
    folder: str
    storage: str
    sent: str


def is_place(text: str) -> bool:
    """Whether this names a place that restic keeps, not a folder of this machine."""
    return PLACES.fullmatch(text) is not None


@dataclass(frozen=True)
class Repository:
    """``place`` as restic writes it: ``sftp:user@host:/folder``, ``s3:https://server/bucket``."""

    place: str
    passphrase: str
    sftp: str = ""  # the command that opens the way, instead of ssh's own settings
    cache: Path | None = None
    keys: str = field(default="", repr=False)  # id:secret, instead of the environment's

    @classmethod
    def of(cls, settings: Settings, place: str) -> "Repository":
        """Raises ``ConfigError`` without restic or a passphrase, which encrypts everything."""
        if shutil.which("restic") is None:
            raise ConfigError(
                f"Sao lưu tới {without_password(place)} cần chương trình restic. Hãy chạy: "
                "apt-get install restic.",
                f"Backing up to {without_password(place)} needs the program restic. Run: "
                "apt-get install restic.",
            )
        if not settings.backup_passphrase:
            raise ConfigError(
                "Bản sao lưu ở nơi khác được mã hoá bằng câu mật: hãy đặt "
                "HOITHI_BACKUP_PASSPHRASE.",
                "What is kept elsewhere is encrypted with a passphrase: set "
                "HOITHI_BACKUP_PASSPHRASE.",
            )
        return cls(place, settings.backup_passphrase, settings.backup_sftp,
                   settings.data_dir / "elsewhere-cache", settings.backup_keys)

    def ready(self) -> None:
        """Make it where it is not there yet; end the locks of runs that were killed."""
        if self._ended("cat", "config")[0]:
            self._run("init")
        self._run("unlock")

    def add(
        self, folder: Path, storage: Path, name: str, *, say: Say = silent,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        """Send both folders as the set ``name``; only what is new is sent."""
        def told(line: dict[str, Any]) -> None:
            beat()
            if line.get("message_type") == "status" and line.get("bytes_done"):
                say(_progress(line))

        # A restored machine's files have other inodes, and are the same files.
        self._run(
            "backup", "--json", "--tag", f"{TAG},set={name}", "--host", TAG, "--ignore-inode",
            "--exclude", ".*.part", str(folder), str(storage), told=told, allowed=(0, NOT_ALL),
        )

    def snapshots(self) -> list[Snapshot]:
        """Our sets there, the newest first."""
        code, out, err = self._ended("snapshots", "--json", "--tag", TAG)
        if code:
            raise self._failed("snapshots", err)
        found = [_snapshot(one) for one in json.loads(out or "[]") or []]
        ours = [one for one in found if one]
        return sorted(ours, key=lambda one: (one.name, one.sent), reverse=True)

    def fetch(
        self, snapshot: Snapshot, to: Path, *, only: str = "", beat: Callable[[], None]
    ) -> None:
        """Bring a set to the folder ``to``, below which the old paths stand; ``only`` one file of
        it."""
        wanted = ["--include", only] if only else []
        self._run("restore", snapshot.id, "--target", str(to), *wanted, told=lambda _: beat())

    def forget(self, keep: int, *, beat: Callable[[], None] = lambda: None) -> None:
        """Give up all but the newest ``keep`` sets, and what only those held."""
        self._run("forget", "--tag", TAG, "--group-by", "host", "--keep-last",
                  str(keep), "--prune", told=lambda _: beat())

    def check(self, *, beat: Callable[[], None] = lambda: None) -> None:
        """Have restic look at what it keeps there. Raises ``Invalid`` where it does not hold."""
        self._run("check", told=lambda _: beat())

    # ---------------------------------------------------------------------------------------

    def _argv(self, *args: str) -> list[str]:
        way = ["-o", f"sftp.command={self.sftp}"] if self.sftp else []
        cache = ["--cache-dir", str(self.cache)] if self.cache else ["--no-cache"]
        return ["restic", "-r", self.place, *cache, *way, *args]

    def _env(self) -> dict[str, str]:
        ours = {"RESTIC_PASSWORD": self.passphrase, "RESTIC_PROGRESS_FPS": "1"}
        if self.keys:
            name, _, secret = self.keys.partition(":")
            ours |= {"AWS_ACCESS_KEY_ID": name, "AWS_SECRET_ACCESS_KEY": secret}
        return {**os.environ, **ours}

    def _ended(self, *args: str) -> tuple[int, str, str]:
        ended = subprocess.run(
            self._argv(*args), env=self._env(), capture_output=True, text=True, check=False
        )
        return ended.returncode, ended.stdout, ended.stderr

    def _run(
        self, *args: str, told: Callable[[dict[str, Any]], None] = lambda _: None,
        allowed: Sequence[int] = (0,),
    ) -> None:
        """Raises ``Invalid`` in restic's own last words. Ends restic where ``told`` raises."""
        with tempfile.TemporaryFile("w+") as errors, subprocess.Popen(
            self._argv(*args), env=self._env(), stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process:
            assert process.stdout is not None  # noqa: S101 - for mypy
            try:
                for line in process.stdout:
                    told(_object(line))
            except BaseException:
                process.terminate()
                raise
            code = process.wait()
            errors.seek(0)
            if code not in allowed:
                raise self._failed(args[0], errors.read())

    def _failed(self, what: str, words: str) -> Invalid:
        lines = [line for line in words.strip().splitlines() if line.strip()] or ["?"]
        last, place = without_password(lines[-1]), without_password(self.place)
        return Invalid(
            f"restic {what} tới {place} không xong: {last}. Hãy xem mạng, quyền và câu "
            "mật rồi chạy lại; phần đã gửi không phải gửi lại.",
            f"restic {what} to {place} failed: {last}. Look at the network, the rights "
            "and the passphrase, then run it again; what was sent is not sent twice.",
        )


def _progress(line: dict[str, Any]) -> str:
    done, total = (write_size(int(line.get(f"{one}", 0)), "en")
                   for one in ("bytes_done", "total_bytes"))
    left = minutes(float(line.get("seconds_remaining", 0)))
    return f"{done} / {total} ({line.get('percent_done', 0):.0%}), còn / left: {left}"


def _snapshot(one: dict[str, Any]) -> Snapshot | None:
    names = [tag.removeprefix("set=") for tag in one.get("tags") or [] if tag.startswith("set=")]
    paths = one.get("paths") or []
    folder = next((path for path in paths if Path(path).name == "elsewhere"), None)
    if not names or folder is None or len(paths) != 2:  # noqa: PLR2004 - the set and the store
        return None
    storage = next(path for path in paths if path != folder)
    return Snapshot(one["id"], names[0], folder, storage, str(one.get("time", "")))


def _object(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
