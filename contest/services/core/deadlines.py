"""Until when a clip may be sent (plan II.1), the phase that an entry is in, and how a filing stands
for the letters about it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest import lifecycle
from contest.errors import Conflict
from contest.lifecycle import Phase
from contest.models import Filing, Mail, Result, Submission, Unit
from contest.profile import Profile
from contest.services.core import profiles


def clip_until(profile: Profile, *given: datetime | None) -> datetime:
    """The instant from which no upload may begin: the profile's, or the latest that was given."""
    latest = profile.schedule.entries_close
    for moment in given:
        if moment is not None and moment > latest:
            latest = moment
    return latest


def until(profile: Profile, submission: Submission) -> datetime:
    """That instant for a clip: with the time that its unit was granted, and the time to mend."""
    return clip_until(profile, submission.changes_until, submission.unit.entries_until)


def latest_until(profile: Profile) -> datetime:
    """The latest deadline that can be given: after it a new clip could collect no points."""
    return profile.schedule.counts_close


def time_to_mend(profile: Profile, *, at: datetime) -> datetime | None:
    """The deadline that a refused clip gets by itself: the profile's days from now, at most the
    cut-off of the counts. None after that."""
    latest = latest_until(profile)
    return min(at + timedelta(days=profile.review.changes_days), latest) if at < latest else None


def newest_result(session: Session, contest_id: int) -> str | None:
    """The state of a contest's newest revision of the result; None before there is one."""
    query = select(Result.state).where(Result.contest_id == contest_id)
    return session.scalars(query.order_by(Result.number.desc()).limit(1)).first()


def phase_of(session: Session, submission: Submission, *, at: datetime) -> Phase:
    """The phase in which this entry is; what may be done with it says ``lifecycle``."""
    newest = newest_result(session, submission.contest_id)
    return phase_with(submission, newest, at=at)


def phase_with(submission: Submission, newest: str | None, *, at: datetime) -> Phase:
    """As ``phase_of`` where the newest result's state is known."""
    profile = profiles.profile_of(submission.contest)
    return lifecycle.entry_phase(
        clip_until=until(profile, submission), counts_close=profile.schedule.counts_close,
        newest_result=newest, at=at,
    )


def of_filing(mail: Mail, unit: Unit, *, at: datetime) -> dict[str, Any]:
    """What a letter about a filing shows; of what the rules ask no more, nothing is asked."""
    key, profile = mail.params["filing"], profiles.profile_of(unit.contest)
    rule = next((one for one in profile.filings if one.id == key), None)
    nothing = Filing(note="", until_reason="")
    row = next((one for one in unit.filings if one.filing == key), nothing)
    reason = row.note if mail.template == "filing_returned" else row.until_reason
    if rule is None:
        return {"filing_name": key, "reason": reason, "state": "", "late": True,
                "may_send": False, "deadline": at}
    return {
        "filing_name": rule.name[mail.language], "reason": reason, "state": row.state,
        "deadline": rule.due_for(row.until), "late": rule.late_at(at, row.until),
        "may_send": row.state != "filed" and rule.taken_at(at, row.state, row.until),
        "path": f"/c/{unit.contest.slug}/unit/filings/{key}",
    }


def require_new(profile: Profile) -> None:
    """Raises ``Conflict`` for a new entry of a round to which entries come from the round before
    alone."""
    if profile.previous_round is not None:
        raise Conflict(
            "Vòng này chỉ có bài của những đơn vị được vào từ vòng trước, nên không nhận bài mới.",
            "All entries of this round have come from the round before; it takes no new ones.",
        )
