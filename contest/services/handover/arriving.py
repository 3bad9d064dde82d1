"""The entry that is made of one handed on: its form, consents, authors' words, and the same clip.

Consents are events of the new entry that name the handover through which they came and the words
under which they were given; only those purposes come along that the receiving contest asks for.
The clip is the same stored file. Where the media rules are the same, its checks with all that was
made of it come along as well; otherwise it is checked as any clip that was just sent.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest import canonical
from contest.actors import Actor
from contest.errors import Invalid
from contest.models import (
    AuthorWord,
    Captions,
    ClipFingerprint,
    ClipVersion,
    Consent,
    ConsentEvent,
    Handover,
    Submission,
    Unit,
)
from contest.profile import Profile
from contest.profile.questions import Question
from contest.services.checking.outcomes import DEEP, GOOD, QUICK, DerivedFile, Outcome
from contest.services.core import audit, profiles
from contest.services.entry import checks, submissions, uploads
from contest.services.entry.consents import AUTHOR, GIVEN
from contest.services.handover import in_the_way
from contest.services.handover.coming import Coming
from contest.services.questions import answers
from contest.services.units import categories, unit_changes
from contest.services.units.unit_import import Row

WORD = (  # of an author's word, all but the link, which belongs to the entry it was made for
    "name", "email", "language", "state", "way", "asked_at", "expires_at", "answered_at",
    "objection", "birth_year", "guardian", "guardian_name", "guardian_relation",
    "guardian_contact", "guardian_at",
)


def make(
    session: Session, handover: Handover, form: Coming, *, unit: Unit | None, category: str,
    actor: Actor, at: datetime,
) -> Submission:
    """Store the new entry with all that comes along. Raises ``Invalid`` where the unit's quota is
    full, or no category fits."""
    target, profile = handover.contest, profiles.profile_of(handover.contest)
    unit = unit or in_the_way.named(session, target, handover.unit_name) or (
        unit_changes.add(session, target, Row(0, handover.unit_name), actor=actor, at=at))
    category = categories.chosen(profile, unit, category or handover.category)
    submissions.require_room(session, unit, profile, category)
    submission = Submission(
        contest_id=target.id, unit_id=unit.id, code=submissions.unused_code(session, profile),
        title=form.title, kind=form.kind, authors=list(form.authors),
        description=form.description, contact_name=form.contact_name,
        contact_phone=form.contact_phone, contact_email=form.contact_email,
        language=form.language, category=category, created_at=at, updated_at=at,
        answers=_answers(profile.questions, form),
    )
    session.add(submission)
    session.flush()
    _consents(session, handover, submission, form, profile)
    audit.record(session, "submission.created", submission, actor=actor, at=at, after={
        "unit": unit.id, "code": submission.code, "kind": submission.kind,
        "handover": handover.id,
    })
    if handover.source_id is not None:
        _words(session, handover, submission, profile, at)
    if handover.with_clip:
        _clip(session, handover, submission, actor=actor, at=at)
    return submission


def _answers(questions: list[Question], form: Coming) -> dict[str, Any]:
    """Of the answers those that the receiving contest asks for and would take."""
    found: dict[str, Any] = {}
    for question in questions:
        if question.kind == "file" or question.id not in form.answers:
            continue
        try:
            found[question.id] = answers.one(question, form.answers[question.id])
        except Invalid:
            continue  # another question of the same name
    return found


def _consents(
    session: Session, handover: Handover, submission: Submission, form: Coming, profile: Profile
) -> None:
    asked = {one.id for one in profile.form.consents}
    for one in form.consents:
        if one.purpose in asked:
            said = {"notice_version": one.notice_version, "notice_sha256": one.notice_sha256}
            session.add(Consent(submission_id=submission.id, purpose=one.purpose,
                                given_at=one.at, **said))
            session.add(ConsentEvent(
                submission_id=submission.id, purpose=one.purpose, act=GIVEN, given_by=one.by,
                session=f"handover:{handover.id}", at=one.at, **said,
            ))
    session.flush()


def _words(
    session: Session, handover: Handover, submission: Submission, profile: Profile, at: datetime
) -> None:
    """What the named authors have said, where the receiving contest asks them at all."""
    if profile.consent.authors == "no":
        return
    query = select(AuthorWord).where(
        AuthorWord.submission_id == handover.source_id, AuthorWord.state == "confirmed"
    )
    for word in session.scalars(query.order_by(AuthorWord.id)).all():
        made = AuthorWord(submission_id=submission.id, revoked_at=at,
                          **{name: getattr(word, name) for name in WORD})
        session.add(made)
        session.flush()
        session.add(ConsentEvent(
            submission_id=submission.id, purpose=f"{AUTHOR}{made.id}", act=GIVEN,
            given_by=f"author:{word.id}", session=f"handover:{handover.id}",
            notice_version=profile.form.notice_version,
            notice_sha256=canonical.sha256([profile.form.notice.model_dump()]),
            at=word.answered_at or at,
        ))


# ---------------------------------------------------------------------------- the clip


def _clip(
    session: Session, handover: Handover, submission: Submission, *, actor: Actor, at: datetime
) -> None:
    """A version of the same stored file, of this installation or as it came."""
    came = handover.version or handover
    made = uploads.adopt(
        session, submission, sha256=came.sha256, size=came.size, filename=came.filename,
        actor=actor, at=at, told=True,
    )
    if handover.version is not None and same_media_rules(handover):
        _captions(session, handover.version, made)
        _checked(session, handover.version, made, at)


def same_media_rules(handover: Handover) -> bool:
    """Whether both contests ask the same of a clip, whatever they call it. What is no clip is
    checked anew, which draws its pages."""
    assert handover.source_contest is not None  # noqa: S101 - who calls has a version of one
    both = [profiles.profile_of(one) for one in (handover.contest, handover.source_contest)]
    ours, theirs = (
        {key: value for key, value in one.media.items() if key != "name"} for one in both
    )
    return both[0].entry.is_clip and canonical.sha256(ours) == canonical.sha256(theirs)


def _checked(session: Session, before: ClipVersion, made: ClipVersion, at: datetime) -> None:
    """Each check that the clip has passed is done for the new version, too: the queued one finds
    that nothing is left to do."""
    kept = checks.derivatives(session, before).values()
    files = [DerivedFile(one.kind, one.sha256, one.size, one.media_type, one.data) for one in kept]
    prints = session.scalars(
        select(ClipFingerprint.data).where(ClipFingerprint.version_id == before.id)
    ).first()
    for kind in (QUICK, DEEP):
        session.expire(made, ["checks"])
        known, waiting = checks.latest(before, kind), checks.latest(made, kind)
        if known is None or waiting is None or known.verdict not in GOOD:
            return
        checks.start(session, waiting.id, at=at)
        checks.finish(session, waiting.id, Outcome(
            known.verdict, known.report, files, prints if kind == QUICK else None
        ), at=at)
        files = []


def _captions(session: Session, before: ClipVersion, made: ClipVersion) -> None:
    query = select(Captions).where(Captions.version_id == before.id)
    for one in session.scalars(query).all():
        session.add(Captions(version_id=made.id, language=one.language, data=one.data,
                             created_by=one.created_by, created_at=one.created_at))
    session.flush()
