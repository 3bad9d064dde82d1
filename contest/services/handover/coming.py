"""An entry as it comes to another contest: its form and its consents, wherever it was made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.models import ConsentEvent, Handover, Submission
from contest.services.entry.consents import GIVEN


@dataclass(frozen=True)
class Given:
    """A consent in force, under the words under which it was given. ``by``: the actor's label."""

    purpose: str
    notice_version: str
    notice_sha256: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Coming:
    """What goes along. ``answers`` by the question's id, as they are stored."""

    title: str
    kind: str
    authors: tuple[str, ...]
    contact_name: str
    contact_phone: str
    contact_email: str = ""
    description: str = ""
    language: str = "vi"
    category: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    consents: tuple[Given, ...] = ()

    @property
    def purposes(self) -> frozenset[str]:
        return frozenset(one.purpose for one in self.consents)

    def without(self, purposes: Iterable[str]) -> frozenset[str]:
        """Those of ``purposes`` that were not consented to."""
        return frozenset(purposes) - self.purposes


TEXTS = ("title", "kind", "contact_name", "contact_phone", "contact_email", "description",
         "language", "category")


def of(session: Session, handover: Handover) -> Coming:
    """What goes along with an offer, as it stands now; of another installation as it came."""
    if handover.source is not None:
        return of_submission(session, handover.source)
    return of_packet(handover.packet)


def of_submission(session: Session, submission: Submission) -> Coming:
    """An entry of this installation."""
    query = select(ConsentEvent.purpose, ConsentEvent.given_by).where(
        ConsentEvent.submission_id == submission.id, ConsentEvent.act == GIVEN
    )
    by = {row[0]: row[1] for row in session.execute(query.order_by(ConsentEvent.id))}
    return Coming(
        authors=tuple(submission.authors), answers=submission.answers or {},
        consents=tuple(
            Given(one.purpose, one.notice_version, one.notice_sha256, one.given_at,
                  by.get(one.purpose, f"unit:{submission.unit_id}"))
            for one in submission.consents if one.withdrawn_at is None
        ),
        **{name: getattr(submission, name) for name in TEXTS},
    )


def of_packet(packet: Mapping[str, Any]) -> Coming:
    """An entry of another installation, whose file was verified when it came."""
    return Coming(
        authors=tuple(packet["authors"]), answers=packet.get("answers", {}),
        consents=tuple(
            Given(one["purpose"], one["notice_version"], one["notice_sha256"],
                  datetime.fromisoformat(one["at"]), one["by"])
            for one in packet["consents"]
        ),
        **{name: packet.get(name, "") for name in TEXTS},
    )
