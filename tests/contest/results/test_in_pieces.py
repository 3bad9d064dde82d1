"""A JSON text is read as it comes, wherever it is cut; SQLite's comes from a copy on the disk. What
is stored goes there in pieces, too; of a file that a full disk cut off, nothing stays."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from contest import canonical
from contest.adapters.folder_store import FolderStore
from contest.clock import FixedClock
from contest.models import Contest, DocumentPdf, Result
from contest.services.core import bulk
from contest.services.results import documents, ranking_rows
from contest.services.results.ranking_rows import Stored
from contest.wiring import Platform
from tests import forks
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, Build, Stage, staged
from tests.small_disk import SmallDisk

WHOLE: dict[str, Any] = {
    "format": "hoithi/1", "before": [], "number": 120, "some": {"list": [1, {"list": "]}"}]},
    "list": [{"unit": 'Đoàn "A" \\ ', "n": 12}, 34, "ế, ]", [], None, {"list": {}}, -1.5],
    "after": True, "last": 7,
}


def cut(text: str, size: int) -> list[str]:
    return [text[at:at + size] for at in range(0, len(text), size)]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("escaped", [False, True])
def test_an_object_is_read_from_pieces_of_any_size(indent: int | None, escaped: bool) -> None:
    text = json.dumps(WHOLE, indent=indent, ensure_ascii=escaped)
    for size in range(1, len(text) + 1):
        assert canonical.others(cut(text, size), "list") == WHOLE | {"list": None}
        assert list(canonical.items(cut(text, size), "list")) == WHOLE["list"]
    assert list(canonical.others([text], "list")) == list(WHOLE)


@pytest.mark.parametrize("long", [[], None])
def test_an_empty_list_has_no_items_and_a_missing_one_is_no_list(long: list[int] | None) -> None:
    text = json.dumps({"a": 1} if long is None else {"list": long, "a": 1})
    assert list(canonical.items([text], "list")) == []
    assert canonical.others([text], "list")["a"] == 1
    assert canonical.others(["{}"], "list") == {}


@pytest.mark.parametrize("text", ["", "[1]", '{"a": 1', '{"a" 1}', '{"a": 1 "b": 2}', '{"a": tru'])
def test_a_text_that_is_cut_off_or_no_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a JSON text"):
        canonical.others(cut(text, 2), "list")


@pytest.fixture
def stage(make: Factory, contest: Contest, clock: FixedClock, built: Build) -> Stage:
    made: Stage = staged(built, make, contest)
    clock.moment = AFTER
    return made


@pytest.mark.both_databases
def test_what_a_revision_holds_is_gone_through_again_and_again(
    platform: Platform, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking_rows, "SLICE", 1000)
    monkeypatch.setattr(ranking_rows, "PIECE", 7)  # within a letter, too
    result = stage.compute()
    with platform.db.read() as session:
        row = session.get_one(Result, result.id)
        for column, long, whole in ((Result.input, "entries", result.input),
                                    (Result.output, "ranking", result.output)):
            stored = Stored(session, row, column)
            assert stored.others(long) == whole | {long: None}
            first, second = stored.each(long), stored.each(long)  # side by side
            assert [next(first), next(second), *first] == [whole[long][0], *whole[long]]
            assert list(second) == whole[long][1:]


@pytest.mark.both_databases
def test_a_large_value_is_stored_as_it_is_under_the_hash_of_its_canonical_text(
    platform: Platform, stage: Stage
) -> None:
    value = WHOLE | {"many": [{"b": f'\\{n}\t"ế"\n', "a": n} for n in range(2 * bulk.PARTS + 1)]}
    made = stage.compute()
    with platform.db.write() as session:
        row = session.get_one(Result, made.id)
        assert bulk.put_json(session, row, "input", value) == canonical.sha256(value)
        assert row.input == value
    with platform.db.read() as session:
        assert session.get_one(Result, made.id).input == value


def on_a_full_disk(place: Path, size: int, answer: Path) -> None:
    """In a process of its own, which alone sees the disk: what is raised there, and what stays."""
    disk, row = SmallDisk(place), DocumentPdf(kind="minutes", state="waiting")
    press = documents.DocumentContext(FolderStore(place / "clips"), place / "documents", "", "")
    press.folder.mkdir()
    disk.fill()
    try:
        documents.keep_pdf(Session(), row, b"1" * size, press=press, at=AFTER)
    except OSError as error:
        left = [path.name for path in place.rglob("*") if path.is_file()]
        answer.write_text(json.dumps([error.strerror, left, row.state, row.sha256]))


@pytest.mark.parametrize("size", [5_000, 1_000_000])  # written at closing; before
def test_half_a_paper_does_not_stay_on_a_full_disk(tmp_path: Path, size: int) -> None:
    answer = tmp_path / "answer"
    forks.begin(on_a_full_disk, tmp_path / "disk", size, answer).join()
    assert json.loads(answer.read_text()) == ["No space left on device", [], "waiting", None]
