"""Names and contacts of an entry corrected at any time, and what was printed already with the old
ones: nobody can call paper back, so it is named."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Invalid
from contest.models import DocumentPdf, Publication, Result, SignedForm, Submission
from contest.permissions import require
from contest.services.core import audit, locks, profiles
from contest.services.entry import consents
from contest.services.privacy.requests import WORDS
from contest.services.results.kept import kept
from contest.services.results.results import FINAL
from contest.services.results.standings import LIGHT

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Names:
    """What may be corrected: the named authors and the contact."""

    authors: Sequence[str]
    contact_name: str
    contact_phone: str
    contact_email: str = ""


@dataclass(frozen=True)
class Printed:
    """Something that was printed or published with the names as they stood. ``what``: ``receipt``,
    ``result``, ``minutes``, ``decision``, ``certificates``, ``post``; ``number``: of the result's
    revision; ``link``: where it is."""

    what: str
    at: datetime | None
    number: int = 0
    link: str = ""


def correct(
    session: Session, submission: Submission, names: Names, *, reason: str, actor: Actor,
    at: datetime,
) -> list[str]:
    """Correct names and contacts, whatever the entry's state; returns the fields that changed.

    A frozen result keeps the names it was frozen with until a new revision. Raises ``NotAllowed``
    without ``privacy.manage``, ``Invalid`` for empty names, too many authors, and a reason below
    three words.
    """
    require(actor, "privacy.manage", submission)
    locks.lock(session, submission)
    fresh = _tidied(names)
    _check(submission, fresh, reason)
    before = {name: getattr(submission, name) for name in fresh}
    changed = [name for name, value in fresh.items() if value != before[name]]
    if not changed:
        return []
    _rename_words(session, submission, list(fresh["authors"]))
    for name in changed:
        setattr(submission, name, fresh[name])
    audit.record(session, "submission.corrected", submission, actor=actor, at=at,
                 after={"code": submission.code, "fields": ",".join(changed),
                        "reason": reason.strip()})
    return changed


def _tidied(names: Names) -> dict[str, str | list[str]]:
    def tidy(text: str) -> str:
        return " ".join(unicodedata.normalize("NFC", text).split())

    return {
        "authors": [tidy(one) for one in names.authors if one.strip()],
        "contact_name": tidy(names.contact_name), "contact_phone": tidy(names.contact_phone),
        "contact_email": tidy(names.contact_email),
    }


def _check(submission: Submission, fresh: dict[str, str | list[str]], reason: str) -> None:
    if len(reason.split()) < WORDS:
        raise Invalid(f"Hãy ghi ai yêu cầu sửa và vì sao: ít nhất {WORDS} từ.",
                      f"Say who asked for it and why: at least {WORDS} words.")
    most, count = _most_authors(submission), len(fresh["authors"])
    if not 1 <= count <= most:
        raise Invalid(f"Có {count} tác giả; cho phép 1 đến {most}. Hãy ghi mỗi người một dòng.",
                      f"{count} authors are named; 1 to {most} are allowed, one on each line.")
    if not fresh["contact_name"] or not fresh["contact_phone"]:
        raise Invalid("Hãy ghi tên và số điện thoại của người liên hệ.",
                      "Give the contact's name and telephone number.")


def _most_authors(submission: Submission) -> int:
    """An individual's entry has one; those that named more before this was asked keep as many."""
    if submission.kind == "individual":
        return max(1, len(submission.authors))
    return profiles.profile_of(submission.contest).form.max_authors


def _rename_words(session: Session, submission: Submission, authors: list[str]) -> None:
    """Who has confirmed under a misspelt name need not confirm again."""
    if len(authors) != len(submission.authors):
        return
    for one, fresh in zip(consents.named(session, submission), authors, strict=True):
        if one.word is not None and fresh not in submission.authors:
            one.word.name = fresh


def printed(session: Session, submission: Submission) -> list[Printed]:
    """What carries the names already, the latest first."""
    found = [Printed("receipt", form.created_at) for form in session.scalars(
        select(SignedForm).where(SignedForm.submission_id == submission.id).limit(1)
    )]
    posts = select(Publication).where(
        Publication.submission_id == submission.id, Publication.permalink != ""
    )
    found += [Printed("post", post.published_at, link=post.permalink or "")
              for post in session.scalars(posts)]
    results = select(Result).options(*LIGHT).where(
        Result.contest_id == submission.contest_id, Result.state.in_(FINAL)
    )
    for result in session.scalars(results):
        if submission.code in _codes(session, result):
            found.append(Printed("result", result.frozen_at, result.number))
            found += _papers(session, result.id, result.number)
    return sorted(found, key=lambda one: one.at or NEVER, reverse=True)


def _codes(session: Session, result: Result) -> frozenset[str]:
    """The entries that a revision names; to find that out, megabytes are read, once."""
    query = select(Result.names).where(Result.id == result.id)
    return kept(session, result, "codes", lambda: frozenset(session.scalars(query).one()))


def _papers(session: Session, result_id: int, number: int) -> list[Printed]:
    query = select(DocumentPdf).where(
        DocumentPdf.result_id == result_id, DocumentPdf.state == "ready"
    )
    return [Printed(paper.kind, paper.finished_at, number) for paper in session.scalars(query)]
