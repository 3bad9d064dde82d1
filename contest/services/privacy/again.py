"""Erasures done again in a database that is older than they are: after a restore.

Nobody knows the names any more; digests of words find them (``person.DigestFinder``).
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import SYSTEM
from contest.models import Contest, Submission, Tombstone, User
from contest.ports import BlobStore, PdfReader
from contest.services.core.keys import Keys
from contest.services.privacy import tombstones
from contest.services.privacy.erasing import Erasure, Wish
from contest.services.privacy.result_texts import Store
from contest.services.privacy.retention import sweeping
from contest.services.results.bundles import Signer

SPARED = "spared:"


def done(
    writing: Callable[[], AbstractContextManager[Session]], data_dir: Path, blobs: BlobStore,
    pdfs: PdfReader, keys: Keys,
) -> int:
    """Do again what the tombstones in the data folder name, in a transaction of its own, and delete
    the files that nothing needs any more; returns how many erasures."""
    path = data_dir / tombstones.FILE
    if not path.exists():
        return 0
    with writing() as session:
        store = Store(blobs, data_dir / "bundles", Signer(keys.signature(session)), pdfs)
        count, files = erase(session, path, keys=keys, store=store, at=datetime.now(UTC))
        tombstones.write(session, data_dir)
    for sha256 in files:
        blobs.delete(sha256)  # nobody else is at work on what is being restored
    return count


def erase(
    session: Session, path: Path, *, keys: Keys, store: Store, at: datetime
) -> tuple[int, list[str]]:
    """Do again every erasure of the file at ``path`` that the database does not know: how many, and
    the files that nothing needs any more. Done twice it changes nothing."""
    missing, files = tombstones.take(session, path), list[str]()
    for contest_id, ground in missing:
        contest = session.get_one(Contest, contest_id)
        if ground.startswith(sweeping.GROUND):
            files += sweeping.repeat(session, contest, ground, keys=keys, at=at)
            continue
        finder = tombstones.finder_of(
            session, contest, ground, tombstones.key(session, keys, contest)
        )
        files += Erasure(
            session, contest, finder, _wish(session, contest, ground), keys=keys, store=store,
            actor=SYSTEM, at=at,
        ).run().files
    return len(missing), files


def _wish(session: Session, contest: Contest, ground: str) -> Wish:
    """What was erased then, as far as this database has it."""
    query = select(Tombstone.subject, Tombstone.field).where(
        Tombstone.contest_id == contest.id, Tombstone.ground == ground
    )
    rows = [(subject, name) for subject, name in session.execute(query)]

    def ids(table: str, name: str) -> list[int]:
        return [int(subject.partition(":")[2]) for subject, field in rows
                if field == name and subject.partition(":")[0] == table]

    people = ids("user", "email")
    clips = [one for one in ids("submission", "clip")
             if (found := session.get(Submission, one)) and found.contest_id == contest.id]
    return Wish(
        ground=ground, clips=tuple(clips),
        spared=frozenset(f"{subject.removeprefix(SPARED)}.{name}" for subject, name in rows
                         if subject.startswith(SPARED)),
        also=frozenset(f"{table}:{one}" for table in ("evidence", "post_removal")
                       for one in ids(table, "file")),
        account=session.get(User, people[0]) if people else None,
    )
