"""Erasure that keeps the truth: the person goes, what was counted, decided and signed stays.

All rows change in one transaction, each with its tombstone; files go after its commit
(``jobs/privacy/tidying.py``), because a file that is gone cannot be brought back by a rollback.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from contest import canonical
from contest.actors import Actor
from contest.models import (
    Base,
    Contest,
    Evidence,
    Mail,
    PrivacyRequest,
    Submission,
    Task,
    Tombstone,
    User,
)
from contest.ports import BlobStore, PdfReader
from contest.services.core import audit, outbox
from contest.services.core.keys import Keys
from contest.services.entry.stored_bytes import TIDY
from contest.services.privacy import account, places, result_texts, stored_files, tombstones
from contest.services.privacy.person import Finder, digest_of
from contest.services.privacy.places import IDENTITIES, Finds, Place
from contest.services.privacy.result_texts import Store
from contest.services.privacy.withdrawn import removals

# Whole values of these are emptied rather than replaced: nobody is to be written to.
EMPTIED = frozenset({
    "contact_phone", "contact_email", "contact_name", "person_name", "person_phone",
    "person_email", "to", "address", "agent", "email", "guardian_contact",
})
NOT_HERE = frozenset({("result", name) for name in ("input", "output", "names", "gaps", "reason")})


@dataclass(frozen=True)
class Wish:
    """What is to be erased. ``ground``: ``request:12``. ``spared``: keys of places that name
    somebody else; ``also``: ``evidence:5``, ``post_removal:2``, files that a person says show them.
    ``clips``: entries whose clip goes. ``account``: the person's account of the staff, with all
    that belongs to it."""

    ground: str
    clips: tuple[int, ...] = ()
    spared: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()
    account: User | None = None


@dataclass
class Erased:
    """What was done. ``files``: stored files that nothing needs any more, for the caller."""

    places: int = 0
    files: list[str] = field(default_factory=list)
    tombstones: list[Tombstone] = field(default_factory=list)


class Erasure:
    """One erasure in one contest, in the caller's transaction."""

    def __init__(
        self, session: Session, contest: Contest, finder: Finds, wish: Wish, *, keys: Keys,
        store: Store, actor: Actor, at: datetime,
    ) -> None:
        self.session, self.contest, self.finder, self.wish = session, contest, finder, wish
        self.key, self.store = tombstones.key(session, keys, contest), store
        self.actor, self.at, self.done = actor, at, Erased()

    def run(self) -> Erased:
        """Erase, record and return what is left to do after the commit."""
        candidates: list[str] = []
        if self.wish.account is not None:
            self._bury_row(account.erase(self.session, self.wish.account))
        for submission_id in self.wish.clips:
            candidates += self._clip(self.session.get_one(Submission, submission_id))
        candidates += self._evidence() + self._templates() + self._archives()
        candidates += self._signed_forms() + self._attachments() + self._removals()
        candidates += self._handed()
        self._mails()
        changed = result_texts.erase(
            self.session, self.contest, self.finder, self.store, ground=self.wish.ground,
            at=self.at,
        )
        for one in changed:
            for name, value in one.before.items():
                self._bury(f"result:{one.result_id}", name, value)
            candidates.append(one.file)
        candidates += stored_files.drop_papers(self.session, self.contest)
        self._rows()
        self._words()
        self.done.files = stored_files.unneeded(self.session, [c for c in candidates if c])
        for sha256 in self.done.files:
            self._tombstone(f"file:{sha256}", "file", sha256)
        self._record()
        return self.done

    # ------------------------------------------------------------------ parts

    def _clip(self, submission: Submission) -> list[str]:
        self._bury(f"submission:{submission.id}", "clip", submission.code)
        return stored_files.drop_clip(self.session, submission, self.at)

    def _evidence(self) -> list[str]:
        found = stored_files.evidence_of(
            self.session, self.contest, self.finder, self.store.blobs, self.store.pdfs
        )
        named = [int(key.partition(":")[2]) for key in self.wish.also if key[:9] == "evidence:"]
        query = select(Evidence).where(
            Evidence.contest_id == self.contest.id, Evidence.id.in_(named),
            Evidence.erased_at.is_(None),
        )
        for one in {one.id: one for one in [*found, *self.session.scalars(query)]}.values():
            one.erased_at = self.at
            self._bury(f"evidence:{one.id}", "file", one.sha256)
            found.append(one)
        return [one.sha256 for one in found]

    def _templates(self) -> list[str]:
        found = stored_files.templates_of(
            self.session, self.contest, self.finder, self.store.blobs, self.store.pdfs
        )
        for one in found:
            self._bury(f"document_template:{one.id}", "file", one.sha256)
            self.session.delete(one)
        return [one.sha256 for one in found]

    def _signed_forms(self) -> list[str]:
        found = stored_files.signed_forms_of(
            self.session, self.contest, self.finder, self.wish.clips
        )
        for one in found:
            self._bury(f"signed_form:{one.id}", "file", one.sha256)
        return stored_files.drop_forms(self.session, found)

    def _attachments(self) -> list[str]:
        found = stored_files.attachments_of(
            self.session, self.contest, self.finder, self.store.blobs, self.store.pdfs,
            clips=self.wish.clips,
        )
        for one in found:
            self._bury(f"attachment:{one.id}", "file", one.sha256)
        return stored_files.drop_forms(self.session, found)

    def _handed(self) -> list[str]:
        found = stored_files.drop_handed(self.session, self.contest, self.finder, self.at)
        for one in found:
            self._bury(f"handover:{one.id}", "file", one.sha256)
        return [one.sha256 for one in found]

    def _removals(self) -> list[str]:
        named = [int(key.partition(":")[2]) for key in self.wish.also
                 if key.startswith("post_removal:")]
        found = removals.telling(
            self.session, self.contest, self.finder, self.store.blobs, self.store.pdfs, named=named
        )
        for one in found:
            self._bury(f"post_removal:{one.id}", "file", one.sha256)
            self.session.delete(one)
        return [one.sha256 for one in found]

    def _archives(self) -> list[str]:
        """Copies of what was held about the person, made at their request."""
        query = select(PrivacyRequest).where(
            PrivacyRequest.contest_id == self.contest.id, PrivacyRequest.archive_sha256 != ""
        )
        files = []
        for one in self.session.scalars(query):
            if any(self.finder.finds(text) for text in (one.person_name, one.person_email)):
                files.append(one.archive_sha256)
                one.archive_sha256 = ""
        return files

    def _mails(self) -> None:
        """Mails to the person that have not gone out do not go out."""
        query = select(Mail).where(Mail.contest_id == self.contest.id, Mail.state == "waiting")
        ids = [mail.id for mail in self.session.scalars(query) if self.finder.finds(mail.to)]
        self.session.execute(
            update(Task).where(Task.kind == "mail.send", Task.row_id.in_(ids),
                               Task.state.in_(("pending", "failed")))
            .values(state="cancelled", finished_at=self.at)
        )

    def _rows(self) -> None:
        """Every row of every table."""
        self.session.flush()
        found = [
            place for place in places.found(self.session, self.contest.id, self.finder)
            if (place.table, place.column) not in NOT_HERE
            and place.table != User.__tablename__ and place.key not in self.wish.spared
        ]
        for (table, row_id), group in groupby(found, key=lambda p: (p.table, p.row_id)):
            self._row(table, row_id, list(group))
        self.session.expire_all()

    def _row(self, name: str, row_id: int, found: list[Place]) -> None:
        table = Base.metadata.tables[name]
        values = {place.column: self._fresh(place) for place in found}
        if name == "audit_note":
            values |= {"salt": "", "erased_at": self.at}
        if name == "author_word":
            values |= {"birth_year": None}  # no text, and told by the person alone
        for place in found:
            self._bury(place.subject, place.column, place.value)
        self.session.flush()  # the guard of the row asks for its tombstone
        self.session.execute(table.update().where(table.c.id == row_id).values(values))
        self.done.places += len(found)

    def _fresh(self, place: Place) -> object:
        if (place.table, place.column) in IDENTITIES:
            return self._pseudonym(place.value)
        fresh = places.without(place.value, self.finder)
        if place.column in EMPTIED and isinstance(fresh, str):
            return ""
        return fresh

    def _pseudonym(self, value: object) -> object:
        """Another word for an account, the same one wherever it stands."""
        if isinstance(value, list):
            return [self._pseudonym(one) if self.finder.finds(one) else one for one in value]
        return f"e:{digest_of(self.key, canonical.text(value))[:24]}"

    # ------------------------------------------------------------------ tombstones and the trail

    def _bury_row(self, values: Iterable[tuple[str, str, object]]) -> None:
        for subject, name, value in values:
            self._bury(subject, name, value)

    def _bury(self, subject: str, name: str, value: object) -> None:
        self._tombstone(subject, name, digest_of(self.key, canonical.text(value)))

    def _tombstone(self, subject: str, name: str, digest: str) -> None:
        row = Tombstone(
            contest_id=self.contest.id, subject=subject, field=name, digest=digest,
            ground=self.wish.ground, erased_by=self.actor.label, erased_at=self.at,
        )
        self.session.add(row)
        self.done.tombstones.append(row)

    def _words(self) -> None:
        """By what the person can be found again after a restore, when nobody knows the name."""
        if isinstance(self.finder, Finder):
            for subject, digest in tombstones.words(self.finder, self.key):
                self._tombstone(subject, "word", digest)
            for key in sorted(self.wish.spared):
                subject, _, column = key.rpartition(".")
                self._tombstone(f"spared:{subject}", column, "")

    def _record(self) -> None:
        rows = [[one.subject, one.field, one.digest] for one in self.done.tombstones]
        audit.record(
            self.session, "person.erased", self.contest, actor=self.actor, at=self.at,
            contest_id=self.contest.id,
            after={"ground": self.wish.ground, "places": self.done.places,
                   "files": len(self.done.files), "tombstones": len(rows),
                   "sha256": canonical.sha256(rows)},
        )
        outbox.enqueue(
            self.session, TIDY, self.contest.id, at=self.at, contest_id=self.contest.id,
            key=f"{TIDY}:{self.wish.ground}",
        )


def preview(
    session: Session, contest: Contest, finder: Finds, blobs: BlobStore, pdfs: PdfReader
) -> tuple[list[Place], list[Evidence]]:
    """What an erasure would change, nothing being changed: places in the database, and evidence
    that says the name."""
    found = [place for place in places.found(session, contest.id, finder)
             if place.table != User.__tablename__]
    return found, stored_files.evidence_of(session, contest, finder, blobs, pdfs)


def pictures(session: Session, contest: Contest) -> list[Evidence]:
    """Evidence in which nothing can be read: a person looks who is to be seen in it."""
    query = select(Evidence).where(
        Evidence.contest_id == contest.id, Evidence.erased_at.is_(None),
        Evidence.kind.in_(("screenshot", "recording")),
    )
    return list(session.scalars(query.order_by(Evidence.id.desc()).limit(200)))
