"""Who follows a contest: a browser without an account, told twice: that the clips are out, and
that a result is.

Nothing is known of whoever asked but the address that the browser's push service made up. It goes
when it is turned off, when the push service no longer knows it, and with the contest's mails
(``privacy/retention``). News are queued in the transaction that makes them, by a task for the
contest that makes one for each browser: a clip or a result never waits for thousands of rows.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from contest.errors import Conflict, not_found
from contest.languages import chosen
from contest.models import Contest, PushFollower, Result, Task
from contest.profile.entries import spoken
from contest.services.core import outbox, profiles, push

CLIPS, RESULT = "follow.clips", "follow.result"  # about a contest, about a revision
TELL_CLIPS, TELL_RESULT = "follow.tell_clips", "follow.tell_result"  # one browser
MOST = 20_000  # browsers of a contest
TITLES = {
    TELL_CLIPS: {"vi": "Đã có clip dự thi: xem và bình chọn",
                 "en": "The clips are out: watch and vote"},
    TELL_RESULT: {"vi": "Đã có kết quả hội thi", "en": "The result of the contest is out"},
}
PATHS = {TELL_CLIPS: "clips", TELL_RESULT: "results"}


def follow(
    session: Session, contest: Contest, endpoint: str, browser_key: str, auth: str, *,
    language: str, at: datetime,
) -> PushFollower:
    """Tell this browser of the contest from now on; asked again, it is the same row.

    Raises ``NotFound`` for a dry run; ``Invalid`` for an address that is no known push service's,
    or keys that no browser makes; ``Conflict`` where ``MOST`` browsers follow already.
    """
    if contest.trial_of is not None:
        raise not_found()
    push.require_browser(endpoint, browser_key, auth)
    forget(session, contest, endpoint)
    count = select(func.count()).where(PushFollower.contest_id == contest.id)
    if (session.scalar(count) or 0) >= MOST:
        raise Conflict(
            "Hội thi này đã có đủ máy đăng ký nhận tin. Hãy thêm các mốc vào lịch của bạn.",
            "As many devices as can be told follow this contest. Add its dates to your calendar.",
        )
    row = PushFollower(contest_id=contest.id, endpoint=endpoint, browser_key=browser_key,
                       auth=auth, language=chosen(language), created_at=at)
    session.add(row)
    session.flush()
    return row


def forget(session: Session, contest: Contest, endpoint: str) -> None:
    """Tell this browser no more; whoever knows its address may say so."""
    query = select(PushFollower.id).where(
        PushFollower.contest_id == contest.id, PushFollower.endpoint == endpoint)
    for row_id in session.scalars(query).all():
        gone(session, row_id)


def gone(session: Session, follower_id: int) -> None:
    """The browser has ended it. What still waits for it goes as well: SQLite may give its number
    to the next one."""
    session.execute(delete(Task).where(
        Task.kind.in_(TITLES), Task.row_id == follower_id, Task.state == "pending"))
    session.execute(delete(PushFollower).where(PushFollower.id == follower_id))


def clips_are_out(session: Session, contest_id: int, *, at: datetime) -> None:
    """A clip is on the Page: the first one is news, once in a contest."""
    outbox.enqueue(session, CLIPS, contest_id, at=at, contest_id=contest_id)


def result_is_out(session: Session, result: Result, *, at: datetime) -> None:
    """A revision was published; the next one is news again."""
    outbox.enqueue(session, RESULT, result.id, at=at, contest_id=result.contest_id)


def tell_all(session: Session, kind: str, row_id: int, *, at: datetime) -> int:
    """Queue the news for every browser that follows; returns how many. Done again, none twice."""
    contest_id, tell = row_id, TELL_CLIPS
    if kind == RESULT:
        contest_id, tell = session.get_one(Result, row_id).contest_id, TELL_RESULT
    told = set(session.scalars(select(Task.row_id).where(
        Task.kind == tell, Task.contest_id == contest_id,
        Task.key.startswith(f"{tell}:{row_id}:", autoescape=True),
    )))
    query = select(PushFollower.id).where(PushFollower.contest_id == contest_id)
    rows = [
        {"kind": tell, "row_id": one, "key": f"{tell}:{row_id}:{one}", "contest_id": contest_id,
         "priority": "low", "due_at": at, "created_at": at}
        for one in session.scalars(query) if one not in told
    ]
    if rows:
        session.execute(insert(Task), rows)
    return len(rows)


def news(session: Session, kind: str, follower_id: int) -> tuple[PushFollower, Mapping[str, str]]:
    """The browser and what it is told: title, body, path, language."""
    row = session.get_one(PushFollower, follower_id)
    contest = session.get_one(Contest, row.contest_id)
    profile = profiles.profile_of(contest)
    return row, {
        "title": spoken(TITLES[kind][row.language], profile.entry.kind, row.language),
        "language": row.language,
        "body": profile.contest.title[row.language],
        "path": f"/c/{contest.slug}/{PATHS[kind]}",
    }
