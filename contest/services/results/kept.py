"""What was worked out of a revision of a result, kept in the process while the revision stays as it
is. Any of it may be lost at any moment."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from contest.models import Result

MOST = 64  # answers of one database, the latest used ones
T = TypeVar("T")
_known: WeakKeyDictionary[object, OrderedDict[Hashable, Any]] = WeakKeyDictionary()  # by engine
_lock = Lock()


def kept(session: Session, result: Result, what: Hashable, work: Callable[[], T]) -> T:
    """``work``'s answer to ``what`` about this state of the revision; nobody changes what they were
    handed. A writing session neither keeps nor takes: what it sees may never come to be."""
    if session.info.get("writes"):
        return work()
    key = (_state(result), what)
    with _lock:
        known = _known.setdefault(session.get_bind(), OrderedDict())
        if key in known:
            known.move_to_end(key)
            found: T = known[key]
            return found
    fresh = work()
    with _lock:
        known[key] = fresh
        while len(known) > MOST:
            known.popitem(last=False)
    return fresh


def _state(result: Result) -> tuple[Hashable, ...]:
    """Another tuple as soon as the revision was computed again, frozen or published."""
    return (
        result.id, result.state, result.input_sha256, result.output_sha256, result.bundle_sha256,
        result.profile_revision_id, result.created_at, result.frozen_at, result.reason,
        result.erased_at,
    )
