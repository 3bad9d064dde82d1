"""Each named author confirms for themselves by a link, corrects their own name, or objects; for a
child a guardian agrees as well.

A link is signed, ends, and is revoked by a newer one. What is said by it is an event of the
entry's consents. An objection begins a request with the law's clock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature
from sqlalchemy.orm import Session

from contest import canonical
from contest.actors import Actor, unit_actor
from contest.errors import Conflict, Gone, Invalid, NotAllowed, not_found
from contest.models import AuthorWord, ConsentEvent, Contest, Submission
from contest.permissions import can
from contest.profile import Profile
from contest.services.core import appraisal, audit, locks, mail, profiles
from contest.services.core.sealing import Keyring
from contest.services.entry import consents
from contest.services.privacy import links, requests
from contest.services.privacy.requests import WORDS, Asked

LIFE = timedelta(days=30)
OLDEST, YOUNGEST = 120, 1  # years
SHORTEST, LONGEST = 2, 100  # letters of a name


@dataclass(frozen=True)
class Guardian:
    """Who agrees for a child."""

    name: str = ""
    relation: str = ""
    contact: str = ""


@dataclass(frozen=True)
class Opened:
    """A link that was opened: whose, and whether by the author or the guardian."""

    word: AuthorWord
    submission: Submission
    guardian: bool


# ---------------------------------------------------------------------------- links


def token(keys: Keyring, word: AuthorWord, *, guardian: bool = False) -> str:
    """The secret part of a link; it stands behind ``#`` and is exchanged by a form."""
    return links.author_token(keys, word.id, word.number, guardian=guardian)


def opened(session: Session, keys: Keyring, text: str, *, at: datetime) -> Opened:
    """What a link leads to. Raises ``Invalid`` where it is not ours, ``Gone`` where it has ended
    or was revoked, or the author is no longer named."""
    try:
        row_id, number, guardian = keys.serializer(links.AUTHOR).loads(text.strip())
    except (BadSignature, TypeError, ValueError):
        raise Invalid("Liên kết này không đúng. Hãy chép lại đủ liên kết đã nhận.",
                      "This link is wrong. Copy the whole link that you were given.") from None
    word = session.get(AuthorWord, row_id)
    submission = session.get(Submission, word.submission_id) if word else None
    if (
        word is None or submission is None or word.revoked_at or word.number != number
        or at >= word.expires_at or word.name not in submission.authors
    ):
        raise Gone("Liên kết này đã hết hạn hoặc bị thu hồi. Hãy xin đơn vị một liên kết mới.",
                   "This link has ended or was revoked. Ask the unit for a new one.")
    return Opened(word, submission, bool(guardian))


def ask(
    session: Session, submission: Submission, name: str, *, email: str = "", actor: Actor,
    at: datetime,
) -> AuthorWord:
    """A link for a named author, by mail where there is an address; a former link ends.

    By the entry's unit or an organiser. Raises ``NotAllowed``, ``NotFound`` for somebody who is
    not named, ``Conflict`` where the rules ask nobody and where they have confirmed already.
    """
    _require(actor, submission)
    if profiles.profile_of(submission.contest).consent.authors == "no":
        raise Conflict("Thể lệ này không hỏi từng tác giả.", "These rules do not ask each author.")
    locks.lock(session, submission)
    word = _word(session, submission, name)
    if word is not None and word.state == "confirmed" and word.guardian in ("none", "agreed"):
        raise Conflict(f"{name} đã xác nhận.", f"{name} has confirmed.")
    if word is None:
        word = AuthorWord(submission_id=submission.id, name=name, asked_at=at, number=0,
                          expires_at=at, language=submission.language)
        session.add(word)
    word.number, word.revoked_at, word.expires_at = word.number + 1, None, at + LIFE
    word.email = email.strip() or word.email
    session.flush()
    audit.record(session, "author_word.asked", word, actor=actor, at=at,
                 contest_id=submission.contest_id, after={"code": submission.code})
    mail.enqueue(session, to=email, template=links.AUTHOR_MAIL, language=word.language, at=at,
                 params={"submission_id": submission.id, "author_word_id": word.id,
                         "number": word.number},
                 contest_id=submission.contest_id)
    return word


def revoke(
    session: Session, submission: Submission, word_id: int, *, actor: Actor, at: datetime
) -> None:
    """End a link; what was said by it stays. Raises ``NotAllowed``, ``NotFound``."""
    _require(actor, submission)
    word = session.get(AuthorWord, word_id)
    if word is None or word.submission_id != submission.id:
        raise not_found()
    if word.revoked_at is None:
        word.revoked_at = at
        audit.record(session, "author_word.revoked", word, actor=actor, at=at,
                     contest_id=submission.contest_id, after={"code": submission.code})


def _require(actor: Actor, submission: Submission) -> None:
    if not (can(actor, "entry.edit", submission) or can(actor, "privacy.manage", submission)):
        raise NotAllowed("Chỉ đơn vị của bài hoặc Ban Tổ chức làm được việc này.",
                         "Only the entry's unit or the organisers may do this.")


def _word(session: Session, submission: Submission, name: str) -> AuthorWord | None:
    found = [one for one in consents.named(session, submission) if one.name == name]
    if not found:
        raise not_found()
    return found[0].word


# ---------------------------------------------------------------------------- answers


def is_child(profile: Profile, birth_year: int | None, *, at: datetime) -> bool:
    """Whether somebody born in a year may still be below the age: the birthday is not asked."""
    if not profile.consent.minors or birth_year is None:
        return False
    return at.astimezone(profile.schedule.zone).year - birth_year <= profile.consent.minor_age


def confirm(
    session: Session, link: Opened, *, birth_year: int | None = None,
    guardian: Guardian = Guardian(), at: datetime,
) -> AuthorWord:
    """The author agrees to being named. Raises ``Invalid`` without a birth year where the rules
    ask for it, and without a guardian for a child."""
    word = _own(session, link)
    profile = profiles.profile_of(link.submission.contest)
    if profile.consent.minors:
        _check_year(birth_year, at)
        word.birth_year = birth_year
    if is_child(profile, birth_year, at=at):
        if not all(text.strip() for text in (guardian.name, guardian.relation, guardian.contact)):
            raise Invalid(
                f"Người dưới {profile.consent.minor_age} tuổi cần người giám hộ đồng ý: hãy ghi họ "
                "tên, quan hệ, điện thoại hoặc email của người đó.",
                f"Below {profile.consent.minor_age} a guardian has to agree: give their name, "
                "relation, telephone or mail.",
            )
        word.guardian_name = guardian.name.strip()
        word.guardian_relation = guardian.relation.strip()
        word.guardian_contact = guardian.contact.strip()
        if word.guardian != "agreed":
            word.guardian, word.guardian_at = "asked", None
        _mail_guardian(session, link, at)
    else:
        word.guardian = "none"
    _answered(session, word, link.submission, "confirmed", at=at)
    return word


def _check_year(birth_year: int | None, at: datetime) -> None:
    if birth_year is None or not at.year - OLDEST <= birth_year <= at.year - YOUNGEST:
        raise Invalid(f"Hãy ghi năm sinh, ví dụ {at.year - 20}.",
                      f"Give the birth year, such as {at.year - 20}.")


def _mail_guardian(session: Session, link: Opened, at: datetime) -> None:
    to = link.word.guardian_contact
    if "@" in to and link.word.guardian == "asked":
        mail.enqueue(session, to=to, template=links.AUTHOR_MAIL, language=link.word.language, at=at,
                     params={"submission_id": link.submission.id, "author_word_id": link.word.id,
                             "number": link.word.number, "guardian": True},
                     contest_id=link.submission.contest_id)


def correct(session: Session, link: Opened, name: str, *, at: datetime) -> AuthorWord:
    """The author writes their own name as it should stand. Raises ``Invalid`` for an empty or
    overlong one, ``Conflict`` where somebody of that name is named already."""
    word, submission = _own(session, link), link.submission
    fresh = " ".join(name.split())
    if not SHORTEST <= len(fresh) <= LONGEST:
        raise Invalid("Hãy ghi họ tên từ 2 đến 100 ký tự.", "Give a name of 2 to 100 characters.")
    if fresh == word.name:
        return word
    if fresh in submission.authors:
        raise Conflict(f"Phiếu đã có tác giả tên {fresh}.", f"An author is named {fresh} already.")
    before = word.name
    submission.authors = [fresh if one == before else one for one in submission.authors]
    word.name = fresh
    audit.record(session, "author_word.corrected", word, actor=_actor(word), at=at,
                 contest_id=submission.contest_id, before={"name": before},
                 after={"name": fresh, "code": submission.code})
    return word


def object_to(session: Session, link: Opened, why: str, *, at: datetime) -> AuthorWord:
    """The author, or a child's guardian, does not agree: an event, and a request with the law's
    clock. Raises ``Invalid`` without three words."""
    if len(why.split()) < WORDS:
        raise Invalid(f"Hãy ghi bạn không đồng ý điều gì: ít nhất {WORDS} từ.",
                      f"Say what you do not agree to: at least {WORDS} words.")
    word, submission = _hold(session, link), link.submission
    if (word.guardian == "refused") if link.guardian else (word.state == "objected"):
        return word  # said already: the request runs
    word.objection = why.strip()
    if link.guardian:
        word.guardian, word.guardian_at = "refused", at
        _event(session, word, submission, "withdrawn", by=f"guardian:{word.id}", at=at)
        _told(session, word, submission, "guardian_refused", at=at)
    else:
        _answered(session, word, submission, "objected", at=at)
    _begin_request(session, submission.contest, link, why, at)
    return word


def _begin_request(
    session: Session, contest: Contest, link: Opened, why: str, at: datetime
) -> None:
    word, submission = link.word, link.submission
    known = word.guardian_contact if link.guardian else word.email
    requests.ask(
        session, contest, Asked(
            kind="object", role="author", name=word.guardian_name if link.guardian else word.name,
            email=known if "@" in known else "", phone="" if "@" in known else known[:32],
            receipt=submission.code, message=why.strip(), language=word.language,
        ), actor=unit_actor(submission.unit_id, contest.id, submission.unit.name), at=at,
    )


def agree(session: Session, link: Opened, *, at: datetime) -> AuthorWord:
    """A child's guardian agrees. Raises ``Conflict`` where nobody asked for it."""
    word = _hold(session, link)
    if not link.guardian or word.guardian == "none":
        raise Conflict("Không cần người giám hộ đồng ý.", "No guardian has to agree.")
    if word.guardian != "agreed":
        word.guardian, word.guardian_at = "agreed", at
        _event(session, word, link.submission, "given", by=f"guardian:{word.id}", at=at)
        _told(session, word, link.submission, "guardian_agreed", at=at)
    return word


def on_paper(
    session: Session, submission: Submission, name: str, *, how: str, guardian: str = "",
    actor: Actor, at: datetime,
) -> AuthorWord:
    """An organiser records what an author (and for a child the guardian) signed. Raises
    ``NotAllowed`` without ``privacy.manage``, ``Invalid`` below three words."""
    if not can(actor, "privacy.manage", submission):
        raise NotAllowed("Chỉ Ban Tổ chức ghi được xác nhận trên giấy.",
                         "Only organisers record what was confirmed on paper.")
    if len(how.split()) < WORDS:
        raise Invalid(f"Hãy ghi giấy nào, ai nhận, khi nào: ít nhất {WORDS} từ.",
                      f"Say which paper, who took it and when: at least {WORDS} words.")
    locks.lock(session, submission)
    word = _word(session, submission, name)
    if word is None:
        word = AuthorWord(submission_id=submission.id, name=name, asked_at=at, expires_at=at,
                          language=submission.language)
        session.add(word)
        session.flush()
    if guardian.strip():
        word.guardian, word.guardian_name, word.guardian_at = "agreed", guardian.strip(), at
    _answered(session, word, submission, "confirmed", way="paper", at=at, actor=actor,
              reason=how.strip())
    return word


def _own(session: Session, link: Opened) -> AuthorWord:
    if link.guardian:
        raise Conflict("Liên kết này dành cho người giám hộ.", "This link is the guardian's.")
    return _hold(session, link)


def _hold(session: Session, link: Opened) -> AuthorWord:
    locks.lock(session, link.submission)
    locks.lock(session, link.word)
    return link.word


def _actor(word: AuthorWord) -> Actor:
    return Actor("author", word.id)


def _answered(
    session: Session, word: AuthorWord, submission: Submission, state: str, *, at: datetime,
    way: str = "link", actor: Actor | None = None, reason: str = "",
) -> None:
    word.state, word.way, word.answered_at = state, way, at
    by = actor or _actor(word)
    act = "given" if state == "confirmed" else "withdrawn"
    _event(session, word, submission, act, by=by.label, at=at)
    _told(session, word, submission, state, at=at, actor=by, reason=reason)


def _event(
    session: Session, word: AuthorWord, submission: Submission, act: str, *, by: str, at: datetime
) -> None:
    """A step in the series of consents, under the words that were shown."""
    profile = profiles.profile_of(submission.contest)
    session.add(ConsentEvent(
        submission_id=submission.id, purpose=f"{consents.AUTHOR}{word.id}", act=act, given_by=by,
        session="", notice_version=profile.form.notice_version,
        notice_sha256=canonical.sha256([profile.form.notice.model_dump()]), at=at,
    ))
    session.flush()


def _told(
    session: Session, word: AuthorWord, submission: Submission, what: str, *, at: datetime,
    actor: Actor | None = None, reason: str = "",
) -> None:
    audit.record(session, f"author_word.{what}", word, actor=actor or _actor(word), at=at,
                 contest_id=submission.contest_id,
                 after={"code": submission.code, **({"reason": reason} if reason else {})})
    if profiles.profile_of(submission.contest).review.by_board:  # votes may have waited for this
        appraisal.look_again(session, submission.contest, at=at)
