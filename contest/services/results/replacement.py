"""A final revision replaced by a new one in one step: computed, and frozen if nothing is missing.

Before it is done the new ranking is shown beside the old one; nothing of that is stored.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

import scoring
from contest.actors import Actor
from contest.models import Contest, Result, Submission
from contest.permissions import require
from contest.services.core.keys import Keys
from contest.services.results import (
    moved_since,
    prospects,
    ranking_rows,
    results,
    scoring_input,
    standings,
)
from contest.services.results.bundles import BundleStore
from contest.services.results.moved_since import Happened
from contest.services.results.ranking_rows import Picked
from contest.states import SubmissionState


@dataclass(frozen=True)
class NewPlace:
    """A unit's place in the new ranking; ``before``: its old rank, None if it had none."""

    rank: int
    before: int | None
    unit: str
    code: str
    total: str
    prize: str


def replace(
    session: Session, contest: Contest, *, vault: BundleStore, reason: str, actor: Actor,
    at: datetime,
) -> Result:
    """Compute a new revision and freeze it at once; where something is missing it stays computed,
    for a second organiser freezes it. Raises what ``results.compute`` and ``results.freeze`` do.
    """
    require(actor, "result.close", contest)
    made = results.compute(
        session, contest, keys=vault.keys, actor=actor, at=at, reason=reason
    )
    if not made.gaps:
        results.freeze(session, made, vault=vault, actor=actor, at=at)
    return made


def preview(
    session: Session, contest: Contest, result: Result, *, keys: Keys, language: str,
    without: str = "",
) -> list[NewPlace] | None:
    """The ranking as it would be now, beside that of ``result``; ``without``: as if this clip were
    disqualified. None for a long one, which takes minutes to compute, and where it cannot be
    computed, which then says why."""
    if ranking_rows.length(session, result) > prospects.AT_ONCE:
        return None
    old = {row["unit"]: row["rank"] for row in ranking_rows.pick(session, result, Picked())}
    prepared = scoring_input.prepare(session, contest, keys=keys)
    try:
        rows = scoring.compute(_excluding(prepared.data, without))["ranking"]
    except scoring.InputError:
        return None
    rules = results.profile_of(result)
    return [
        _place(row, old.get(row["unit"]), standings.prize_names(row, rules, language),
               language)
        for row in rows
    ]


def _excluding(data: dict[str, Any], code: str) -> dict[str, Any]:
    out = {"disqualified": True, "reason": None}
    return data | {"entries": [
        entry | out if entry["id"] == code else entry for entry in data["entries"]
    ]}


def moving_up(
    session: Session, result: Result, places: list[NewPlace], language: str
) -> list[NewPlace]:
    """Of the new places those that win a prize, or another one than before."""
    rules = results.profile_of(result)
    before = {
        row["unit"]: standings.prize_names(row, rules, language)
        for row in ranking_rows.pick(session, result, Picked(prizes=True))
    }
    return [one for one in places if one.prize and one.prize != before.get(one.unit)]


def _place(row: dict[str, Any], before: int | None, prize: str | None, language: str) -> NewPlace:
    total = standings.written(row["total"]["rounded"], language)
    return NewPlace(row["rank"], before, row["unit"], row["entry"], total, prize or "")


def reason_for(session: Session, result: Result) -> str:
    """What has moved since, as a reason to begin with: Vietnamese, as it stands on the papers."""
    said = {
        Happened.BACK: "Khôi phục bài", Happened.POSTED: "Đăng bài",
        Happened.WENT: "Chuyển đơn vị bài",
    }
    found = moved_since.moved(session, result)
    became = moved_since.happened(session, result, found)
    return "; ".join(
        f"{said.get(became[one.code]) or _out(one)} {one.code} ({one.unit.name})" for one in found
    )


def _out(one: Submission) -> str:
    return "Loại bài" if one.state == SubmissionState.DISQUALIFIED else "Rút bài"
