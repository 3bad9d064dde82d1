"""A transaction that lost to another one is done again from the start, then it is a sentence."""

import os
from functools import update_wrapper
from io import BytesIO
from typing import Any

import pytest
from flask import flash
from flask import request as sent
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from contest import cli
from contest.db import ATTEMPTS, Database, retried
from contest.errors import Busy, Conflict
from contest.jobs import worker
from contest.models import Contest, Task, Unit, User
from contest.services.core import outbox
from contest.services.people import passwords
from contest.uploads.rows import RowRegistry
from contest.views.shared import support
from tests import forks

on_postgresql = pytest.mark.database_kind("postgresql")
VICTIM = "DO $$ BEGIN RAISE EXCEPTION 'victim' USING ERRCODE = '{}'; END $$"
LOST = ["40P01", "40001"]


def lose(session: Any, state: str = "40P01") -> None:
    """What PostgreSQL answers to a statement of the transaction that it ends."""
    session.execute(text(VICTIM.format(state)))


def contest_row(slug: str, at: Any) -> Contest:
    return Contest(slug=slug, created_at=at)


@on_postgresql
@pytest.mark.parametrize("state", LOST)
def test_what_lost_is_done_again_from_the_start(database: Database, make_at: Any, state: str
                                                ) -> None:
    calls = []

    @retried
    def work(slug: str) -> str:
        calls.append(slug)
        with database.write() as session:
            session.add(contest_row(slug, make_at))
            session.flush()
            if len(calls) < ATTEMPTS:
                lose(session, state)
        return "done"

    assert (work("x"), calls) == ("done", ["x"] * ATTEMPTS)
    with database.read() as session:
        assert session.scalars(select(Contest.slug)).all() == ["x"]


@on_postgresql
def test_what_loses_each_time_is_a_sentence(database: Database) -> None:
    @retried
    def work() -> None:
        with database.write() as session:
            lose(session)

    with pytest.raises(Busy, match="nothing was saved") as raised:
        work()
    assert "chưa lưu được gì" in raised.value.vi


def test_a_key_that_is_taken_each_time_is_a_sentence(database: Database, make_at: Any) -> None:
    calls = []

    @retried
    def work() -> None:
        calls.append(1)
        with database.write() as session:
            session.add_all([contest_row("x", make_at), contest_row("x", make_at)])

    with pytest.raises(Conflict, match="just saved the same") as raised:
        work()
    assert "Người khác vừa lưu" in raised.value.vi
    assert len(calls) == ATTEMPTS


def test_another_fault_is_not_tried_again(database: Database, make_at: Any) -> None:
    calls = []

    @retried
    def work() -> None:
        calls.append(1)
        with database.write() as session:
            session.add(Unit(contest_id=77, name="Đoàn A", created_at=make_at))

    with pytest.raises(IntegrityError):
        work()
    assert calls == [1]


@pytest.fixture
def make_at(clock: Any) -> Any:
    return clock.now()


# ---------------------------------------------------------------------------- pages


class View:
    """A view that loses ``times`` times after it has done all its work."""

    def __init__(self, times: int, *, halfway: bool = False, state: str = "40P01") -> None:
        self.times, self.halfway, self.state = times, halfway, state
        self.files: list[bytes] = []

    def __call__(self) -> Any:
        session = support.current.db
        session.add(contest_row("x", support.current.now))
        session.flush()
        if self.halfway:
            session.commit()
        self.files.append(sent.files["file"].read())
        flash("Đã làm.", "success")
        if len(self.files) <= self.times:
            lose(session, self.state)
        return support.redirect("/", 303)


def send(app: Any, visit: Any, view: View) -> tuple[Any, list[Any]]:
    """The answer, and what the next page will say."""
    app.view_functions["setup.create"] = update_wrapper(view, app.view_functions["setup.create"])
    client = visit.role("admin").english()
    answer = client.post("/setup", data={"file": (BytesIO(b"rules"), "rules.toml")})
    with client.session_transaction() as kept:
        return answer, kept.get("_flashes", [])


def slugs(platform: Any) -> list[str]:
    with platform.db.read() as session:
        return list(session.scalars(select(Contest.slug).where(Contest.slug == "x")))


@on_postgresql
def test_a_page_is_done_again_with_form_and_files_and_says_it_once(app, visit, platform) -> None:
    view = View(times=ATTEMPTS - 1)
    answer, said = send(app, visit, view)
    assert (answer.status_code, view.files) == (303, [b"rules"] * ATTEMPTS)
    assert said == [("success", "Đã làm.")]
    assert slugs(platform) == ["x"]


@on_postgresql
def test_a_page_that_always_loses_says_so_and_when_to_come_back(app, visit, platform) -> None:
    answer, said = send(app, visit, View(times=99))
    assert (answer.status_code, answer.headers["Retry-After"], said) == (503, "5", [])
    assert "Others were writing at the same time" in answer.text
    assert slugs(platform) == []


@on_postgresql
def test_a_page_that_has_committed_half_way_is_not_done_again(app, visit, platform) -> None:
    view = View(times=99, halfway=True)
    answer, _ = send(app, visit, view)
    assert (answer.status_code, len(view.files), slugs(platform)) == (503, 1, ["x"])


def test_a_page_whose_key_is_taken_answers_409_in_both_languages(app, visit, contest) -> None:
    class Taken(View):
        def __call__(self) -> Any:
            support.current.db.add(contest_row(contest.slug, support.current.now))
            return support.redirect("/", 303)  # the collision comes with the commit

    answer, _ = send(app, visit, Taken(0))
    assert answer.status_code == 409
    assert "Somebody else has just saved the same" in answer.text
    vietnamese = visit.role("admin").post("/setup", headers={"Accept": "application/json"})
    assert (vietnamese.status_code, vietnamese.json["error"]) == (409, "conflict")
    assert vietnamese.json["message"].startswith("Người khác vừa lưu đúng mục này.")


# ---------------------------------------------------------------------------- jobs, uploads, CLI


@on_postgresql
def test_a_job_that_loses_is_called_again_at_once(platform, monkeypatch, clock) -> None:
    calls = []

    def handler(platform: Any, row_id: int, beat: Any) -> None:
        calls.append(row_id)
        with platform.db.write() as session:
            if len(calls) < ATTEMPTS:
                lose(session)

    monkeypatch.setattr(worker, "handlers", lambda: {"test": handler})
    with platform.db.write() as session:
        task = outbox.enqueue(session, "test", 7, at=clock.now()).id
    worker.perform(platform, task)
    with platform.db.read() as session:
        row = session.get_one(Task, task)
    assert (calls, row.state, row.attempts) == ([7] * ATTEMPTS, "done", 1)


LOSING = (  # a sequence does not go back with a transaction, so that only the first two lose
    "CREATE SEQUENCE audited",
    """CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('audited') <= 2 THEN RAISE EXCEPTION 'victim' USING ERRCODE = '40P01'; END IF;
    RETURN NEW; END $$""",
    "CREATE TRIGGER lose BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION lose()",
)


@pytest.fixture
def two_lose(platform, contest) -> None:
    """The next two that append to the audit trail are a deadlock's victims."""
    with platform.db.engine.begin() as connection:
        for statement in LOSING:
            connection.exec_driver_sql(statement)


@on_postgresql
def test_an_upload_that_loses_is_begun_again(platform, make, contest, request) -> None:
    submission = make.submission(make.unit(contest), "uploading")
    request.getfixturevalue("two_lose")
    registry = RowRegistry(platform)
    upload = registry.create(
        str(submission.unit_id), 10, {"entry": submission.code, "filename": "clip.mp4"}
    )
    assert [one.id for one in registry.unfinished()] == [upload.id]


@on_postgresql
def test_a_command_that_loses_reads_its_input_once_and_ends_well(
    settings, platform, two_lose
) -> None:
    names = ("data_dir", "database_url", "redis_url", "secret_key", "base_url")
    environ = {f"HOITHI_{name.upper()}": str(getattr(settings, name)) for name in names}
    done = forks.command_text(
        "user", "add", "an@example.vn", "--name", "Nguyễn An", "--password-stdin",
        environ=os.environ | environ, stdin="con mèo trèo cây cau\n",
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    with platform.db.read() as session:
        user = session.scalars(select(User)).one()
    assert passwords.verify(user.password_hash, "con mèo trèo cây cau")


def test_a_command_says_what_was_stored_meanwhile(
    database: Database, make_at: Any, monkeypatch, capsys
) -> None:
    def collide(*_: Any, **__: Any) -> None:
        with database.write() as session:
            session.add_all([contest_row("x", make_at), contest_row("x", make_at)])

    monkeypatch.setattr(cli.root, "main", collide)
    with pytest.raises(SystemExit) as ended:
        cli.main(["clock"])
    assert ended.value.code == 1
    assert "Somebody else has just saved the same" in capsys.readouterr().err


def test_another_fault_of_the_database_is_not_hidden_by_the_command(
    database: Database, monkeypatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        with database.read() as session:
            session.execute(text("SELECT nothing FROM nowhere"))

    monkeypatch.setattr(cli.root, "main", fail)
    with pytest.raises(DBAPIError):
        cli.main(["clock"])
