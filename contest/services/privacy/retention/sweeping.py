"""The daily sweep: what the rules give a period and whose time is over goes, a batch at a time.

Each batch is one transaction: rows, tombstones and the audit row together. Files go afterwards
(``privacy.tidy``), and only those that no other row needs; a killed sweep is simply gone on with.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from contest import canonical
from contest.actors import SYSTEM, Actor
from contest.models import (
    AccessLog,
    Attachment,
    Base,
    Contest,
    Evidence,
    Filing,
    Mail,
    PostRemoval,
    PrivacyRequest,
    ShareRecord,
    SignedForm,
    Submission,
    Task,
    Tombstone,
)
from contest.services.core import audit, locks, outbox, profiles
from contest.services.core.keys import Keys
from contest.services.core.sweep import not_last
from contest.services.entry.stored_bytes import TIDY
from contest.services.privacy import stored_files, tombstones
from contest.services.privacy.person import digest_of
from contest.services.privacy.retention import due, kinds
from contest.services.privacy.retention.kinds import Item

GROUND = "retention:"
OPENED = "access_log"  # the subject of a tombstone that names the last row that went
BATCH, LINES = 20, 2000  # things with files, rows of a table: in one transaction
SOON = timedelta(minutes=5)  # files go when the whole sweep has gone through


@dataclass
class Batch:
    """One transaction's worth of a kind in one contest."""

    session: Session
    contest: Contest
    kind: str
    key: bytes
    at: datetime
    actor: Actor = SYSTEM
    files: list[str] = field(default_factory=list)
    stones: list[Tombstone] = field(default_factory=list)
    rows: int = 0

    def bury(self, subject: str, name: str, value: object, *, as_it_is: bool = False) -> None:
        """A tombstone; ``as_it_is`` for a hash, which names nobody."""
        digest = value if as_it_is else digest_of(self.key, canonical.text(value))
        stone = Tombstone(
            contest_id=self.contest.id, subject=subject, field=name, digest=digest,
            ground=f"{GROUND}{self.kind}", erased_by=self.actor.label, erased_at=self.at,
        )
        self.session.add(stone)
        self.stones.append(stone)

    def end(self) -> int:
        """Name the files that nothing needs any more, record, and have them removed."""
        free = stored_files.unneeded(self.session, [one for one in self.files if one])
        for sha256 in free:
            self.bury(f"file:{sha256}", "file", sha256, as_it_is=True)
        if self.rows:
            said = [[one.subject, one.field, one.digest] for one in self.stones]
            audit.record(
                self.session, "retention.swept", self.contest, actor=self.actor, at=self.at,
                contest_id=self.contest.id,
                after={"kind": self.kind, "rows": self.rows, "files": len(free),
                       "tombstones": len(said), "sha256": canonical.sha256(said)},
            )
            outbox.enqueue(
                self.session, TIDY, self.contest.id, at=self.at, due_at=self.at + SOON,
                contest_id=self.contest.id, key=f"{TIDY}:{GROUND}{self.at.isoformat()}",
            )
        return self.rows


def sweep(session: Session, contest: Contest, kind: str, *, keys: Keys, at: datetime) -> int:
    """One batch of a kind: what is due now and not kept; returns how many rows or things went."""
    locks.lock(session, contest)  # nobody asks, freezes or keeps something meanwhile
    profile = profiles.profile_of(contest)
    length = kinds.period(profile, kind)
    if length is None:
        return 0
    batch = Batch(session, contest, kind, tombstones.key(session, keys, contest), at)
    why = due.Keeping(session, contest, at=at)
    if kind in kinds.IN_BULK:
        if not why.of_kind(kind):
            batch.rows = _in_bulk(batch, at - length)
        return batch.end()
    found = [one for one in due.judged(session, contest, profile, kind, why=why)
             if one.on <= at and not one.kept]
    for one in found[:BATCH]:
        batch.rows += _ONE[kind](batch, one)
    return batch.end()


# ---------------------------------------------------------------------------- things with files


def _clip(batch: Batch, item: Item) -> int:
    """Every version of a clip that has left the contest and all that was made of it."""
    submission = batch.session.get_one(Submission, item.row_id)
    batch.bury(item.subject, "clip", submission.code)
    batch.files += stored_files.drop_clip(batch.session, submission, batch.at)
    return 1


def _original(batch: Batch, item: Item) -> int:
    """As ``_clip``, but the still picture of the version in force stays, for result pages."""
    submission = batch.session.get_one(Submission, item.row_id)
    batch.bury(item.subject, "original", submission.code)
    batch.files += stored_files.drop_clip(batch.session, submission, batch.at, poster=True)
    return 1


def _file(batch: Batch, item: Item) -> int:
    evidence = batch.session.get_one(Evidence, item.row_id)
    evidence.erased_at = batch.at
    batch.bury(item.subject, "file", evidence.sha256, as_it_is=True)
    batch.files.append(evidence.sha256)
    return 1


def _ledger(batch: Batch, item: Item) -> int:
    """A file, or the next accounts in the ledger and in corrections."""
    return _file(batch, item) if item.subject.startswith("evidence:") else _accounts(batch, item)


def _forms(batch: Batch, item: Item) -> int:
    found: list[SignedForm | Attachment] = []
    if item.subject.startswith("filing:"):
        query = select(Attachment).where(Attachment.filing_id == item.row_id)
        found += batch.session.scalars(query)
    else:
        for table in (SignedForm, Attachment):
            found += batch.session.scalars(select(table).where(table.submission_id == item.row_id))
    for one in found:
        batch.bury(f"{one.__tablename__}:{one.id}", "file", one.sha256, as_it_is=True)
    batch.files += stored_files.drop_forms(batch.session, found)
    return len(found)


def _proof(batch: Batch, item: Item) -> int:
    """That a post left the Page: its file, and the row with it."""
    found = batch.session.get_one(PostRemoval, item.row_id)
    batch.bury(item.subject, "file", found.sha256, as_it_is=True)
    batch.files.append(found.sha256)
    batch.session.delete(found)
    return 1


WRITTEN = ("person_name", "person_phone", "person_email", "account", "message", "vouched_how",
           "answer", "extension_reason")


def _request(batch: Batch, item: Item) -> int:
    """Who asked and what was written; that there was a request, and its clock, stays."""
    request = batch.session.get_one(PrivacyRequest, item.row_id)
    for name in WRITTEN:
        if said := getattr(request, name):
            batch.bury(item.subject, name, said)
            setattr(request, name, "" if name != "extension_reason" else "–")
    batch.files.append(request.archive_sha256)
    request.archive_sha256, request.spared, request.also = "", [], []
    return 1


_ONE: dict[str, Callable[[Batch, Item], int]] = {
    "rejected_clips": _clip, "originals": _original, "ledgers": _ledger, "screenshots": _file,
    "signed_forms": _forms, "requests": _request, "removal_proofs": _proof,
}


# ---------------------------------------------------------------------------- accounts


ACCOUNT = ("account", "identity", "profile", "link", "link_key")


def _accounts(batch: Batch, item: Item) -> int:
    """Another word for each account, the same one wherever it stands: counts stay what they
    were. One tombstone for them all, since a ledger may have a line for each of a city."""
    session, key = batch.session, batch.key
    columns = [getattr(ShareRecord, name) for name in ACCOUNT]
    ids = due.accounts_left(batch.contest).order_by(ShareRecord.id).limit(LINES)
    lines = session.execute(select(ShareRecord.id, *columns).where(ShareRecord.id.in_(ids))).all()
    if lines:
        session.execute(update(ShareRecord), [
            {"id": line[0], **{name: _pseudonym(key, said) for name, said
                               in zip(ACCOUNT, line[1:], strict=True)}} for line in lines
        ])
    struck = due.struck_left(session, batch.contest)[:LINES] if len(lines) < LINES else []
    for one in struck:
        _strike(batch, one)
    batch.bury(item.subject, "accounts", "")
    return len(lines) + len(struck)


def _strike(batch: Batch, correction: Any) -> None:
    for name in ("accounts_out", "identities_out"):
        batch.bury(f"correction:{correction.id}", name, getattr(correction, name))
    batch.session.flush()  # the row's guard asks for its tombstone
    table = Base.metadata.tables[correction.__tablename__]
    batch.session.execute(table.update().where(table.c.id == correction.id).values({
        name: [_pseudonym(batch.key, said) for said in getattr(correction, name)]
        for name in ("accounts_out", "identities_out")
    }))


def _pseudonym(key: bytes, said: str) -> str:
    """As an erasure has it (``erasing``), so that one account stays one."""
    if not said or said.startswith(due.PSEUDONYM):
        return said
    return f"{due.PSEUDONYM}{digest_of(key, canonical.text(said))[:24]}"


# ---------------------------------------------------------------------------- many rows


def _in_bulk(batch: Batch, before: datetime) -> int:
    return sum(
        _REMOVE.get(batch.kind, _logs)(batch, list(batch.session.scalars(
            query.where(column <= before).order_by(None).limit(LINES)
        )), query.column_descriptions[0]["entity"])
        for query, column in due.rows(batch.contest, batch.kind)
    )


def _mails(batch: Batch, ids: list[int], table: Any) -> int:
    """Sent mails and the finished work about them. SQLite would give the last one's number to the
    next: that one is emptied. And browsers that followed."""
    if table is not Mail:
        return _logs(batch, ids, table)
    session = batch.session
    session.execute(delete(Task).where(
        Task.kind == "mail.send", Task.row_id.in_(ids), Task.state == "done", not_last(Task)
    ))
    tasks = select(Task.row_id).where(Task.kind == "mail.send", Task.row_id.in_(ids))
    session.execute(
        update(Mail).where(Mail.id.in_(ids)).values(to="", params={}, error="")
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(Mail).where(Mail.id.in_(ids), not_last(Mail), Mail.id.not_in(tasks)))
    return len(ids)


def _logs(batch: Batch, ids: list[int], table: Any) -> int:
    if not ids:
        return 0
    if table is AccessLog:  # its guard asks up to where rows may go
        batch.bury(OPENED, str(max(ids)), "")
        batch.session.flush()
    batch.session.execute(delete(table).where(table.id.in_(ids)))
    return len(ids)


_REMOVE: dict[str, Callable[[Batch, list[int], Any], int]] = {"mails": _mails}


# ---------------------------------------------------------------------------- after a restore


def repeat(
    session: Session, contest: Contest, ground: str, *, keys: Keys, at: datetime
) -> list[str]:
    """Do again what tombstones of a sweep name, in a database that is older than it; returns the
    files that nothing needs any more. Done twice it changes nothing. Mails and such go with the
    next sweep, by their dates."""
    kind = ground.removeprefix(GROUND)
    query = select(Tombstone.subject, Tombstone.field).where(
        Tombstone.contest_id == contest.id, Tombstone.ground == ground
    )
    named = dict.fromkeys((subject, name) for subject, name in session.execute(query))
    batch = Batch(session, contest, kind, tombstones.key(session, keys, contest), at)
    for subject, name in named:
        act = _AGAIN.get((subject.partition(":")[0], name))
        if subject == OPENED:
            _opened(batch, int(name))
        elif act is not None and _is_there(session, contest, subject):
            act(batch, Item(kind, subject, "", at))
    session.flush()
    return stored_files.unneeded(session, [one for one in batch.files if one])


def _is_there(session: Session, contest: Contest, subject: str) -> bool:
    """Whether the older database has the row already; one of this contest, where rows say so."""
    table, _, number = subject.partition(":")
    row = session.get(_TABLES[table], int(number))
    return row is not None and getattr(row, "contest_id", contest.id) == contest.id


def _all_accounts(batch: Batch, item: Item) -> int:
    while _accounts(batch, item):
        batch.session.flush()
    return 0


def _form(batch: Batch, item: Item) -> int:
    found = batch.session.get(_TABLES[item.subject.partition(":")[0]], item.row_id)
    if isinstance(found, SignedForm | Attachment):
        batch.files += stored_files.drop_forms(batch.session, [found])
    return 0


def _opened(batch: Batch, upto: int) -> None:
    batch.session.execute(delete(AccessLog).where(
        AccessLog.contest_id == batch.contest.id, AccessLog.id <= upto, not_last(AccessLog)
    ))


_AGAIN: dict[tuple[str, str], Callable[[Batch, Item], int]] = {
    ("submission", "clip"): _clip, ("submission", "original"): _original,
    ("evidence", "file"): _file, ("signed_form", "file"): _form, ("attachment", "file"): _form,
    ("post_removal", "file"): _proof,
    ("contest", "accounts"): _all_accounts,
    **{("privacy_request", name): _request for name in WRITTEN},
}
_TABLES: dict[str, type[Base]] = {
    "submission": Submission, "evidence": Evidence, "signed_form": SignedForm,
    "attachment": Attachment, "filing": Filing,
    "contest": Contest, "privacy_request": PrivacyRequest, "post_removal": PostRemoval,
}
