"""What is remembered of an erasure: that, when and why, never whom.

A restored database is older than the erasures since its backup. So tombstones are also written to a
file beside the data, and to the backup folder; a restore applies them again by digests of words.
"""

import hmac
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.models import Contest, Tombstone
from contest.services.core.keys import Keys
from contest.services.privacy.person import DigestFinder, Finder, digest_of, spelt, words_in

FILE = "tombstones.jsonl"
WORD = "word:"


def key(session: Session, keys: Keys, contest: Contest) -> bytes:
    """The secret key of a contest's tombstones; the same after a restore."""
    return hmac.new(keys.ledger(session), f"tombstones:{contest.slug}".encode(), "sha256").digest()


def words(finder: Finder, secret: bytes) -> Iterator[tuple[str, str]]:
    """What was found and what was looked for: (``word:<number of words>``, digest)."""
    person = finder.person
    given = [spelt(text) for text in (*person.names, *person.phones, *person.mails,
                                      *person.literals)]
    for spelling in sorted({*finder.seen, *given} - {""}):
        yield f"{WORD}{words_in(spelling)}", digest_of(secret, spelling)


def finder_of(session: Session, contest: Contest, ground: str, secret: bytes) -> DigestFinder:
    """Finds again what an erasure took out."""
    query = select(Tombstone.subject, Tombstone.digest).where(
        Tombstone.contest_id == contest.id, Tombstone.ground == ground,
        Tombstone.subject.startswith(WORD),
    )
    digests: dict[int, set[str]] = defaultdict(set)
    for subject, digest in session.execute(query):
        digests[int(subject.removeprefix(WORD))].add(digest)
    return DigestFinder(secret, {size: frozenset(found) for size, found in digests.items()})


def as_lines(session: Session) -> str:
    """All tombstones as JSON lines, the contest by its address."""
    query = select(Tombstone, Contest.slug).outerjoin(Contest).order_by(Tombstone.id)
    return "".join(
        json.dumps(_as_row(one, slug), ensure_ascii=False, sort_keys=True) + "\n"
        for one, slug in session.execute(query)
    )


def _as_row(one: Tombstone, slug: str | None) -> dict[str, Any]:
    return {
        "contest": slug, "subject": one.subject, "field": one.field, "digest": one.digest,
        "ground": one.ground, "by": one.erased_by, "at": one.erased_at.isoformat(),
    }


def write(session: Session, folder: Path) -> None:
    """Bring the file in ``folder`` up to date, whole or not at all; lines of other databases that
    it holds stay."""
    path = folder / FILE
    known = path.read_text().splitlines() if path.exists() else []
    lines = dict.fromkeys([*known, *as_lines(session).splitlines()])
    if not lines:
        return
    fresh = folder / f".{FILE}.part"
    fresh.touch(mode=0o600)
    fresh.write_text("".join(f"{line}\n" for line in lines))
    fresh.replace(path)


def take(session: Session, path: Path) -> dict[tuple[int, str], datetime]:
    """Store the tombstones of a file that the database lacks: (contest's id, ground) -> instant of
    those erasures, which have to be done again."""
    contests = {c.slug: c.id for c in session.scalars(select(Contest))}
    known = set(as_lines(session).splitlines())
    missing: dict[tuple[int, str], datetime] = {}
    for line in path.read_text().splitlines():
        row = json.loads(line)
        contest_id = contests.get(row["contest"])
        if line in known or contest_id is None:
            continue
        at = datetime.fromisoformat(row["at"])
        missing[contest_id, row["ground"]] = at
        session.add(Tombstone(
            contest_id=contest_id, subject=row["subject"], field=row["field"],
            digest=row["digest"], ground=row["ground"], erased_by=row["by"], erased_at=at,
        ))
    session.flush()
    return missing
