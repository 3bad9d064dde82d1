"""Route x role x contest x phase: who is shown what, against ``permissions.toml``.

The short form asks, in every phase, as those who are let in (of routes for everybody, as a few of
them), and in one phase as those who are not, too, once a route: they are turned away before an
address is read any further. ``--long`` asks everything of everybody.
"""

import fcntl
import json
import pickle
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from contest import permissions
from contest.services.core import profiles
from contest.services.entry import media
from tests.conftest import of_all_workers
from tests.contest.built import Built
from tests.contest.seen.phases import TIMES
from tests.contest.seen.table import (
    ALIKE,
    PHASES,
    TABLE,
    Visit,
    every_word,
    excess,
    horizon,
    names_of,
    status_of,
)
from tests.contest.seen.walk import ROLES, Walk
from tests.contest.test_permissions import LINES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]  # its phases are minutes of work
WALKED_S = 240  # until other workers have walked their phases
IN_FULL = "releasedblind"
LIKE_ANOTHER = ("reviewing", "lockedblind")  # to the staff: like "open", like "locked"
ELSEWHERES = {"code", "user_id", "unit_id", "pair_id", "repair_id", "sha256"}  # name one row
ENDING = ("account.sign_out", "account.revoke", "account.revoke_others", "entrance.leave")
AMONG_EVERYBODY = ("public", "unit", "juror")
OUTSIDERS = ("former_juror", "foreign_organiser")  # there is always one of them


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all workers: each walks some of the phases."""
    return of_all_workers(tmp_path_factory, "seen")


@contextmanager
def states_of_all_workers(shared: Path) -> Iterator[Built]:
    """What one of them builds, the others put back."""
    states, known = Built(shared), shared / "states"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if known.exists():
            states.kept = pickle.loads(known.read_bytes())
        yield states
        known.write_bytes(pickle.dumps(states.kept))


@pytest.fixture(scope="module")
def walk(
    database_folder: Path, sqlite_in: Callable[[Path], str], shared: Path
) -> Iterator[Walk]:
    folder = database_folder / "seen"
    with states_of_all_workers(shared) as states:
        made = Walk(folder, sqlite_in(folder), PHASES, states)
    with pytest.MonkeyPatch.context() as patch:
        made.listen_to_cards(patch)
        yield made
    made.platform.db.engine.dispose()


class Found:
    """Endpoint and fact, of all that was shown: a file for each phase, for phases may be walked by
    several workers."""

    def __init__(self, folder: Path, *, alone: bool) -> None:
        self.folder, self.alone = folder, alone
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, phase: str, found: set[tuple[str, str]]) -> None:
        part = self.folder / f".{phase}"
        part.write_text(json.dumps(sorted(found)))
        part.rename(self.folder / phase)

    def everything(self) -> set[tuple[str, str]]:
        """Once the phases that others walk are there, too: they come before whoever asks."""
        deadline = time.monotonic() + (0 if self.alone else WALKED_S)
        while time.monotonic() < deadline and not all(
            (self.folder / phase).exists() for phase in PHASES
        ):
            time.sleep(0.2)
        parts = [json.loads((self.folder / one).read_text()) for one in PHASES
                 if (self.folder / one).exists()]
        return {(endpoint, name) for part in parts for endpoint, name in part}


@pytest.fixture(scope="module")
def found(request: pytest.FixtureRequest, shared: Path) -> Found:
    return Found(shared / "facts", alone=not hasattr(request.config, "workerinput"))


def asked_as(visit: Visit, *, first: bool, long: bool) -> bool:
    """``first``: of the addresses of its route."""
    unreleased = visit.phase in TABLE["phases"]["unreleased"].split()
    if visit.role == "former_juror" and unreleased:
        return False  # has not left yet
    if long:
        return True
    if LINES[visit.endpoint] == "everybody":
        return visit.role in AMONG_EVERYBODY or (visit.role in OUTSIDERS and (
            visit.phase == IN_FULL or (visit.role == "foreign_organiser") == unreleased))
    if not visit.let_in:
        return visit.phase == IN_FULL and first and visit.role not in ALIKE
    staff = visit.role in ("organiser", "reviewer", "admin")
    return not (staff and visit.phase in LIKE_ANOTHER)


@pytest.mark.parametrize("phase", PHASES)
def test_an_answer_shows_what_the_table_says_and_no_more(
    walk: Walk, phase: str, found: Found, request: pytest.FixtureRequest
) -> None:
    long, wrong, shown = request.config.getoption("long"), [], set[tuple[str, str]]()
    browsers, met = walk.browsers(phase), set[str]()
    for endpoint, variant, address in walk.addresses(phase):
        first = endpoint not in met
        met.add(endpoint)
        for role in ROLES:
            visit = Visit(endpoint, role, phase, variant)
            if not asked_as(visit, first=first, long=long):
                continue
            answer, told = walk.ask(browsers[role], address)
            more, wanted = excess(told, visit), status_of(visit)
            if more or answer.status_code != wanted:
                wrong.append((endpoint, variant, role, answer.status_code, wanted, sorted(more)))
            shown |= {(endpoint, name) for fact in told for name in names_of(fact, visit)}
    found.keep(phase, shown)
    assert not wrong, "\n".join(map(str, wrong))


def test_every_word_of_the_table_was_shown_somewhere(found: Found) -> None:
    """A line that allows what no answer tells would hide the day on which one does."""
    assert every_word() - found.everything() == set()


def test_every_route_that_shows_something_has_a_line(walk: Walk) -> None:
    routes = {r.endpoint for r in walk.app.url_map.iter_rules() if "GET" in (r.methods or ())}
    lines = {f"{room}.{name}" for room, names in TABLE["shows"].items() for name in names}
    assert lines == routes
    answers = {f"{room}.{name}" for room, names in TABLE["answers"].items() for name in names}
    assert answers <= routes
    assert set(TABLE["phases"]["always"].split()) == set(PHASES) >= set(TIMES)


NAMES, FILES, RIGHTS = (profiles, "names_are_hidden"), (media, "_may_watch"), (permissions, "can")


@pytest.mark.parametrize(
    ("guard", "case"),
    [
        (NAMES, ("releasedblind", "public", "public.clips")),
        (NAMES, ("releasedblind", "juror", "public.contest")),
        (NAMES, ("releasedblind", "public", "api.clips")),
        (NAMES, ("releasedblind", "public", "share_cards.clip")),
        (FILES, ("released", "other_unit", "media.file")),
        (RIGHTS, ("frozen", "foreign_organiser", "lists.export")),
        (RIGHTS, ("frozen", "juror", "results.export")),
    ],
    ids=lambda value: value[1] if isinstance(value[0], ModuleType) else "-".join(value),
)
def test_the_walk_notices_when_a_guard_is_off(
    walk: Walk, guard: tuple[Any, str], case: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A control: without the guard the same walk finds something."""
    monkeypatch.setattr(*guard, lambda *_args, **_values: guard is not NAMES)
    (phase, role, route), noticed = case, False
    browser = walk.browsers(phase)[role]
    for endpoint, variant, address in walk.addresses(phase):
        if endpoint == route:
            answer, told = walk.ask(browser, address)
            visit = Visit(endpoint, role, phase, variant)
            noticed |= bool(excess(told, visit)) or answer.status_code != status_of(visit)
    assert noticed


def test_nothing_of_another_contest_is_found_under_ones_own_address(walk: Walk) -> None:
    """Its numbers, codes and hashes in the addresses of one's own contest."""
    browsers, wrong = walk.browsers("released"), []
    mine = ("unit", "reviewer", "juror", "organiser")
    for endpoint, variant, address in walk.addresses("released", of=walk.foreign):
        for role in mine if set(variant) & ELSEWHERES else ():
            answer, told = walk.ask(browsers[role], address)
            foreign = {fact for fact in told if fact[0] == "elsewhere"}
            if answer.status_code < 400 or foreign:
                wrong.append((endpoint, role, answer.status_code, sorted(foreign)))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("phase", ["released", "releasedblind", "frozen"])
def test_no_answer_to_a_form_tells_more_than_the_pages_do(
    phase: str, tmp_path: Path, sqlite_url: str
) -> None:
    """Whether it is refused, shown again or done: an empty one, and one with a reason."""
    walk, wrong = Walk(tmp_path, sqlite_url, [phase]), []
    browsers = walk.browsers(phase)
    may = {role: horizon(role, phase) for role in browsers}
    for endpoint, variant, address in walk.addresses(phase, method="POST"):
        for role, browser in browsers.items() if endpoint not in ENDING else ():
            visit = Visit(endpoint, role, phase, variant)
            for form in ({}, {"reason": "Vì thử nghiệm", "do": "save", "outcome": "approve"}):
                answer, told = walk.ask(browser, address, form)
                more = {fact for fact in told if not names_of(fact, visit) & may[role]}
                if more or answer.status_code >= 500:
                    wrong.append((endpoint, variant, role, answer.status_code, sorted(more)))
    walk.platform.db.engine.dispose()
    assert not wrong, "\n".join(map(str, wrong))
