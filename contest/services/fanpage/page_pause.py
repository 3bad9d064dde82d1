"""Pausing and resuming everything that is sent to the Page, with the reason and the remedy."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.languages import write_time
from contest.models import Contest, PagePause, Task
from contest.models.base import LOCK
from contest.permissions import require
from contest.services.core import audit, mail, profiles
from contest.services.fanpage import connections, expiry, shared_page
from contest.services.fanpage.organisers import organisers_of

STEPS = ("upload", "finish", "verify", "reconcile", "check")
REMEDIES = {
    "credential": (
        "Facebook từ chối mã truy cập Trang. Hãy tạo mã mới, thay ở mục “Kết nối Fanpage” (Trang "
        "chung của máy chủ: thay HOITHI_PAGE_TOKEN rồi khởi động lại), rồi bấm “Chạy tiếp”.",
        "Facebook refuses the Page's token. Create a new one, put it in under “Page connection” "
        "(the server's own Page: replace HOITHI_PAGE_TOKEN and restart), then choose “Resume”.",
    ),
    "policy": (
        "Facebook tạm chặn việc đăng của Trang. Hãy mở Trang, làm theo thông báo của Facebook, rồi "
        "bấm “Chạy tiếp”. Trong lúc chờ có thể đăng bằng tay và dán liên kết.",
        "Facebook has blocked posting for this Page. Open the Page, follow Facebook's notice, then "
        "choose “Resume”. Meanwhile clips can be posted by hand and their links pasted.",
    ),
    "no_page": (
        "Chưa thiết lập Trang. Hãy kết nối ở mục “Kết nối Fanpage” (hoặc nhờ người quản trị đặt "
        "HOITHI_PAGE_ID, HOITHI_PAGE_TOKEN) rồi bấm “Chạy tiếp”, hoặc đăng bằng tay và dán liên "
        "kết.",
        "No Page is set up. Connect one under “Page connection” (or have HOITHI_PAGE_ID and "
        "HOITHI_PAGE_TOKEN set on the server) and choose “Resume”, or post by hand and paste the "
        "links.",
    ),
    "wrong_page": (
        "Trang đã kết nối không phải Trang mà thể lệ nêu, nên không clip nào được đăng lên đó. Hãy "
        "kết nối đúng Trang (hoặc ghi contest.page_id vào thể lệ) rồi bấm “Chạy tiếp”.",
        "The Page that is connected is not the one that the rules name, so no clip is posted "
        "there. Connect the right Page (or write contest.page_id into the rules), then choose "
        "“Resume”.",
    ),
    "manual": (
        "Ban Tổ chức đã tạm dừng việc đăng. Bấm “Chạy tiếp” khi sẵn sàng.",
        "The organisers have paused posting. Choose “Resume” when ready.",
    ),
}


def pause_of(session: Session, contest_id: int) -> PagePause | None:
    """The pause in force, or None while clips may be sent to the Page."""
    query = select(PagePause).where(
        PagePause.contest_id == contest_id, PagePause.lifted_at.is_(None)
    )
    return session.scalars(query.order_by(PagePause.id).limit(1)).first()


def pause(
    session: Session, contest: Contest, kind: str, *, actor: Actor, at: datetime,
    reason: str = "", **details: object,
) -> PagePause:
    """Pause the contest's queue; returns the pause in force where there is one already.

    kind: credential, policy, no_page, wrong_page or manual. ``details`` may hold the reason in
    both languages as ``vi`` and ``en``; at a refused token they say what is known of its end.
    All but "manual" send the organisers one mail.
    Two workers that fail at once make one pause: the contest's row is locked.
    """
    session.execute(select(Contest.id).where(Contest.id == contest.id).with_for_update(**LOCK))
    if (standing := pause_of(session, contest.id)) is not None:
        return standing
    if kind == "credential":
        details |= _ended(session, contest, reason, at=at)
    row = PagePause(
        contest_id=contest.id, kind=kind, reason=reason, details=details,
        created_by=actor.label, created_at=at,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, "publication.paused", contest, actor=actor, at=at, contest_id=contest.id,
        after={"kind": kind, "reason": reason},
    )
    if kind != "manual":
        _alert(session, contest, row, at=at)
    return row


def _ended(session: Session, contest: Contest, reason: str, *, at: datetime) -> dict[str, str]:
    """The reason with the token's end, where that has come: why Facebook refuses it."""
    row = connections.of(session, contest.id) or shared_page.newest(session)
    end = expiry.end_of(row) if row else None
    if end is None or end > at:
        return {}
    zone = profiles.profile_of(contest).schedule.zone
    return {
        "vi": f"Mã truy cập đã hết hạn lúc {write_time(end, zone, 'vi')}. {reason}",
        "en": f"The token expired at {write_time(end, zone, 'en')}. {reason}",
    }


def reason_of(row: PagePause, language: str) -> str:
    """The reason in the reader's language, or in the Page's own words."""
    return str(row.details.get(language) or row.reason)


def _alert(session: Session, contest: Contest, row: PagePause, *, at: datetime) -> None:
    """Mail every active organiser the reason and the remedy."""
    for person in organisers_of(session, contest):
        vi, en = REMEDIES[row.kind]
        mail.enqueue(
            session, to=person.email, template="page_paused", language=person.language, at=at,
            contest_id=contest.id, params={
                "user_id": person.id, "pause_id": row.id,
                "reason": reason_of(row, person.language),
                "remedy": en if person.language == "en" else vi,
                "path": f"/c/{contest.slug}/organiser/publications",
            },
        )


def pause_by_hand(
    session: Session, contest: Contest, *, actor: Actor, at: datetime, reason: str
) -> None:
    """Pause on an organiser's request. Raises ``NotAllowed`` without ``publication.manage``."""
    require(actor, "publication.manage", contest)
    pause(session, contest, "manual", actor=actor, at=at, reason=reason)


def resume(session: Session, contest: Contest, *, actor: Actor, at: datetime) -> None:
    """End the pause and make waiting steps due now.

    Raises ``NotAllowed`` without ``publication.manage``.
    """
    require(actor, "publication.manage", contest)
    session.execute(
        update(PagePause)
        .where(PagePause.contest_id == contest.id, PagePause.lifted_at.is_(None))
        .values(lifted_at=at, lifted_by=actor.label)
    )
    waiting = [f"publication.{step}" for step in STEPS]
    session.execute(
        update(Task)
        .where(
            Task.contest_id == contest.id, Task.state == "pending", Task.kind.in_(waiting),
            Task.error != "", Task.due_at > at,
        )
        .values(due_at=at, queued_at=None)
    )
    audit.record(session, "publication.resumed", contest, actor=actor, at=at, contest_id=contest.id)
