"""Reading counts from the Page, clip by clip; each reading is a snapshot with its own instant."""

from collections.abc import Callable
from datetime import timedelta

from contest.actors import SYSTEM
from contest.jobs import Later
from contest.models import Contest, Publication
from contest.services.counts import interactions
from contest.services.counts.interactions import Reading
from contest.services.fanpage import page_pause
from contest.wiring import Platform
from social.errors import (
    CredentialRefused,
    NotPermitted,
    PageError,
    PolicyBlocked,
    Throttled,
    Transient,
    WrongSetting,
)
from social.graph import GraphPage
from social.values import Counts

AGAIN = timedelta(minutes=1)


def poll(platform: Platform, contest_id: int, beat: Callable[[], None]) -> None:
    """Take a snapshot of every posted clip whose post id is known; nothing without a Page.

    Raises ``Later`` while the Page cannot be read.
    """
    page = _page(platform)
    if page is None:
        return
    with platform.db.read() as session:
        contest = session.get_one(Contest, contest_id)
        posted = interactions.posted(session, contest)
    clips = [(clip.publication_id, clip.post_id) for clip in posted if clip.post_id]
    for publication_id, post_id in clips:
        beat()
        counts = _counts(platform, contest_id, page, post_id)
        if counts is not None and _says_anything(counts):
            _take(platform, publication_id, counts)


def _page(platform: Platform) -> GraphPage | None:
    try:
        return platform.page()
    except WrongSetting:
        return None


def _counts(platform: Platform, contest_id: int, page: GraphPage, post_id: str) -> Counts | None:
    """The counts of one post; None where the Page does not give them (a blocker reports that)."""
    at = platform.clock.now()
    try:
        return page.counts(post_id)
    except NotPermitted:
        return None
    except Throttled as error:
        raise Later(at + error.wait, str(error)) from None
    except (CredentialRefused, PolicyBlocked) as error:
        kind = "credential" if isinstance(error, CredentialRefused) else "policy"
        with platform.db.write() as session:
            contest = session.get_one(Contest, contest_id)
            page_pause.pause(session, contest, kind, actor=SYSTEM, at=at, reason=str(error))
        raise Later(at + AGAIN * 10, str(error)) from None
    except (Transient, PageError) as error:
        raise Later(at + AGAIN, str(error)) from None


def _says_anything(counts: Counts) -> bool:
    return (counts.reactions, counts.shares, counts.comments) != (None, None, None)


def _take(platform: Platform, publication_id: int, counts: Counts) -> None:
    at = platform.clock.now()  # after the answer, so the counts are not newer than this instant
    reading = Reading(
        reactions=counts.reactions, shares=counts.shares, comments=counts.comments,
        by_kind=counts.by_kind, raw=counts.raw,
    )
    with platform.db.write() as session:
        clip = session.get_one(Publication, publication_id).submission
        if interactions.sealed(session, clip.contest):
            return
        interactions.take(
            session, clip, reading, taken_at=at, source="graph", actor=SYSTEM, at=at
        )


HANDLERS = {"interactions.poll": poll}
