"""Backup, restore and proof, whichever kind of place is named: a folder, or one of restic's."""

from pathlib import Path

from contest.config import Settings
from contest.safekeeping import backup, elsewhere, proof, restic, sealed_settings
from contest.safekeeping import restore as restoring
from contest.safekeeping.backup import Made, Wishes
from contest.safekeeping.folder import BackupFolder
from contest.safekeeping.restore import Restored, Wanted
from contest.wiring import Platform


def back_up(platform: Platform, place: str, wishes: Wishes) -> Made:
    """Make a set there. Raises as ``backup.back_up`` and ``elsewhere.back_up``."""
    if restic.is_place(place):
        return elsewhere.back_up(platform, place, wishes)
    return backup.back_up(platform, Path(place).absolute(), wishes)


def reach(settings: Settings, place: str) -> None:
    """Make the place ready for sets, as a backup would; none is made. Raises as ``back_up``."""
    sealed_settings.require_passphrase(settings.backup_passphrase)
    if restic.is_place(place):
        restic.Repository.of(settings, place).ready()
        return
    outside = (settings.data_dir, settings.storage_dir)
    with BackupFolder.prepared(Path(place).absolute(), outside=outside).alone():
        pass


def prove(settings: Settings, place: str, wanted: Wanted) -> Restored:
    """Restore a set aside and look at it. Raises as ``proof.prove``."""
    if restic.is_place(place):
        return elsewhere.prove(settings, place, wanted)
    return proof.prove(settings, Path(place).absolute(), wanted)


def restore(settings: Settings, place: str, wanted: Wanted) -> Restored:
    """Put a set back into an empty installation. Raises as ``restore.restore``."""
    if restic.is_place(place):
        return elsewhere.restore(settings, place, wanted)
    return restoring.restore(settings, Path(place).absolute(), wanted)


def proves_daily(settings: Settings) -> bool:
    """Whether a proof follows today's backup: of a folder always, for only the files are read; what
    lies elsewhere is brought back for it, which costs, so once a week."""
    return not restic.is_place(settings.backup_to) or elsewhere.is_proof_due(settings)
