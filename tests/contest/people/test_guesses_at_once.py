"""Twelve guesses at once are no more than twelve in a row: with five free, five are judged.

On both databases, each guess in a thread and a transaction of its own. The place's count is a
counter here; ``tests/security/test_guesses.py`` has the real processes and Redis.
"""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from contest.models import User
from contest.services.people import people, second_factor, sign_in
from contest.services.people.sign_in import FREE_ATTEMPTS, SCATTERED, Browser, Origin
from tests.contest.signing import PASSWORD

TWELVE = 12
pytestmark = pytest.mark.both_databases


def from_one_place() -> sign_in.Counter:
    tried = count(1)
    return lambda account: Origin(fresh=next(tried) <= FREE_ATTEMPTS)


def at_once(work: Callable[[int], bool]) -> Counter[bool]:
    gate = threading.Barrier(TWELVE)

    def one(number: int) -> bool:
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(TWELVE) as pool:
        return Counter(pool.map(one, range(TWELVE)))


@pytest.mark.parametrize("failed_before", [0, 20])
def test_of_twelve_wrong_passwords_at_once_five_are_judged(platform, make, boss, failed_before):
    with platform.db.write() as session:
        session.get_one(User, boss.id).failed_sign_ins = failed_before
    counted = from_one_place()

    def guess(number: int) -> bool:
        with platform.db.write() as session:
            return sign_in.reserve(session, boss.email, counted=counted, at=make.at)

    assert at_once(guess) == {True: FREE_ATTEMPTS, False: TWELVE - FREE_ATTEMPTS}
    assert make.fresh(boss).failed_sign_ins == failed_before + FREE_ATTEMPTS


def test_of_twelve_wrong_codes_at_once_five_are_judged(platform, make, boss):
    with platform.db.write() as session:
        user = session.get_one(User, boss.id)
        second_factor.begin(session, user, keys=platform.keys)
        user.totp_confirmed_at = make.at
    half = [make.staff_token(boss) for _ in range(TWELVE)]
    counted = from_one_place()

    def guess(number: int) -> bool:
        with platform.db.write() as session:
            row = people.session_of_token(session, half[number], at=make.at)
            token = sign_in.complete(
                session, row, "000000", browser=Browser(), at=make.at, wall=make.at,
                keys=platform.keys, counted=counted,
            )
            return token is not None

    assert at_once(guess) == {False: TWELVE}
    assert make.fresh(boss).failed_sign_ins == FREE_ATTEMPTS


def test_the_right_one_among_twelve_at_once_comes_in_from_a_place_of_its_own(platform, make, boss):
    """Whatever others at another place do meanwhile."""
    strangers, owner = from_one_place(), from_one_place()

    def sign(number: int) -> bool:
        mine = number == TWELVE - 1
        with platform.db.write() as session:
            reserved = sign_in.reserve(
                session, boss.email, counted=owner if mine else strangers, at=make.at
            )
        with platform.db.read() as session:
            attempt = sign_in.try_password(
                session, boss.email, PASSWORD if mine else "x", at=make.at, reserved=reserved
            )
        return attempt.right

    assert at_once(sign) == {True: 1, False: TWELVE - 1}


def test_guesses_at_one_account_from_many_places_end_and_its_own_browser_still_comes_in(
    platform, make, boss
):
    def tries(origin: Origin) -> bool:
        with platform.db.write() as session:
            return sign_in.reserve(session, boss.email, counted=lambda _account: origin, at=make.at)

    judged = [tries(Origin(fresh=True)) for _place in range(SCATTERED + 5)]
    assert judged == [True] * SCATTERED + [False] * 5
    assert tries(Origin(known=True))
    assert make.fresh(boss).failed_sign_ins == SCATTERED
