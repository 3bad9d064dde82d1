"""A chart of a clip's counts over time: coordinates for an SVG of 600 x 120.

The template is `components/chart.html`.
"""

from collections.abc import Sequence
from datetime import datetime

from contest.models import Snapshot

WIDTH, HEIGHT, TOP = 600, 120, 6


def of(
    series: Sequence[Snapshot], since: datetime | None = None, until: datetime | None = None
) -> dict[str, object] | None:
    """The lines of reactions and shares and the marked interval; None for fewer than two points."""
    if len(series) < 2:  # noqa: PLR2004 - one point is no line
        return None
    begin, end = series[0].taken_at, series[-1].taken_at
    most = max(max(s.reactions or 0, s.shares or 0) for s in series) or 1
    span = (end - begin).total_seconds() or 1

    def x(moment: datetime) -> float:
        return round((moment - begin).total_seconds() / span * WIDTH, 1)

    def line(points: list[tuple[datetime, int]]) -> str:
        return " ".join(f"{x(at)},{HEIGHT - n / most * (HEIGHT - TOP):.1f}" for at, n in points)

    left, right = x(max(since or end, begin)), x(min(until or end, end))
    return {
        "reactions": line([(s.taken_at, s.reactions) for s in series if s.reactions is not None]),
        "shares": line([(s.taken_at, s.shares) for s in series if s.shares is not None]),
        "left": max(left - 2, 0), "width": max(right - left, 4) if until else 0,
        "begin": begin, "end": end, "most": most,
    }
