"""The blockers of closing: everything that is still missing, with the page where to resolve it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.models import ChairDecision, Contest
from contest.services.core import profiles
from contest.services.core.blockers import Blocker
from contest.services.counts import anomalies, corrections, interactions, ledger_late
from contest.services.elsewhere import numbers
from contest.services.entry import entry_requests, reviews, submissions
from contest.services.fanpage import publications
from contest.services.jury import jury_round


def unchosen(session: Session, contest: Contest, *, at: datetime) -> list[Blocker]:
    """Prizes that the rules leave to the chair, and for which nobody has been chosen."""
    left = [one for one in profiles.profile_of(contest).prizes if one.by == "chair"]
    if not left:
        return []
    query = select(ChairDecision.prize).where(ChairDecision.contest_id == contest.id)
    chosen = set(session.scalars(query))
    waiting = [one for one in left if one.id not in chosen]
    if not waiting:
        return []
    vi, en = (", ".join(f"{one.name[language]}" for one in waiting) for language in ("vi", "en"))
    return [Blocker(
        "prizes.unchosen", f"Chưa chọn đơn vị nhận giải của Trưởng ban: {vi}.",
        f"Nobody is chosen yet for the chair's prize: {en}.",
        "results.overview", count=len(waiting),
    )]


ROOMS = (submissions.blockers, entry_requests.blockers, reviews.blockers, publications.blockers,
         jury_round.blockers, interactions.blockers, corrections.blockers, ledger_late.blockers,
         numbers.blockers, anomalies.blockers, unchosen)
# Shown, but closing does not have to wait for them.
REMARKS = (
    "units_without_clip", "entries_unfinished", "interactions.unverified",
    "interactions.ledgers_differ", "anomalies.open", "publications.unread",
)


def blockers(session: Session, contest: Contest, *, at: datetime) -> list[Blocker]:
    """The blockers that each room reports, in the order of a clip's way; remarks come last."""
    found = [blocker for of_room in ROOMS for blocker in of_room(session, contest, at=at)]
    return sorted(found, key=lambda blocker: blocker.code in REMARKS)


def gaps(session: Session, contest: Contest, *, at: datetime) -> list[Blocker]:
    """``missing`` of all blockers, without asking the rooms that have remarks only: to find odd
    counts the whole ledger is read."""
    rooms = (room for room in ROOMS if room is not anomalies.blockers)
    return missing([blocker for of_room in rooms for blocker in of_room(session, contest, at=at)])


def missing(found: list[Blocker]) -> list[Blocker]:
    """Those for which closing needs a reason and a second organiser."""
    return [blocker for blocker in found if blocker.code not in REMARKS]


def as_rows(found: list[Blocker]) -> list[dict[str, object]]:
    """As they are stored with a result."""
    return [{"code": g.code, "vi": g.vi, "en": g.en, "count": g.count} for g in found]
