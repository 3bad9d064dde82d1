"""The clocks of a request by Viet Nam's calendar."""

import tomllib
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from contest.errors import Invalid
from contest.services.privacy import workdays

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
HOLIDAYS = {  # Tết's first day and Giỗ Tổ by Viet Nam's lunar calendar
    2026: ("2026-02-17", "2026-04-26"), 2027: ("2027-02-06", "2027-04-16"),
    2028: ("2028-01-26", "2028-04-04"), 2029: ("2029-02-13", "2029-04-23"),
    2030: ("2030-02-02", "2030-04-12"),
}


@pytest.mark.parametrize(("received", "answer", "due"), [
    ("2026-06-01T09:00", "2026-06-04", "2026-06-17"),  # a Monday: Wednesday ends it
    ("2026-06-05T16:00", "2026-06-10", "2026-06-23"),  # a Friday; the 15th day is a Saturday
    ("2026-06-06T10:00", "2026-06-10", "2026-06-23"),  # a Saturday
    ("2026-02-13T10:00", "2026-02-25", "2026-03-03"),  # the Friday before Tết
    ("2026-08-20T10:00", "2026-08-23", "2026-09-05"),  # Saturday 22 August is worked in exchange
    ("2026-04-24T23:30", "2026-04-30", "2026-05-12"),  # Giỗ Tổ on a Sunday is made up on Monday
    ("2026-12-31T23:59", "2027-01-06", "2027-01-16"),
])  # fmt: skip
def test_an_answer_in_two_working_days_and_done_in_fifteen(
    received: str, answer: str, due: str
) -> None:
    at = datetime.fromisoformat(f"{received}+07:00")
    assert workdays.answer_by(at, HERE) == datetime.fromisoformat(f"{answer}T00:00+07:00")
    assert workdays.due_by(at, HERE) == datetime.fromisoformat(f"{due}T00:00+07:00")


def test_the_day_is_that_of_the_contests_place() -> None:
    at = datetime.fromisoformat("2026-06-01T17:30+00:00")  # half past midnight on Tuesday
    assert workdays.answer_by(at, HERE) == datetime.fromisoformat("2026-06-05T00:00+07:00")


def test_an_extension_counts_from_the_first_day() -> None:
    at = datetime.fromisoformat("2026-06-01T09:00+07:00")
    extended = workdays.due_by(at, HERE, extended=True)
    assert extended == datetime.fromisoformat("2026-07-02T00:00+07:00")
    assert workdays.days_left(extended, at, HERE) == 30
    assert workdays.days_left(at, extended, HERE) < 0


def test_every_year_has_its_eleven_days_none_of_them_at_a_weekend() -> None:
    years = tomllib.loads(workdays.DATA.read_text())
    assert list(years) == [str(year) for year in range(2026, 2031)]
    for year, days in years.items():
        off = [date.fromisoformat(day) for day in days["off"]]
        assert off == sorted(set(off)) and all(day.weekday() < 5 for day in off)
        swapped = len(days["worked"])
        assert len(off) - swapped == 11, year
        for day in HOLIDAYS[int(year)]:
            assert not workdays.is_workday(date.fromisoformat(day))
        assert not workdays.is_workday(date(int(year), 4, 30))
        assert not workdays.is_workday(date(int(year), 5, 1))


def test_days_are_corrected_by_a_file_of_whole_years(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workdays._place, "folder", None)
    workdays.use(tmp_path)
    day = date(2027, 3, 3)
    assert workdays.is_workday(day)
    text = ('[2027]\nannounced = true\nsource = "Thông báo 1/TB"\noff = ["2027-03-03"]\n'
            'worked = ["2027-03-06"]\n')
    assert workdays.correct(text, tmp_path) == ["2027"]
    assert not workdays.is_workday(day) and workdays.is_workday(date(2027, 3, 6))
    assert not workdays.is_workday(date(2026, 1, 1)), "other years stay as they came"
    said = workdays.years()
    assert said["2027"]["corrected"] and not said["2026"]["corrected"] and said["2026"]["source"]
    for wrong in ("[2027]\noff = []\n", '[2027]\noff = ["2026-03-03"]\nworked = []\n',
                  '[2027]\noff = ["3/3"]\nworked = []\n', "[2027\n",
                  "[2027]\nannounced = true\noff = []\nworked = []\n",
                  "[2027]\noff = []\nworked = []\nmore = 1\n"):
        with pytest.raises(Invalid):
            workdays.correct(wrong, tmp_path)
    assert not workdays.is_workday(day), "a wrong file changes nothing"
