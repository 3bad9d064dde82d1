"""Clips that wait because the Page wants them to; the board says until when."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.languages import LANGUAGES, write_time
from contest.models import Publication
from contest.services.core import profiles
from contest.services.fanpage import publications
from social.reels import MOST_A_DAY, SESSION

REELS_IN = timedelta(hours=24)  # the time in which only so many reels may be posted


def throttled(session: Session, publication_id: int, until: datetime, why: str) -> None:
    """The Page asks to wait: say until when, on the board."""
    publication = publications.held(session, publication_id)
    if publication is not None and publication.state != "published":
        said = _until(session, publication, until)
        publication.error = why
        publication.error_data = {
            **publication.error_data,
            "vi": f"Facebook yêu cầu chờ đến {said['vi']} rồi mới gửi tiếp.",
            "en": f"Facebook asks to wait until {said['en']} before going on.",
        }


def clip_away(session: Session, publication_id: int) -> None:
    """The clips' store does not answer: say so on the board; it goes on by itself."""
    publication = publications.held(session, publication_id)
    if publication is not None and publication.state != "published":
        publication.error = "the clips' store does not answer"
        publication.error_data = {
            **publication.error_data,
            "vi": "Kho clip chưa trả lời nên chưa gửi được. Hệ thống tự thử lại; không cần làm gì.",
            "en": "The clips' store does not answer yet, so nothing is sent. It goes on by itself.",
        }


def reel_free_at(session: Session, publication_id: int, *, at: datetime) -> datetime | None:
    """When `finish` of a reel is allowed again; None where it is now. The board says so.

    Meta allows 30 reels through the API in 24 hours.
    """
    publication = publications.held(session, publication_id)
    if publication is None or not (publication.session_id or "").startswith(SESSION):
        return None
    query = (
        select(Publication.armed_at)
        .where(
            Publication.page_id == publication.page_id, Publication.id != publication.id,
            Publication.session_id.startswith(SESSION), Publication.armed_at > at - REELS_IN,
        )
        .order_by(Publication.armed_at.desc())
        .limit(MOST_A_DAY)
    )
    newest = list(session.scalars(query))
    if len(newest) < MOST_A_DAY or newest[-1] is None:
        return None
    free_at = newest[-1] + REELS_IN
    said = _until(session, publication, free_at)
    publication.error = f"{MOST_A_DAY} reels in 24 hours"
    publication.error_data = {
        **publication.error_data,
        "vi": f"Facebook chỉ cho đăng tự động {MOST_A_DAY} thước phim (Reel) trong 24 giờ. Clip "
        f"này chờ đến {said['vi']}; nếu cần sớm hơn, hãy đăng bằng tay rồi dán liên kết.",
        "en": f"Facebook takes {MOST_A_DAY} reels in 24 hours through its interface. This clip "
        f"waits until {said['en']}; if it has to be sooner, post it by hand and paste its link.",
    }
    return free_at


def _until(session: Session, publication: Publication, moment: datetime) -> dict[str, str]:
    """The moment in words, by language."""
    zone = profiles.profile_of(publication.submission.contest).schedule.zone
    return {language: write_time(moment, zone, language) for language in LANGUAGES}
