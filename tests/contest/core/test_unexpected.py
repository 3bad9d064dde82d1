"""What nobody thought of: the person sees a number, the log the fault, and nothing is stored (ASVS
5.0: 13.4.2, 16.5.1, 16.5.3)."""

import errno
import io
import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from contest.adapters.folder_store import FolderStore
from contest.models import Unit
from contest.services.results import bundles
from contest.views.shared import kept_files
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


@contextmanager
def small_files(most: int) -> Iterator[None]:
    """No file grows beyond so many bytes, as where a disk is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_told_as_one_and_nothing_is_stored(
    app: Flask, contest, visit, platform: Platform, number: int
) -> None:
    @allows("public.read")
    def trip() -> str:
        current.db.add(Unit(contest_id=contest.id, name="Nửa chừng", created_at=current.now))
        current.db.flush()
        raise OSError(number, "no room")

    app.view_functions["basics.language"] = trip
    answer = visit.public().post("/language", headers={"Accept": "application/json"})
    assert answer.status_code == 507
    assert answer.json["message"].startswith("Đĩa của máy chủ không còn chỗ nên chưa lưu được.")
    with platform.db.read() as session:
        assert session.scalars(select(Unit.name)).all() == []


def test_half_a_file_of_a_form_does_not_stay_on_a_full_disk(
    app: Flask, contest, platform: Platform
) -> None:
    sent = FileStorage(io.BytesIO(b"1" * 50_000), "so-dem.csv")
    with app.test_request_context("/"), small_files(10_000), pytest.raises(OSError):
        kept_files.received(sent)
    assert list((platform.settings.data_dir / "incoming").iterdir()) == []


def test_half_a_bundle_does_not_stay_on_a_full_disk(tmp_path: Path) -> None:
    blobs, folder = FolderStore(tmp_path / "clips"), tmp_path / "bundles"
    with small_files(10_000), pytest.raises(OSError):
        bundles.store([b"1" * 6_000] * 3, blobs, folder)
    assert list(folder.iterdir()) == []
    assert bundles.store([b"1" * 6_000], blobs, folder)
    assert list(folder.iterdir()) == []
