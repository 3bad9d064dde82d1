"""Mails: queued in the transaction that needs them, rendered and sent by a worker.

A mail's parameters are references, read when it is sent, so that it reports the state at that time:

==================  ==============================  =========================================
template            parameters                      goes to
==================  ==============================  =========================================
receipt             submission_id                   the entry's contact: the clip has arrived
findings            submission_id                   … it needs fixing: each finding, and what to do
changes_requested   submission_id                   … a reviewer asks for changes, until when
rejected            submission_id                   … it is out of the contest, and why
reopened            submission_id                   … a reviewer's decision was taken back, and why
reinstated          submission_id                   … it is in the contest again: what follows
approved            submission_id                   … approved, when it will be published
author_confirm      submission_id, author_word_id,  a named author, or a child's guardian: do you
                    number(, guardian)              agree?
published           submission_id                   … published, where
result              submission_id, rank, points(,   … its points and rank: texts in the mail's
                    prize)                          language
link_failed         submission_id, host,            who gave a link to a clip: why it did not come
                    why_vi, why_en
postponed           lines, reason, unit_id or       units and jurors: dates have moved, and why
                    user_id
upload_waiting      submission_id, upload_id        … a clip is half sent: until when it is kept
upload_expired      submission_id, upload_id, late  … its time ran out; late: and the contest's too
reminder            unit_id                         the unit's contact: no clip yet
review_reminder     user_id, count                  a reviewer: so many clips are waiting
count_reminder      user_id, count                  an organiser: so much is left to count, confirm
jury_reminder       user_id, count                  a juror: so many ballots are missing
page_paused         user_id, pause_id, remedy,      an organiser: posting has stopped by itself
                    reason
page_expiring       user_id, page_name, page_id,    an organiser: the Page's token is about to end
                    ends, shared
invitation          user_id (, invitation_id)       staff: a role, and a link to set a password
board_waits         user_id, submission_id,         the board's chair, or without one the
                    version_id, chair               organisers: votes no longer decide about a clip
vote_waits          user_id, versions (of clips)    a member of the board: clips that wait for a
                                                    vote of theirs, many in one mail
time_granted        unit_id, reason                 the unit: time for it alone, until when
time_revoked        unit_id                         … the time is taken back: until when now
result_moved        user_id, submission_id          an organiser: a final result has to be replaced
handover_waits      user_id, count, source, note    … entries of another contest wait to be accepted
handover_declined   user_id, code, title, target,   … an entry handed to another contest came back
                    reason
level_asks          user_id, source                 … another contest wants to stand below this one
handed_over         submission_id, source, reason   … it is in another contest now: which, and why
filing_reminder     unit_id, filing                 … something that it files is due soon
filing_returned     unit_id, filing                 … was given back: what is to be mended
filing_time_given   unit_id, filing                 … may come later: until when, and why
release_refused     user_id, hour, why_vi, why_en   an organiser: not published at the planned hour
second_factor       user_id, what, passkey          staff: their second factor was changed
privacy_confirm     privacy_request_id              an entry's contact: was it you who asked?
privacy_told        privacy_request_id, said_state, whoever asked about their data: where it stands
                    extended
consent_withdrawn   submission_id, withdrawal_id    … a consent was withdrawn, and what follows
withdrawal_to_do    submission_id, withdrawal_id,   an organiser: what is to be done about it,
                    user_id                         until when
==================  ==============================  =========================================

A template may be given further values to show; ``path`` is where its button leads (one of our own
pages, beginning with ``/``): by default to the task itself, for an entry its page (``TASKS``).
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, insert, select
from sqlalchemy.orm import Session, joinedload

from contest import lifecycle
from contest.languages import chosen
from contest.models import (
    AuthorWord,
    Check,
    Contest,
    Invitation,
    Mail,
    PagePause,
    PrivacyRequest,
    Publication,
    ReviewVote,
    RoleGrant,
    Submission,
    Unit,
    Upload,
    User,
    Withdrawal,
)
from contest.profile import Profile
from contest.services.core import deadlines, outbox, profiles, push
from contest.states import REPLACEABLE, SubmissionState
from contest.tokens import digits_of

TEMPLATES = (
    "approved", "author_confirm", "board_waits", "changes_requested", "consent_withdrawn",
    "count_reminder", "filing_reminder", "filing_returned", "filing_time_given",
    "findings", "handed_over", "handover_declined", "handover_waits", "invitation",
    "jury_reminder", "level_asks", "link_failed", "page_expiring", "page_paused",
    "postponed", "privacy_confirm", "privacy_told", "published", "receipt", "reinstated",
    "rejected", "release_refused", "reminder", "reopened", "result", "result_moved",
    "review_reminder", "second_factor", "time_granted", "time_revoked", "upload_expired",
    "upload_waiting", "vote_waits", "withdrawal_to_do",
)
# Where the button of a mail about an entry leads, within its contest; else to the entry's status.
TASKS = {
    "findings": "unit/entries/{code}#findings", "published": "clips/{code}",
    "result": "results/clips/{code}",
}
STATUS = "unit/entries/{code}"
# The deadline that a letter to the staff names.
DEADLINES: dict[str, Callable[[Profile], datetime]] = {
    "jury_reminder": lambda profile: profile.schedule.ballots_close,
    "review_reminder": lambda profile: profile.release_at,
    "count_reminder": lambda profile: profile.schedule.counts_close,
}

GOES_ON = ("Việc đăng đã chạy tiếp; không cần làm gì nữa.",
           "Posting goes on again; nothing is left to do.")


def enqueue(
    session: Session,
    *,
    to: str,
    template: str,
    language: str = "vi",
    params: dict[str, Any],
    contest_id: int | None,
    at: datetime,
) -> Mail | None:
    """Queue a mail, to be sent after the commit; None where there is no address. The browsers of
    those whom it is about get it by web push besides (``push``).

    ``params`` may hold references and what is to be shown, never a token or a password.
    """
    assert template in TEMPLATES, template  # noqa: S101 - a typing error, found by the first test
    push.enqueue(session, template, [params], contest_id=contest_id, at=at)
    to = _trial_address(session, contest_id) or to
    if not to.strip():
        return None
    mail = Mail(
        contest_id=contest_id, to=to.strip(), template=template, language=chosen(language),
        params=params, created_at=at,
    )
    session.add(mail)
    session.flush()
    outbox.enqueue(session, "mail.send", mail.id, at=at, contest_id=contest_id)
    return mail


def enqueue_all(
    session: Session, template: str, mails: Iterable[tuple[str, str, dict[str, Any]]], *,
    contest_id: int, at: datetime,
) -> list[tuple[int, dict[str, Any]]]:
    """As ``enqueue`` for many mails (address, language, parameters) of one template at once; each
    mail's id and parameters, in no order: databases promise none."""
    assert template in TEMPLATES, template  # noqa: S101 - as above
    instead = _trial_address(session, contest_id)
    mails = [(instead or to, language, params) for to, language, params in mails]
    push.enqueue(session, template, [params for *_, params in mails], contest_id=contest_id, at=at)
    rows = [
        {"contest_id": contest_id, "to": to.strip(), "template": template,
         "language": chosen(language), "params": params, "created_at": at}
        for to, language, params in mails if to.strip()
    ]
    if not rows:
        return []
    stored = session.execute(insert(Mail).returning(Mail.id, Mail.params), rows).all()
    outbox.enqueue_all(session, "mail.send", [row.id for row in stored], contest_id=contest_id,
                       at=at)
    return [(row.id, row.params) for row in stored]


def _trial_address(session: Session, contest_id: int | None) -> str:
    """A dry run writes to nobody but the organiser who began it; empty for any other contest."""
    contest = session.get(Contest, contest_id) if contest_id is not None else None
    if contest is None or contest.trial_by is None:
        return ""
    return session.get_one(User, contest.trial_by).email


def sent(session: Session, mail_id: int, *, at: datetime) -> None:
    """Record that a mail was sent."""
    mail = session.get_one(Mail, mail_id)
    mail.state, mail.error, mail.sent_at = "sent", "", at


def not_sent(session: Session, mail_id: int, *, error: str, final: bool) -> None:
    """Record why a mail was not sent; ``final``: it is not retried unless a person asks for it."""
    mail = session.get_one(Mail, mail_id)
    mail.state, mail.error = ("failed" if final else "waiting"), error


def failed(session: Session, contest: Contest) -> list[Mail]:
    """Mails that could not be sent, the newest first."""
    query = select(Mail).where(Mail.contest_id == contest.id, Mail.state == "failed")
    return list(session.scalars(query.order_by(Mail.id.desc())))


def last_asked(
    session: Session, contest: Contest, template: str, subject: str
) -> dict[int, datetime]:
    """When a mail of this template was last sent, or else queued, about each row.

    ``subject`` is the parameter that names the row, such as ``unit_id``. Failed mails do not count.
    """
    return last_of_each(session, contest, [template], subject)[template]


def last_of_each(
    session: Session, contest: Contest, templates: Collection[str], subject: str, *,
    only: Select[int] | None = None,
) -> dict[str, dict[int, datetime]]:
    """The same by template; of the rows that ``only`` gives."""
    of_entries = subject == "submission_id"
    row_id = Mail.submission_id if of_entries else Mail.params[subject].as_integer()
    mails = select(
        Mail.template, row_id.label("row"),
        func.coalesce(Mail.sent_at, Mail.created_at).label("at"),
    ).where(Mail.template.in_(templates), Mail.state != "failed")
    if only is not None:
        mails = mails.where(row_id.in_(only))
    if only is None or not of_entries:  # an entry's own index knows its mails
        mails = mails.where(Mail.contest_id == contest.id)
    asked = mails.subquery()
    query = select(asked.c.template, asked.c.row, func.max(asked.c.at))
    found: dict[str, dict[int, datetime]] = {template: {} for template in templates}
    for template, row, at in session.execute(query.group_by(asked.c.template, asked.c.row)):
        found[template][row] = at
    return found


def values(
    session: Session, mail: Mail, *, token_of: Callable[[Invitation], str],
    at: datetime | None = None,
) -> dict[str, Any]:
    """What the template shows: plain values, read now.

    ``token_of`` gives the secret part of an invitation's link; the mail keeps only its id. ``at``:
    when it goes out (default: when it was queued). What is no longer possible then is not asked.
    """
    at = at or mail.created_at
    found: dict[str, Any] = dict(mail.params)
    if "submission_id" in mail.params:
        found = _submission(session, mail, at=at) | found
    if mail.template in ("result_moved", "release_refused") and mail.contest_id is not None:
        found["newest_result"] = deadlines.newest_result(session, mail.contest_id)
    if "upload_id" in mail.params:
        upload = session.get_one(Upload, mail.params["upload_id"])
        found |= {"filename": upload.filename, "size": upload.length,
                  "kept_until": upload.expires_at,
                  "going_on": upload.state == "open" and at < upload.expires_at}
    if "unit_id" in mail.params:
        unit = session.get_one(Unit, mail.params["unit_id"])
        found = _unit(unit, at=at) | found
        if "filing" in mail.params:
            found |= deadlines.of_filing(mail, unit, at=at)
    found |= _of_persons_data(session, mail)
    if "user_id" in mail.params:
        found |= _person(session, mail, token_of, at=at)
    if mail.template == "page_paused":
        pause = session.get(PagePause, mail.params.get("pause_id", 0))
        if pause is not None and pause.lifted_at is not None:
            found["remedy"] = GOES_ON[mail.language == "en"]
    if "versions" in mail.params:
        found |= _votes(session, mail)
    if mail.template == "link_failed" and not found["may_send"]:
        found["path"] = found["path"].removesuffix("/send")  # it would refuse
    if "why_vi" in mail.params:
        found["why"] = mail.params[f"why_{mail.language}"]
    return found


def _of_persons_data(session: Session, mail: Mail) -> dict[str, Any]:
    """Of a request, a withdrawn consent, or an author who is asked; nothing for other mails."""
    found: dict[str, Any] = {}
    if "privacy_request_id" in mail.params:
        found |= _request(session, mail.params["privacy_request_id"])
    if "withdrawal_id" in mail.params:
        found |= _withdrawal(session, mail)
    if "author_word_id" in mail.params:
        found |= _author(session.get_one(AuthorWord, mail.params["author_word_id"]), mail)
    return found


def _request(session: Session, request_id: int) -> dict[str, Any]:
    request = session.get_one(PrivacyRequest, request_id)
    return {
        "code": request.code, "kind": request.kind, "answer": request.answer,
        "answer_by": request.answer_by, "due_by": request.due_by,
        "extension_reason": request.extension_reason,
    }


def _withdrawal(session: Session, mail: Mail) -> dict[str, Any]:
    one = session.get_one(Withdrawal, mail.params["withdrawal_id"])
    purposes = {p.id: p.text for p in profiles.profile_of(one.submission.contest).form.consents}
    words = purposes.get(one.purpose)
    return {"consent": words[mail.language] if words else one.purpose, "follows": one.follows,
            "due_by": one.due_by}


def _author(word: AuthorWord, mail: Mail) -> dict[str, Any]:
    guardian = bool(mail.params.get("guardian"))
    return {"author": word.name, "guardian": guardian, "until": word.expires_at,
            "contact_name": word.guardian_name if guardian else word.name}


def _unit(unit: Unit, *, at: datetime) -> dict[str, Any]:
    profile = profiles.profile_of(unit.contest)
    deadline = deadlines.clip_until(profile, unit.entries_until)
    return {
        "unit": unit.name, "deadline": deadline, "may_send": at < deadline,
        "minimum": profile.quota.minimum, "path": f"/c/{unit.contest.slug}/unit",
    }


def _votes(session: Session, mail: Mail) -> dict[str, Any]:
    """Of the clips that a mail names, those that still wait for this member's vote."""
    own = exists().where(
        ReviewVote.version_id == Submission.version_id, ReviewVote.ended == "",
        ReviewVote.member_id == mail.params["user_id"],
    )
    query = (
        select(Submission.code, Submission.title, Unit.name).join(Submission.unit)
        .where(Submission.version_id.in_(mail.params["versions"]), ~own,
               Submission.state == SubmissionState.IN_REVIEW)
        .order_by(Submission.code)
    )
    clips = [{"message": f"{code} · {title} ({unit})"}
             for code, title, unit in session.execute(query)]
    return {"clips": clips, "count": len(clips)}


def _submission(session: Session, mail: Mail, *, at: datetime) -> dict[str, Any]:
    unit = joinedload(Submission.unit)
    submission = session.get_one(Submission, mail.params["submission_id"], options=[unit])
    post = session.scalars(
        select(Publication)
        .where(Publication.submission_id == submission.id)
        .order_by(Publication.id)
    ).first()
    profile = profiles.profile_of(submission.contest)
    phase = deadlines.phase_of(session, submission, at=at)
    release_at = post.release_at if post else profile.release_at
    task = TASKS.get(mail.template, STATUS).format(code=submission.code)
    return {
        "path": f"/c/{submission.contest.slug}/{task}",
        "code": submission.code, "state": submission.state, "title": submission.title,
        "unit": submission.unit.name, "contact_name": submission.contact_name,
        "reason": submission.state_reason, "until": deadlines.until(profile, submission),
        "counting": at < profile.schedule.counts_close,
        "may_send": lifecycle.may("submission", submission.state, "send", phase),
        "takes_clips": submission.state in REPLACEABLE,
        "may_cast": lifecycle.may("submission", submission.state, "cast", phase),
        "received_at": submission.version and submission.version.received_at,
        "findings": _findings(session, submission, mail.language),
        "release_at": release_at, "release_ahead": at < release_at,
        "permalink": post.permalink if post else "",
    }


def _findings(session: Session, submission: Submission, language: str) -> list[dict[str, str]]:
    """What the last finished check asks the unit to fix, hard rules first."""
    check = session.scalars(
        select(Check)
        .where(Check.version_id == submission.version_id, Check.state == "done")
        .order_by(Check.id.desc())
    ).first()
    found = check.report.get("findings", []) if check else []
    faults = [f for f in found if f["outcome"] == "fail"]
    faults.sort(key=lambda f: f["level"] != "hard")
    return [{"level": f["level"], "message": f[f"message_{language}"]} for f in faults]


def _person(
    session: Session, mail: Mail, token_of: Callable[[Invitation], str], *, at: datetime
) -> dict[str, Any]:
    user = session.get_one(User, mail.params["user_id"])
    grants = select(RoleGrant.role).where(
        RoleGrant.user_id == user.id, RoleGrant.contest_id == mail.contest_id
    )
    values: dict[str, Any] = {
        "name": user.name, "roles": sorted(session.scalars(grants)), "token": "",
    }
    if (deadline := DEADLINES.get(mail.template)) and mail.contest_id:
        contest = session.get_one(Contest, mail.contest_id)
        ends = deadline(profiles.profile_of(contest))
        values |= {"deadline": ends, "in_time": at < ends and not (
            mail.template == "jury_reminder" and contest.jury_locked_at)}
    if invitation_id := mail.params.get("invitation_id"):
        invitation = session.get_one(Invitation, invitation_id)
        token = token_of(invitation)
        values |= {"token": token, "expires_at": invitation.expires_at,
                   "code": digits_of(token) if invitation.purpose == "sign_in" else ""}
    return values
