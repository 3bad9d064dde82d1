"""The clocks of a request by Viet Nam's calendar."""

import math
import tomllib
from datetime import date, datetime, timedelta
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


def _new_moon(number: int) -> date:
    """The day at UTC+7 of the new moon so many after that of January 1900 (J. Meeus, Astronomical
    Formulae for Calculators, chapter 32; its largest terms, good to some minutes)."""
    t = number / 1236.85
    sun = math.radians(359.2242 + 29.10535608 * number - 0.0000333 * t * t)
    moon = math.radians(306.0253 + 385.81691806 * number + 0.0107306 * t * t)
    node = math.radians(21.2964 + 390.67050646 * number - 0.0016528 * t * t)
    julian = (2415020.75933 + 29.53058868 * number + 0.0001178 * t * t
              + 0.00033 * math.sin(math.radians(166.56 + 132.87 * t))
              + (0.1734 - 0.000393 * t) * math.sin(sun) + 0.0021 * math.sin(2 * sun)
              - 0.4068 * math.sin(moon) + 0.0161 * math.sin(2 * moon) - 0.0004 * math.sin(3 * moon)
              + 0.0104 * math.sin(2 * node) - 0.0051 * math.sin(sun + moon)
              - 0.0074 * math.sin(sun - moon) + 0.0010 * math.sin(2 * node - moon))
    return date.fromordinal(math.floor(julian - 1721424.5 + 7 / 24 - 0.0008))


def test_years_to_come_hold_what_the_law_gives_by_the_moon_over_viet_nam() -> None:
    moons = {_new_moon(number) for number in range(1550, 2000)}
    assert date(2007, 2, 17) in {_new_moon(n) for n in range(1320, 1330)}, "China: the 18th"
    lunar = tomllib.loads(workdays.LUNAR.read_text())
    assert [int(year) for year in lunar] == list(range(2026, 2061))
    for year, (first, ancestors) in lunar.items():
        tet, feast = date.fromisoformat(first), date.fromisoformat(ancestors)
        assert tet in moons and feast - timedelta(days=9) in moons
        assert (1, 20) < (tet.month, tet.day) < (2, 22), year
        assert 66 <= (feast - tet).days <= 69 or 96 <= (feast - tet).days <= 98, year
        days = [date.fromisoformat(day) for day in workdays.of_the_law(int(year))["off"]]
        assert len(set(days)) == 11 and all(day.weekday() < 5 for day in days), year
        assert not any(workdays.is_workday(day) for day in (tet, feast))
    known = tomllib.loads(workdays.DATA.read_text())
    for year in ("2027", "2028", "2029", "2030"):  # put down by hand before
        assert workdays.of_the_law(int(year))["off"] == known[year]["off"]
    at = datetime.fromisoformat("2031-01-21T10:00+07:00")  # two days before Tết
    assert workdays.answer_by(at, HERE) == datetime.fromisoformat("2031-01-31T00:00+07:00")
    assert workdays.due_by(at, HERE) == datetime.fromisoformat("2031-02-06T00:00+07:00")


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
    assert workdays.correct('[2028]\noff = ["2028-03-02"]\nworked = []\n', tmp_path) == ["2028"]
    assert not workdays.is_workday(date(2028, 3, 2))
    assert not workdays.is_workday(day), "another file's years stay"
    workdays.correct(text.replace("2027-03-03", "2027-03-04"), tmp_path)
    assert workdays.is_workday(day) and not workdays.is_workday(date(2027, 3, 4))
