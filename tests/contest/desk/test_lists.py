"""Lists as files: whole, in both languages, and nothing in them is run as a formula."""

import csv
import io

import openpyxl
import pytest
from bs4 import BeautifulSoup

from contest.actors import PUBLIC, SYSTEM
from contest.clock import FixedClock
from contest.errors import SignInNeeded
from contest.models import Contest, Derivative, User
from contest.services.core import profiles, spreadsheets
from contest.services.desk import lists
from contest.wiring import Platform
from tests.contest.conftest import Client, Visits
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, Stage

DESK = "/c/quan11-2023/organiser"
LISTS = f"{DESK}/lists"
FORMULA = '=HYPERLINK("https://evil.example";"Clip")'


@pytest.fixture
def desk(make: Factory, contest: Contest, visit: Visits) -> Client:
    make.submission(make.unit(contest, "Đoàn Phường 5", contact_phone="0903 1"), "in_review",
                    code="CX-AAAAAA", title=FORMULA)
    make.unit(contest, "@Đoàn Lạ")
    return visit.role("organiser")


def table(client: Client, what: str) -> list[list[str]]:
    text = client.get(f"{LISTS}/{what}.csv").get_data().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_the_units_with_their_clips(desk: Client):
    titles, *rows = table(desk, "units")
    assert titles[:4] == ["Đơn vị", "Khối", "Clip", "Còn thiếu"]
    assert {(row[0], row[2], row[3]) for row in rows} == {
        ("Đoàn Phường 5", "1", "0"), ("'@Đoàn Lạ", "0", "1")
    }


def test_the_entries_in_three_forms(desk: Client):
    titles, row = table(desk, "entries")
    named = dict(zip(titles, row, strict=True))
    assert named["Mã"], named["Nhận lúc"] == ("CX-AAAAAA", "2023-06-05T09:00+07:00")
    assert named["Tên clip"].startswith("'=")
    book = openpyxl.load_workbook(io.BytesIO(desk.get(f"{LISTS}/entries.xlsx").data))
    cell = book["entries"]["B2"]
    assert (cell.data_type, cell.value) == ("s", f"'{FORMULA}")
    [entry] = desk.get(f"{LISTS}/entries.json").json
    assert (entry["title"], entry["unit"], entry["state"]) == (
        FORMULA, "Đoàn Phường 5", "in_review"
    )


def test_titles_speak_the_readers_language(desk: Client):
    assert table(desk.english(), "entries")[0][:3] == ["Code", "Title", "Unit"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_begins_a_formula(text: str):
    written = spreadsheets.csv_file((["t"], [[text]])).decode("utf-8-sig")
    [[_], [cell]] = list(csv.reader(io.StringIO(written, newline="")))
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    book = openpyxl.load_workbook(io.BytesIO(spreadsheets.workbook({"t": (["t"], [[text]])})))
    assert book["t"]["A2"].value.startswith("'")


def test_rows_are_written_as_they_come_and_the_first_thousand_measure_the_columns() -> None:
    last = spreadsheets.SAMPLE + 3
    rows = (["từ " * 20 if row == last else "ngắn", spreadsheets.Formula(f"=LEN(A{row})", value)]
            for row in range(2, last + 1) for value in [None if row == 3 else row / 2])
    with spreadsheets.workbook_file({"t": (["chữ", "dài"], rows)}) as file:
        sheet = openpyxl.load_workbook(file, data_only=True)["t"]
        assert [cell.value for cell in sheet["B"]][1:] == [
            None if row == 3 else row / 2 for row in range(2, last + 1)]
        assert sheet.auto_filter.ref == f"A1:B{last}"
        assert sheet.column_dimensions["A"].width == spreadsheets.NARROWEST
        heights = {number: one.height for number, one in sheet.row_dimensions.items() if one.height}
    assert set(heights) == {1, last}
    assert heights[last] > heights[1]


NASTY = ['a "b", c', "two\nlines", "two\r\nlines", "-5", "+84 903", " led", "ends ", "%d", "|x",
         "\\.", "a\\tb", "x,=1", '",=1"', "Đặng", "NULL", "'", "=1\n=2", '""', "\ttab", "100%"]


def test_what_postgresql_writes_is_what_we_write(
    platform: Platform, make: Factory, contest: Contest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every list as CSV, byte for byte, whatever stands in it."""
    monkeypatch.setattr(spreadsheets, "CSV_ROWS", 3)  # plain and risky pieces in turn
    unit = make.unit(contest, "Đoàn, Phường")
    for number, text in enumerate(NASTY):
        authors = [[text], [text, "Lê"], [text, "Lê", text], ["Lê", text], []][number % 5]
        make.submission(unit, ("uploading", "in_review")[number % 2], title=text, authors=authors,
                        code=f"CX-{number:06}", contact_name=NASTY[-number],
                        contact_phone="" if number % 3 else "0903")
    for number in range(4):
        make.submission(unit, "in_review", code=f"CY-{number:06}", authors=["Nguyễn Văn An"])
    at = platform.clock.now()
    with platform.db.read() as session:
        for what in lists.TITLES:
            titles = list(lists.columns(what, profiles.profile_of(contest), "vi").values())
            told = lists.rows(session, contest, what, actor=SYSTEM, at=at)
            ours = b"".join(spreadsheets.csv_parts(titles, told))
            found = lists.csv_parts(session, contest, what, actor=SYSTEM, at=at, language="vi")
            assert b"".join(found) == ours


def test_a_list_is_for_those_who_may_take_it(platform: Platform, contest: Contest) -> None:
    with platform.db.read() as session:
        for what in lists.TITLES:
            with pytest.raises(SignInNeeded):
                list(lists.csv_parts(session, contest, what, actor=PUBLIC, language="vi",
                                     at=platform.clock.now()))


def test_the_ranking_as_csv(
    platform: Platform, make: Factory, contest: Contest, clock: FixedClock, visit: Visits
):
    stage = Stage(platform, make, contest)
    clock.moment = AFTER
    with platform.db.write() as session:
        session.get_one(Contest, contest.id).jury_locked_at = AFTER
    result = stage.compute(reason="Thử")
    with platform.db.read() as session:
        client = visit.user(session.get_one(User, stage.organiser.id))
    answer = client.get(f"/c/quan11-2023/organiser/results/{result.number}.csv")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["Hạng", "1", "2", "3"]


def test_entries_are_searched_and_sorted_and_have_their_pictures(
    make: Factory, contest: Contest, visit: Visits
) -> None:
    units = [make.unit(contest, f"Đoàn Phường {n}") for n in (10, 2)]
    first, second = (make.submission(unit, "in_review", title=f"Câu chuyện {n}")
                     for unit, n in zip(units, (1, 2), strict=True))
    version = make.fresh(second).version_id
    make.add(Derivative(version_id=version, kind="poster", sha256="0" * 64, size=1,
                        media_type="image/jpeg", created_at=make.at))
    client = visit.role("organiser")

    def shown(query: str) -> list[str]:
        page = BeautifulSoup(client.get(f"{DESK}/entries?{query}").text, "html.parser")
        return [one.text for one in page.select("tbody th a")]

    assert shown("order=unit") == ["Câu chuyện 2", "Câu chuyện 1"]
    assert shown("order=title") == ["Câu chuyện 1", "Câu chuyện 2"]
    assert shown("q=phuong+10") == shown(f"q=%23{first.code}") == ["Câu chuyện 1"]
    assert shown("q=chuyen&state=published") == []
    page = BeautifulSoup(client.get(f"{DESK}/entries").text, "html.parser")
    [picture] = page.select("img.thumb")
    assert second.code in picture["src"]
