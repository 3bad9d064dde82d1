"""A contest's own words for its letters: read, changed, the standard words again.

A row stays when the standard words are taken again (both texts empty), so that its history in the
trail stays one.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.models import Contest, LetterText
from contest.permissions import require
from contest.profile import letters
from contest.profile.letters import Words
from contest.services.core import audit, locks


def words_of(session: Session, contest_id: int | None, letter: str, language: str) -> Words | None:
    """The contest's own words for this letter; None where it has the standard ones."""
    row = _row(session, contest_id, letter, language) if contest_id else None
    return Words(letter, row.subject, row.body) if row is not None and row.body else None


def of_contest(session: Session, contest: Contest) -> list[LetterText]:
    """Every letter and language with words of its own."""
    query = select(LetterText).where(LetterText.contest_id == contest.id, LetterText.body != "")
    return list(session.scalars(query.order_by(LetterText.letter, LetterText.language)))


def row_of(session: Session, contest: Contest, letter: str, language: str) -> LetterText | None:
    """The stored row, also of a letter that has the standard words again."""
    return _row(session, contest.id, letter, language)


def _row(session: Session, contest_id: int, letter: str, language: str) -> LetterText | None:
    return session.scalars(
        select(LetterText).where(
            LetterText.contest_id == contest_id, LetterText.letter == letter,
            LetterText.language == language,
        )
    ).one_or_none()


def save(
    session: Session, contest: Contest, words: Words, language: str, *, actor: Actor, at: datetime
) -> LetterText:
    """Use these words from the next letter on; those that wait are written with them, too.

    Raises ``NotAllowed`` without ``letter.change``, ``Invalid`` for a name in braces that the
    letter does not know or cannot do without (``letters.check``). The same again changes nothing.
    """
    require(actor, "letter.change", contest)
    words = Words(words.letter, " ".join(words.subject.split()),
                  words.body.replace("\r\n", "\n").strip())
    letters.check(words)
    return _put(session, contest, words, language, actor=actor, at=at)


def reset(
    session: Session, contest: Contest, letter: str, language: str, *, actor: Actor, at: datetime
) -> None:
    """Take the standard words again. Raises ``NotAllowed``; twice changes nothing."""
    require(actor, "letter.change", contest)
    if _row(session, contest.id, letter, language) is not None:
        _put(session, contest, Words(letter, "", ""), language, actor=actor, at=at)


def _put(
    session: Session, contest: Contest, words: Words, language: str, *, actor: Actor, at: datetime
) -> LetterText:
    locks.lock(session, contest)
    row = _row(session, contest.id, words.letter, language)
    if row is None:
        row = LetterText(contest_id=contest.id, letter=words.letter, language=language,
                         subject="", body="", changed_by=actor.label, changed_at=at)
        session.add(row)
    before, after = _told(row), {"subject": words.subject, "body": words.body}
    if before == after:
        return row
    row.subject, row.body, row.changed_by, row.changed_at = (
        words.subject, words.body, actor.label, at)
    session.flush()
    named = {"letter": row.letter, "language": language}
    audit.record(
        session, "letter.changed" if words.body else "letter.standard", row, actor=actor, at=at,
        contest_id=contest.id, before=named | before, after=named | after,
    )
    return row


def _told(row: LetterText) -> dict[str, str]:
    return {"subject": row.subject, "body": row.body}
