"""Guesses at units' codes that come from many addresses: counted by what they aim at, and together.

A unit is not locked out by them: who is in stays in, and the QR code's link is no guess.
"""

import secrets

import pytest
from werkzeug.exceptions import TooManyRequests

from contest.tokens import ALPHABET
from contest.views.shared.throttle import CODES, Allowance, Attempt

AIMED = int(CODES.against.split()[0])


def phone(visit, number):
    """A new browser at an address of its own."""
    client = visit.public()
    client.environ_base["REMOTE_ADDR"] = f"10.{number >> 8}.{number % 256}.1"
    return client


def half_of(word):
    return "".join(secrets.choice(ALPHABET) for _ in range(4)) + word


@pytest.fixture
def unit(make, contest):
    return make.unit(contest)


@pytest.mark.parametrize("seen", ["first", "second"])
def test_whoever_read_half_of_a_code_gets_thirty_tries_from_wherever(visit, make, unit, seen):
    _, token, code = make.unit_link(unit)
    inside = visit.unit(unit)
    tried = []
    for number in range(AIMED + 5):
        guess = code[:4] + half_of("") if seen == "first" else half_of(code[4:])
        tried.append(phone(visit, number).post("/u", data={"code": guess}).status_code)
    assert tried == [422] * AIMED + [429] * 5
    assert phone(visit, 900).post("/u", data={"code": code}).status_code == 429
    assert inside.get("/c/quan11-2023/unit").status_code == 200
    assert inside.post("/u", data={"code": code}).status_code == 303
    assert phone(visit, 901).post("/u", data={"token": token}).status_code == 303


def test_a_browser_that_was_in_before_has_its_own_ten_tries(visit, make, contest, unit):
    """Whose cookie has ended, too; it must not become the way to guess others' codes."""
    _, _, code = make.unit_link(unit)
    for number in range(AIMED):
        phone(visit, number).post("/u", data={"code": code[:4] + half_of("")})
    other = make.unit(contest)
    tried = []
    for number in range(12):
        guesser = phone(visit, 700 + number)
        guesser.set_cookie("hoithi_unit", make.unit_token(other))
        tried.append(guesser.post("/u", data={"code": code[:4] + half_of("")}).status_code)
    assert tried == [429] * 12  # ten of them judged: wrong all the same
    guesser = phone(visit, 800)
    guesser.set_cookie("hoithi_unit", make.unit_token(other))
    assert guesser.post("/u", data={"code": code}).status_code == 429


def test_other_units_notice_nothing(visit, make, contest, unit):
    _, _, code = make.unit_link(unit)
    _, _, others = make.unit_link(make.unit(contest))
    for number in range(AIMED + 2):
        phone(visit, number).post("/u", data={"code": code[:4] + half_of("")})
    assert phone(visit, 900).post("/u", data={"code": others}).status_code == 303
    assert phone(visit, 901).post("/u", data={"code": half_of("ABCD")}).status_code == 422


def test_right_codes_do_not_count(visit, make, unit):
    _, _, code = make.unit_link(unit)
    for number in range(AIMED + 5):
        assert phone(visit, number).post("/u", data={"code": code}).status_code == 303


def test_what_is_no_code_is_nobodys(visit, unit):
    for number in range(AIMED + 5):
        for text in ("", "ABCD", "ABCD-EFGH-2"):
            assert phone(visit, number).post("/u", data={"code": text}).status_code == 422


def test_once_too_many_guess_everywhere_an_address_has_a_few(app):
    allowance = Allowance("10 per minute", "300 per minute",
                          everywhere="20 per hour", scattered="3 per hour")

    def tries(address: str, times: int) -> int:
        judged = 0
        for _ in range(times):
            with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
                try:
                    Attempt("codes", allowance).reserve()
                    judged += 1
                except TooManyRequests:
                    pass
        return judged

    assert [tries(f"10.0.0.{n}", 10) for n in range(2)] == [10, 10]
    assert [tries(f"10.0.1.{n}", 10) for n in range(3)] == [3, 3, 3]
    assert tries("10.0.0.0", 10) == 3
