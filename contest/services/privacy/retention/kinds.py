"""The kinds of data that the rules give a period, and the instant from which each is counted."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from contest.profile import Profile

# Kind -> after which event its days run: "left" the entry's leaving, "awards", "sent", "happened",
# "ended" of a request,
# "kept" of a proof.
KINDS = {
    "rejected_clips": "left", "originals": "awards", "ledgers": "awards", "screenshots": "awards",
    "signed_forms": "awards", "mails": "sent", "logs": "happened", "requests": "ended",
    "removal_proofs": "kept",
}
# What a result rests on goes only once the newest result is published.
OF_RESULT = frozenset({"rejected_clips", "originals", "ledgers", "screenshots", "signed_forms"})
# Rows by the thousand: named by their number alone, not one by one.
IN_BULK = frozenset({"mails", "logs"})


@dataclass(frozen=True)
class Item:
    """One thing whose time is known. ``subject``: ``submission:12``; ``code``: of the entry, ``""``
    without one; ``entry``: the subject of the entry whose proof it is. ``on``: when it goes.
    ``kept``: why not: ``hold``, ``request`` (somebody asks about it), ``asked`` (an entry may come
    back or leave), ``result`` (none is published yet)."""

    kind: str
    subject: str
    code: str
    on: datetime
    size: int = 0
    kept: str = ""
    entry: str = ""

    @property
    def row_id(self) -> int:
        return int(self.subject.partition(":")[2])


def period(profile: Profile, kind: str) -> timedelta | None:
    """How long a kind is kept; None where the rules say nothing."""
    days: int | None = getattr(profile.retention, kind)
    return None if days is None else timedelta(days=days)


def named(profile: Profile) -> list[str]:
    """The kinds that have a period."""
    return [kind for kind in KINDS if period(profile, kind) is not None]
