"""Doing what a request asks for: what follows is told first, grave steps need a second organiser.

An erasure waits until the person has been told, for the address goes with it; then a job does it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import SYSTEM, Actor
from contest.errors import Conflict, Invalid, NotAllowed
from contest.models import Contest, Mail, PrivacyRequest, Publication, Submission, Task
from contest.services.core import audit, mail, outbox, profiles
from contest.services.core.keys import Keys
from contest.services.core.transitions import move
from contest.services.privacy import account, consents, places, requests
from contest.services.privacy.erasing import Erasure, Wish
from contest.services.privacy.person import Finder
from contest.services.privacy.result_texts import Store
from contest.services.privacy.withdrawn import onward

ERASE = requests.ERASE
WAITS = timedelta(days=1)  # for the mail that tells the person
SOON = timedelta(minutes=1)


@dataclass(frozen=True)
class Steps:
    """What has to be seen and done before an erasure: ``two``: a second organiser decides;
    ``post``: the clip's address on the Page, from where a person takes it by hand."""

    two: bool
    post: str
    submission: Submission | None


def steps(session: Session, request: PrivacyRequest) -> Steps:
    """Of this request."""
    submission = session.get(Submission, request.submission_id) if request.submission_id else None
    post = ""
    if submission is not None and request.with_clip:
        query = select(Publication.permalink).where(Publication.submission_id == submission.id)
        post = next((link for link in session.scalars(query) if link), "")
    return Steps(requests.needs_two(session, request), post, submission)


def erase(
    session: Session, contest: Contest, request_id: int, *, spared: frozenset[str] = frozenset(),
    also: frozenset[str] = frozenset(), post_gone: str = "", actor: Actor, at: datetime,
) -> PrivacyRequest:
    """Decide on an erasure; the job does it once the person has been told.

    Raises ``NotAllowed`` without ``privacy.manage`` and for the same person twice where two are
    needed; ``Conflict`` before the request was answered, while the clip is in the contest, and for
    an account that cannot go; ``Invalid`` without a word on how the post left the Page.
    """
    request = requests.held(session, contest, request_id, actor)
    _require(session, contest, request, post_gone, at)
    todo = steps(session, request)
    request.spared, request.also = sorted(spared), sorted(also)
    if todo.two and request.decided_by is None:
        request.decided_by = actor.label
        audit.record(session, "privacy_request.proposed", request, actor=actor, at=at,
                     after={"spared": len(spared), "reason": post_gone})
        return request
    if todo.two and request.decided_by == actor.label:
        raise NotAllowed(
            "Kết quả đã chốt nên cần một người khác trong Ban Tổ chức cùng quyết định.",
            "The result is final, so another organiser decides as well.",
        )
    request.second_by = actor.label if todo.two else None
    request.decided_by = request.decided_by or actor.label
    audit.record(session, "privacy_request.decided", request, actor=actor, at=at,
                 after={"spared": len(spared), "also": len(also), "reason": post_gone})
    mail.enqueue(
        session, to=request.person_email, template=requests.TOLD, language=request.language,
        params={"privacy_request_id": request.id, "said_state": "erasing", "extended": False},
        contest_id=contest.id, at=at,
    )
    outbox.enqueue(session, ERASE, request.id, at=at, contest_id=contest.id)
    return request


def _require(
    session: Session, contest: Contest, request: PrivacyRequest, post_gone: str, at: datetime
) -> None:
    if request.kind != "erase" or request.state != "answered":
        raise Conflict(
            "Hãy trả lời yêu cầu xoá trước, rồi mới xoá.",
            "Answer the request for erasure first, then erase.",
        )
    todo = steps(session, request)
    if request.with_clip and todo.submission is not None:
        consents.require_left(todo.submission, published=todo.two)
    if todo.post and len(post_gone.split()) < requests.WORDS:
        raise Invalid(
            f"Bài đăng {todo.post} phải được gỡ bằng tay: hãy ghi ai gỡ, lúc nào, thấy gì.",
            f"The post {todo.post} is taken away by hand: say who did it, when, and what was seen.",
        )
    user = account.of_mail(session, contest, request.person_email)
    if request.role == "staff" and user is not None:
        account.require_erasable(session, user, contest)


def told(session: Session, request: PrivacyRequest, *, at: datetime) -> bool:
    """Whether the person's mails have gone out, or had a day for it."""
    if request.finished_at is None and request.answered_at and at > request.answered_at + WAITS:
        return True
    query = (
        select(Mail.id).join(Task, (Task.kind == "mail.send") & (Task.row_id == Mail.id))
        .where(Mail.contest_id == request.contest_id, Mail.state == "waiting",
               Mail.to == request.person_email, Task.state.in_(("pending", "leased")))
    )
    return not request.person_email or session.scalars(query.limit(1)).first() is None


def do_erase(
    session: Session, request: PrivacyRequest, *, keys: Keys, store: Store, at: datetime
) -> None:
    """Erase, and end the request; done already, nothing happens."""
    if request.state != "answered":
        return
    contest = session.get_one(Contest, request.contest_id)
    person = places.person_behind(session, request)
    staff = account.of_mail(session, contest, request.person_email)
    wish = Wish(
        ground=f"request:{request.id}",
        clips=(request.submission_id,) if request.with_clip and request.submission_id else (),
        spared=frozenset(request.spared), also=frozenset(request.also),
        account=staff if request.role == "staff" else None,
    )
    move(session, request, "done", actor=SYSTEM, at=at)
    request.finished_at = at
    session.flush()
    title = profiles.profile_of(contest).contest.title[request.language]
    onward.ask(session, contest, request, Finder(person), title, store=store, at=at)
    Erasure(session, contest, Finder(person), wish, keys=keys, store=store, actor=SYSTEM,
            at=at).run()

