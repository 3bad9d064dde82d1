"""What goes when: every thing of a kind with its instant, and why one of them stays.

Read by the preview and by the sweep alike, so that what is announced is what happens.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, exists, func, literal, select
from sqlalchemy.orm import Session

from contest.models import (
    AccessLog,
    Attachment,
    ClipVersion,
    Contest,
    Correction,
    EntryRequest,
    Evidence,
    Mail,
    PostRemoval,
    PrivacyRequest,
    PushFollower,
    Result,
    SecurityEvent,
    ShareRecord,
    SignedForm,
    Snapshot,
    Submission,
    Unit,
    UnitSession,
    Withdrawal,
)
from contest.profile import Profile
from contest.services.core import profiles
from contest.services.core.sweep import not_last
from contest.services.privacy import requests
from contest.services.privacy.retention import holds, kinds
from contest.services.privacy.retention.kinds import Item
from contest.states import SubmissionState

GONE_OUT = (SubmissionState.WITHDRAWN, SubmissionState.DISQUALIFIED)
ENDED = ("done", "refused", "taken_back", "lapsed")
PICTURES = ("screenshot", "recording")
PSEUDONYM = "e:"  # an account that was replaced (``erasing``)


def items(session: Session, contest: Contest, profile: Profile, kind: str) -> list[Item]:
    """Every thing of a kind that the rules give a period and that is still there, the first to go
    first; ``kept`` is not known yet. Kinds of many rows have none (``bulk``)."""
    length = kinds.period(profile, kind)
    if length is None or kind not in _ITEMS:
        return []
    found = [replace(one, kind=kind, on=one.on + length)
             for one in _ITEMS[kind](session, contest, profile.schedule.awards)]
    return sorted(found, key=lambda one: (one.on, one.subject))


def judged(
    session: Session, contest: Contest, profile: Profile, kind: str, *, why: "Keeping"
) -> list[Item]:
    """As ``items``, each with the reason why it is kept, if there is one."""
    return [replace(one, kept=why.of(one)) for one in items(session, contest, profile, kind)]


class Keeping:
    """What must not go now, read once: exceptions, open requests, the state of the result."""

    def __init__(self, session: Session, contest: Contest, *, at: datetime) -> None:
        self.held = {one.subject for one in holds.in_force(session, contest, at=at)}
        self.unpublished = _unpublished(session, contest)
        asking = select(PrivacyRequest.submission_id).where(
            PrivacyRequest.contest_id == contest.id,
            PrivacyRequest.state.in_((*requests.OPEN, "unconfirmed")),
        )
        about = list(session.scalars(asking))
        self.asked_about = {f"submission:{one}" for one in about if one is not None}
        self.anybody_asks = session.scalar(select(exists().where(
            PrivacyRequest.contest_id == contest.id, PrivacyRequest.state.in_(requests.OPEN)
        )))
        waiting = select(EntryRequest.submission_id).join(
            Submission, Submission.id == EntryRequest.submission_id
        ).where(Submission.contest_id == contest.id, EntryRequest.agreed.is_(None))
        self.may_move = {f"submission:{one}" for one in session.scalars(waiting)}
        undone = select(Withdrawal.submission_id).where(
            Withdrawal.contest_id == contest.id, Withdrawal.done_at.is_(None)
        )
        self.withdrawn = {f"submission:{one}" for one in session.scalars(undone)}

    def of(self, item: Item) -> str:
        """Why it stays, or ""."""
        if self.held & {item.subject, item.entry, f"{holds.OF_KIND}{item.kind}"}:
            return "hold"
        if item.kind in kinds.OF_RESULT and self.unpublished:
            return "result"
        entry = item.subject.startswith("submission:")
        if item.subject in self.asked_about or item.entry in self.withdrawn or (
            self.anybody_asks and not entry and item.kind != "requests"
        ):
            return "request"
        return "asked" if item.subject in self.may_move else ""

    def of_kind(self, kind: str) -> str:
        """Why nothing of a kind of many rows goes, or ""."""
        if f"{holds.OF_KIND}{kind}" in self.held:
            return "hold"
        return "request" if self.anybody_asks else ""


def _unpublished(session: Session, contest: Contest) -> bool:
    """Whether a result is still to come: none was published, or a newer revision is not."""
    query = select(Result.state).where(
        Result.contest_id == contest.id, Result.state != "discarded"
    ).order_by(Result.number.desc()).limit(1)
    return session.scalar(query) != "published"


# ---------------------------------------------------------------------------- one by one


def _rejected(session: Session, contest: Contest, awards: datetime) -> Iterator[Item]:
    query = _with_bytes(contest).where(Submission.state.in_(GONE_OUT))
    for row in session.execute(query):
        yield Item("", f"submission:{row.id}", row.code, row.updated_at, int(row.size or 0))


def _originals(session: Session, contest: Contest, awards: datetime) -> Iterator[Item]:
    query = _with_bytes(contest).where(Submission.state.not_in(GONE_OUT))
    for row in session.execute(query):
        yield Item("", f"submission:{row.id}", row.code, awards, int(row.size or 0))


def _with_bytes(contest: Contest) -> Select[int, str, datetime, int]:
    return (
        select(Submission.id, Submission.code, Submission.updated_at,
               func.sum(ClipVersion.size).label("size"))
        .join(ClipVersion, ClipVersion.submission_id == Submission.id)
        .where(Submission.contest_id == contest.id, ClipVersion.bytes_gone_at.is_(None))
        .group_by(Submission.id, Submission.code, Submission.updated_at)
    )


def _evidence(
    session: Session, contest: Contest, awards: datetime, *, seen: bool
) -> Iterator[Item]:
    of_kind = Evidence.kind.in_(PICTURES)
    query = select(Evidence.id, Evidence.size).where(
        Evidence.contest_id == contest.id, Evidence.erased_at.is_(None),
        of_kind if seen else ~of_kind,
    )
    for row in session.execute(query):
        yield Item("", f"evidence:{row.id}", "", awards, row.size)


def _screenshots(session: Session, contest: Contest, awards: datetime) -> Iterator[Item]:
    return _evidence(session, contest, awards, seen=True)


def _ledgers(session: Session, contest: Contest, awards: datetime) -> Iterator[Item]:
    """The files, and the accounts in the ledger and its corrections as one thing."""
    yield from _evidence(session, contest, awards, seen=False)
    if session.scalar(select(accounts_left(contest).exists())) or struck_left(session, contest):
        yield Item("", f"contest:{contest.id}", "", awards)


def accounts_left(contest: Contest) -> Select[int]:
    """Lines of the ledger whose account still stands there."""
    return (
        select(ShareRecord.id).join(Submission, Submission.id == ShareRecord.submission_id)
        .where(Submission.contest_id == contest.id, ~ShareRecord.identity.startswith(PSEUDONYM))
    )


def struck_left(session: Session, contest: Contest) -> list[Correction]:
    """Corrections in which accounts still stand that were taken out."""
    query = (
        select(Correction).join(Snapshot, Snapshot.id == Correction.snapshot_id)
        .join(Submission, Submission.id == Snapshot.submission_id)
        .where(Submission.contest_id == contest.id).order_by(Correction.id)
    )
    return [one for one in session.scalars(query) if any(
        said and not said.startswith(PSEUDONYM) for said in (*one.accounts_out, *one.identities_out)
    )]


def _signed_forms(session: Session, contest: Contest, awards: datetime) -> Iterator[Item]:
    """Entries with pictures of the signed form, or with files that came with it; filings with
    files."""
    query = (
        select(Submission.id, Submission.code, func.sum(SignedForm.size).label("size"))
        .join(SignedForm, SignedForm.submission_id == Submission.id)
        .where(Submission.contest_id == contest.id).group_by(Submission.id, Submission.code)
    )
    sizes = {(row.id, row.code): int(row.size or 0) for row in session.execute(query)}
    attached = (
        select(Submission.id, Submission.code, func.sum(Attachment.size).label("size"))
        .join(Attachment, Attachment.submission_id == Submission.id)
        .where(Submission.contest_id == contest.id).group_by(Submission.id, Submission.code)
    )
    for row in session.execute(attached):
        sizes[row.id, row.code] = sizes.get((row.id, row.code), 0) + int(row.size or 0)
    for (entry_id, code), size in sorted(sizes.items()):
        yield Item("", f"submission:{entry_id}", code, awards, size)
    filed = select(Attachment.filing_id, func.sum(Attachment.size).label("size")).where(
        Attachment.contest_id == contest.id, Attachment.filing_id.is_not(None))
    for filing_id, size in session.execute(filed.group_by(Attachment.filing_id)):
        yield Item("", f"filing:{filing_id}", "", awards, int(size or 0))


def _requests(session: Session, contest: Contest, awards: datetime) -> Iterator[Item]:
    query = select(PrivacyRequest.id, PrivacyRequest.code, PrivacyRequest.finished_at).where(
        PrivacyRequest.contest_id == contest.id, PrivacyRequest.state.in_(ENDED),
        PrivacyRequest.person_name != "", PrivacyRequest.finished_at.is_not(None),
    )
    for row in session.execute(query):
        yield Item("", f"privacy_request:{row.id}", row.code, row.finished_at)


def _removal_proofs(session: Session, contest: Contest, awards: datetime) -> Iterator[Item]:
    query = (
        select(PostRemoval, Submission.code)
        .join(Submission, Submission.id == PostRemoval.submission_id)
        .where(PostRemoval.contest_id == contest.id)
    )
    for proof, code in session.execute(query):
        entry = f"submission:{proof.submission_id}"
        yield Item("", f"post_removal:{proof.id}", code, proof.created_at, proof.size, entry=entry)


_ITEMS: dict[str, Callable[[Session, Contest, datetime], Iterator[Item]]] = {
    "rejected_clips": _rejected, "originals": _originals, "ledgers": _ledgers,
    "screenshots": _screenshots, "signed_forms": _signed_forms, "requests": _requests,
    "removal_proofs": _removal_proofs,
}


# ---------------------------------------------------------------------------- in bulk


def _followers(contest: Contest) -> tuple[Select[int], Any]:
    """Browsers that follow: as mails, but counted from the awards, for there is news until then."""
    begun = PushFollower.created_at
    awards = literal(profiles.profile_of(contest).schedule.awards, begun.type)
    query = select(PushFollower.id).where(PushFollower.contest_id == contest.id)
    return query, case((begun > awards, begun), else_=awards)


def rows(contest: Contest, kind: str) -> list[tuple[Select[int], Any]]:
    """Of a kind of many rows: for each table the ids, and the column that its time is counted
    from."""
    if kind == "mails":
        query = select(Mail.id).where(
            Mail.contest_id == contest.id, Mail.state == "sent", Mail.to != ""
        )
        return [(query, Mail.sent_at), _followers(contest)]
    units = select(Unit.id).where(Unit.contest_id == contest.id)
    return [
        (select(AccessLog.id).where(AccessLog.contest_id == contest.id, not_last(AccessLog)),
         AccessLog.at),
        (select(SecurityEvent.id).where(SecurityEvent.contest_id == contest.id),
         SecurityEvent.last_at),
        (select(UnitSession.id).where(UnitSession.unit_id.in_(units)), UnitSession.expires_at),
    ]
