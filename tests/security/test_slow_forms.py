"""Forms that come byte by byte hold no page, whoever sends them and however many."""

import socket

import pytest

from contest.models import Contest
from tests.security.site import Person, Site, Slow, no_slower, p99, trickling, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.waits, pytest.mark.timeout(300)]
FORMS, PATIENCE_S = 18, 45  # lines of one attacker; seconds after which the last one has ended


def unit_at(site: Site, contest: Contest, address: str) -> Person:
    person = Person(site, address)
    person.cookies["hoithi_unit"] = site.make.unit_token(site.make.unit(contest))
    return person


def test_slow_forms_leave_every_page_as_fast_as_it_was(site: Site, contest: Contest) -> None:
    attacker, honest = unit_at(site, contest, "127.0.0.2"), Person(site, "127.0.0.3")
    code = site.make.submission(site.make.unit(contest), "uploading").code
    quiet = p99(lambda: honest.get("/healthz")), p99(lambda: honest.get("/"))
    lines = [attacker.slow_post(f"/c/{contest.slug}/unit/entries/{code}/send", first=b"--x")
             for _ in range(FORMS)]  # fmt: skip
    strangers = [Person(site, f"127.0.0.{10 + n}") for n in range(3)]
    lines += [one.slow_post("/account/sign-in") for one in strangers for _ in range(FORMS)]
    with trickling(lines):
        during = p99(lambda: honest.get("/healthz")), p99(lambda: honest.get("/"))
        assert no_slower(during[0], quiet[0]), (during, quiet)
        assert no_slower(during[1], quiet[1]), (during, quiet)
        assert honest.post("/u", code="ABCD-EFGH").status == 422  # forms of others are read, too
        wait_until(lambda: all(line.ended for line in lines), PATIENCE_S, "a slow form goes on")


def test_the_clip_form_of_a_unit_that_is_let_in_holds_no_page_either(
    site: Site, contest: Contest
) -> None:
    """Judged before its body is read, then read as it comes: two at once of each unit."""
    unit, honest = site.make.unit(contest), Person(site, "127.0.0.5")
    submission = site.make.submission(unit, "uploading")
    lines = []
    token = site.make.unit_token(unit)
    for number in range(FORMS):
        person = Person(site, f"127.0.0.{20 + number}")
        person.cookies["hoithi_unit"] = token
        lines.append(person.slow_post(f"/c/{contest.slug}/unit/entries/{submission.code}/send"))
    quiet = 0.0
    with trickling(lines):
        wait_until(lambda: sum(one.ended for one in lines) >= FORMS - 2, 15, "more than two go on")
        assert no_slower(p99(lambda: honest.get("/healthz")), quiet)


def test_pages_that_are_reached_past_the_front_are_held_by_nobody(
    site: Site, contest: Contest
) -> None:
    lines = []
    for n in range(40):
        line = socket.socket(socket.AF_UNIX)
        line.connect(str(site.sockets["web"]))
        if n % 2:
            line.sendall(b"POST /u HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n"
                         b"Content-Type: application/x-www-form-urlencoded\r\n\r\n")  # fmt: skip
        else:
            line.sendall(b"GET / HTTP/1.1\r\nHo")
        lines.append(Slow(line))
    honest = Person(site, "127.0.0.4")
    with trickling(lines, 1.0):
        assert no_slower(p99(lambda: honest.get("/healthz")), 0.0)
        wait_until(lambda: all(line.ended for line in lines), PATIENCE_S, "a slow line goes on")


def test_one_address_has_so_many_forms_open_and_is_told_so(site: Site) -> None:
    greedy = Person(site, "127.0.0.6")
    lines = [greedy.slow_post("/account/sign-in") for _ in range(64)]
    try:
        refused = greedy.ask("POST", "/u", b"")
        assert (refused.status, "Quá nhiều" in refused.body.decode()) == (429, True)
        assert Person(site, "127.0.0.7").post("/u", code="ABCD-EFGH").status == 422
        assert greedy.get("/u").status == 200  # reading goes on at this address, too
    finally:
        for line in lines:
            line.close()
