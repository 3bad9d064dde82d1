"""The second tally's half of the public: reactions and shares that count, in SQL on the tables.

It shares no code with ``scoring`` or ``services/counts``: what both find is compared.
"""

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Result, Row, bindparam, text
from sqlalchemy.orm import Session

from contest.models import Contest
from contest.models.base import UtcDateTime
from contest.profile import Profile
from contest.profile.platforms import Platform

# Of each field the last count by the cut-off; a later one only where a second organiser agreed.
# Beside it the last correction of that very count to which a second organiser agreed, and what was
# said last of the ledger, in time or with a second organiser.
_COUNTS = """
WITH counting AS (
  SELECT n.id, n.submission_id, n.taken_at, n.reactions, n.shares
  FROM snapshot n JOIN submission s ON s.id = n.submission_id
  LEFT JOIN late_approval a ON a.snapshot_id = n.id
  WHERE s.contest_id = :contest
    AND (a.id IS NOT NULL OR (n.taken_at <= :cut_off AND n.late_reason = ''))
), reacted AS (
  SELECT id, submission_id, reactions,
    ROW_NUMBER() OVER (PARTITION BY submission_id ORDER BY taken_at DESC, id DESC) AS place
  FROM counting WHERE reactions IS NOT NULL
), shared AS (
  SELECT id, submission_id, shares,
    ROW_NUMBER() OVER (PARTITION BY submission_id ORDER BY taken_at DESC, id DESC) AS place
  FROM counting WHERE shares IS NOT NULL
), agreed_reactions AS (
  SELECT c.snapshot_id, c.reactions,
    ROW_NUMBER() OVER (PARTITION BY c.snapshot_id ORDER BY v.id DESC) AS place
  FROM correction c JOIN correction_verdict v ON v.correction_id = c.id WHERE v.agreed
), agreed_shares AS (
  SELECT COALESCE(c.shares_snapshot_id, c.snapshot_id) AS snapshot_id, c.shares, c.accounts_out,
    c.identities_out, ROW_NUMBER() OVER (
      PARTITION BY COALESCE(c.shares_snapshot_id, c.snapshot_id) ORDER BY v.id DESC) AS place
  FROM correction c JOIN correction_verdict v ON v.correction_id = c.id WHERE v.agreed
)
SELECT s.id, s.code, u.name, s.category, COALESCE(r.id, h.id) AS known,
  COALESCE(ar.reactions, r.reactions) AS reactions, h.shares, ah.shares AS said,
  ah.accounts_out, ah.identities_out, (
    SELECT l.state FROM ledger_statement l
    WHERE l.submission_id = s.id AND (l.late_reason = '' OR l.agreed_by IS NOT NULL)
    ORDER BY l.id DESC LIMIT 1) AS state
FROM submission s JOIN unit u ON u.id = s.unit_id
LEFT JOIN reacted r ON r.submission_id = s.id AND r.place = 1
LEFT JOIN shared h ON h.submission_id = s.id AND h.place = 1
LEFT JOIN agreed_reactions ar ON ar.snapshot_id = COALESCE(r.id, h.id) AND ar.place = 1
LEFT JOIN agreed_shares ah ON ah.snapshot_id = COALESCE(h.id, r.id) AND ah.place = 1
WHERE s.contest_id = :contest AND s.state = 'published'
"""

# A share of a link is one, however many sources tell of it; without a link the largest number of
# one source counts (of each day, where the cap is per day).
_LINES = """
WITH told AS (
  SELECT r.submission_id, r.identity, MIN(r.day) AS day, MAX(r.count) AS shares
  FROM share_record r JOIN submission s ON s.id = r.submission_id
  WHERE s.contest_id = :contest AND NOT r.voided
    AND ((r.seen_at <= :cut_off AND r.late_reason = '') OR r.agreed_by IS NOT NULL)
  GROUP BY r.submission_id, r.identity, r.link_key,
    CASE WHEN :per_day = 1 AND r.link_key = '' THEN r.day ELSE '' END
), line AS (
  SELECT submission_id, identity, SUM(shares) AS shares
  FROM told GROUP BY submission_id, identity, CASE WHEN :per_day = 1 THEN day ELSE '' END
)
{asked}
"""
_LEDGER = _LINES.format(asked="""
SELECT submission_id, COUNT(*) AS lines, SUM(shares) AS shares,
  SUM(CASE WHEN shares < :most THEN shares ELSE :most END) AS capped
FROM line GROUP BY submission_id
""")
# Line by line only where a correction may leave accounts out.
_CORRECTED = _LINES.format(asked="""
SELECT submission_id, identity, shares FROM line WHERE submission_id IN (
  SELECT n.submission_id FROM snapshot n
  JOIN correction c ON n.id = COALESCE(c.shares_snapshot_id, c.snapshot_id)
  JOIN correction_verdict v ON v.correction_id = c.id WHERE v.agreed)
""")


# Of each post on one platform the last number of each field that counts. Sorted once a field: a
# look into all counts for each post and field took nine seconds of 7,000 posts.
_POSTS = """
WITH counting AS (
  SELECT n.*, p.submission_id
  FROM platform_post p JOIN platform_count n ON n.post_id = p.id
  LEFT JOIN platform_approval a ON a.count_id = n.id
  WHERE p.contest_id = :contest AND p.platform = :platform AND p.withdrawn_at IS NULL
    AND (a.id IS NOT NULL
      OR (:two_people = 0 AND n.taken_at <= :cut_off AND n.late_reason = ''))
), placed AS (
  SELECT submission_id, post_id, likes, shares, comments, views,
    ROW_NUMBER() OVER (
      PARTITION BY post_id, likes IS NULL ORDER BY taken_at DESC, id DESC) AS l,
    ROW_NUMBER() OVER (
      PARTITION BY post_id, shares IS NULL ORDER BY taken_at DESC, id DESC) AS s,
    ROW_NUMBER() OVER (
      PARTITION BY post_id, comments IS NULL ORDER BY taken_at DESC, id DESC) AS c,
    ROW_NUMBER() OVER (
      PARTITION BY post_id, views IS NULL ORDER BY taken_at DESC, id DESC) AS v
  FROM counting
)
SELECT submission_id,
  MAX(CASE WHEN l = 1 THEN likes END) AS likes, MAX(CASE WHEN s = 1 THEN shares END) AS shares,
  MAX(CASE WHEN c = 1 THEN comments END) AS comments, MAX(CASE WHEN v = 1 THEN views END) AS views
FROM placed GROUP BY submission_id, post_id
"""


@dataclass(frozen=True)
class Lines:
    """What a ledger tells of a clip: how many lines, their shares, and those under the cap."""

    count: int = 0
    shares: int = 0
    capped: int = 0

    def __sub__(self, other: "Lines") -> "Lines":
        return Lines(self.count - other.count, self.shares - other.shares,
                     self.capped - other.capped)


@dataclass(frozen=True)
class Counted:
    """A clip on the Page and what counts for it."""

    submission_id: int
    code: str
    unit: str
    reactions: int
    shares: int
    known: bool = True  # whether anything was counted
    category: str | None = None
    elsewhere: int = 0  # points of posts on other platforms


def counts(session: Session, contest: Contest, profile: Profile) -> Iterator[Counted]:
    """Every clip on the Page with its numbers; not known counts as none. The database adds up the
    ledger: of a national contest's half million lines only sums are read."""
    asked = {"per_day": int(profile.scoring.per_day), "most": profile.scoring.shares_per_account}
    ledger = {row.submission_id: Lines(row.lines, int(row.shares), int(row.capped))
              for row in _run(session, _LEDGER, contest, profile, **asked)}
    corrected: dict[int, list[Any]] = defaultdict(list)
    for line in _run(session, _CORRECTED, contest, profile, **asked):
        corrected[line.submission_id].append(line)
    placed, seen = _elsewhere(session, contest, profile)
    for row in _run(session, _COUNTS, contest, profile):
        told = ledger.get(row.id, Lines())
        rest = told - _left_out(corrected.get(row.id, ()), _out(row), asked["most"])
        known = row.known is not None
        yield Counted(
            row.id, row.code, row.name, int(row.reactions or 0),
            _shares(row, told, rest) if known else 0, known or row.id in seen,
            row.category or None, placed[row.id],
        )


def _elsewhere(
    session: Session, contest: Contest, profile: Profile
) -> tuple[dict[int, int], set[int]]:
    """By clip the points of its posts on other platforms; the clips of which anything is known."""
    points: dict[int, int] = defaultdict(int)
    seen = set()
    for one in profile.platforms:
        asked: dict[str, Any] = {"platform": one.id, "two_people": int(one.two_people)}
        for row in _run(session, _POSTS, contest, profile, **asked):
            points[row.submission_id] += _earned(one, row)
            if any(number is not None for number in row[1:]):
                seen.add(row.submission_id)
    return points, seen


def _earned(platform: Platform, row: Row[*tuple[Any, ...]]) -> int:
    full = int(row.views or 0) // platform.views_per_step
    earned = (
        int(row.likes or 0) * platform.points_per_like
        + int(row.shares or 0) * platform.points_per_share
        + int(row.comments or 0) * platform.points_per_comment + full * platform.points_per_view
    )
    return min(earned, platform.cap or earned)


def _run(
    session: Session, query: str, contest: Contest, profile: Profile, **more: int | str
) -> Result[*tuple[Any, ...]]:
    values = {"contest": contest.id, "cut_off": profile.schedule.counts_close, **more}
    asked = text(query).bindparams(bindparam("cut_off", type_=UtcDateTime()))
    return session.execute(asked, values)


def _left_out(lines: Iterable[Any], out: set[str], most: int) -> Lines:
    numbers = [int(line.shares) for line in lines if line.identity in out]
    return Lines(len(numbers), sum(numbers), sum(min(number, most) for number in numbers))


def _shares(row: Row[*tuple[Any, ...]], told: Lines, rest: Lines) -> int:
    """What counts: of a complete ledger what it holds under the cap; with any other the total,
    less what the ledger proves to be over the cap or of accounts that are out."""
    total = row.shares if row.said is None else row.said
    if row.state == "none" or (total is None and not rest.count):
        return int(total or 0)
    if rest.count and (row.state == "complete" or total is None):
        return rest.capped
    total = int(total)
    if row.said is None:
        total = max(total - (told.shares - rest.shares), 0)
    if not rest.count:
        return total
    return min(total, max(total - (rest.shares - rest.capped), rest.capped))


def _out(row: Row[*tuple[Any, ...]]) -> set[str]:
    """The accounts that a correction leaves out; older ones named them only."""
    if identities := _json(row.identities_out):
        return set(identities)
    return {
        "n:" + " ".join(unicodedata.normalize("NFC", name).casefold().split())
        for name in _json(row.accounts_out)
    }


def _json(stored: str | list[str] | None) -> list[str]:
    """A list that SQLite gives as text."""
    found = json.loads(stored) if isinstance(stored, str) else stored
    return list(found or [])
