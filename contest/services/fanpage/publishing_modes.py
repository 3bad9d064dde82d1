"""Publishing mode of a clip, automatic or by hand: docs/facebook.md, "Portrait and short clips"."""

from collections.abc import Mapping
from typing import Any

from contest.models import Submission
from contest.profile import Profile

REEL_SECONDS = (3, 90)  # Meta's limits for a Reel made through the API
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
TOO_SHORT = (
    "Clip ngắn hơn 3 giây: Facebook có thể không nhận.",
    "The clip is shorter than 3 seconds: Facebook may refuse it.",
)


def publishing_mode(profile: Profile, submission: Submission) -> tuple[str, dict[str, str]]:
    """(mode, reason by language). Mode: `api`, or `manual`; the reason only where the clip decides.

    A clip of unknown dimensions gets the profile's mode.
    """
    if profile.publication.mode != "api":
        return profile.publication.mode, {}
    facts = _facts(submission)
    seconds = float(facts.get("duration_s") or REEL_SECONDS[0])
    if (facts.get("display_height") or 1) > (facts.get("display_width") or 1):
        fits = REEL_SECONDS[0] <= seconds <= REEL_SECONDS[1]
        return "manual", _told(DRAFT, HAND, REEL if fits else NO_REEL)
    if seconds < REEL_SECONDS[0]:
        return "manual", _told(TOO_SHORT, HAND)
    return "api", {}


def _facts(submission: Submission) -> Mapping[str, Any]:
    assert submission.version is not None  # noqa: S101 - only clips with a version are approved
    reports = [check.report for check in submission.version.checks if check.report.get("facts")]
    facts: Mapping[str, Any] = reports[-1]["facts"] if reports else {}
    return facts


def _told(*sentences: tuple[str, str]) -> dict[str, str]:
    return {"vi": " ".join(s[0] for s in sentences), "en": " ".join(s[1] for s in sentences)}
