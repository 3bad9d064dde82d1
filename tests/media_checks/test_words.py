"""Numbers and times as people write them."""

from __future__ import annotations

import pytest

from media_checks import words


@pytest.mark.parametrize(
    ("seconds", "places", "vi", "en"),
    [
        (342, 0, "5 phút 42 giây", "5 min 42 s"),
        (300, 0, "5 phút", "5 min"),
        (59.6, 0, "1 phút", "1 min"),
        (301.4, 1, "5 phút 1,4 giây", "5 min 1.4 s"),
        (119.96, 1, "2 phút", "2 min"),
        (2.5, 0, "3 giây", "3 s"),
        (0, 0, "0 giây", "0 s"),
    ],
)
def test_length(seconds, places, vi, en):
    assert words.length(seconds, places=places) == (vi, en)


def test_number():
    assert words.number(1234.5, 1) == ("1.234,5", "1,234.5")
    assert words.number(7.0, 1) == ("7", "7")
    assert words.number(-0.04, 1) == ("0", "0")


@pytest.mark.parametrize(
    ("low", "high", "vi"),
    [
        (180, 300, "3–5 phút"),
        (3, 5, "3–5 giây"),
        (90, 120, "1 phút 30 giây đến 2 phút"),
    ],
)
def test_length_range(low, high, vi):
    assert words.length_range(low, high).vi == vi


def test_at_least_rounds_up():
    assert words.at_least(41.2).vi == "42 giây"
    assert words.at_least(0.1).vi == "1 giây"
    assert words.at_least(2.0).vi == "2 giây"


def test_time_code():
    assert [words.time_code(t) for t in (0, 75.9, 3675)] == ["0:00", "1:15", "1:01:15"]


def test_stretches():
    spans = [(5, 9), (60, 75), (80, 81), (90, 91)]
    assert words.stretches(spans[:2]).vi == "0:05–0:09, 1:00–1:15"
    assert words.stretches(spans).vi == "0:05–0:09, 1:00–1:15, 1:20–1:21 và 1 đoạn nữa"


def test_ratio():
    assert [words.ratio(*size) for size in ((1440, 1080), (1920, 1080), (100, 71))] == [
        "4:3",
        "16:9",
        "1.41:1",
    ]
