"""Codes of many units are made by the worker: seen on their way, stopped, gone on with wherever it
died, taken by organisers for four hours, and never lying anywhere as they are printed."""

import io
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from docx import Document as WordFile
from pypdf import PdfReader
from sqlalchemy import func, select

from contest.clock import FixedClock
from contest.errors import Conflict, NotAllowed, NotFound
from contest.jobs import Later, handlers
from contest.models import AuditRow, Base, Contest, RoleGrant, Unit, UnitLink, UnitSheet
from contest.services.printing import sheets
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.stage import PowerCut

BASE = "/c/quan11-2023/organiser/units"
CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b")


@pytest.fixture
def units(make: Factory, contest: Contest, monkeypatch: pytest.MonkeyPatch) -> list[Unit]:
    """Five, on a server that has no LibreOffice, which takes its seconds."""
    monkeypatch.setattr(sheets, "AT_ONCE", 2)
    monkeypatch.setenv("PATH", "")
    return [make.unit(contest, f"Chi đoàn số {number}") for number in range(1, 6)]


def ask(visit: Visits, units: list[Unit], **more: str) -> None:
    answer = visit.role("organiser").post(
        f"{BASE}/links", data={"unit": [str(unit.id) for unit in units], **more}
    )
    assert (answer.status_code, answer.location) == (303, f"{BASE}/sheets")


def newest(platform: Platform, contest: Contest) -> UnitSheet:
    with platform.db.read() as session:
        row = sheets.newest(session, session.get_one(Contest, contest.id))
        assert row is not None
        return row


def work(
    platform: Platform, contest: Contest, beat: Callable[[], None] = lambda: None
) -> UnitSheet:
    handlers()[sheets.KIND](platform, newest(platform, contest).id, beat)
    return newest(platform, contest)


def words(visit: Visits, row: UnitSheet) -> list[str]:
    """The texts of the DOCX files that an organiser takes."""
    answer = visit.role("organiser").post(f"{BASE}/sheets/{row.id}/file")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Cache-Control"] == "private, no-store"
    with ZipFile(io.BytesIO(answer.data)) as box:
        return ["\n".join(node.text or "" for node in
                          WordFile(io.BytesIO(box.read(name))).element.body.iter("{*}t"))
                for name in sorted(box.namelist()) if name.endswith(".docx")]


def links(platform: Platform) -> list[UnitLink]:
    with platform.db.read() as session:
        return list(session.scalars(select(UnitLink).order_by(UnitLink.id)))


def test_many_units_have_their_sheets_made_and_the_codes_work(
    platform: Platform, contest: Contest, units: list[Unit], visit: Visits, clock: FixedClock
) -> None:
    organiser, seen = visit.role("organiser"), list[str]()
    assert "Chưa tạo loạt tờ mã nào" in organiser.get(f"{BASE}/sheets").text
    ask(visit, units)
    assert "Đang chờ máy chủ bắt đầu" in organiser.get(f"{BASE}/sheets").text
    again = organiser.post(f"{BASE}/links", data={"unit": [str(unit.id) for unit in units]})
    assert again.status_code == 409  # some are under way

    def beat() -> None:
        clock.moment += timedelta(seconds=20)
        seen.append(organiser.get(f"{BASE}/sheets").text)

    row = work(platform, contest, beat)
    assert (row.state, row.done, len(row.link_ids)) == ("ready", 1.0, 5)
    assert any("Đã xong 16%" in page and "Còn khoảng" in page for page in seen)
    assert "Tải tờ mã (ZIP)" in organiser.get(f"{BASE}/sheets").text
    files = words(visit, row)
    assert [len(CODE.findall(text)) for text in files] == [2, 2, 1]
    assert [unit.name in text for unit, text in zip(units, [files[0]] * 2 + [files[1]] * 2
                                                    + [files[2]], strict=True)] == [True] * 5
    [code] = CODE.findall(files[2])
    entered = visit.public().post("/u", data={"code": code})
    assert entered.status_code == 303
    _leaves_no_code(platform, [one.replace("-", "") for one in CODE.findall("\n".join(files))])
    with platform.db.read() as session:
        said = session.execute(select(AuditRow.action, func.count()).where(
            AuditRow.action.like("unit_%")).group_by(AuditRow.action)).all()
    assert dict(tuple(pair) for pair in said) == {
        "unit_sheet.asked": 1, "unit_link.issued": 5, "unit_sheet.taken": 1}


def test_where_the_server_can_each_file_is_a_pdf_too(
    platform: Platform, contest: Contest, make: Factory, visit: Visits
) -> None:
    unit, user = make.unit(contest, "Đoàn Phường 5"), make.user("organiser", contest=contest)
    with platform.db.write() as session:
        sheets.ask(session, session.get_one(Contest, contest.id), [unit.id], rotate=False,
                   actor=make.actor(user), at=platform.clock.now())
    row = work(platform, contest)
    answer = visit.role("organiser").post(f"{BASE}/sheets/{row.id}/file")
    with ZipFile(io.BytesIO(answer.data)) as box:
        assert box.namelist() == [f"quan11-2023-ma-qr-001.{kind}" for kind in ("docx", "pdf")]
        [page] = PdfReader(io.BytesIO(box.read("quan11-2023-ma-qr-001.pdf"))).pages
    text = page.extract_text()
    assert unit.name in text and CODE.search(text)


def _leaves_no_code(platform: Platform, codes: list[str]) -> None:
    with platform.db.read_connection() as connection:
        stored = [str(row) for table in Base.metadata.sorted_tables
                  for row in connection.execute(table.select())]
    files = [path.read_bytes() for path in Path(platform.settings.data_dir).rglob("*")
             if path.is_file()]
    for code in codes:
        assert [row for row in stored if code in row] == []
        assert [content for content in files if code.encode() in content] == []


def test_wherever_it_dies_each_unit_has_one_code(
    platform: Platform, contest: Contest, units: list[Unit], visit: Visits, make: Factory
) -> None:
    """The power is cut at the first beat, in the next run at the second, and so on."""
    before = make.unit_link(units[0])[0]
    ask(visit, units, rotate="1")
    run = {"cut at": 0, "beats": 0}

    def cut() -> None:
        run["beats"] += 1
        if run["beats"] == run["cut at"]:
            raise PowerCut

    while newest(platform, contest).state != "ready":
        run.update({"cut at": run["cut at"] + 1, "beats": 0})
        with suppress(PowerCut):
            work(platform, contest, cut)
    assert run["cut at"] > 3
    made = [link for link in links(platform) if link.id != before.id]
    assert [link.unit_id for link in made] == [unit.id for unit in units]
    assert make.fresh(before).revoked_at is not None
    assert list((Path(platform.settings.data_dir) / "work").iterdir()) == []
    assert work(platform, contest).state == "ready"  # a second delivery of the task
    assert len(links(platform)) == 6


def test_it_is_stopped_and_gone_on_with(
    platform: Platform, contest: Contest, units: list[Unit], visit: Visits
) -> None:
    ask(visit, units)
    row, organiser = newest(platform, contest), visit.role("organiser")

    def stop() -> None:
        if newest(platform, contest).link_ids and newest(platform, contest).state == "working":
            assert organiser.post(f"{BASE}/sheets/{row.id}/cancel").status_code == 303

    assert work(platform, contest, stop).state == "cancelled"
    assert "Đã tạo mã cho 2 trong 5 đơn vị" in organiser.get(f"{BASE}/sheets").text
    assert organiser.post(f"{BASE}/sheets/{row.id}/cancel").status_code == 409
    assert organiser.post(f"{BASE}/sheets/{row.id}/file").status_code == 409
    assert organiser.post(f"{BASE}/sheets/{row.id}/go-on").status_code == 303
    assert work(platform, contest).state == "ready"
    assert len(links(platform)) == 5
    assert organiser.post(f"{BASE}/sheets/{row.id}/go-on").status_code == 409


def test_the_file_goes_after_four_hours_and_comes_back_with_the_same_codes(
    platform: Platform, contest: Contest, units: list[Unit], visit: Visits, clock: FixedClock
) -> None:
    ask(visit, units)
    row = work(platform, contest)
    codes, forget = words(visit, row), handlers()[sheets.FORGET]
    with pytest.raises(Later):
        forget(platform, row.id, lambda: None)
    clock.moment += sheets.LIFE
    forget(platform, row.id, lambda: None)
    assert newest(platform, contest).state == "gone"
    organiser = visit.role("organiser")
    assert "Tạo lại tệp" in organiser.get(f"{BASE}/sheets").text
    assert organiser.post(f"{BASE}/sheets/{row.id}/go-on").status_code == 303
    revoked = links(platform)[0]
    organiser.post(f"{BASE}/links/{revoked.id}/revoke")
    again = words(visit, work(platform, contest))
    assert again[1:] == codes[1:]
    assert [len(CODE.findall(text)) for text in again] == [1, 2, 1]  # without the revoked one


def test_who_may_not_and_what_is_not_ones_own(
    platform: Platform, contest: Contest, units: list[Unit], make: Factory, visit: Visits
) -> None:
    ids, foreign = [unit.id for unit in units], make.unit(make.contest("quan-3-2024")).id
    user = make.user("organiser", contest=contest)
    organiser = make.actor(user)
    reviewer = make.actor(make.user("reviewer", contest=contest))
    at = platform.clock.now()
    with platform.db.write() as session:
        now = session.get_one(Contest, contest.id)
        with pytest.raises(NotFound):
            sheets.ask(session, now, [*ids, foreign], rotate=False, actor=organiser, at=at)
        with pytest.raises(NotAllowed):
            sheets.ask(session, now, ids, rotate=False, actor=reviewer, at=at)
        sheets.ask(session, now, ids, rotate=False, actor=organiser, at=at)
    with platform.db.write() as session:  # who asked is no organiser any more
        for grant in session.scalars(select(RoleGrant).where(RoleGrant.user_id == user.id)):
            session.delete(grant)
    assert work(platform, contest).state == "failed"
    assert links(platform) == []
    page = visit.role("organiser").get(f"{BASE}/sheets").text
    assert "Đã tạo mã cho 0 trong 5 đơn vị" in page
    with platform.db.write() as session, pytest.raises(Conflict):
        sheets.taken(session, session.scalars(select(UnitSheet)).one(), at=at, actor=organiser)
