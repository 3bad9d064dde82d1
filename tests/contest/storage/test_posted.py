"""What is posted is proved to be what was approved, wherever it lies."""

import pytest

from contest.models import Submission
from contest.ports import BlobStore
from social.simulator.process import SimulatorProcess
from tests.contest.posting import Bench
from tests.contest.storage.test_port import damage
from tests.stumbling import StumblingProxy


def stored(bench: Bench, submission: Submission) -> tuple[BlobStore, str]:
    assert submission.version is not None
    return bench.platform.blobs, submission.version.sha256


@pytest.mark.parametrize("fault", ["damaged", "missing"])
def test_a_clip_that_is_not_what_was_approved_is_not_posted_and_the_board_says_so(
    bench: Bench, simulator: SimulatorProcess, fault: str
) -> None:
    submission = bench.approved()
    blobs, sha256 = stored(bench, submission)
    if fault == "damaged":
        damage(blobs, sha256, b"somebody's own film")
    else:
        blobs.delete(sha256)
    bench.at_release()
    bench.work()
    assert bench.state(submission)[0] == "failed"
    assert simulator.posts() == []
    said = bench.publication(submission).error_data
    assert "Đăng lại" in said["vi"]
    assert ("hash" if fault == "damaged" else "missing") in said["en"]


def test_a_store_that_is_away_is_told_and_waited_for(
    bench: Bench, simulator: SimulatorProcess, line: StumblingProxy
) -> None:
    submission = bench.approved()
    bench.at_release()
    with line.going_wrong("gone"):
        bench.work(jumps=3)
    found = bench.publication(submission)
    assert found.state == "waiting"
    assert "Kho clip chưa trả lời" in found.error_data["vi"]
    assert simulator.posts() == []
    bench.work()
    assert bench.state(submission) == ("published", "published")
    assert len(simulator.posts()) == 1
    assert "vi" not in bench.publication(submission).error_data
