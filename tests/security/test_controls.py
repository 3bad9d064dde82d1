"""The same attacks with the guards off: each of them does harm, so the tests beside this one see
what the guards do. With ``--long``, for somebody must wait until nothing happens."""

import subprocess
import time
from collections.abc import Iterator

import pytest

from contest.models import Contest, User
from tests.security.site import Person, Site, scaled, trickling, wait_until
from tests.security.test_guesses import WRONG, at_once, guessed_at_all_night, sign, staff
from tests.security.test_slow_forms import FORMS, unit_at
from tests.security.test_slow_uploads import SIZE, Phone

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(300)]
SOON_S = 15  # by then the guarded ones answer, and hurried uploads have let go twice over


@pytest.fixture(scope="module", autouse=True)
def unguarded(site: Site) -> Iterator[None]:
    for name in ("web", "uploads"):
        site.kill(name)
        socket = site.sockets[name]
        socket.unlink(missing_ok=True)
        site.running[name] = subprocess.Popen(
            [*scaled("tests.security.unguarded"), name, "--bind", f"unix:{socket}",
             *(["--workers", "1"] if name == "web" else [])],
            env=site.environ, start_new_session=True,
        )  # fmt: skip
        wait_until(socket.exists, 30, f"{name} did not start")
    wait_until(site._answers, 30, "the pages do not answer")
    yield


def silent_for(person: Person, seconds: float) -> bool:
    """Whether no page answers within ``seconds``."""
    line = person.connect()
    line.settimeout(seconds)
    try:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return line.recv(100) == b""
    except TimeoutError:
        return True
    finally:
        line.close()


def test_slow_forms_would_silence_every_page(site: Site, contest: Contest) -> None:
    attacker, honest = unit_at(site, contest, "127.0.0.2"), Person(site, "127.0.0.3")
    assert not silent_for(honest, SOON_S)
    lines = [attacker.slow_post("/u") for _ in range(FORMS)]
    with trickling(lines):
        time.sleep(1)
        assert silent_for(honest, SOON_S)


def test_slow_uploads_would_go_on_for_ever(site: Site, contest: Contest) -> None:
    phones = [Phone(site, site.make.unit(contest)) for _ in range(3)]
    lines = [phone.slow_patch(phone.begin(), SIZE) for phone in phones]
    with trickling(lines, 0.5):
        time.sleep(SOON_S)
        assert not any(line.ended for line in lines)


def test_of_twelve_wrong_codes_at_once_all_would_be_judged(site: Site, contest: Contest) -> None:
    people = [Person(site, "127.0.1.1") for _ in range(12)]
    assert at_once(lambda n: people[n].post("/u", code=f"{WRONG[n]}-EFGH").status) == {422: 12}


def test_of_twelve_wrong_passwords_at_once_all_would_be_judged(
    site: Site, contest: Contest
) -> None:
    user: User = staff(site, contest, "twelve@example.vn")
    guessed_at_all_night(site, user)
    people = [Person(site, "127.0.1.6") for _ in range(12)]
    at_once(lambda n: sign(people[n], "twelve@example.vn", f"a wrong password {n}"))
    assert site.make.fresh(user).failed_sign_ins == 20 + 12
