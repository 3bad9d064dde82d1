"""A result computed, frozen, replaced or published in parts: by the worker, by ``hoithi result``,
at the planned hour.

What takes long is found in a session that only reads, so that nobody waits; it is stored within
moments, if the contest is still as it was read. Where it is not, it is found anew; only the last of
``TRIES`` does so while the contest is held.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.models import Contest, Result
from contest.permissions import require
from contest.services.results import results, standings, unheld
from contest.services.results.bundles import BundleStore
from contest.services.results.steps import freezing
from contest.services.results.steps.freezing import Writing
from contest.services.results.unheld import Ahead, Stale, Told, quietly

Found = TypeVar("Found")
Made = TypeVar("Made")
Also = Callable[[Session, datetime], None]  # what else belongs to the transaction that stores it
TRIES = 3
PROVED, LOCKED = 0.5, 0.95  # of freezing: what is done once it is proved, once ballots are locked


@dataclass(frozen=True)
class Place:
    """Where it is done: sessions for reading, each of which sees one moment alone, and for writing;
    the store, the contest's clock."""

    reading: Callable[[], AbstractContextManager[Session]]
    writing: Writing
    vault: BundleStore
    now: Callable[[], datetime]


def _nothing(session: Session, at: datetime) -> None:
    pass


def compute(
    place: Place, contest_id: int, *, actor: Actor, reason: str = "", told: Told = quietly,
    also: Also = _nothing,
) -> Result:
    """As ``results.compute``."""
    keys = place.vault.keys
    with place.writing() as session:  # what is refused is refused at once
        contest = session.get_one(Contest, contest_id)
        require(actor, "result.close", contest)
        results.require_locked(session, contest, actor=actor, at=place.now())
        results.require_reason(results.current(session, contest), reason)

    def find(session: Session) -> Ahead[results.Computed]:
        contest = session.get_one(Contest, contest_id)
        return unheld.ahead(
            session, contest, lambda: results.work_out(session, contest, keys=keys, told=told)
        )

    def store(session: Session, known: Ahead[results.Computed] | None) -> Result:
        at = place.now()
        made = results.compute(
            session, session.get_one(Contest, contest_id), keys=keys, actor=actor, at=at,
            reason=reason, known=known,
        )
        also(session, at)
        return made

    return found_and_stored(place, find, store)


def freeze(
    place: Place, result_id: int, *, actor: Actor, told: Told = quietly,
    locking: Callable[[], None] = lambda: None, also: Also = _nothing,
) -> Result:
    """As ``results.freeze``. ``locking`` is called once before the first ballot is locked, from
    where on there is no way back."""
    begun: list[bool] = []
    with place.reading() as session:
        result = _light(session, result_id)
        require(actor, "result.close", result.contest)
        freezing.require_ready(result, actor)

    def find(session: Session) -> Ahead[freezing.Proved]:
        result = _light(session, result_id)
        return unheld.ahead(session, result.contest, lambda: freezing.prove(
            session, result, results.revision_of(result), place.vault,
            told=lambda share: told(PROVED * share),
        ))

    def store(session: Session, known: Ahead[freezing.Proved] | None) -> Result:
        at = place.now()
        made = results.freeze(
            session, _light(session, result_id), vault=place.vault, actor=actor, at=at, known=known
        )
        also(session, at)
        return made

    def lock() -> None:
        if not begun:
            locking()
        begun.append(True)
        freezing.lock_ballots(
            place.writing, result_id, actor=actor, at=place.now(),
            told=lambda share: told(PROVED + (LOCKED - PROVED) * share),
        )

    return found_and_stored(place, find, store, between=lock)


def replace_with_new(
    place: Place, contest_id: int, *, actor: Actor, reason: str, told: Told = quietly,
    locking: Callable[[], None] = lambda: None, also: Also = _nothing,
) -> Result:
    """As ``replacement.replace``: a new revision, frozen where nothing is missing."""
    made = compute(place, contest_id, actor=actor, reason=reason,
                   told=lambda share: told(share / 2))
    if not made.gaps:
        return freeze(place, made.id, actor=actor, told=lambda share: told((1 + share) / 2),
                      locking=locking, also=also)
    with place.writing() as session:
        also(session, place.now())
    return made


def publish(place: Place, result_id: int, *, actor: Actor, also: Also = _nothing) -> Result:
    """As ``results.publish``; the page on disk is the caller's."""
    with place.reading() as session:
        require(actor, "result.publish", _light(session, result_id).contest)

    def store(session: Session, known: Ahead[None] | None) -> Result:
        at = place.now()
        made = results.publish(
            session, _light(session, result_id), actor=actor, at=at, known=known
        )
        also(session, at)
        return made

    return found_and_stored(
        place, lambda session: results.agreed(session, _light(session, result_id)), store
    )


def found_and_stored(
    place: Place, find: Callable[[Session], Ahead[Found] | None],
    store: Callable[[Session, Ahead[Found] | None], Made], *,
    between: Callable[[], None] = lambda: None,
) -> Made:
    """What ``store`` makes of what ``find`` found while nobody waited."""
    for left in range(TRIES - 1, -1, -1):
        with place.reading() as session:
            found = find(session)
        known = found and replace(found, last=not left)
        between()
        try:
            with place.writing() as session:
                return store(session, known)
        except Stale:
            continue
    raise AssertionError("the last attempt does not ask for another")


def _light(session: Session, result_id: int) -> Result:
    return session.get_one(Result, result_id, options=standings.LIGHT)
