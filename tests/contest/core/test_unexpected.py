"""What nobody thought of: the person sees a number, the log the fault, and nothing is stored (ASVS
5.0: 13.4.2, 16.5.1, 16.5.3)."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from contest.models import Unit
from contest.views.shared.support import allows, current
from contest.wiring import Platform

SECRET = "password=hunter2 in /srv/hoithi"


@pytest.fixture
def broken(app: Flask, contest) -> Flask:
    """A page that stores a unit, then trips over a secret."""

    @allows("public.read")
    def trip() -> str:
        current.db.add(Unit(contest_id=contest.id, name="Nửa chừng", created_at=current.now))
        current.db.flush()
        raise RuntimeError(SECRET)

    app.view_functions["basics.language"] = trip
    return app


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_fault_is_a_number_to_the_person_and_a_trace_to_the_log(
    broken: Flask, visit, platform: Platform, caplog: pytest.LogCaptureFixture, accept: str
) -> None:
    answer = visit.public().post("/language", headers={"Accept": accept})
    assert answer.status_code == 500
    for told in (SECRET, "hunter2", "Traceback", "RuntimeError", "trip", ".py"):
        assert told not in answer.text
    said = caplog.records[-1]
    number = re.search(r"error ([0-9a-f]{8}) at '/language'", said.getMessage())
    assert number is not None
    assert number[1] in answer.text
    assert said.exc_info is not None
    assert SECRET in str(said.exc_info[1])
    with platform.db.read() as session:
        assert session.scalars(select(Unit.name)).all() == []


def test_nothing_is_debugged_where_people_are(app: Flask) -> None:
    assert not app.debug
    assert not app.config["PROPAGATE_EXCEPTIONS"]
    assert not app.testing
