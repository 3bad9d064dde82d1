"""Guesses at codes and passwords: so many wrong ones by address, counted before they are judged.

An attempt is reserved first and given back where it was right, so that many at once are no more
than many in a row. Where an address has used up its attempts (a mobile network, a district behind
one address), a browser there that has not done so itself is still judged: a right answer is never
refused because of others' wrong ones, a wrong one is answered with 429. Who makes himself a new
browser for each guess meets ``others``, which lies far below what guessing would need: a unit's
code has 39 bits, an account is throttled besides (``services/people/sign_in.py``).

Guesses from many addresses are counted by what they aim at, too (``against``): whoever read half
of a printed code tries the other half. And all of them together (``everywhere``): beyond that an
address has a few attempts an hour (``scattered``). Neither stops a unit: who is in stays in, a
browser that was in before is still judged (``known_as``), and the QR code's link is no guess.
"""

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import wraps
from typing import TypeVar, cast

from flask import request, session
from flask.typing import ResponseReturnValue
from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, RateLimiter
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from contest.views.shared.addresses import place_of
from contest.views.shared.support import limiter, staff_token

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
REFUSED = 400
WAIT_S = 60
_spare = FixedWindowRateLimiter(MemoryStorage())  # while Redis is away


@dataclass(frozen=True)
class Allowance:
    """Wrong answers: of an address (and of each browser), and beside them of browsers at an address
    that has no more left; ``against`` one thing from wherever; ``everywhere`` together, and once
    these are used up, of an address (``scattered``)."""

    each: str
    others: str
    against: str = ""
    everywhere: str = ""
    scattered: str = ""


CODES = Allowance(
    "10 per minute; 200 per day", "300 per minute; 20000 per day",
    against="30 per hour; 200 per day", everywhere="3000 per hour", scattered="3 per hour",
)
PASSWORDS = Allowance("20 per minute; 200 per hour", "120 per minute; 2000 per day")


def guessed(
    allowance: Allowance, *, counted: Callable[[], bool] = lambda: True, by_session: bool = False,
    aims: Callable[[], Collection[str]] = tuple, known_as: Callable[[], str] = str,
) -> Callable[[View], View]:
    """Throttle a view by its answers of 400 and above. ``counted``: whether this request is a guess
    at all; ``by_session``: of somebody signed in, whose address says nothing; ``aims``: names of
    what it is a guess at; ``known_as``: as whom this browser has been let in before."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: object, **kwargs: object) -> ResponseReturnValue:
            if not counted():
                return view(*args, **kwargs)
            attempt = Attempt(request.endpoint or "", allowance, by_session=by_session,
                              aims=aims(), known_as=known_as())
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
    """One guess. ``over``: others have used up what there is; this browser may still be right."""

    def __init__(
        self, what: str, allowance: Allowance, *, by_session: bool = False,
        aims: Collection[str] = (), known_as: str = "",
    ) -> None:
        self.over, self.aims, self.known_as = False, aims, known_as
        self.what, self.allowance = what, allowance
        place = "" if by_session else place_of(request.remote_addr or "")
        browser = staff_token() if by_session else str(session.get("csrf_token", ""))
        self.place = ("place", what, place)
        self.browser = ("browser", what, hashlib.sha256(browser.encode()).hexdigest())
        self.by_session, self.known = by_session, bool(browser)
        self.reserved: list[tuple[RateLimitItem, tuple[str, ...]]] = []

    def reserve(self) -> None:
        """Take one attempt. Raises ``TooManyRequests`` where none is left: nothing is judged."""
        if self._take_of_place() and self._take_aims():
            return
        self.give_back()
        self.over = bool(self.known_as)
        if not (self.over and self._take(self.allowance.each, ("own", self.what, self.known_as))):
            raise too_many()

    def _take_aims(self) -> bool:
        rates = self.allowance.against
        return all(self._take(rates, ("against", self.what, aim)) for aim in self.aims)

    def _take_of_place(self) -> bool:
        far = self._take(self.allowance.everywhere, ("everywhere", self.what))
        each = self.allowance.each if far else self.allowance.scattered
        own = not self.known or self._take(each, self.browser)
        if own and (self.by_session or self._take(each, self.place)):
            return True
        self.over = own and self.known and far
        return self.over and self._take(self.allowance.others, ("others", *self.place))

    def give_back(self) -> None:
        """It was right, or not judged: it does not count."""
        for item, key in self.reserved:
            _count(item, key, -1)
        self.reserved.clear()

    def _take(self, rates: str, key: tuple[str, ...]) -> bool:
        taken = []
        for item in parse_many(rates) if rates else ():
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
