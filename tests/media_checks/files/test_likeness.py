"""Entries that share words or pictures find each other; unlike ones do not."""

from __future__ import annotations

import random
import unicodedata

import pytest

from media_checks import Likeness, similarity
from media_checks.files.likeness import SKETCH, likeness_of_text
from media_checks.files.words import counted, words_of
from media_checks.picture.fingerprint import MIRROR

SAID = (
    "đoàn thanh niên cải cách hành chính phường ý tưởng sáng kiến hồ sơ trực tuyến người dân "
    "cán bộ thủ tục giấy tờ công khai minh bạch ứng dụng điện thoại hướng dẫn tiếp nhận kết quả"
)
WORDS = SAID.split()


def essay(seed: int, count: int = 800) -> str:
    chance = random.Random(seed)
    return " ".join(chance.choice(WORDS) for _ in range(count))


def score(one: str, other: str) -> float:
    found = similarity(likeness_of_text(one), likeness_of_text(other))
    assert found.score == similarity(likeness_of_text(other), likeness_of_text(one)).score
    assert found.kind == ("text" if found.score else "")
    return found.score


def test_the_same_words_are_found_however_they_are_written():
    text = essay(1)
    assert score(text, text) == 1
    assert score(text, unicodedata.normalize("NFD", text).upper()) == 1
    assert score(text, text.replace("đ", "d")) == 1
    marked = ", ".join(text.split())
    assert score(text, f"“{marked}!”") == 1


def test_a_part_that_was_taken_over_is_found():
    text, other = essay(1), essay(2)
    assert score(text, f"{essay(3, 400)} {text} {essay(4, 400)}") > 0.93
    half = " ".join(text.split()[:400])
    assert 0.4 < score(f"{half} {essay(5, 400)}", text) < 0.6
    assert score(text, other) < 0.02
    assert score(essay(6, 300), essay(7, 300)) == 0  # counted, not estimated


def test_long_texts_are_estimated_within_a_few_per_cent():
    # 20,000 words in either, half of them the same.
    shared = essay(1, 10_000)
    found = score(f"{shared} {essay(2, 10_000)}", f"{shared} {essay(3, 10_000)}")
    assert found == pytest.approx(0.5, abs=0.08)
    assert len(likeness_of_text(shared).words) == SKETCH


def test_few_words_and_none():
    assert score("Bài dự thi", "bài dự thi.") == 1
    assert score("Bài dự thi", "Bài khác") == 0
    assert score("", "") == score("...", "bài") == 0


def test_a_likeness_is_json_and_small():
    one = Likeness((3, 0, 1 << 254), likeness_of_text(essay(1)).words, 796)
    told = one.to_dict()
    assert Likeness.from_dict(told) == one
    with pytest.raises(ValueError, match="edition 0"):
        Likeness.from_dict(told | {"edition": 0})


def test_pictures_are_counted_by_the_smaller_entry():
    one, two = (
        Likeness((7, 1 << 200, 0)),
        Likeness((7 ^ (1 << 9), 1 << 200, 255 << 90, (1 << 255) - 2)),
    )
    found = similarity(one, two)
    assert found.kind == "picture" and found.score == 1
    assert found.to_dict()["pictures"][0] == [1, 1, round(1 / 255, 4)]
    assert similarity(Likeness((0,)), Likeness((0,))).score == 0  # of one colour
    mirrored = similarity(Likeness((7 ^ MIRROR,)), one)
    assert (mirrored.score, mirrored.pictures[0]) == (1, (1, 1, 0))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Đoàn Thanh niên Cộng sản Hồ Chí Minh", 8),
        ("Quyết định số 12/2023/QĐ-UBND ngày 01-6", 6),
        ("một\u00a0hai\tba\r\nbốn", 4),
        ("một – hai … !", 2),
        ("3.000 đồng", 2),
        ("", 0),
    ],
)
def test_words_are_counted_as_people_count(text, words):
    assert len(words_of(text)) == words
    assert counted(unicodedata.normalize("NFD", text)).words == words


def test_characters_are_counted_once_however_accents_are_written():
    text = " Hội thi "
    assert counted(text).characters == counted(unicodedata.normalize("NFD", text)).characters == 7
    assert counted("a\ue000\ufffd\x01").odd_pct == 75
    assert counted("Một 👍🏽 ①").odd_pct == 0
