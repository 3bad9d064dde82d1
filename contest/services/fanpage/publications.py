"""Publications: planned when a clip is approved, released together, posted once.

This file plans, releases and carries out people's decisions; `services/fanpage/publishing.py`
records the worker's steps, `services/fanpage/page_pause.py` pauses the queue. Rules: plan III.3
(note).
"""

import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from contest.actors import Actor
from contest.errors import Conflict, Invalid, not_found
from contest.models import Contest, Publication, Submission, Task
from contest.models.base import LOCK
from contest.permissions import require
from contest.profile import Profile
from contest.services.core import audit, mail, outbox, profiles
from contest.services.core.blockers import Blocker
from contest.services.core.transitions import move
from contest.services.counts import polling
from contest.services.fanpage import board, post_links, publishing_modes, readings, replanning
from contest.services.following import followers
from contest.states import SubmissionState
from social.links import PostLink

UPLOAD_AHEAD = timedelta(hours=6)  # bytes may go before the release; nobody sees them
SPACING = timedelta(seconds=1)  # between two clips of one release, so that Meta is not rushed
MAX_PAGE = 200
BEFORE_ARMED = ("waiting", "uploading")


def plan(session: Session, submission: Submission, *, actor: Actor, at: datetime) -> Publication:
    """Plan an approved clip's publication at the profile's release, in the caller's transaction.

    The same version twice is one publication; a cancelled or failed one is taken up again
    (``replanning``). Raises ``Conflict`` while an earlier version is being posted, or once it was.
    """
    assert submission.version is not None  # noqa: S101 - only clips with a version are approved
    profile = profiles.profile_of(submission.contest)
    existing = find(session, submission)
    if existing is not None:
        return _again(session, existing, profile, actor=actor, at=at)
    open_ = publishing_modes.routes(session, submission.contest)
    mode, why = publishing_modes.publishing_mode(profile, submission, open_)
    publication = Publication(
        submission=submission, version_id=submission.version_id, mode=mode, state="waiting",
        page_id=profile.contest.page_url[:MAX_PAGE], caption=caption(profile, submission),
        release_at=profile.release_at, error_data=why, created_by=actor.label, created_at=at,
    )
    session.add(publication)
    session.flush()
    after = {"mode": mode, "version": submission.version_id}
    audit.record(session, "publication.planned", publication, actor=actor, at=at,
                 contest_id=submission.contest_id, after=after)
    wish_release(session, publication, at=at)
    return publication


def _again(
    session: Session, publication: Publication, profile: Profile, *, actor: Actor, at: datetime
) -> Publication:
    submission = publication.submission
    same = publication.version_id == submission.version_id
    if publication.state not in ("cancelled", "failed"):
        if same:
            return publication
        cancel(session, submission, actor=actor, at=at)
    if publication.state == "published":
        raise Conflict(
            "Clip này đã được đăng lên Trang, không thể thay bằng bản khác.",
            "This clip is posted on the Page; it cannot be replaced.",
        )
    open_ = publishing_modes.routes(session, submission.contest)
    mode, why = publishing_modes.publishing_mode(profile, submission, open_)
    publication.caption, publication.release_at = caption(profile, submission), profile.release_at
    publication.page_id = profile.contest.page_url[:MAX_PAGE]
    step = replanning.take_up(session, publication, mode, why, actor=actor, at=at)
    if step == "release":
        wish_release(session, publication, at=at)
    elif step:
        enqueue_step(session, publication, step, at=at)
    return publication


def find(session: Session, submission: Submission) -> Publication | None:
    """The entry's publication, or None."""
    query = select(Publication).where(Publication.submission_id == submission.id)
    return session.scalars(query).one_or_none()


def caption(profile: Profile, submission: Submission) -> str:
    """The post's text from the profile's template; it always holds the clip's code."""
    values = {
        "title": submission.title, "unit": submission.unit.name,
        "authors": ", ".join(submission.authors), "contest": profile.contest.title.vi,
        "code": submission.code, "description": submission.description,
    }
    text = re.sub(
        r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), profile.publication.caption
    ).strip()
    return text if marker(submission) in text else f"{text}\n{marker(submission)}"


def marker(submission: Submission) -> str:
    """The hashtag by which people and the platform find a clip's post on the Page."""
    return f"#{submission.code}"


def cancel(
    session: Session, submission: Submission, *, actor: Actor, at: datetime, reason: str = ""
) -> None:
    """Cancel a clip's publication. Raises ``Conflict`` while it is being posted.

    A published post stays: only a person can remove it from the Page.
    """
    publication = find(session, submission)
    if publication is None or publication.state in ("cancelled", "published"):
        return
    if publication.state not in (*BEFORE_ARMED, "failed"):
        raise board.being_posted()
    move(session, publication, "cancelled", actor=actor, at=at, reason=reason)


def release(session: Session, contest: Contest, *, actor: Actor, at: datetime) -> list[Publication]:
    """Draw the order of all unreleased clips by lot, record it, and enqueue their posting."""
    query = (
        select(Publication)
        .join(Publication.submission)
        .where(
            Submission.contest_id == contest.id,
            Publication.position.is_(None),
            Publication.state.in_(BEFORE_ARMED),
        )
        .order_by(Publication.id)
        .with_for_update(of=Publication, **LOCK)
    )
    due = list(session.scalars(query))
    if not due:
        return []
    secrets.SystemRandom().shuffle(due)
    last = session.scalar(
        select(func.max(Publication.position))
        .join(Publication.submission)
        .where(Submission.contest_id == contest.id)
    )
    for number, publication in enumerate(due, start=(last or 0) + 1):
        publication.position, publication.release_at = number, max(publication.release_at, at)
    audit.record(
        session, "publication.released", contest, actor=actor, at=at, contest_id=contest.id,
        after={"order": [publication.submission.code for publication in due]},
    )
    if not profiles.profile_of(contest).on_page:  # there is no Page to wait for
        for publication in due:
            see_published(session, publication, permalink="", actor=actor, at=at)
        return due
    polling.plan(session, contest, at=at)
    for place, publication in enumerate(p for p in due if p.mode == "api"):
        if publication.state == "waiting":
            enqueue_step(session, publication, "upload", at=at)
        enqueue_step(session, publication, "finish", at=at, due_at=at + place * SPACING)
    return due


def reconsider(session: Session, contest: Contest, *, at: datetime) -> None:
    """After a check of the Page: clips that no longer need a person are queued."""
    profile, open_ = profiles.profile_of(contest), publishing_modes.routes(session, contest)
    query = (
        select(Publication)
        .join(Publication.submission)
        .where(
            Submission.contest_id == contest.id, Publication.state == "waiting",
            Publication.mode == "manual",
        )
        .order_by(Publication.id)
        .with_for_update(of=Publication, **LOCK)
    )
    for publication in session.scalars(query).all():
        mode, why = publishing_modes.publishing_mode(profile, publication.submission, open_)
        publication.mode, publication.error_data = mode, why
        if mode == "api":
            due_at = max(publication.release_at - UPLOAD_AHEAD, at)
            enqueue_step(session, publication, "upload", at=at, due_at=due_at)


def enqueue_step(
    session: Session, publication: Publication, step: str, *, at: datetime,
    due_at: datetime | None = None,
) -> None:
    """Enqueue a step, unless a task of its kind is pending already."""
    kind = f"publication.{step}"
    tasks = select(Task).where(Task.kind == kind, Task.row_id == publication.id)
    known = session.scalars(tasks).all()
    if any(task.state == "pending" for task in known):
        return
    outbox.enqueue(
        session, kind, publication.id, at=at, due_at=due_at,
        contest_id=publication.submission.contest_id, key=f"{kind}:{publication.id}:{len(known)}",
    )


# ------------------------------------------------------------------------- what people decide


def get(session: Session, contest: Contest, publication_id: int) -> Publication:
    """A publication of this contest, locked. Raises ``NotFound`` for any other."""
    publication = held(session, publication_id)
    if publication is None or publication.submission.contest_id != contest.id:
        raise not_found()
    return publication


def held(session: Session, publication_id: int) -> Publication | None:
    """A publication, locked after its entry (reviewers lock in this order too); None if absent."""
    session.flush()
    query = select(Submission).join(Publication).where(Publication.id == publication_id)
    query = query.options(joinedload(Submission.contest, innerjoin=True))
    if (submission := session.scalar(query.with_for_update(of=Submission, **LOCK))) is None:
        return None
    of, version = {"of": Publication, **LOCK}, joinedload(Publication.version, innerjoin=True)
    publication = session.get_one(Publication, publication_id, options=[version],
                                  with_for_update=of, populate_existing=True)
    set_committed_value(publication, "submission", submission)
    return publication


def record_link(
    session: Session, publication: Publication, link: str, *, actor: Actor, at: datetime
) -> None:
    """Record the link of a clip that a person posted by hand.

    A job then looks for the post; the board says where it cannot be counted automatically.
    Raises ``NotAllowed``; ``Invalid`` before the release or for a link to no post; ``Conflict``
    for another clip's link, in place of a confirmed one, or in a state that does not allow it.
    """
    require(actor, "publication.manage", publication.submission)
    if at < publication.release_at:
        raise Invalid(
            "Chưa đến giờ đăng chung: các clip được đăng cùng lúc để công bằng.",
            "The common release has not come yet: clips go out together, to be fair.",
        )
    found = post_links.read(link)
    if publication.state == "published":
        _mend_link(session, publication, found, link, actor=actor, at=at)
    else:
        _first_link(session, publication, found, link, actor=actor, at=at)
    enqueue_step(session, publication, "check", at=at)


def may_mend(publication: Publication) -> bool:
    """May another link be pasted? Only while the Page has not confirmed the first one."""
    confirmed = publication.error_data.get("checked")
    return confirmed is False or (publication.mode == "manual" and confirmed is None)


def _first_link(
    session: Session, publication: Publication, found: PostLink, pasted: str, *, actor: Actor,
    at: datetime,
) -> None:
    """The clip is posted, under this link."""
    publication.mode = "manual"
    if publication.state == "uploading":
        move(session, publication, "waiting", actor=actor, at=at)
    post_links.assign(session, publication, found, pasted)
    kept = publication.error_data
    see_published(session, publication, permalink=found.url, actor=actor, at=at)
    publication.error_data = kept


def _mend_link(
    session: Session, publication: Publication, found: PostLink, pasted: str, *, actor: Actor,
    at: datetime,
) -> None:
    """Another link in place of one that the Page does not confirm."""
    if not may_mend(publication):
        raise Conflict(
            "Bài của clip này đã được xác nhận trên Trang nên không đổi liên kết được nữa.",
            "The Page has confirmed this clip's post, so its link cannot be changed any more.",
        )
    before = publication.permalink or publication.error_data.get("pasted")
    post_links.assign(session, publication, found, pasted)
    audit.record(
        session, "publication.relinked", publication, actor=actor, at=at,
        contest_id=publication.submission.contest_id,
        before={"link": before}, after={"link": pasted.strip()},
    )


def see_published(
    session: Session, publication: Publication, *, permalink: str, actor: Actor, at: datetime,
    post_id: str | None = None,
) -> None:
    """Mark the clip as published: from now on it counts. Raises ``Conflict`` in a wrong state."""
    publication.post_id = post_id or publication.post_id
    publication.permalink = permalink or publication.permalink
    publication.published_at, publication.error = at, ""
    publication.error_data = {}
    move(session, publication, "published", actor=actor, at=at, permalink=permalink)
    submission = publication.submission
    if submission.state == SubmissionState.APPROVED:
        move(session, submission, "published", actor=actor, at=at)
        if not profiles.profile_of(submission.contest).showing.where:
            return  # nobody can see it yet, so there is nothing to tell
        followers.clips_are_out(session, submission.contest_id, at=at)
        mail.enqueue(
            session, to=submission.contact_email, template="published",
            language=submission.language, params={"submission_id": submission.id},
            contest_id=submission.contest_id, at=at,
        )


def look_again(
    session: Session, publication: Publication, *, actor: Actor, at: datetime
) -> None:
    """Enqueue a lookup of the clip. Raises ``NotAllowed``; ``Conflict`` if it was never sent."""
    require(actor, "publication.manage", publication.submission)
    if publication.video_id is None:
        raise Conflict(
            "Clip chưa được gửi lên Trang lần nào. Hãy chọn “Đăng lại”.",
            "The clip was never sent to the Page. Choose “Post again”.",
        )
    if publication.state == "failed":
        move(session, publication, "unknown", actor=actor, at=at)
    enqueue_step(session, publication, "reconcile", at=at)


def post_again(
    session: Session, publication: Publication, *, actor: Actor, at: datetime, reason: str
) -> None:
    """Post again after a person found that the clip is not on the Page.

    If `finish` was never about to be called, the upload begins anew. Otherwise the Page is looked
    at once more, and the same video finished only if it is still unpublished there.
    Raises ``NotAllowed``, and ``Conflict`` where the state does not allow it.
    """
    require(actor, "publication.manage", publication.submission)
    if publication.armed_at is None:
        move(session, publication, "waiting", actor=actor, at=at, reason=reason)
        publication.mode, publication.uploads = "api", 0
        publication.session_id = publication.video_id = None
        publication.offset = publication.offset_end = 0
        publication.error_data = {}
        enqueue_step(session, publication, "upload", at=at)
        if publication.position is None:
            wish_release(session, publication, at=at)
        return
    move(session, publication, "unknown", actor=actor, at=at, reason=reason)
    publication.error_data = {"may_finish": True}
    enqueue_step(session, publication, "reconcile", at=at)


# ------------------------------------------------------------------------------- what is missing


def blockers(session: Session, contest: Contest, *, at: datetime) -> list[Blocker]:
    """Blockers: approved clips whose release has come and that are not on the Page."""
    due = Publication.state.not_in(("failed", "cancelled")) & (Publication.release_at <= at)
    query = (
        select(
            func.count(case((Publication.state == "failed", 1))), func.count(case((due, 1)))
        )
        .join(Publication.submission)
        .where(Submission.contest_id == contest.id, Submission.state == SubmissionState.APPROVED)
    )
    failed, open_ = session.execute(query).one()
    found = []
    if failed:
        found.append(Blocker(
            "publications.failed", f"{failed} clip đăng không thành công, cần người xử lý.",
            f"Clips that could not be posted and need a person: {failed}.",
            "publications.list", count=failed,
        ))
    if open_:
        found.append(Blocker(
            "publications.open", f"{open_} clip đã duyệt nhưng chưa lên Trang.",
            f"Approved clips that are not on the Page yet: {open_}.",
            "publications.list", count=open_,
        ))
    return [*found, *readings.blockers(session, contest)]


# ------------------------------------------------------------------------------------ internal


def wish_release(session: Session, publication: Publication, *, at: datetime) -> None:
    """Have the contest's clips released at this publication's moment, its bytes sent before it."""
    contest_id, due_at = publication.submission.contest_id, publication.release_at
    key = f"publication.release:{contest_id}:{due_at.isoformat()}"
    if due_at <= at:
        key = f"publication.release:{contest_id}:late:{publication.id}:{at.isoformat()}"
    outbox.enqueue(
        session, "publication.release", contest_id, at=at, due_at=max(due_at, at),
        contest_id=contest_id, key=key, priority="high",
    )
    if publication.mode == "api":
        enqueue_step(session, publication, "upload", at=at, due_at=max(due_at - UPLOAD_AHEAD, at))
