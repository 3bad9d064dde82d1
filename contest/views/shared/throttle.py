"""Guesses at codes and passwords: so many wrong ones by address, counted before they are judged.

An attempt is reserved first and given back where it was right, so that many at once are no more
than many in a row. Where an address has used up its attempts (a mobile network, a district behind
one address), a browser there that has not done so itself is still judged: a right answer is never
refused because of others' wrong ones, a wrong one is answered with 429. Who makes himself a new
browser for each guess meets ``others``, which lies far below what guessing would need: a unit's
code has 39 bits, an account is throttled besides (``services/people/sign_in.py``).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from flask import request, session
from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, RateLimiter
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from contest.views.shared.addresses import place_of
from contest.views.shared.support import limiter, staff_token

View = TypeVar("View", bound=Callable[..., Any])
REFUSED = 400
WAIT_S = 60
_spare = FixedWindowRateLimiter(MemoryStorage())  # while Redis is away


@dataclass(frozen=True)
class Allowance:
    """Wrong answers: of an address (and of each browser), and beside them of browsers at an address
    that has no more left."""

    each: str
    others: str


CODES = Allowance("10 per minute; 200 per day", "300 per minute; 20000 per day")
PASSWORDS = Allowance("20 per minute; 200 per hour", "120 per minute; 2000 per day")


def guessed(
    allowance: Allowance, *, counted: Callable[[], bool] = lambda: True, by_session: bool = False
) -> Callable[[View], View]:
    """Throttle a view by its answers of 400 and above. ``counted``: whether this request is a guess
    at all; ``by_session``: of somebody signed in, whose address says nothing."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not counted():
                return view(*args, **kwargs)
            attempt = Attempt(request.endpoint or "", allowance, by_session=by_session)
            attempt.reserve()
            response = cast(Response, view(*args, **kwargs))
            if response.status_code < REFUSED:
                attempt.give_back()
            elif attempt.over:
                raise too_many()
            return response

        return cast(View, guarded)

    return decorate


class Attempt:
    """One guess. ``over``: the address has no more, but this browser has."""

    def __init__(self, what: str, allowance: Allowance, *, by_session: bool) -> None:
        self.over = False
        self.what, self.allowance = what, allowance
        place = "" if by_session else place_of(request.remote_addr or "")
        browser = staff_token() if by_session else str(session.get("csrf_token", ""))
        self.place = ("place", what, place)
        self.browser = ("browser", what, hashlib.sha256(browser.encode()).hexdigest())
        self.by_session, self.known = by_session, bool(browser)
        self.reserved: list[tuple[RateLimitItem, tuple[str, ...]]] = []

    def reserve(self) -> None:
        """Take one attempt. Raises ``TooManyRequests`` where none is left: nothing is judged."""
        own = not self.known or self._take(self.allowance.each, self.browser)
        if own and (self.by_session or self._take(self.allowance.each, self.place)):
            return
        if not (own and self.known and self._take(self.allowance.others, ("others", *self.place))):
            self.give_back()
            raise too_many()
        self.over = True

    def give_back(self) -> None:
        """It was right, or not judged: it does not count."""
        for item, key in self.reserved:
            _count(item, key, -1)
        self.reserved.clear()

    def _take(self, rates: str, key: tuple[str, ...]) -> bool:
        taken = []
        for item in parse_many(rates):
            taken.append((item, key))
            if _count(item, key, 1) > item.amount:
                for one, its_key in taken:
                    _count(one, its_key, -1)
                return False
        self.reserved += taken
        return True


def count_failure(*key: str, amount: int = 1) -> int:
    """How often it failed in the last hour, this time included; -1 gives one back."""
    return _count(parse_many("1 per hour")[0], ("failure", *key), amount)


def too_many() -> TooManyRequests:
    """The refusal of one attempt too many, for the caller to raise."""
    return TooManyRequests(retry_after=WAIT_S)


def _count(item: RateLimitItem, key: tuple[str, ...], amount: int) -> int:
    return _on(
        lambda limits: int(limits.storage.incr(item.key_for(*key), item.get_expiry(), amount))
    )


def _on(work: Callable[[RateLimiter], int]) -> int:
    try:
        return work(limiter.limiter)
    except Exception:  # each storage has its own; counting must not stop signing in
        return work(_spare)
