"""How long an upload that began in time may take after the close: extended in one step."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, Invalid
from contest.models import Contest
from contest.permissions import require
from contest.services.core import locks, profiles
from contest.services.desk import rule_changes
from contest.services.entry import uploads
from contest.services.rules.toml_editing import edited


def set_minutes(
    session: Session, contest: Contest, minutes: int, *, reason: str, actor: Actor, at: datetime
) -> int:
    """Put another grace in force; returns how many uploads are under way, which follow it where it
    is longer (what an upload was promised is not taken back).

    Raises ``NotAllowed``; ``Invalid`` without a reason or for the same minutes; ``Conflict`` once
    the new grace is over as well.
    """
    require(actor, "profile.change", contest)
    locks.lock(session, contest)
    assert contest.revision is not None  # noqa: S101 - a contest is made with its first revision
    schedule = profiles.profile_of(contest).schedule
    if not reason.strip():
        raise Invalid("Hãy ghi lý do; lý do hiện trên trang thể lệ.",
                      "Please state the reason; it is shown on the public rules page.")
    if minutes == schedule.grace_minutes:
        raise Invalid(f"Thời gian gửi nốt đang là {minutes} phút. Hãy ghi số khác.",
                      f"The grace is {minutes} minutes already. Give another number.")
    if at >= schedule.entries_close + timedelta(minutes=minutes):
        raise Conflict(
            "Thời gian gửi nốt mới cũng đã qua. Hãy dời hạn nhận clip, hoặc gia hạn cho đơn vị.",
            "The new grace would be over as well. Postpone the deadline, or grant a unit time.",
        )
    source = edited(contest.revision.source, {"schedule.grace_minutes": minutes})
    rule_changes.adopt(session, source, actor=actor, at=at, reason=reason.strip(), agreed=True)
    return uploads.count_open(session, contest)
