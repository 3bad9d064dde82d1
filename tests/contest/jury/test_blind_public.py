"""While a blind jury marks, nothing public names a unit or an author: every public route x phase.

Jurors read public pages, too. Once the round is locked, or where the jury is not blind, the same
addresses tell. What stands in a post on the Page is out of the platform's hands.
"""

import json

import pytest
from flask import Flask

from contest.models import ClipVersion, Contest, Derivative, Submission
from tests.contest.conftest import Visits
from tests.contest.factory import Factory

UNIT, AUTHOR, TOLD_BY = "Đoàn Phường Bí Mật", "Tác Giả Kín", "Do người của phường quay"
PHASES = {"marking": (True, False), "locked": (True, True), "not blind": (False, False)}
# Which public routes name a unit of a published clip once they may; all others never do.
NAMING = {"public.contest", "public.clips", "public.clip", "api.clips"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is told does not depend on the kind of database."""
    return sqlite_url


@pytest.fixture(params=PHASES)
def phase(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def contest(make: Factory, phase: str) -> Contest:
    blind = "true" if PHASES[phase][0] else "false"
    made = make.contest(edit=lambda text: text.replace("blind = false", f"blind = {blind}"))
    if PHASES[phase][1]:
        with make.platform.db.write() as session:
            session.get_one(Contest, made.id).jury_locked_at = make.at
    return made


@pytest.fixture
def submission(make: Factory, contest: Contest) -> Submission:
    submission = make.submission(
        make.unit(contest, UNIT), "published", title="Một ngày số", authors=[AUTHOR],
        description=TOLD_BY,
    )
    assert submission.version_id is not None
    with make.platform.db.read() as session:  # any stored file will do
        version = session.get_one(ClipVersion, submission.version_id)
    make.add(Derivative(
        version_id=version.id, kind="poster", sha256=version.sha256, size=version.size,
        media_type="image/jpeg", created_at=make.at,
    ))
    return submission


def public_routes(app: Flask, submission: Submission) -> dict[str, str]:
    """Every GET route that the public may open: endpoint -> address."""
    values = {
        "slug": "quan11-2023", "code": submission.code, "number": 1, "spoken": "vi", "width": 400,
    }
    with app.test_request_context():
        return {
            rule.endpoint: app.url_for(
                rule.endpoint, **{name: values[name] for name in rule.arguments if name in values}
            )
            for rule in app.url_map.iter_rules()
            if getattr(app.view_functions[rule.endpoint], "permission", "") == "public.read"
            and "GET" in (rule.methods or ()) and rule.arguments <= set(values)
        }


def written(name: str) -> tuple[bytes, bytes]:
    """A name in a page, and in JSON of plain ASCII."""
    return name.encode(), json.dumps(name)[1:-1].encode()


def test_every_public_route_tells_names_only_when_it_may(
    app: Flask, visit: Visits, submission: Submission, phase: str, contest: Contest
) -> None:
    addresses = public_routes(app, submission)
    assert set(addresses) >= NAMING
    naming = set()
    for endpoint, address in addresses.items():
        answer = visit.public().get(address)
        said = answer.get_data() + str(answer.headers).encode()
        if any(form in said for name in (UNIT, AUTHOR, TOLD_BY) for form in written(name)):
            naming.add(endpoint)
    assert naming == (set() if phase == "marking" else NAMING)


def test_a_search_finds_no_unit_whose_name_is_hidden(
    visit: Visits, submission: Submission, phase: str
) -> None:
    for words, found in (
        ("Bí Mật", phase != "marking"), ("Một ngày", True), (submission.code, True),
    ):
        answer = visit.public().get("/c/quan11-2023/clips", query_string={"q": words})
        assert (f"clips/{submission.code}" in answer.text) == found, words


def test_the_interface_for_programs_keeps_its_shape(
    visit: Visits, submission: Submission, phase: str
) -> None:
    [clip] = visit.public().get("/api/v1/contests/quan11-2023/clips").json["clips"]
    told = phase != "marking"
    assert (clip["unit"], clip["authors"]) == ((UNIT, [AUTHOR]) if told else ("", []))
    assert clip["title"] == "Một ngày số"
