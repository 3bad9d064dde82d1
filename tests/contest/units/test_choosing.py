"""A unit is chosen: of a few from a list, of many by its name."""

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from contest.models import Contest, RoleGrant, Submission, Unit
from contest.views.organiser.units.choosing import MOST
from contest.wiring import Platform
from tests.contest.conftest import Client, Visits
from tests.contest.factory import Factory

UNITS = "/c/quan11-2023/organiser/units"
PEOPLE = "/c/quan11-2023/organiser/people"
REASON = {"reason": "Gửi nhầm mã"}


@pytest.fixture
def wards(make: Factory, contest: Contest) -> list[Unit]:
    """So many that no list has them all: Đoàn Phường 1, 2, 3 …"""
    made = [Unit(contest_id=contest.id, name=f"Đoàn Phường {n}", created_at=make.at)
            for n in range(1, MOST + 41)]
    make.add(*made)
    return made


@pytest.fixture
def browser(make: Factory, contest: Contest, visit: Visits) -> Client:
    return visit.user(make.user("organiser", contest=contest))


def choices(text: str, name: str) -> list[str]:
    """The list's labels; empty where there is no list."""
    return [one.text for one in BeautifulSoup(text, "html.parser").select(f"[name={name}] option")]


def fault(text: str) -> str:
    found = BeautifulSoup(text, "html.parser").select_one(".field__error")
    return found.text if found else ""


def test_few_units_stand_in_a_list_and_many_are_looked_for(
    make: Factory, contest: Contest, browser: Client
) -> None:
    few = [make.unit(contest, f"Đoàn Phường {n}", group="Phường") for n in (10, 2)]
    few.append(make.unit(contest, "Đoàn Trường A", group="Trường"))
    make.submission(few[0], "in_review")
    make.unit(contest, "Đã thôi", retired_at=make.at)
    pages = {f"{UNITS}/{few[0].id}/merge": "into", f"{UNITS}/{few[0].id}": "into",
             f"{PEOPLE}/new": "unit"}
    for page, name in pages.items():
        text = browser.get(page).text
        others = ["Đoàn Phường 10"] if page.endswith("new") else []
        assert choices(text, name)[1:] == ["Đoàn Phường 2", *others, "Đoàn Trường A"], page
        assert f"{name}_words" not in text
    make.add(*(Unit(contest_id=contest.id, name=f"Khu phố {n}", created_at=make.at)
               for n in range(MOST)))
    for page, name in pages.items():
        text = browser.get(page).text
        assert "Khu phố" not in text, page
        assert f'name="{name}_words"' in text
        assert len(text) < 30_000


def test_a_name_in_full_or_the_only_one_with_these_words_is_taken(
    make: Factory, contest: Contest, wards: list[Unit], browser: Client, platform: Platform
) -> None:
    where = f"{UNITS}/{wards[0].id}"
    only = make.unit(contest, "Trường Lê Quý Đôn")
    for words, found in (("doan phuong 2", wards[1]), ("đôn  QUÝ", only)):
        text = browser.get(f"{where}/merge", query_string={"into_words": words}).text
        assert f"Gộp vào {found.name} thì" in text
        clip = make.submission(wards[0], "in_review")
        done = browser.post(f"{where}/clips", data={"clip": clip.code, "into_words": words,
                                                    **REASON})
        assert done.status_code == 303
        with platform.db.read() as session:
            assert session.get_one(Submission, clip.id).unit_id == found.id


def test_of_several_the_form_comes_back_with_their_list(
    wards: list[Unit], browser: Client
) -> None:
    where = f"{UNITS}/{wards[0].id}/merge"
    answer = browser.get(where, query_string={"into_words": "phuong 9"})
    assert answer.status_code == 422
    with_nine = [unit.name for unit in wards if "9" in unit.name]
    assert choices(answer.text, "into") == ["Chọn đơn vị", *with_nine]
    assert f"{len(with_nine)} đơn vị có tên chứa “phuong 9”" in fault(answer.text)
    chosen = browser.get(where, query_string={"into": wards[89].id, "into_words": ""})
    assert "Gộp vào Đoàn Phường 90 thì" in chosen.text


@pytest.mark.parametrize(("words", "told"), [
    ("phường", f"Hơn {MOST} đơn vị có tên chứa “phường”"), ("%", "Không đơn vị nào"),
    ("Đoàn Phường 1", "19 đơn vị"),  # all but the unit itself, which is no choice
    ("quận\x00 3", "Không đơn vị nào có tên chứa “quận 3”"), ("", "Hãy chọn đơn vị nhận."),
])
def test_what_is_not_found_is_said(
    make: Factory, wards: list[Unit], browser: Client, words: str, told: str
) -> None:
    clip = make.submission(wards[0], "in_review")
    answer = browser.post(f"{UNITS}/{wards[0].id}/clips",
                          data={"clip": clip.code, "into_words": words, **REASON})
    assert answer.status_code == 422
    assert told in fault(answer.text)


@pytest.mark.parametrize("into", ["0", "²", str(1 << 70), "itself", "elsewhere", "retired"])
def test_only_another_unit_that_takes_part_here_is_a_choice(
    make: Factory, contest: Contest, wards: list[Unit], browser: Client, into: str
) -> None:
    other = make.unit(make.contest("quan-3"))
    gone = make.unit(contest, retired_at=make.at)
    numbers = {"itself": wards[0].id, "elsewhere": other.id, "retired": gone.id}
    clip = make.submission(wards[0], "in_review")
    answer = browser.post(f"{UNITS}/{wards[0].id}/clips", data={
        "clip": clip.code, "into": numbers.get(into, into), **REASON})
    assert answer.status_code == 422
    assert make.fresh(clip).unit_id == wards[0].id


def test_a_jurors_unit_is_found_kept_and_taken_away(
    make: Factory, contest: Contest, wards: list[Unit], browser: Client, platform: Platform
) -> None:
    juror = make.user("juror", contest=contest)
    where = f"{PEOPLE}/{juror.id}"

    def save(**given: object) -> int | None:
        answer = browser.post(f"{where}/roles", data={"roles": "juror", **given})
        assert answer.status_code == 303
        with platform.db.read() as session:
            grants = select(RoleGrant.unit_id).where(RoleGrant.user_id == juror.id)
            return session.scalars(grants).one()

    assert save(unit="0", unit_words="đoàn phường 42") == wards[41].id
    text = browser.get(where).text
    assert choices(text, "unit") == ["Không thuộc đơn vị nào", "Đoàn Phường 42"]
    assert BeautifulSoup(text, "html.parser").select_one("option[selected]").text == wards[41].name
    assert save(unit=wards[41].id, unit_words="") == wards[41].id
    assert save(unit="0", unit_words="") is None
