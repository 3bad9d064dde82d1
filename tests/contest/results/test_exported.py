"""A result leaves as a stream: the same bytes as written whole, a few rows of it in memory."""

import json
from typing import Any

import pytest

from contest.clock import FixedClock
from contest.models import Contest, Result
from contest.ports import BlobStore
from contest.services.results import exports, ranking_rows, standings
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, Build, Stage, frozen_once, staged


@pytest.fixture
def frozen(make: Factory, contest: Contest, clock: FixedClock, built: Build) -> Result:
    stage: Stage = staged(built, make, contest)
    clock.moment = AFTER
    return frozen_once(built, stage)


def whole(result: Result) -> bytes:
    content: dict[str, Any] = {
        "number": result.number, "state": result.state, "reason": result.reason,
        "input_sha256": result.input_sha256, "output_sha256": result.output_sha256,
        "bundle_sha256": result.bundle_sha256, "input": result.input, "names": result.names,
        "result": result.output,
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


@pytest.mark.both_databases
def test_json_is_sent_in_pieces_that_are_the_bytes_of_the_whole(
    platform: Platform, frozen: Result, visit: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking_rows, "AT_ONCE", 1)
    monkeypatch.setattr(exports, "TOGETHER", 2)
    with platform.db.read_one_moment() as session:
        result = session.get_one(Result, frozen.id, options=standings.LIGHT)
        pieces = list(exports.json_parts(session, result))
        assert not {"input", "output"} & result.__dict__.keys()  # never loaded as a whole
        assert len(pieces) > 3
        assert b"".join(pieces) == whole(result)
    address = f"/c/quan11-2023/organiser/results/{frozen.number}.json"
    answer = visit.role("organiser").get(address)
    assert (answer.status_code, answer.content_length) == (200, None)
    assert answer.data == b"".join(pieces)


def test_the_bundle_is_sent_in_pieces_and_a_missing_one_is_no_broken_download(
    platform: Platform, frozen: Result, visit: Visits
) -> None:
    blobs: BlobStore = platform.blobs
    answer = visit.role("organiser").get(f"/c/quan11-2023/organiser/results/{frozen.number}.zip")
    assert answer.content_length is None
    assert answer.data == b"".join(blobs.chunks(frozen.bundle_sha256))
    blobs.delete(frozen.bundle_sha256)
    with pytest.raises(FileNotFoundError):
        exports.bundle(frozen, blobs)
