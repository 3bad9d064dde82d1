"""What a check was making is gone, the clip is not: the check is tried again, and blames nobody."""

from pathlib import Path

import pytest

from contest.jobs import checks as jobs
from tests.contest.entry.test_checks import Checking, checking, clips, contest

__all__ = ["checking", "clips", "contest"]
pytestmark = pytest.mark.one_database


def test_a_picture_that_is_lost_before_it_is_stored_is_made_again(
    checking: Checking, clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission, keep = checking.send(clips / "good.mp4"), jobs.made_file
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "made_file",
                      lambda platform, path, *rest: (path.unlink(), keep(platform, path, *rest)))
        assert checking.work() == ["pending"]
    check = checking.check(submission)
    assert (check.state, check.verdict) == ("running", None)
    assert checking.work() == ["done"]
    assert checking.check(submission).verdict == "pass"
