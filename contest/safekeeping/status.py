"""When the last backup and its proof succeeded, and what failed since: a file in the data folder.

A file and no row: it tells of this machine and this disk, and a restored database must not claim
the backups of the machine that died. Instants are the machine's, never a simulated clock's.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from contest.errors import DomainError
from contest.ports import Shelf
from contest.safekeeping.folder import Manifest, read_json, write_json

FILE = "safekeeping.json"
SHELF = "safekeeping"
BACKUP_LATE, PROOF_LATE = timedelta(days=1, hours=2), timedelta(days=7)  # a run takes its time


@dataclass(frozen=True)
class Failure:
    """What failed since the last success, in both languages."""

    at: datetime
    vi: str
    en: str

    def __getitem__(self, language: str) -> str:
        """For the filter ``said``, as the profile's texts."""
        return self.en if language == "en" else self.vi


@dataclass(frozen=True)
class Standing:
    """What the desk shows."""

    scheduled: bool
    backed_up_at: datetime | None
    proved_at: datetime | None
    failure: Failure | None
    at: datetime

    @property
    def known(self) -> bool:
        """Whether there is anything to say."""
        return self.scheduled or self.backed_up_at is not None or self.failure is not None

    @property
    def backup_is_late(self) -> bool:
        return self.backed_up_at is None or self.at - self.backed_up_at > BACKUP_LATE

    @property
    def proof_is_late(self) -> bool:
        return self.proved_at is None or self.at - self.proved_at > PROOF_LATE


def backed_up(data_dir: Path, manifest: Manifest, at: datetime) -> None:
    """A whole set was made."""
    _note(data_dir, backup={"at": at.isoformat(), "set": manifest.name}, failure=None)


def proved(data_dir: Path, manifest: Manifest, at: datetime) -> None:
    """The set was restored and everything in it holds."""
    _note(data_dir, proof={"at": at.isoformat(), "set": manifest.name}, failure=None)


def failed(data_dir: Path, error: Exception, at: datetime) -> None:
    """A backup or a proof failed; told until the next one succeeds."""
    said = (error.vi, error.en) if isinstance(error, DomainError) else (str(error), str(error))
    _note(data_dir, failure={"at": at.isoformat(), "vi": said[0], "en": said[1]})


def tell_others(data_dir: Path, shelf: Shelf) -> None:
    """After the daily run, which any of several machines makes: on the shelf of the running house,
    where no restored database finds it."""
    if (data_dir / FILE).exists():
        shelf.put(SHELF, FILE, (data_dir / FILE).read_bytes())


def standing(
    data_dir: Path, *, scheduled: bool, at: datetime, shelf: Shelf | None = None
) -> Standing:
    """Where this installation's backups stand at ``at``, the machine's time; ``shelf``: also by
    what other machines told of them."""
    found = read_json(data_dir / FILE) or {}
    told_there = shelf.get(SHELF, FILE) if shelf else None
    if told_there:
        found = _together(found, json.loads(told_there))
    failure = found.get("failure")
    told = Failure(_instant(failure) or at, failure["vi"], failure["en"]) if failure else None
    backup, proof = _instant(found.get("backup")), _instant(found.get("proof"))
    return Standing(scheduled, backup, proof, told, at)


def _together(*told: dict[str, Any]) -> dict[str, Any]:
    """The newest of each; a failure counts until something has succeeded anywhere."""
    newest = {
        what: max((one[what] for one in told if one.get(what)), key=_when, default=None)
        for what in ("backup", "proof", "failure")
    }
    failure = newest["failure"]
    since = [_when(one) for one in (newest["backup"], newest["proof"]) if one]
    if failure and any(moment > _when(failure) for moment in since):
        newest["failure"] = None
    return newest


def _when(noted: dict[str, str]) -> datetime:
    return datetime.fromisoformat(noted["at"])


def _instant(found: dict[str, str] | None) -> datetime | None:
    return _when(found) if found else None


def _note(data_dir: Path, **facts: object) -> None:
    write_json(data_dir / FILE, (read_json(data_dir / FILE) or {}) | facts)
