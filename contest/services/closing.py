"""Before closing: everything that is still missing, with the page where it is mended."""

from datetime import datetime
from types import ModuleType
from typing import Any

from sqlalchemy.orm import Session

from contest.models import Contest
from contest.services import jury_round, publications, reviews, submissions
from contest.services.gaps import Gap

ROOMS: tuple[ModuleType, ...] = (submissions, reviews, publications, jury_round)


def gaps(session: Session, contest: Contest, *, at: datetime) -> list[Gap]:
    """What each room says is missing, in the order of a clip's way."""
    return [gap for room in ROOMS for gap in room.gaps(session, contest, at=at)]


def as_rows(found: list[Gap]) -> list[dict[str, Any]]:
    """As they are kept with a result."""
    return [{"code": g.code, "vi": g.vi, "en": g.en, "count": g.count} for g in found]
