"""Posts on other platforms where there are many of everything (``tests/contest/crowd.py``)."""

from contest.models import (
    Base,
    Contest,
    PlatformCount,
    PlatformPost,
    PlatformProof,
    Submission,
)
from tests.contest.stage import COUNTED

PLATFORM = (
    '[[platforms]]\nid = "youtube"\nname = { vi = "YouTube", en = "YouTube" }\n'
    'hosts = ["youtube.com"]\npoints_per_view = 1\nby_units = true\n'
)


def posts_of(contest: Contest, clips: list[Submission], evidence_id: int) -> list[Base]:
    """A post of each clip, counted with a picture, half of them late."""
    made: list[Base] = []
    by = {"created_by": "user:1", "created_at": COUNTED}
    for number, clip in enumerate(clips):
        post = PlatformPost(
            contest_id=contest.id, submission_id=clip.id, platform="youtube", **by,
            url=f"https://www.youtube.com/watch?v={number:011d}", post_key=f"youtube:{number:011d}",
        )
        count = PlatformCount(
            post=post, client_id="1", views=number, taken_at=COUNTED, **by,
            late_reason="Muộn" if number % 2 else "",
        )
        made += [count, PlatformProof(count=count, evidence_id=evidence_id, **by)]
    return made
