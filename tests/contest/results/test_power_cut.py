"""The power fails while a result is frozen: nothing is half done, and freezing again succeeds."""

import signal

import pytest
from sqlalchemy import select

import scoring
from contest.clock import FixedClock
from contest.config import Settings
from contest.models import Ballot, Contest
from contest.services.core import audit
from contest.wiring import Platform
from tests import forks
from tests.contest.factory import Factory
from tests.contest.results import freezing
from tests.contest.stage import AFTER, Stage


@pytest.mark.parametrize("words", ["UPDATE ballot", "UPDATE result", "INSERT INTO audit", "COMMIT"])
def test_a_power_cut_during_freezing(  # noqa: PLR0917 - fixtures and a column of a table
    platform: Platform, make: Factory, contest: Contest, clock: FixedClock, settings: Settings,
    words: str,
) -> None:
    stage = Stage(platform, make, contest)
    clock.moment = AFTER
    result = stage.compute()
    assert _freeze_and_cut(settings, result.id, words) == -signal.SIGKILL
    with platform.db.read() as session:
        assert set(session.scalars(select(Ballot.state))) == {"submitted"}
    kept = make.fresh(result)
    assert (kept.state, kept.bundle_sha256, kept.frozen_at) == ("computed", "", None)
    frozen = stage.freeze(kept)
    assert stage.publish(frozen).state == "published"
    checks = scoring.bundle.verify(
        platform.blobs.path(frozen.bundle_sha256), key=stage.fingerprint
    )
    assert [check.vi for check in checks if check.holds is not True] == []
    with platform.db.read() as session:
        assert audit.verify(session)[1] == []


def _freeze_and_cut(settings: Settings, result_id: int, words: str) -> int:
    names = ("data_dir", "database_url", "redis_url", "storage_url", "secret_key", "base_url")
    environ = {f"HOITHI_{name.upper()}": str(getattr(settings, name)) for name in names}
    process = forks.begin(freezing.freeze, result_id, words, environ)
    process.join(120)
    assert process.exitcode is not None
    return process.exitcode
