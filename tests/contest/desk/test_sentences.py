"""The trail as sentences: in words, without a raw value, in both languages."""

import re
from pathlib import Path

import pytest
from flask import Flask

from contest.clock import FixedClock
from contest.models import AuditRow, Contest
from contest.services.desk import activity
from contest.views.organiser.overview import sentences
from tests.contest.conftest import Visits
from tests.contest.crowd import Crowd
from tests.contest.factory import Factory

DESK = "/c/quan11-2023/organiser"
RAW = re.compile(r"[a-z]+_[a-z_]+|user:\d|unit:\d|[0-9a-f]{12}|\d{4}-\d\d-\d\dT|[{}\[\]]|True|None")


def told(app: Flask, language: str, before: dict, after: dict, names: dict) -> list[str]:
    row = AuditRow(action="unit.changed", actor="user:1", subject="unit:4", before=before,
                   after=after)
    assert sentences.references(row) >= {"user:1", "unit:4"}
    with app.test_request_context("/", headers={"Cookie": f"lang={language}"}):
        return sentences.details(row, names)


@pytest.mark.parametrize(("before", "after", "vi", "en"), [
    ({}, {"reason": "Sao chép."}, "Lý do: Sao chép.", "Reason: Sao chép."),
    ({"name": "Đoàn A"}, {"name": "Đoàn B"}, "Tên: Đoàn A → Đoàn B.", "Name: Đoàn A → Đoàn B."),
    ({}, {"kind": "missing", "mails": 3}, "Loại: đơn vị chưa có clip. Số thư: 3.",
     "Kind: units without a clip. Mails: 3."),
    ({}, {"how": "on_the_spot"}, "Cách: mã QR tại chỗ.", "Way: QR code on the spot."),
    ({}, {"kind": "check.quick"}, "Loại: Kiểm tra clip.", None),
    ({"unit": 4}, {"unit": 5}, "Đơn vị: Đoàn A → Đoàn B.", None),
    ({}, {"until": "2023-06-12T16:00:00+07:00"}, "Đến: 16g00 ngày 12/6/2023.",
     "Until: 16:00 on 12 June 2023."),
    ({}, {"sha256": "a" * 64, "numbers": {"x": 1}, "keeps_marks": True, "state": "open"}, "", ""),
    ({}, {"late": True, "account": "An"}, "Ghi muộn: có. Tài khoản: An.", None),
    ({}, {"kind": "some_new_word", "unit": 99, "reason": ""}, "", ""),
    ({}, {"version": 2}, "Bản: 2.", "Version: 2."),
    ({}, {"review": 7, "version": 4}, "", ""),  # the row that was judged, no clip's number
    ({}, {"codes": [f"CX{n}" for n in range(14)]},
     "Các clip: " + ", ".join(f"CX{n}" for n in range(12)) + " ….", None),
])
def test_details_are_said_in_words(
    app: Flask, before: dict, after: dict, vi: str, en: str | None
) -> None:
    names = {"unit:4": "Đoàn A", "unit:5": "Đoàn B"}
    assert " ".join(told(app, "vi", before, after, names)) == vi
    if en is not None:
        assert " ".join(told(app, "en", before, after, names)) == en


def test_no_sentence_of_a_full_contest_holds_a_raw_value(sqlite_url: str, tmp_path: Path) -> None:
    crowd = Crowd(tmp_path, 2, sqlite_url)
    with crowd.platform.db.read() as session:
        rows = activity.rows(session, crowd.contest, activity.Filter()).rows
        labels = set().union(*map(sentences.references, rows))
        names = activity.names(session, labels)
        clips = activity.clips(session, {row.subject for row in rows})
    for language in ("vi", "en"):
        cookie = {"Cookie": f"lang={language}"}
        with crowd.app.test_request_context(f"/c/{crowd.contest.slug}/", headers=cookie):
            for row in rows:
                said = " ".join([sentences.what(row), sentences.subject(row.subject, names, clips),
                                 *sentences.details(row, names)])
                assert not RAW.search(said), said
    assert len(rows) > 10
    crowd.platform.db.engine.dispose()


def test_the_log_is_read_as_sentences(
    make: Factory, contest: Contest, visit: Visits, clock: FixedClock
) -> None:
    unit = make.unit(contest, "Đoàn A")
    client = visit.role("organiser", name="Lê Thị Hoa")
    client.post(f"{DESK}/units/{unit.id}/edit", data={"name": "Đoàn B", "group": "", "contact": ""})
    client.post(f"{DESK}/units/links", data={"unit": str(unit.id)})
    page = client.get(f"{DESK}/activity").text
    assert "<strong>Lê Thị Hoa</strong>: cấp liên kết cho đơn vị" in page
    assert "user:" not in page.split("<tbody")[1]
