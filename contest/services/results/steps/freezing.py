"""Freezing in steps of which none holds others up: a national contest has 200,000 ballots.

What is frozen is proved first, with nothing held (``prove``). Then the ballots are locked, so many
at a time, each time with their audit rows (``lock_ballots``): a locked ballot counts as before, so
a process that dies in between has changed no result; asked again, the rest is locked. From the
first of them on the round is not reopened (``jury_round.unlock``). Last comes ``results.freeze``,
which then has little to do.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, Invalid, NotAllowed
from contest.models import Contest, ProfileRevision, Result
from contest.permissions import require
from contest.services.jury import jury_round
from contest.services.results import bundles, ranking_rows, scoring_input, tally
from contest.services.results.bundles import BundleStore
from contest.services.results.standings import LIGHT
from contest.services.results.unheld import Told, quietly

Proved = tuple[str, str]  # SHA-256 of the input, and of the bundle, which is in the store
Writing = Callable[[], AbstractContextManager[Session]]
AT_ONCE = 2_000  # ballots locked in one transaction: a fifth of a second for the trail's head


def prove(
    session: Session, result: Result, revision: ProfileRevision, vault: BundleStore,
    told: Told = quietly,
) -> Proved:
    """That the tables say what was computed, twice; and the bundle. ``revision``: the rules of the
    result. Raises ``Conflict`` where figures have changed or the tallies differ, ``Invalid`` where
    the bundle cannot be made."""
    contest = result.contest
    prepared = scoring_input.prepare(session, contest, keys=vault.keys,
                                     told=lambda share: told(0.4 * share))
    if result.profile_revision_id != contest.revision_id or (
        prepared.sha256 != result.input_sha256
    ):
        raise changed()
    tally.require_agreement(session, contest, ranking_rows.totals(session, result))
    told(0.55)
    pieces = bundles.build(contest, result, prepared, revision, vault.signer(session))
    return prepared.sha256, bundles.store(pieces, vault.blobs, vault.folder)


def lock_ballots(
    writing: Writing, result_id: int, *, actor: Actor, at: datetime, told: Told = quietly
) -> None:
    """Lock the ballots in transactions of their own. Raises ``Conflict`` where the result is frozen
    or the round was reopened, ``NotAllowed`` without ``result.close``."""
    with writing() as session:
        left = jury_round.unlocked_ballots(session, _light(session, result_id).contest)
    whole = len(left)
    while left:
        with writing() as session:
            result = _light(session, result_id)
            require(actor, "result.close", result.contest)
            jury_round.hold(session, result.contest)
            require_ready(result, actor)
            jury_round.lock_ballots(
                session, result.contest, actor=actor, at=at, ids=left[:AT_ONCE]
            )
        left = left[AT_ONCE:]
        told(1 - len(left) / whole)


def _light(session: Session, result_id: int) -> Result:
    return session.get_one(Result, result_id, options=LIGHT)


def require_ready(result: Result, actor: Actor) -> None:
    """Raises ``Conflict``, ``Invalid`` or ``NotAllowed`` where ``actor`` may not freeze it now."""
    _require_open(result, result.contest)
    _require_two(result, actor)


def _require_open(result: Result, contest: Contest) -> None:
    if result.state != "computed":
        raise Conflict("Bản kết quả này đã chốt.", "This revision is frozen already.")
    if contest.jury_locked_at is None:
        raise Conflict("Vòng chấm đã được mở lại.", "The jury round has been reopened.",
                       mend="round")


def _require_two(result: Result, actor: Actor) -> None:
    if not result.gaps:
        return
    if not result.reason:
        raise Invalid(
            "Còn mục thiếu: hãy ghi lý do và tính lại, rồi người thứ hai chốt.",
            "Something is missing: state the reason and compute again, then a second person "
            "freezes.", mend="reason",
        )
    if actor.label == result.created_by:
        raise NotAllowed(
            "Còn mục thiếu nên cần một người khác trong Ban Tổ chức chốt kết quả.",
            "Something is missing, so another organiser must freeze the result.", mend="second",
        )


def changed() -> Conflict:
    """The refusal where the tables no longer say what was computed."""
    return Conflict(
        "Số liệu đã thay đổi sau khi tính. Hãy tính lại rồi chốt.",
        "The figures have changed since this was computed. Compute again, then freeze.",
        mend="compute",
    )
