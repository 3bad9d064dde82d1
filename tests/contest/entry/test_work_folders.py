"""Scratch folders: each worker has its own, and what dead ones left is swept."""

import os
import threading
import time
from datetime import timedelta

import pytest

from contest.jobs import LeaseLost, worker
from contest.jobs import clips as work
from contest.models import Task
from contest.services.core import outbox
from contest.wiring import Platform


def test_a_worker_that_lost_its_lease_leaves_its_successors_folder_alone(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    with platform.db.write() as session:
        task_id = outbox.enqueue(session, "check.quick", 5, at=platform.clock.now()).id
    has_folder, taken_over, gone, folders = (*(threading.Event() for _ in range(3)), [])

    def slow(platform: Platform, row_id: int, beat: work.Beat) -> None:
        with work.work_folder(platform, f"check-{row_id}") as folder:
            folders.append(folder)
            (folder / "mine").write_text(folder.name)
            if len(folders) == 1:
                has_folder.set()
                assert taken_over.wait(30)
                raise LeaseLost
            taken_over.set()
            assert gone.wait(30)
            assert (folder / "mine").read_text() == folder.name

    monkeypatch.setattr(worker, "handlers", lambda: {"check.quick": slow})

    def first_worker() -> None:
        worker.perform(platform, task_id)
        gone.set()

    first = threading.Thread(target=first_worker)
    first.start()
    assert has_folder.wait(30)
    with platform.db.write() as session:
        task = session.get_one(Task, task_id)
        task.lease_until -= timedelta(hours=1)
    worker.perform(platform, task_id)
    first.join()
    assert len(folders) == 2
    with platform.db.read() as session:
        assert (session.get_one(Task, task_id).state, session.get_one(Task, task_id).error) == (
            "done", "")
    assert list((platform.settings.data_dir / "work").iterdir()) == []


def test_what_workers_of_other_machines_left_goes_when_it_is_old(platform: Platform) -> None:
    work_dir = platform.settings.data_dir / "work"
    old, new = work_dir / "check-1.ffffff.1.1.abc", work_dir / "check-2.ffffff.1.1.abc"
    for folder in (old, new):
        (folder / "inside").mkdir(parents=True)
    os.utime(old, (time.time() - work.ABANDONED_S - 60,) * 2)
    with work.work_folder(platform, "check-3") as mine:
        assert sorted(work_dir.iterdir()) == sorted([new, mine])
