"""Clips too many to be read one by one before the cut-off are asked for fifty at a time."""

from typing import Any

import pytest

from contest.jobs import interactions as job
from contest.models import Contest
from contest.services.counts import polling
from social.calls import GraphCalls
from social.simulator.process import SimulatorProcess
from tests.contest.counts.test_polling import snapshots, work
from tests.contest.posting import Bench


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What the Page is asked; two posts make a call full."""
    monkeypatch.setattr(job, "AT_ONCE", 2)
    asked: list[dict[str, str]] = []
    really = GraphCalls.get

    def get(self: GraphCalls, path: str, *args: Any, **params: Any) -> Any:
        if path == "" or "_" in path:
            asked.append({"path": path, "ids": params.get("ids", "")})
        return really(self, path, *args, **params)

    monkeypatch.setattr(GraphCalls, "get", get)
    return asked


def order(bench: Bench) -> list[str]:
    with bench.platform.db.read() as session:
        contest = session.get_one(Contest, bench.contest.id)
        return [clip.code for clip in polling.left(session, contest, bench.clock.now())]


def test_many_clips_are_read_together_with_the_same_numbers(
    bench: Bench, calls: list[dict[str, str]]
) -> None:
    entries = bench.posted(6)
    assert bench.readings() == sorted(submission.code for submission in entries)
    assert len(calls) == 6  # three times the totals and the kinds
    assert [one["ids"].count("_") for one in calls] == [2] * 6
    together = [(s.reactions, s.shares, s.comments, s.reactions_by_kind) for s in snapshots(bench)]
    job.AT_ONCE = 50  # type: ignore[misc] # the fixture puts it back
    bench.clock.moment += polling.BETWEEN_POLLS
    calls.clear()
    assert bench.readings() == sorted(submission.code for submission in entries)
    assert all(one["path"] for one in calls)
    singly = [
        (s.reactions, s.shares, s.comments, s.reactions_by_kind) for s in snapshots(bench)[6:]
    ]
    assert sorted(map(repr, singly)) == sorted(map(repr, together))


def test_a_post_that_is_gone_keeps_no_other_from_being_read(
    bench: Bench, simulator: SimulatorProcess, calls: list[dict[str, str]]
) -> None:
    entries = bench.posted(6)
    gone = order(bench)[1]
    simulator.control("POST", "hide", {"code": f"#{gone}"})
    assert bench.readings() == sorted(s.code for s in entries if s.code != gone)
    missing = next(submission for submission in entries if submission.code == gone)
    assert bench.publication(missing).error


@pytest.mark.parametrize("kind", ["throttle", "expired_token"])
def test_a_page_that_refuses_everything_keeps_what_was_read_in_due_order(
    bench: Bench, simulator: SimulatorProcess, calls: list[dict[str, str]], kind: str
) -> None:
    bench.posted(6)
    codes = order(bench)
    simulator.fault("counts", kind, about=f"#{codes[3]}", minutes=3)
    assert bench.readings() == sorted(codes[:2])
    bench.clock.moment += 11 * job.AGAIN
    work(bench)
    assert len(snapshots(bench)) == 6
