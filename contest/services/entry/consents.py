"""Consents: what is in force, and each step by which it came to be, which nobody can change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict
from contest.models import AuthorWord, Consent, ConsentEvent, Submission
from contest.profile import Profile

GIVEN, WITHDRAWN = "given", "withdrawn"


def record(session: Session, consent: Consent, act: str, *, actor: Actor, at: datetime) -> None:
    """Append one step: by whom, from which browser's session, under which notice's words."""
    session.add(ConsentEvent(
        submission_id=consent.submission_id, purpose=consent.purpose, act=act,
        given_by=actor.label, session=actor.session, notice_version=consent.notice_version,
        notice_sha256=consent.notice_sha256, at=at,
    ))


def withdraw(session: Session, consent: Consent, *, actor: Actor, at: datetime) -> None:
    """End a consent that is in force; one that is not stays as it is."""
    if consent.withdrawn_at is None:
        consent.withdrawn_at = at
        record(session, consent, WITHDRAWN, actor=actor, at=at)


def history(session: Session, submission: Submission) -> list[ConsentEvent]:
    """Every step, the first one first."""
    query = select(ConsentEvent).where(ConsentEvent.submission_id == submission.id)
    return list(session.scalars(query.order_by(ConsentEvent.id)))


# ---------------------------------------------------------------------------- named authors


AUTHOR = "author:"  # the purpose of what an author says about being named: ``author:<id>``


@dataclass(frozen=True)
class Named:
    """One named author and what they have said, if they were asked."""

    name: str
    word: AuthorWord | None

    @property
    def confirmed(self) -> bool:
        """Whether they agree, and for a child the guardian as well."""
        return self.word is not None and self.word.state == "confirmed" and (
            self.word.guardian in ("none", "agreed")
        )


def named(session: Session, submission: Submission) -> list[Named]:
    """Each named author, in the form's order, with their newest word."""
    query = select(AuthorWord).where(AuthorWord.submission_id == submission.id)
    words = {word.name: word for word in session.scalars(query.order_by(AuthorWord.id))}
    return [Named(name, words.get(name)) for name in submission.authors]


def require_authors(session: Session, submission: Submission, profile: Profile) -> None:
    """Raises ``Conflict`` with the way where an author has objected, or where the rules demand a
    word that is still missing: each author's, or a guardian's for a child."""
    if why := without_word(named(session, submission), profile):
        raise why


def without_word(found: Sequence[Named], profile: Profile) -> Conflict | None:
    """What ``require_authors`` raises about these authors, or None."""
    objects = [one.name for one in found if one.word and (
        one.word.state == "objected" or one.word.guardian == "refused"
    )]
    if objects:
        who = ", ".join(objects)
        return Conflict(
            f"Chưa thể duyệt: {who} (hoặc người giám hộ) không đồng ý. Hãy liên hệ với người đó, "
            "hoặc yêu cầu đơn vị sửa phiếu và clip.",
            f"This cannot be approved: {who} (or the guardian) objects. Get in touch with them, or "
            "ask the unit to change form and clip.",
        )
    waiting = [one.name for one in found if _is_missing(one, profile)]
    if waiting:
        who = ", ".join(waiting)
        return Conflict(
            f"Chưa thể duyệt, còn thiếu xác nhận của: {who}. Đơn vị gửi liên kết xác nhận từ trang "
            "của bài; Ban Tổ chức cũng ghi được xác nhận trên giấy ở đó.",
            f"This cannot be approved, words are missing of: {who}. The unit sends links from the "
            "entry's page; organisers may also record there what was confirmed on paper.",
        )
    return None


def _is_missing(one: Named, profile: Profile) -> bool:
    if profile.consent.authors == "required":
        return not one.confirmed
    return one.word is not None and one.word.guardian == "asked"
