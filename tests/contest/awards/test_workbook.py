"""The workbook of a result: numbers are numbers, formulas compute the same totals, in LibreOffice
as well, and go on computing where a mark is changed."""

import io
import os
import subprocess
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from contest.adapters.office import KEEPS_MEMORY
from contest.clock import FixedClock
from contest.models import Contest, Result, ShareRecord, Submission
from contest.services.awards import workbook
from contest.services.entry import submissions
from contest.wiring import Platform
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, COUNTED, Stage

NAME = "=HYPERLINK(\"http://evil.example\")"


@pytest.fixture
def stage(platform: Platform, make: Factory, contest: Contest, clock: FixedClock) -> Stage:
    made = Stage(platform, make, contest)
    clock.moment = AFTER
    make.add(ShareRecord(
        submission_id=made.clips[0].id, account="lan", count=5, seen_at=COUNTED,
        created_by="user:1", created_at=COUNTED,
    ))
    made.say(made.clips[0], "complete")
    unit = make.unit(contest, NAME)
    clip = make.submission(unit, "published", title="+1")
    made.count(clip, 1, 1)
    make.unit(contest, "Đoàn không gửi")
    with platform.db.write() as session:
        submissions.disqualify(session, session.get_one(Submission, clip.id), reason="=1+1",
                               actor=made.organiser, at=AFTER)
    return made


def written(stage: Stage, result: Result, language: str = "vi") -> bytes:
    with stage.platform.db.read() as session, workbook.of_result(
        session, session.get_one(Result, result.id), language
    ) as file:
        return file.read()


def recalculated(folder: Path, *contents: bytes) -> list[Workbook]:
    """As LibreOffice computes them, which knows nothing of us."""
    names = [f"{number}.xlsx" for number in range(len(contents))]
    (folder / "in").mkdir()
    for name, content in zip(names, contents, strict=True):
        (folder / "in" / name).write_bytes(content)
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--norestore",
         "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "out"),
         *(str(folder / "in" / name) for name in names)],
        check=True, capture_output=True, timeout=120, env={**os.environ, **KEEPS_MEMORY},
    )
    return [load_workbook(folder / "out" / name, data_only=True) for name in names]


def test_a_sheet_a_purpose_with_numbers_filters_and_frozen_heads(stage: Stage) -> None:
    result = stage.compute()
    for language, names in (
        ("vi", ["Xếp hạng", "Điểm giám khảo", "Bình quân giám khảo", "Tương tác", "Giải thưởng",
                "Đơn vị", "Quy tắc", "Cách tính"]),
        ("en", ["Ranking", "Marks", "Jury mean", "Interactions", "Prizes", "Units", "Rules",
                "Explanations"]),
    ):
        book = load_workbook(io.BytesIO(written(stage, result, language)))
        assert book.sheetnames == names
        for sheet in book.worksheets:
            assert sheet.freeze_panes == "A2"
            assert sheet.auto_filter.ref.startswith("A1:")
            assert all(6 <= sheet.column_dimensions[c].width <= 60 for c in "ABC")
    book = load_workbook(io.BytesIO(written(stage, result)))
    rows = list(book["Xếp hạng"].values)
    assert rows[0][:9] == ("Hạng", "Đơn vị", "Mã clip", "Tên clip", "Tác giả", "Giám khảo",
                           "Tương tác", "Tổng", "Giải")
    assert rows[1][:3] == (1, "Đoàn C", stage.clips[2].code)
    assert [book["Xếp hạng"].cell(2, n).data_type for n in (1, 6, 7, 8)] == ["n", "f", "f", "f"]
    marks = list(book["Điểm giám khảo"].values)
    assert len(marks) == 1 + 3 * 2
    assert all(isinstance(mark, int) for row in marks[1:] for mark in row[3:-1])
    units = {row[0]: row[1:] for row in book["Đơn vị"].values}
    assert units["Đoàn C"][:2] == ("có xếp hạng", 1)
    assert units["Đoàn không gửi"][0] == "không có clip trên Trang"
    assert units[f"'{NAME}"][0] == "bị loại"  # a name runs nothing
    cells = [cell for sheet in book.worksheets for row in sheet.rows for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" and "HYPERLINK" in cell.value]


@pytest.mark.parametrize(("before", "after"), [
    ("trim = 0", "trim = 0"), ("trim = 0", "trim = 1"),
])
@pytest.mark.one_database
def test_libreoffice_computes_the_same_totals_and_follows_a_changed_mark(
    stage: Stage, tmp_path: Path, before: str, after: str
) -> None:
    if before != after:
        jurors = [stage.make.user("juror", contest=stage.contest) for _ in range(2)]
        for clip, lack in zip(stage.clips, (1, 2, 4), strict=True):
            for more, juror in enumerate(jurors):
                stage.make.ballot(clip, juror, stage.marks(lack + more))
        stage.newer_rules("[jury]", "[jury]\ntrim = 1")
    result = stage.compute()
    book = load_workbook(io.BytesIO(written(stage, result)))
    kept = load_workbook(io.BytesIO(written(stage, result)), data_only=True)
    ranking = result.output["ranking"]
    codes = [row[0] for row in book["Điểm giám khảo"].values]
    first = codes.index(ranking[0]["entry"]) + 1
    book["Điểm giám khảo"].cell(first, 4).value = 0  # a mark in the first criterion
    changed = io.BytesIO()
    book.save(changed)
    seen, then = recalculated(tmp_path, written(stage, result), changed.getvalue())
    for sheet in kept.worksheets:  # what a phone's preview shows, which computes nothing
        for row in sheet.rows:
            for cell in row:
                computed = seen[sheet.title][cell.coordinate].value
                if isinstance(computed, int | float):
                    assert cell.value == pytest.approx(computed), (sheet.title, cell.coordinate)
    for row, line in zip(list(seen["Xếp hạng"].values)[1:], ranking, strict=True):
        assert row[0] == line["rank"] == row[-1]
        for place, key in ((5, "jury"), (6, "interactions"), (7, "total")):
            assert round(float(row[place]), 2) == float(line[key]["rounded"]), (row, key)
    assert seen["Giải thưởng"]["G2"].value == pytest.approx(seen["Xếp hạng"]["H2"].value)
    assert then["Xếp hạng"]["H2"].value < seen["Xếp hạng"]["H2"].value - 0.5
    assert then["Xếp hạng"]["H3"].value == pytest.approx(seen["Xếp hạng"]["H3"].value)


def test_where_the_rules_ask_for_it_a_sheet_tells_how_strict_each_juror_was(stage: Stage) -> None:
    plain = load_workbook(io.BytesIO(written(stage, stage.compute())))
    assert "Độ chặt tay" not in plain.sheetnames
    stage.newer_rules("[jury]", "[jury]\nstrictness = true")
    third = stage.make.user("juror", contest=stage.contest)
    stage.make.ballot(stage.clips[0], third, stage.marks(5))  # 20 points less than the others
    result = stage.compute()
    for language, name in (("vi", "Độ chặt tay"), ("en", "Strictness")):
        sheet = load_workbook(io.BytesIO(written(stage, result, language)))[name]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        assert rows[2] == ["GK3", 1, 80, 0, -20, 1]
        assert [row[0] for row in rows] == ["GK1", "GK2", "GK3"]
        assert rows[0][4] == pytest.approx(10 / 3)  # half of 20 on one clip of three
