"""Files that counts or shares were read from, one row for each content.

Films and spreadsheets are kept whole, pictures are drawn anew before they come here.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Invalid
from contest.models import Contest, Evidence, Snapshot, SnapshotProof
from contest.services.core import audit
from social.imports import FileRefused

# What a picture or a film begins with; neither is opened here, only kept and handed out again.
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
MATROSKA = b"\x1a\x45\xdf\xa3"
STILL_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif")
HEAD = 16  # bytes that ``kind_of`` wants to see


def kind_of(head: bytes) -> str | None:
    """``screenshot`` or ``recording`` by a file's first ``HEAD`` bytes, whatever its name says.

    Pictures: JPEG, PNG, GIF, WebP, HEIC, AVIF; films: MP4, MOV, 3GP, WebM. None for all others.
    """
    if head.startswith(PICTURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return "screenshot"
    if head[4:8] == b"ftyp":
        return "screenshot" if head[8:12] in STILL_BRANDS else "recording"
    return "recording" if head.startswith(MATROSKA) else None


def attached(session: Session, contest: Contest) -> dict[int, str]:
    """The SHA-256 of the first file that was attached to a snapshot later, by the snapshot's id."""
    query = (
        select(SnapshotProof.snapshot_id, Evidence.sha256)
        .join(Evidence, Evidence.id == SnapshotProof.evidence_id)
        .where(Evidence.contest_id == contest.id)
        .order_by(SnapshotProof.evidence_id.desc())
    )
    return {snapshot_id: sha256 for snapshot_id, sha256 in session.execute(query)}


def shown_with(
    session: Session, snapshot_ids: Collection[int]
) -> dict[int, Sequence[Evidence]]:
    """The files that belong to these snapshots, those that came with them before later ones."""
    wanted = union_all(
        select(Snapshot.id.label("snapshot_id"), Snapshot.evidence_id)
        .where(Snapshot.id.in_(snapshot_ids), Snapshot.evidence_id.is_not(None)),
        select(SnapshotProof.snapshot_id, SnapshotProof.evidence_id)
        .where(SnapshotProof.snapshot_id.in_(snapshot_ids)),
    ).subquery()
    of_row = Evidence.id == wanted.c.evidence_id
    query = select(wanted.c.snapshot_id, Evidence).join(Evidence, of_row)
    found: dict[int, list[Evidence]] = defaultdict(list)
    for snapshot_id, row in session.execute(query):
        found[snapshot_id].append(row)
    return dict(found)


def find(session: Session, contest: Contest, sha256: str) -> Evidence | None:
    """The contest's evidence of this content, or None."""
    query = select(Evidence).where(Evidence.contest_id == contest.id, Evidence.sha256 == sha256)
    return session.scalars(query).one_or_none()


def keep(
    session: Session, contest: Contest, sha256: str, *, kind: str, filename: str, size: int,
    actor: Actor, at: datetime, original: str = "",
) -> Evidence:
    """Record a file whose bytes are in the store already; the same content is one row.

    ``kind``: counts, ledger, screenshot or recording. ``size``: bytes. ``original``: the SHA-256 of
    what was sent, where it was drawn anew; the trail keeps it.
    """
    if (known := find(session, contest, sha256)) is not None:
        return known
    evidence = Evidence(
        contest_id=contest.id, sha256=sha256, filename=filename[:255], size=size, kind=kind,
        created_by=actor.label, created_at=at,
    )
    session.add(evidence)
    session.flush()
    if original:
        audit.record(
            session, "evidence.redrawn", evidence, actor=actor, at=at, contest_id=contest.id,
            after={"sha256": sha256, "original_sha256": original},
        )
    return evidence


def refused(error: FileRefused) -> Invalid:
    """The reader's refusal of a file as an ``Invalid``, for the caller to raise."""
    return Invalid(error.message_vi, error.message_en, kind=error.kind)
