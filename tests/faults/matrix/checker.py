"""What must hold when a contest is over, whatever went wrong meanwhile: nothing accepted is lost,
nothing is there twice, nothing is silently wrong."""

import email
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.demo import acts, script
from contest.models import (
    AuditRow,
    Ballot,
    ClipVersion,
    Contest,
    Mail,
    Publication,
    Result,
    Review,
    Snapshot,
    Submission,
    Task,
    Upload,
    User,
)
from contest.ports import BlobStore, StorageDamaged
from contest.services.core import audit, profiles
from contest.services.results import bundles
from contest.wiring import Platform
from scoring import bundle as bundle_files
from social.simulator.process import SimulatorProcess
from tests.faults.matrix.contest import EXPECTED, PARTS
from tests.faults.matrix.house import House

# What the trail may tell of one thing more than once.
REPEATED = ("person.signed_",)


def wrongs(house: House, page: SimulatorProcess) -> list[str]:
    """Everything that does not hold in this house; nothing where all is well."""
    with house.onlookers.write() as session:  # the signature's key is asked as who writes
        return Checker(house.crew, session, page).wrongs(house.folder / "films")


class Checker:
    """Looks at the database by ``session``, at the store, the Page and the mails."""

    def __init__(self, platform: Platform, session: Session, page: SimulatorProcess) -> None:
        self.platform, self.session, self.page = platform, session, page
        self.blobs: BlobStore = platform.blobs
        self.clips = {s.title: s for s in session.scalars(select(Submission))}

    def wrongs(self, films: Path) -> list[str]:
        """Everything that does not hold, in a word each; nothing where all is well."""
        looks = (self._clips(films), self._forms(), self._posts(films), self._counts(),
                 self._marks(), self._letters(), self._trail(), self._work(), self._result())
        return [wrong for look in looks for wrong in look]

    # ------------------------------------------------------------------ lost

    def _clips(self, films: Path) -> Iterator[str]:
        for number, part in enumerate(PARTS, start=1):
            sha256 = hashlib.sha256((films / acts.film_name(number, 0)).read_bytes()).hexdigest()
            if part.title not in self.clips:
                yield f"lost: the entry {part.title}"
                continue
            clip = self.clips[part.title]
            of_clip = ClipVersion.submission_id == clip.id
            versions = list(self.session.scalars(select(ClipVersion).where(of_clip)))
            if [version.sha256 for version in versions] != [sha256]:
                yield f"clip {part.title}: {len(versions)} versions, or another one"
            uploads = self.session.scalars(select(Upload).where(Upload.submission_id == clip.id))
            yield from _twice("complete uploads", [
                u.submission_id for u in uploads if u.state == "complete"])
            try:
                self.blobs.verify(sha256)
            except (OSError, StorageDamaged) as error:
                yield f"lost: the bytes of {part.title}: {error!r}"

    def _forms(self) -> Iterator[str]:
        for part in PARTS:
            if (clip := self.clips.get(part.title)) is None:
                continue
            told = (clip.unit.name, tuple(clip.authors), clip.contact_phone, len(clip.consents))
            if told != (part.unit, part.authors, "0903 000 000", 3):
                yield f"form of {part.title}: {told}"
            if clip.state != "published":
                yield f"{part.title} is {clip.state}"
            decided = list(self.session.scalars(
                select(Review.outcome).where(Review.submission_id == clip.id)))
            if decided != ["approve"]:
                yield f"decided about {part.title}: {decided}"

    def _counts(self) -> Iterator[str]:
        for part in PARTS:
            if (clip := self.clips.get(part.title)) is None:
                continue
            found = self.session.execute(
                select(Snapshot.reactions, Snapshot.shares).where(
                    Snapshot.submission_id == clip.id, Snapshot.source == "template")).all()
            if [tuple(row) for row in found] != [(part.reactions, part.shares)]:
                yield f"counts of {part.title}: {found}"

    def _marks(self) -> Iterator[str]:
        [contest] = self.session.scalars(select(Contest))
        criteria = profiles.profile_of(contest).jury.criteria
        for juror in script.JURORS:
            for part in PARTS:
                share, clip = part.marks[juror], self.clips.get(part.title)
                query = select(Ballot).join(User, User.id == Ballot.juror_id).where(
                    User.email == juror, Ballot.submission_id == (clip.id if clip else 0))
                found = [{m.criterion: m.value for m in ballot.marks}
                         for ballot in self.session.scalars(query)]
                wanted = {c.id: c.max * share // 100 for c in criteria} if share else {}
                if found != [wanted]:
                    yield f"marks of {juror} for {part.title}: {found}"

    # ------------------------------------------------------------------ twice

    def _posts(self, films: Path) -> Iterator[str]:
        posts = self.page.posts()
        for number, part in enumerate(PARTS, start=1):
            code = self.clips[part.title].code if part.title in self.clips else "-"
            its = [post for post in posts if code in str(post["message"])]
            film = (films / acts.film_name(number, 0)).read_bytes()
            shas = [str(post["sha256"]) for post in its]
            if shas != [hashlib.sha256(film).hexdigest()]:
                yield f"posts of {part.title}: {len(its)}, or another film"
        states = list(self.session.scalars(select(Publication.state)))
        if states != ["published"] * len(PARTS):
            yield f"publications: {states}"

    def _letters(self) -> Iterator[str]:
        mails = list(self.session.scalars(select(Mail)))
        yield from (f"mail {m.id} ({m.template}) is {m.state}" for m in mails if m.state != "sent")
        yield from _twice("letters", [
            (m.template, m.to, tuple(sorted((k, str(v)) for k, v in m.params.items())))
            for m in mails])
        written = sorted((self.platform.settings.data_dir / "mail").glob("*.eml"))
        ids = [email.message_from_bytes(path.read_bytes())["Message-ID"] for path in written]
        if len(set(ids)) != len(mails):
            yield f"{len(set(ids))} letters went out, {len(mails)} were to"

    def _trail(self) -> Iterator[str]:
        rows, faults = audit.verify(self.session)
        yield from (f"trail, row {fault.seq} of {rows}: {fault.what}" for fault in faults)
        query = select(AuditRow.action, AuditRow.subject, AuditRow.sealed_after)
        yield from _twice("rows of the trail", [
            (action, subject, str(sorted(after.items())))
            for action, subject, after in self.session.execute(query)
            if not action.startswith(REPEATED)])

    # ------------------------------------------------------------------ silently wrong

    def _work(self) -> Iterator[str]:
        bad = select(Task).where(Task.state.in_(("failed", "leased")))
        yield from (f"{t.kind}:{t.row_id} is {t.state}: {t.error}"
                    for t in self.session.scalars(bad))

    def _result(self) -> Iterator[str]:
        results = [r for r in self.session.scalars(select(Result)) if r.state == "published"]
        if len(results) != 1:
            yield f"{len(results)} published results"
            return
        found = results[0].output["ranking"]
        ranking = [(line["unit"], line["total"]["rounded"]) for line in found]
        if ranking != EXPECTED:
            yield f"ranking: {ranking}"
        folder = self.platform.settings.data_dir / "bundles"
        store = bundles.BundleStore(self.platform.keys, self.blobs, folder)
        with self.blobs.open_local(results[0].bundle_sha256) as path:
            checks = bundle_files.verify(path, key=store.signer(self.session).fingerprint)
        yield from (f"bundle: {check}" for check in checks if check.holds is False)


def _twice(what: str, found: Iterable[object]) -> Iterator[str]:
    yield from (f"{what}, {many} times: {one}" for one, many in Counter(found).items() if many > 1)
