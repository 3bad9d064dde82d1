"""What was worked out of rows, kept in the process while they stay as they are. Any of it may be
lost at any moment."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

MOST = 64  # answers of one database, the latest used ones
T = TypeVar("T")
_known: WeakKeyDictionary[object, OrderedDict[Hashable, Any]] = WeakKeyDictionary()  # by engine
_lock = Lock()


def kept(session: Session, state: Hashable, what: Hashable, work: Callable[[], T]) -> T:
    """``work``'s answer to ``what``, which only changes with ``state``; nobody changes what they
    were handed. A writing session neither keeps nor takes: what it sees may never come to be."""
    if session.info.get("writes"):
        return work()
    key = (state, what)
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
