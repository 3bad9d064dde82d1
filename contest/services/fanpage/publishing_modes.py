"""How a clip is posted, by hand or by which route: docs/facebook.md, "Portrait and short clips"."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.models import Contest, PageInspection, Submission
from contest.profile import Profile
from social.values import Route

REEL_SECONDS = (3, 90)  # Meta's limits for a Reel made through the API
UNCHECKED = frozenset({Route.VIDEOS})  # the routes while nobody has checked the Page
MOST_CHECKS = 20  # of the Page that are looked at
HAND = (
    "Hãy đăng bằng tay rồi dán liên kết.",
    "Post it by hand and paste its link.",
)
DRAFT = (
    "Clip dọc không đăng tự động được: Facebook có thể giữ lại thành bản nháp không ai xem được.",
    "A portrait clip cannot be posted automatically: Facebook may keep it as a draft that nobody "
    "sees.",
)
REEL = ("Trên Facebook clip này thành thước phim (Reel).", "On Facebook it becomes a Reel.")
NO_REEL = (
    "Clip dài ngoài mức 3–90 giây của thước phim (Reel), nên sau khi đăng hãy xem bài ở cửa sổ ẩn "
    "danh.",
    "It is outside a Reel's 3–90 seconds, so look at the post in a private window afterwards.",
)
CHECK = (
    "Nếu lần kiểm tra kết nối thấy Trang nhận thước phim, clip sẽ được đăng tự động.",
    "If the check of the connection finds that the Page takes reels, it is posted automatically.",
)
TOO_SHORT = (
    "Clip ngắn hơn 3 giây: Facebook có thể không nhận.",
    "The clip is shorter than 3 seconds: Facebook may refuse it.",
)


def routes(session: Session, contest: Contest) -> frozenset[Route]:
    """The routes that the newest check of the Page found open; where that found none, for it may
    not have been able to ask, those of the check before. ``UNCHECKED`` where none has found any."""
    query = (
        select(PageInspection.page_id, PageInspection.findings)
        .where(PageInspection.contest_id == contest.id)
        .order_by(PageInspection.id.desc())
        .limit(MOST_CHECKS)
    )
    checks = session.execute(query).all()
    found = (_open(findings) for page_id, findings in checks if page_id == checks[0].page_id)
    return next((routes_ for routes_ in found if routes_), UNCHECKED)


def _open(findings: list[dict[str, Any]]) -> frozenset[Route]:
    passed = {finding["name"] for finding in findings if finding["outcome"] == "pass"}
    return frozenset(route for route in Route if f"route_{route}" in passed)


def publishing_mode(
    profile: Profile, submission: Submission, open_: frozenset[Route] = UNCHECKED
) -> tuple[str, dict[str, str]]:
    """(mode, reason by language). Mode: `api`, or `manual`; the reason only where the clip decides.

    A clip of unknown dimensions gets the profile's mode. open_: see ``routes``.
    """
    if not profile.on_page:
        return "manual", {}
    if profile.publication.mode != "api":
        return profile.publication.mode, {}
    facts = _facts(submission)
    seconds = float(facts.get("duration_s") or REEL_SECONDS[0])
    if seconds < REEL_SECONDS[0]:
        return "manual", _told(TOO_SHORT, HAND)
    if _upright(facts) and Route.REELS not in open_:
        fits = seconds <= REEL_SECONDS[1]
        return "manual", _told(DRAFT, HAND, REEL if fits else NO_REEL, CHECK)
    return "api", {}


def route_of(submission: Submission, open_: frozenset[Route]) -> Route:
    """The route of a clip that is posted automatically: portrait ones as reels, all others as
    videos, as long as that route is open."""
    wished = Route.REELS if _upright(_facts(submission)) else Route.VIDEOS
    return wished if wished in open_ else next(iter(open_), Route.VIDEOS)


def _upright(facts: Mapping[str, Any]) -> bool:
    return bool((facts.get("display_height") or 1) > (facts.get("display_width") or 1))


def _facts(submission: Submission) -> Mapping[str, Any]:
    assert submission.version is not None  # noqa: S101 - only clips with a version are approved
    reports = [check.report for check in submission.version.checks if check.report.get("facts")]
    facts: Mapping[str, Any] = reports[-1]["facts"] if reports else {}
    return facts


def _told(*sentences: tuple[str, str]) -> dict[str, str]:
    return {"vi": " ".join(s[0] for s in sentences), "en": " ".join(s[1] for s in sentences)}
