"""What stands in the way of reading a posted clip's counts: seen on the board and on the desk.

A published clip whose ``error`` is not empty cannot be read; ``error_data`` has the sentences.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.models import Contest, Publication, Snapshot, Submission
from contest.models.base import LOCK
from contest.services.core.blockers import Blocker
from contest.services.counts import official
from social.errors import NotThere, PageError

MOST_NAMED = 10
OF_READING = frozenset({"vi", "en", "unread_at"})


NO_NUMBERS = {
    "vi": "Facebook không cho biết con số nào của bài này. Hãy ghi số bằng tay.",
    "en": "Facebook tells no number of this post. Write the counts down by hand.",
}


def refused(error: PageError) -> dict[str, str]:
    """A refusal that asking again does not change, by language."""
    if isinstance(error, NotThere):
        return {
            "vi": "Không thấy bài này trên Trang: có thể bài đã bị xoá hoặc bị ẩn. Hãy mở bài để "
            "kiểm tra, và ghi số bằng tay.",
            "en": "This post is not on the Page: it may have been deleted or hidden. Open it to "
            "check, and write the counts down by hand.",
        }
    return {
        "vi": f"Facebook không cho đọc số của bài này: {error}. Hãy ghi số bằng tay.",
        "en": f"Facebook does not give the counts of this post: {error}. Write them down by hand.",
    }


def later(error: PageError | None) -> dict[str, str]:
    """An error that may pass, by language."""
    why = str(error or "")
    return {
        "vi": f"Chưa đọc được số của bài này: {why}. Hệ thống sẽ đọc lại.",
        "en": f"The counts of this post could not be read: {why}. They are asked for again.",
    }


def unread(
    session: Session, publication_id: int, why: str, said: dict[str, str], *, at: datetime,
    gone: bool = False,
) -> None:
    """Keep why this clip's counts were not read, in Meta's words and in ours.

    gone: the post is no longer there, so that the link of another may be pasted.
    """
    publication = _published(session, publication_id)
    if publication is not None:
        publication.error = why or said["en"]
        told = {**said, "unread_at": at.isoformat()} | ({"checked": False} if gone else {})
        publication.error_data = {**publication.error_data, **told}


def unconfirmed(session: Session, contest: Contest) -> set[int]:
    """Publications whose link the Page has not confirmed: what it names may be another's post."""
    query = (
        select(Publication.id, Publication.error_data)
        .join(Publication.submission)
        .where(
            Submission.contest_id == contest.id, Publication.state == "published",
            Publication.mode == "manual",
        )
    )
    return {number for number, data in session.execute(query) if data.get("checked") is not True}


def was_read(session: Session, publication_id: int) -> None:
    """Its counts were read: nothing stands in the way any more."""
    publication = _published(session, publication_id)
    if publication is not None and publication.error:
        publication.error = ""
        left = {k: v for k, v in publication.error_data.items() if k not in OF_READING}
        publication.error_data = left | ({"checked": True} if "checked" in left else {})


def blockers(session: Session, contest: Contest) -> list[Blocker]:
    """Clips that the Page gives no counts of, and that nobody has counted since."""
    unread_ = codes(session, contest)
    if not unread_:
        return []
    named = ", ".join(unread_[:MOST_NAMED]) + ("…" if len(unread_) > MOST_NAMED else "")
    return [Blocker(
        "publications.unread",
        f"{len(unread_)} clip không lấy được số tương tác từ Trang ({named}); lý do ở trang Đăng "
        "bài.",
        f"Clips whose counts the Page does not give ({named}): {len(unread_)}. The board of posts "
        "says why.",
        "publications.list", count=len(unread_),
    )]


def codes(session: Session, contest: Contest) -> list[str]:
    """The codes of those clips, in the order of their posts."""
    query = (
        select(Submission.code, Publication.error_data, func.max(Snapshot.taken_at))
        .join(Publication, Publication.submission_id == Submission.id)
        .outerjoin(Snapshot, (Snapshot.submission_id == Submission.id) & official.counting())
        .where(
            Submission.contest_id == contest.id, Publication.state == "published",
            Publication.error != "",
        )
        .group_by(Publication.id, Submission.code)
        .order_by(Publication.id)
    )
    return [code for code, data, taken in session.execute(query) if _open(data, taken)]


def _open(data: dict[str, str], taken: datetime | None) -> bool:
    since = data.get("unread_at")
    return taken is None or (since is not None and taken < datetime.fromisoformat(since))


def _published(session: Session, publication_id: int) -> Publication | None:
    row = session.get(Publication, publication_id, with_for_update=LOCK, populate_existing=True)
    return row if row is not None and row.state == "published" else None
