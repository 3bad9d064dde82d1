"""The commands: ``python -m plan_reading`` alone, ``hoithi profile draft`` with the stable JSON."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from contest.cli import main
from plan_reading.cli import main as read

LINE = "Nhận clip đến 16g00 ngày 06/5/2023 (thứ Sáu)."


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.txt"
    path.write_text(LINE, "utf-8")
    return path


def test_the_draft_in_the_form_that_others_build_on(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["profile", "draft", str(plan), "--json"])
    data = json.loads(capsys.readouterr().out)
    assert set(data) == {"values", "missing", "doubts"}
    assert data["values"] == [
        {"key": "schedule.entries_close", "value": "2023-05-06T16:00:00+07:00", "source": LINE}
    ]
    assert "prizes" in data["missing"]
    assert data["doubts"] == [{
        "source": LINE,
        "message_vi": "06/5/2023 là thứ Bảy, kế hoạch ghi thứ Sáu. Hãy xem lại ngày nào đúng.",
        "message_en": "06/5/2023 is a Saturday, the plan says Friday. Please see which is right.",
    }]


def test_the_draft_for_a_reader(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["profile", "draft", str(plan)])
    shown = capsys.readouterr().out
    assert "Hạn nhận clip (schedule.entries_close): 16g00 ngày 6/5/2023" in shown
    assert "KHÔNG TÌM THẤY" in shown and "06/5/2023 là thứ Bảy" in shown


def test_what_is_no_plan_is_refused_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plan.docx"
    path.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(SystemExit) as ended:
        main(["profile", "draft", str(path)])
    assert ended.value.code == 2
    assert "không phải văn bản Word" in capsys.readouterr().err
    assert read([str(path)]) == 2
    assert read([str(tmp_path / "none.txt")]) == 3


def test_it_stands_alone(plan: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "plan_reading", "-", "--json"], check=True, capture_output=True,
        input=plan.read_bytes(), cwd=Path(__file__).parents[2],
    )
    (value,) = json.loads(done.stdout)["values"]
    assert (value["key"], value["place_vi"]) == ("schedule.entries_close", "đoạn 1")
