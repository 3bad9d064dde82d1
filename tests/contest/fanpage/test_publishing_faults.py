"""Every step x every fault, on a Page's real answers: one post a clip, and a reading for each; or a
reason that a person can see.

Each fault meets one of the two routes, half of them each; ``--long`` gives each fault both. What a
fault on either route is to our client: ``social/test_social_graph.py``, ``test_social_reels.py``;
what we then do knows no route.
"""

import zlib
from typing import Any

import pytest
from sqlalchemy import update

from contest.models import Contest, Publication, Submission
from contest.services.fanpage import page_pause
from social.simulator.process import SimulatorProcess
from tests.contest.posting import Bench

pytestmark = pytest.mark.usefixtures("route")
PUBLISHED = ("published", "published")
FAILED = ("failed", "approved")
NEEDS_A_PERSON = [
    ("start", "permission"), ("start", "invalid_input"), ("transfer", "permission"),
    ("finish", "permission"), ("finish", "error_before"), ("finish", "bad_gateway"),
    ("finish", "drop"), ("finish", "processing_error"), ("finish", "empty"),
    ("finish", "error_in_200"), ("finish", "redirect"),
]
BY_ITSELF = [
    *[(step, kind) for step in ("start", "transfer", "finish", "status")
      for kind in ("throttle", "error_after", "lost_response", "empty", "error_in_200",
                   "redirect") if (step, kind) not in NEEDS_A_PERSON],
    *[(step, kind) for step in ("start", "transfer", "status")
      for kind in ("error_before", "bad_gateway", "drop")],
    ("transfer", "wrong_offset"), ("transfer", "restart_upload"), ("transfer", "reset_at"),
    ("finish", "restart_upload"), ("finish", "duplicate"), ("finish", "duplicate_policy"),
    ("finish", "slow_processing"), ("finish", "no_post_id"),
]
PAUSING = [(step, kind) for step in ("start", "transfer", "finish", "status")
           for kind in ("expired_token", "policy")]
ROUTES = ("videos", "reels")


def on_a_route(faults: list[tuple[str, str]]) -> list[Any]:
    """Each fault with each route, one of which is left to the long form."""
    ordered = sorted(faults, key=lambda fault: zlib.crc32("-".join(fault).encode()))
    return [
        pytest.param(*fault, route, marks=[pytest.mark.long] * (which != number % len(ROUTES)))
        for number, fault in enumerate(ordered) for which, route in enumerate(ROUTES)
    ]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database: kills and the plain way are tested on both."""
    return sqlite_url


def shown(simulator: SimulatorProcess) -> int:
    return sum(post["visible"] for post in simulator.posts())


def each_is_read_once(bench: Bench, *entries: Submission) -> None:
    assert bench.readings() == sorted(submission.code for submission in entries)


def run(bench: Bench, jumps: int = 40) -> Submission:
    [submission] = bench.planned()
    bench.at_release()
    bench.work(jumps=jumps)
    return submission


@pytest.mark.parametrize(("step", "kind", "route"), on_a_route(BY_ITSELF), indirect=["route"])
def test_a_passing_fault_still_ends_in_one_post(
    bench: Bench, simulator: SimulatorProcess, step: str, kind: str
) -> None:
    simulator.fault(step, kind, bytes=700, minutes=3)
    submission = run(bench)
    assert (bench.state(submission), shown(simulator)) == (PUBLISHED, 1)
    assert bench.publication(submission).permalink == simulator.posts()[0]["permalink"]
    each_is_read_once(bench, submission)


@pytest.mark.parametrize(("step", "kind", "route"), on_a_route(PAUSING), indirect=["route"])
def test_a_refused_token_or_policy_stops_the_queue_until_a_person_acts(
    bench: Bench, simulator: SimulatorProcess, step: str, kind: str
) -> None:
    simulator.fault(step, kind)
    submission = run(bench, jumps=10)
    with bench.platform.db.read() as session:
        pause = page_pause.pause_of(session, bench.contest.id)
    assert pause is not None
    assert pause.kind == {"expired_token": "credential", "policy": "policy"}[kind]
    assert pause.details["code"] in (190, 368)
    another = bench.approved()
    bench.work(jumps=5)
    assert bench.state(another) == ("waiting", "approved")
    organiser = bench.make.actor(bench.make.user("organiser", contest=bench.contest))
    with bench.platform.db.write() as session:
        contest = session.get_one(Contest, bench.contest.id)
        page_pause.resume(session, contest, actor=organiser, at=bench.clock.now())
    bench.work()
    assert [bench.state(submission), bench.state(another)] == [PUBLISHED, PUBLISHED]
    assert shown(simulator) == 2
    each_is_read_once(bench, submission, another)


@pytest.mark.parametrize(("step", "kind", "route"), on_a_route(NEEDS_A_PERSON), indirect=["route"])
def test_what_only_a_person_can_settle_has_a_visible_reason(
    bench: Bench, simulator: SimulatorProcess, step: str, kind: str
) -> None:
    simulator.fault(step, kind)
    submission = run(bench)
    assert (bench.state(submission), shown(simulator)) == (FAILED, 0)
    found = bench.publication(submission)
    assert found.error_data["vi"] and found.error_data["en"]
    bench.decide(submission, "again")
    bench.work()
    assert (bench.state(submission), shown(simulator)) == (PUBLISHED, 1)
    each_is_read_once(bench, submission)


@pytest.mark.parametrize("kind", ["stuck_processing", "draft"])
def test_what_never_appears_is_given_up_with_a_reason(
    bench: Bench, simulator: SimulatorProcess, kind: str
) -> None:
    simulator.fault("finish", kind)
    submission = bench.approved()
    bench.at_release()
    bench.work(jumps=1000)
    assert (bench.state(submission), shown(simulator)) == (FAILED, 0)
    simulator.control(
        "POST", "show", {"code": f"#{submission.code}"}
    )  # a person publishes the draft
    bench.decide(submission, "look")
    bench.work()
    assert (bench.state(submission), shown(simulator)) == (PUBLISHED, 1)
    each_is_read_once(bench, submission)


def test_a_person_who_is_wrong_makes_no_second_post(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    simulator.fault("finish", "error_after")
    simulator.fault("status", "error_before", times=200)
    submission = bench.approved()
    bench.at_release()
    bench.work(jumps=5)
    assert bench.state(submission)[0] == "unknown"
    with bench.platform.db.write() as session:
        session.execute(update(Publication).values(state="failed"))
    bench.decide(submission, "again")  # but the clip is there
    simulator.control("DELETE", "faults")
    bench.work()
    assert (bench.state(submission), len(simulator.posts())) == (PUBLISHED, 1)
    each_is_read_once(bench, submission)


def test_an_upload_that_is_lost_each_time_is_given_up(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    simulator.fault("transfer", "restart_upload", times=50)
    submission = run(bench)
    assert bench.state(submission) == FAILED
    assert bench.publication(submission).uploads == 3


def test_a_page_that_never_answers_is_given_up(bench: Bench, simulator: SimulatorProcess) -> None:
    simulator.fault("start", "error_before", times=50)
    submission = run(bench)
    assert bench.state(submission) == FAILED
    assert "several attempts" in bench.publication(submission).error_data["en"]


def test_metas_own_words_are_kept(bench: Bench, simulator: SimulatorProcess) -> None:
    simulator.fault("start", "permission")
    details = bench.publication(run(bench)).error_data["details"]
    assert (details["kind"], details["code"], details["http_status"]) == (
        "permission_or_input", 200, 403,
    )
    assert details["trace_id"]
