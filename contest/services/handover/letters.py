"""Who is told of a handover: organisers that something waits or was declined; the entry's contact
that it was accepted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from contest.models import Contest, Handover, Submission
from contest.profile.parts import Text
from contest.services.core import mail, profiles
from contest.services.fanpage.organisers import organisers_of


class Titled(Protocol):
    """What has a name in both languages."""

    @property
    def vi(self) -> str: ...

    @property
    def en(self) -> str: ...


WAITS, ACCEPTED, DECLINED = "handover_waits", "handed_over", "handover_declined"


def tell_waiting(
    session: Session, target: Contest, source: Contest, made: Sequence[Handover], *, at: datetime
) -> None:
    """The organisers of the contest that entries were offered to: one mail about all of them."""
    title = profiles.profile_of(source).contest.title
    tell_waiting_from(session, target, title, len(made), note=made[0].note, at=at)


def tell_waiting_from(
    session: Session, target: Contest, title: Titled, count: int, *, note: str = "",
    at: datetime,
) -> None:
    """The same about entries of a contest that has this title."""
    for user in organisers_of(session, target):
        source = title.en if user.language == "en" else title.vi
        mail.enqueue(
            session, to=user.email, template=WAITS, language=user.language, at=at,
            params={"user_id": user.id, "count": count, "source": source, "note": note,
                    "path": f"/c/{target.slug}/organiser/handovers"},
            contest_id=target.id,
        )


def tell_accepted(
    session: Session, handover: Handover, made: Submission, *, at: datetime
) -> None:
    """The entry's contact, in the words of the contest that it is in now."""
    mail.enqueue(
        session, to=made.contact_email, template=ACCEPTED, language=made.language, at=at,
        params={"submission_id": made.id, "reason": handover.reason,
                "source": title_of(handover)[made.language]},
        contest_id=made.contest_id,
    )


def tell_declined(session: Session, handover: Handover, *, at: datetime) -> None:
    """The organisers of the contest that it comes from."""
    if handover.source_contest is None or handover.source is None:
        return
    title = profiles.profile_of(handover.contest).contest.title
    for user in organisers_of(session, handover.source_contest):
        mail.enqueue(
            session, to=user.email, template=DECLINED, language=user.language, at=at,
            params={
                "user_id": user.id, "code": handover.source.code, "title": handover.source.title,
                "target": title[user.language], "reason": handover.state_reason,
                "path": f"/c/{handover.source_contest.slug}/organiser/handovers",
            },
            contest_id=handover.source_contest_id,
        )


def title_of(handover: Handover) -> Text:
    """The title of the contest that it comes from."""
    if handover.source_contest is not None:
        return profiles.profile_of(handover.source_contest).contest.title
    return Text(vi=handover.packet["contest"]["vi"], en=handover.packet["contest"]["en"])
