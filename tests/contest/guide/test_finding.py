"""Looking for a page of the guide."""

import pytest

from contest.guide import book as books
from contest.guide import finding
from contest.guide.book import Book

BOOKS = {language: books.load(language, lambda name, shows: "") for language in ("vi", "en")}


def found(words: str, language: str = "vi") -> list[str]:
    other: Book = BOOKS["en" if language == "vi" else "vi"]
    return [hit.topic.key for hit in finding.find(words, BOOKS[language], other)]


@pytest.mark.parametrize(("words", "language", "first"), [
    ("gửi clip", "vi", "unit/send-a-clip"),
    ("gui clip", "vi", "unit/send-a-clip"),
    ("GỬI CLIP", "vi", "unit/send-a-clip"),
    ("rot mang", "vi", "unit/send-a-clip"),
    ("quên mật khẩu", "vi", "everyone/sign-in"),
    ("mat khau", "vi", "everyone/sign-in"),
    ("chốt số", "vi", "counting/numbers-at-the-cut-off"),
    ("dau hieu bat thuong", "vi", "counting/shares-and-odd-counts"),
    ("lost phone", "en", "organiser/people"),
    ("send the clip", "en", "unit/send-a-clip"),
    ("upload", "vi", "unit/send-a-clip"),  # what the page is called in the other language's words
    ("sao lưu", "en", "technician/keep-it-safe"),
    ("4:3", "vi", "unit/what-a-clip-needs"),
])  # fmt: skip
def test_the_best_page_comes_first(words: str, language: str, first: str) -> None:
    assert found(words, language)[0] == first


def test_with_and_without_accents_the_same_pages_are_found() -> None:
    assert set(found("thẩm định")) == set(found("tham dinh")) != set()


def test_pages_that_hold_all_words_leave_out_those_that_hold_some() -> None:
    assert found("minh chứng sao chép xyzzy") != []  # some of them, where no page holds all
    assert set(found("khoá vòng chấm")) < set(found("chấm"))


@pytest.mark.parametrize("words", ["", "   ", "???", "xyzzy", "%", "<xyzzy>"])
def test_nothing_is_found_where_nothing_is(words: str) -> None:
    assert found(words) == []


def test_the_passage_marks_the_words_as_they_are_written() -> None:
    hit = finding.find("bien nhan", BOOKS["vi"], BOOKS["en"])[0]
    assert "<mark>biên</mark> <mark>nhận</mark>" in hit.passage.lower()
    assert len(hit.passage) < 600


def test_what_is_found_is_bounded() -> None:
    assert len(found("clip")) == finding.MOST_HITS
    assert found("clip " * 1000) == found("clip")
