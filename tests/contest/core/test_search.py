"""Searching and sorting in both databases, as people read letters and numbers."""

import unicodedata
from random import Random

import pytest
from sqlalchemy import literal, select

from contest.folding import fold, sortable
from contest.models import Contest, Unit
from contest.services.core import search
from contest.wiring import Platform
from tests.contest.factory import Factory

pytestmark = pytest.mark.both_databases
NAMES = (
    "Phường 10", "Đoàn Phường 2", "phường 2", "PHƯỜNG 02", "Phường 2A", "Công an Quận",
    "THPT Nguyễn Hiền", "Chi đoàn Ủy ban", "Đội 00012", "Đội 12345678901234", "Ô Ơ Ư Ă Â Ê Đ",
    "Straße Ünïcode", "%_\\", "", "7", "Đoàn trường số 0",
)


@pytest.mark.parametrize(("text", "folded"), [
    ("Phường 2", "phuong 2"), (unicodedata.normalize("NFD", "ĐẶNG Thị Ước"), "dang thi uoc"),
    ("#CX12", "#cx12"),
])
def test_folding_leaves_out_accents_and_capitals(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_numbers_are_sorted_by_their_size() -> None:
    names = ["Phường 10", "Phường 2", "Phường 1", "phường 3", "Đoàn 9 khối 11", "Đoàn 9 khối 2"]
    assert sorted(names, key=sortable) == [
        "Đoàn 9 khối 2", "Đoàn 9 khối 11", "Phường 1", "Phường 2", "phường 3", "Phường 10"]


def test_the_databases_fold_and_sort_as_python_does(platform: Platform) -> None:
    rolled = Random(5)
    letters = "aăâđeêioôơuưyỳọẫ0123456789 ĐẶÀỸ"
    drawn = ["".join(rolled.choices(letters, k=12)) for _ in range(40)]
    with platform.db.read() as session:
        for name in (*NAMES, *drawn):
            for form in ("NFC", "NFD"):
                text = unicodedata.normalize(form, name)
                found = session.execute(
                    select(search.folded(literal(text)), search.sortable(literal(text)))).one()
                assert tuple(found) == (fold(text), sortable(text)), ascii(text)
        assert session.scalar(select(search.folded(literal(None)))) is None


def test_words_are_found_without_their_accents_and_signs_are_only_signs(
    platform: Platform, make: Factory, contest: Contest
) -> None:
    for name in ("Đoàn Phường 2", "Đoàn Phường 12", "Công an Quận", "100% _ \\"):
        make.unit(contest, name)
    with platform.db.read() as session:
        def found(words: str) -> list[str]:
            query = search.matching(select(Unit.name), words, Unit.name)
            return list(session.scalars(query.order_by(search.sortable(Unit.name))))

        assert found("phuong 2") == ["Đoàn Phường 2", "Đoàn Phường 12"]
        assert found("PHƯỜNG doan") == ["Đoàn Phường 2", "Đoàn Phường 12"]
        assert found(unicodedata.normalize("NFD", "Quận")) == ["Công an Quận"]
        assert found("%") == found("\\") == ["100% _ \\"]
        assert found("khong co") == []
        assert len(found("")) == 4
