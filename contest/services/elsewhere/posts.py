"""Links of clips' posts on other platforms: given by a unit or an organiser, taken back, listed.

One clip has at most one post on each platform, and one post belongs to one clip.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager

from contest.actors import Actor
from contest.errors import Conflict, Invalid, not_found
from contest.models import Contest, PlatformCount, PlatformPost, Submission
from contest.permissions import can, require
from contest.profile import Profile
from contest.profile.platforms import Platform
from contest.services.core import audit, profiles
from contest.services.counts import interactions
from contest.services.elsewhere import addresses
from contest.states import SubmissionState
from social.imports.cells import code_key, read_code

TAKEN_IN = (SubmissionState.APPROVED, SubmissionState.PUBLISHED)


def open_to(profile: Profile, actor: Actor, contest: Contest) -> list[Platform]:
    """The platforms on which ``actor`` may say where a clip was posted."""
    organises = can(actor, "interaction.import", contest)
    return [one for one in profile.platforms if organises or one.by_units]


def of_code(session: Session, contest: Contest, code: str) -> Submission:
    """The clip with this code, however it is written. Raises ``NotFound`` where there is none."""
    query = select(Submission).where(
        Submission.contest_id == contest.id,
        func.replace(Submission.code, "-", "") == code_key(read_code(code) or ""),
    )
    found = session.scalars(query).first()
    if found is None:
        raise not_found()
    return found


def enter(
    session: Session, submission: Submission, text: str, *, actor: Actor, at: datetime
) -> PlatformPost:
    """Store the link of a clip's post; the same one again is the same row.

    Raises ``NotAllowed``; ``Invalid`` for a link that names no post, or of a host that the rules do
    not allow; ``Conflict`` for a clip that is not approved, a platform where the clip has a post, a
    post that is another clip's, a unit's after the cut-off, and while counts are locked.
    """
    contest = submission.contest
    organises = can(actor, "interaction.import", contest)
    if not organises:
        require(actor, "entry.edit", submission)
    interactions.hold(session, contest)
    _refuse_state(submission)
    profile = profiles.profile_of(contest)
    platform, post = addresses.read(text, open_to(profile, actor, contest))
    if not organises and at > profile.schedule.counts_close:
        raise Conflict(
            "Đã qua giờ chốt số tương tác nên đơn vị không gửi thêm đường dẫn được. Hãy liên hệ "
            "Ban Tổ chức.",
            "The counts have closed, so a unit can give no more links. Ask the organisers.",
        )
    if (known := _same(session, submission, platform, post)) is not None:
        return known
    made = PlatformPost(
        contest_id=contest.id, submission=submission, platform=platform.id, url=post.url,
        post_key=post.key, created_by=actor.label, created_at=at,
    )
    session.add(made)
    session.flush()
    audit.record(session, "platform.entered", made, actor=actor, at=at, contest_id=contest.id,
                 after={"code": submission.code, "platform": platform.id})
    return made


def _refuse_state(submission: Submission) -> None:
    if submission.state not in TAKEN_IN:
        raise Conflict(
            f"Bài {submission.code} chưa được duyệt nên chưa nhận đường dẫn bài đăng. Hãy gửi sau "
            "khi bài được duyệt.",
            f"The entry {submission.code} is not approved, so no link of a post is taken yet. Give "
            "it once the entry is approved.",
        )


def _same(
    session: Session, submission: Submission, platform: Platform, post: addresses.Post
) -> PlatformPost | None:
    """The very post, where it is there already. Raises ``Conflict`` for the rest."""
    query = _standing().where(PlatformPost.contest_id == submission.contest_id)
    other = session.scalars(query.where(PlatformPost.post_key == post.key)).one_or_none()
    if other is not None and other.submission_id == submission.id:
        return other
    if other is not None:
        raise Conflict(
            f"Bài đăng này đã được ghi cho clip {other.submission.code}; mỗi bài đăng chỉ thuộc "
            "một clip. Hãy kiểm tra lại đường dẫn.",
            f"This post is that of the clip {other.submission.code} already; a post belongs to one "
            "clip. Check the link.",
        )
    there = session.scalars(query.where(
        PlatformPost.submission_id == submission.id, PlatformPost.platform == platform.id
    )).one_or_none()
    if there is not None:
        raise Conflict(
            f"Clip {submission.code} đã có bài đăng trên {platform.name.vi}: {there.url}. Mỗi nền "
            "tảng chỉ tính một bài; hãy bỏ bài cũ trước.",
            f"The clip {submission.code} has a post on {platform.name.en} already: {there.url}. "
            "One post counts on each platform; take the old one back first.",
        )
    return None


def withdraw(session: Session, post: PlatformPost, *, actor: Actor, at: datetime) -> None:
    """Take a link back; its counts count no more. Raises ``NotAllowed``; ``Conflict`` for a unit's
    once somebody has counted it, for one taken back before, and while counts are locked."""
    contest = post.submission.contest
    organises = can(actor, "interaction.import", contest)
    if not organises:
        require(actor, "entry.edit", post.submission)
    interactions.hold(session, contest)
    counted = select(PlatformCount.id).where(PlatformCount.post_id == post.id).limit(1)
    if post.withdrawn_at is not None:
        raise Conflict("Đường dẫn này đã được bỏ trước đó.", "This link was taken back before.")
    if not organises and session.scalars(counted).first() is not None:
        raise Conflict(
            "Ban Tổ chức đã ghi số đếm của bài đăng này nên đơn vị không tự bỏ được. Hãy liên hệ "
            "Ban Tổ chức.",
            "The organisers have counted this post, so a unit cannot take it back. Ask them.",
        )
    post.withdrawn_by, post.withdrawn_at = actor.label, at
    session.flush()
    audit.record(session, "platform.withdrawn", post, actor=actor, at=at, contest_id=contest.id,
                 after={"code": post.submission.code, "platform": post.platform})


def find(
    session: Session, contest: Contest, post_id: int, *, of: Submission | None = None
) -> PlatformPost:
    """The post with this id that stands, of this clip where one is given. Raises ``NotFound``."""
    query = _standing().where(PlatformPost.contest_id == contest.id, PlatformPost.id == post_id)
    if of is not None:
        query = query.where(PlatformPost.submission_id == of.id)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise not_found()
    return found


def _standing() -> Select[PlatformPost]:
    return (
        select(PlatformPost).join(PlatformPost.submission)
        .where(PlatformPost.withdrawn_at.is_(None))
        .options(contains_eager(PlatformPost.submission))
    )


def of_clips(
    session: Session, contest: Contest, only: Collection[int] | None = None
) -> dict[int, list[PlatformPost]]:
    """By the submission's id its posts that stand, on platforms that the rules know, in their
    order; of these submissions, None: of all."""
    order = [one.id for one in profiles.profile_of(contest).platforms]
    if not order:
        return {}
    query = _standing().where(
        PlatformPost.contest_id == contest.id, PlatformPost.platform.in_(order)
    )
    if only is not None:
        query = query.where(PlatformPost.submission_id.in_(only))
    found: dict[int, list[PlatformPost]] = defaultdict(list)
    for post in sorted(session.scalars(query), key=lambda one: (order.index(one.platform), one.id)):
        found[post.submission_id].append(post)
    return dict(found)


def named(profile: Profile, platform: str) -> Platform:
    """The rules' platform with this id. Raises ``Invalid`` where they know none."""
    for one in profile.platforms:
        if one.id == platform:
            return one
    raise Invalid(
        f"Thể lệ không có nền tảng “{platform}”.", f'The rules know no platform "{platform}".'
    )

