"""The round before: which result it was, and what each entry of this round has from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, defer

from contest.errors import Conflict
from contest.models import Contest, Finalist, Result, RoundLink
from contest.profile import Profile


class Entry(Protocol):
    """What has to be known of an entry of this round."""

    @property
    def id(self) -> int: ...

    @property
    def code(self) -> str: ...

    @property
    def category(self) -> str: ...

    @property
    def unit_id(self) -> int: ...


@dataclass(frozen=True)
class Before:
    """``rules`` and ``totals`` (by entry's id, exact) as the input of ``scoring`` has them; empty
    where nothing is carried."""

    rules: Mapping[str, Any] = field(default_factory=dict)
    totals: Mapping[int, str] = field(default_factory=dict)

    def of(self, entry: int) -> dict[str, str]:
        """What an entry's row has more."""
        return {"carried": self.totals[entry]} if entry in self.totals else {}


def link_of(session: Session, contest: Contest) -> RoundLink | None:
    """How this contest follows another; the result's large columns are left in the database."""
    query = (
        select(RoundLink).where(RoundLink.contest_id == contest.id)
        .join(RoundLink.result).options(contains_eager(RoundLink.result).options(
            defer(Result.input), defer(Result.output), defer(Result.names)))
    )
    return session.scalars(query).one_or_none()


def finalists(session: Session, contest: Contest) -> list[Finalist]:
    """Who went on to this round, in the order in which they were promoted."""
    query = select(Finalist).where(Finalist.contest_id == contest.id).order_by(Finalist.place)
    return list(session.scalars(query))


def before(
    session: Session, contest: Contest, profile: Profile, entries: Iterable[Entry]
) -> Before:
    """What is carried into this round. Raises ``Conflict`` where an entry has nothing from the
    round before, or this contest was not begun from that round."""
    said = profile.previous_round
    if said is None or not said.carried:
        return Before()
    link = link_of(session, contest)
    if link is None:
        raise Conflict(
            f"Thể lệ tính {said.carried} % điểm của vòng trước ({said.contest}), mà hội thi này "
            "không được mở từ kết quả vòng đó. Hãy mở ở trang Vào vòng sau của vòng trước.",
            f"The rules carry {said.carried} % of the round before ({said.contest}), but this "
            "contest was not begun from its result. Begin it on that round's page Next round.",
            mend="rounds",
        )
    return Before(
        {"carried": {"percent": said.carried, "bundle_sha256": link.result.bundle_sha256}},
        _totals(finalists(session, contest), entries),
    )


def _totals(known: list[Finalist], entries: Iterable[Entry]) -> dict[int, str]:
    found, strange = {}, []
    for entry in entries:
        own = whose(known, entry)
        if own is None:
            strange.append(entry.code)
        else:
            found[entry.id] = own.total
    if strange:
        listed = ", ".join(strange)
        raise Conflict(
            f"Không có điểm vòng trước của: {listed}. Hãy loại các bài này khỏi vòng.",
            f"There is no total of the round before for: {listed}. Take these out of the round.",
            mend="rounds",
        )
    return found


def whose(known: list[Finalist], entry: Entry) -> Finalist | None:
    """The finalist who stands with this entry: that very clip's, or its unit's (of its category,
    where the unit went on in several)."""
    own = [one for one in known if one.entry_id == entry.id]
    unit = [one for one in known if one.unit_id == entry.unit_id and one.entry_id is None]
    fitting = [one for one in unit if one.category == entry.category]
    return next(iter(own or fitting or unit), None)
