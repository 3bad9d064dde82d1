"""The papers of a result: what stands on them, whose they are while drafts, and their PDFs."""

import io
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from docx import Document as WordFile
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from contest.clock import FixedClock
from contest.jobs.documents import make_pdf, press_of
from contest.jobs.worker import perform
from contest.languages import write_day
from contest.models import AuditRow, Base, Contest, DocumentPdf, Result, Task
from contest.services.results import documents
from contest.services.results.document_values import SAMPLES, offered
from contest.services.results.documents import DOCUMENTS, SHIPPED, Document
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.results.test_document_templates import docx, words
from tests.contest.stage import AFTER, Build, Stage, published_once, staged

DESK = "/c/quan11-2023/organiser/documents"
DAY = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No paper depends on the kind of database; test_db proves both take the tables."""
    return sqlite_url


@pytest.fixture
def stage(make: Factory, contest: Contest, clock: FixedClock, built: Build) -> Stage:
    clock.moment = AFTER
    return staged(built, make, contest)


@pytest.fixture
def published(stage: Stage, built: Build) -> Result:
    return published_once(built, stage)


@pytest.fixture
def client(visit: Visits) -> FlaskClient:
    return visit.role("organiser")


def paper(platform: Platform, result: Result, kind: str) -> Document:
    with platform.db.read() as session:
        row = session.get_one(Result, result.id)
        return documents.paper(session, row, kind, press=press_of(platform, session, row.contest))


def work(platform: Platform) -> None:
    """Do what the papers' rows ask for."""
    with platform.db.read() as session:
        query = select(Task.id).where(Task.kind == "documents.pdf", Task.state == "pending")
        tasks = list(session.scalars(query))
    for task in tasks:
        perform(platform, task)


def pdfs(platform: Platform) -> list[DocumentPdf]:
    with platform.db.read() as session:
        return list(session.scalars(select(DocumentPdf).order_by(DocumentPdf.id)))


def text_of(content: bytes) -> list[str]:
    """The text of each page, spaces made even."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__


# ---------------------------------------------------------------------------- what stands there


@pytest.mark.parametrize(("day", "written"), [
    ("2026-02-05T09:00:00+07:00", "ngày 05 tháng 02 năm 2026"),
    ("2023-06-10T23:59:59+07:00", "ngày 10 tháng 6 năm 2023"),
    ("2023-12-31T18:00:00+00:00", "ngày 01 tháng 01 năm 2024"),
], ids=["zeros", "month_without_zero", "in_the_contests_zone"])
def test_days_are_written_as_on_official_papers(day: str, written: str) -> None:
    assert write_day(datetime.fromisoformat(day), DAY) == written


def test_the_sample_has_the_shape_of_what_is_filled_in(
    platform: Platform, published: Result
) -> None:
    real = paper(platform, published, "minutes").values
    sample = SAMPLES["minutes"]
    assert list(real) != [] and set(real) == set(sample)
    for name, value in real.items():
        if value != []:
            assert shape(value) == shape(sample[name]), name


def test_the_minutes_hold_the_ranking_and_how_to_check_it(
    platform: Platform, published: Result
) -> None:
    text = words(paper(platform, published, "minutes").docx())
    for line in published.output["ranking"]:
        assert line["unit"] in text
        assert line["total"]["rounded"].replace(".", ",") in text
    assert "BCH ĐOÀN TP. HỒ CHÍ MINH\nBAN CHẤP HÀNH QUẬN 11\n***\nSố:          -BB/ĐTN" in text
    assert text.count("ĐOÀN TNCS HỒ CHÍ MINH") == 1
    assert "Quận 11, ngày 26 tháng 6 năm 2023" in text
    assert published.output_sha256 in text and published.bundle_sha256 in text
    assert "Cộng hòa" not in text and "DỰ THẢO" not in text


def test_the_minutes_say_what_was_missing_and_why(
    platform: Platform, stage: Stage
) -> None:
    stage.make.submission(stage.units[0], "in_review")
    result = stage.compute(reason="Một clip gửi trễ, Ban Tổ chức không chờ.")
    text = words(paper(platform, result, "minutes").docx())
    assert "Khi chốt kết quả còn thiếu:" in text
    assert f"- {result.gaps[0]['vi']}" in text
    assert "Lý do lập bản này: Một clip gửi trễ, Ban Tổ chức không chờ." in text


def test_papers_name_the_jurors_and_never_their_marks(
    platform: Platform, stage: Stage, published: Result
) -> None:
    text = words(paper(platform, published, "minutes").docx())
    assert "; ".join(juror.name for juror in stage.jurors) in text
    assert "GK1" not in text


def test_every_foot_has_the_keys_fingerprint(
    platform: Platform, published: Result, stage: Stage
) -> None:
    fingerprint = stage.fingerprint
    for kind in ("minutes", "decision"):
        section = WordFile(io.BytesIO(paper(platform, published, kind).docx())).sections[0]
        for foot in (section.footer, section.first_page_footer):
            said = "".join(t.text or "" for t in foot._element.iter("{*}t"))
            assert fingerprint in said and "http://localhost/c/quan11-2023/verify" in said
            assert len(list(foot._element.iter("{*}blip"))) == 1


def test_drafts_end_with_publication_and_certificates_with_freezing(
    platform: Platform, stage: Stage
) -> None:
    def drafts(result: Result) -> list[str]:
        return [kind for kind in DOCUMENTS if paper(platform, result, kind).draft]

    result = stage.compute()
    assert drafts(result) == ["minutes", "decision", "certificates"]
    assert "DỰ THẢO" in words(paper(platform, result, "minutes").docx())
    result = stage.freeze(result)
    assert drafts(result) == ["minutes", "decision"]
    assert drafts(stage.publish(result)) == []


# ---------------------------------------------------------------------------- PDFs


def test_papers_become_pdfs_with_every_letter(
    platform: Platform, published: Result, client: FlaskClient, stage: Stage
) -> None:
    """From the click to the file, by LibreOffice itself."""
    for kind in DOCUMENTS:
        client.post(f"{DESK}/1/{kind}/pdf")
        client.post(f"{DESK}/1/{kind}/pdf")
    assert [(row.kind, row.state) for row in pdfs(platform)] == [
        (kind, "waiting") for kind in DOCUMENTS
    ]
    assert "Đang tạo PDF" in client.get(f"{DESK}/").text
    work(platform)
    assert [row.state for row in pdfs(platform)] == ["ready"] * 3
    answer = client.get(f"{DESK}/1/decision.pdf")
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="quan11-2023-decision-1.pdf"'
    )
    decision = text_of(answer.data)
    assert "QUYẾT ĐỊNH Về việc công nhận kết quả và khen thưởng Hội thi thực hiện" in decision[0]
    assert "BẢNG XẾP HẠNG" in decision[-1]
    minutes = " ".join(text_of(client.get(f"{DESK}/1/minutes.pdf").data))
    assert stage.fingerprint in minutes
    certificates = text_of(client.get(f"{DESK}/1/certificates.pdf").data)
    winners = [row for row in published.output["ranking"] if row["prize"]]
    assert len(certificates) == len(winners)
    for page, row in zip(certificates, winners, strict=True):
        assert "GIẤY KHEN" in page and row["unit"] in page


def test_a_pdf_is_of_the_paper_as_it_is_now(
    platform: Platform, stage: Stage, client: FlaskClient
) -> None:
    """Figures that changed after the click are not printed under the old paper's name."""
    result = stage.compute()
    client.post(f"{DESK}/1/minutes/pdf")
    stage.freeze(result)
    stage.publish(result)
    work(platform)
    [row] = pdfs(platform)
    assert (row.state, row.sha256) == ("failed", "")
    assert "thay đổi" in row.error_vi
    page = client.get(f"{DESK}/").text
    assert "Tạo PDF" in page and "thay đổi trong lúc" not in page
    assert client.get(f"{DESK}/1/minutes.pdf").status_code == 409


def test_a_pdf_is_made_once(platform: Platform, published: Result, client: FlaskClient) -> None:
    client.post(f"{DESK}/1/certificates/pdf")
    [row] = pdfs(platform)
    make_pdf(platform, row.id, lambda: None)
    first = pdfs(platform)[0]
    make_pdf(platform, row.id, lambda: None)
    assert pdfs(platform)[0].finished_at == first.finished_at
    with platform.db.read() as session:
        printed = session.scalars(select(AuditRow).where(AuditRow.action == "document.printed"))
        assert len(list(printed)) == 1


def test_without_libreoffice_the_docx_works_and_the_screen_says_what_to_install(
    platform: Platform, published: Result, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post(f"{DESK}/1/minutes/pdf")
    monkeypatch.setenv("PATH", "/nowhere")
    assert "libreoffice-writer-nogui" in client.get(f"{DESK}/").text
    assert client.get(f"{DESK}/1/minutes.docx").status_code == 200
    assert client.post(f"{DESK}/1/decision/pdf").status_code == 409
    work(platform)
    assert "libreoffice-writer-nogui" in client.get(f"{DESK}/").text
    [row] = pdfs(platform)
    assert row.state == "failed"
    monkeypatch.undo()
    client.post(f"{DESK}/1/minutes/pdf")
    assert pdfs(platform)[0].state == "waiting"


# ---------------------------------------------------------------------------- screens


def test_before_a_result_there_are_templates_only(client: FlaskClient, contest: Contest) -> None:
    page = client.get(f"{DESK}/").text
    assert "Chưa có kết quả" in page and "Tờ mã QR của các đơn vị" in page
    assert client.get(f"{DESK}/1/minutes.docx").status_code == 404


def test_an_earlier_revision_keeps_its_papers(
    stage: Stage, published: Result, client: FlaskClient
) -> None:
    stage.compute(reason="Đoàn A rút.")
    assert 'href="/c/quan11-2023/organiser/documents/?revision=1"' in client.get(f"{DESK}/").text
    assert f"{DESK}/1/minutes.docx" in client.get(f"{DESK}/?revision=1").text
    assert "Lý do lập bản này: Đoàn A rút." in words(client.get(f"{DESK}/2/minutes.docx").data)


def upload(client: FlaskClient, data: bytes, kind: str = "minutes") -> Any:
    file = {"file": (io.BytesIO(data), "Mẫu biên bản.docx")}
    return client.post(f"{DESK}/templates/{kind}", data=file)


def test_a_contest_uses_its_own_template_and_goes_back(
    platform: Platform, published: Result, client: FlaskClient
) -> None:
    own = docx("Mẫu riêng của {{ organiser }}")
    assert upload(client, own).status_code == 303
    assert client.get(f"{DESK}/templates/minutes.docx").data == own
    assert words(client.get(f"{DESK}/1/minutes.docx").data) == "Mẫu riêng của Quận Đoàn 11"
    assert "QUYẾT ĐỊNH" in words(client.get(f"{DESK}/1/decision.docx").data)
    page = client.get(f"{DESK}/templates/minutes").text
    assert "Mẫu biên bản.docx" in page and "Trở lại mẫu có sẵn" in page
    assert upload(client, docx("Lần hai")).status_code == 303
    assert client.post(f"{DESK}/templates/minutes/shipped").status_code == 303
    shipped = (SHIPPED / "minutes.docx").read_bytes()
    assert client.get(f"{DESK}/templates/minutes.docx").data == shipped
    assert client.post(f"{DESK}/templates/minutes/shipped").status_code == 409
    with platform.db.read() as session:
        query = select(AuditRow.action).where(AuditRow.action.startswith("document_template"))
        assert [a.rpartition(".")[2] for a in session.scalars(query.order_by(AuditRow.seq))] == [
            "taken", "taken", "dropped"
        ]


@pytest.mark.parametrize(("language", "sentence"), [
    ("vi", "Mẫu có chỗ điền không biết: {{ nothing }}."),
    ("en", "The template has an unknown placeholder: {{ nothing }}."),
])
def test_a_bad_template_is_not_taken_and_every_fault_is_said(
    client: FlaskClient, contest: Contest, language: str, sentence: str
) -> None:
    client.set_cookie("lang", language)
    answer = upload(client, docx("{{ nothing }}", "{{ title() }}"))
    page = BeautifulSoup(answer.text, "html.parser")
    said = [item.text.strip() for item in page.select(".errors li")]
    assert answer.status_code == 422
    assert said[0] == sentence and len(said) == 2
    shipped = (SHIPPED / "minutes.docx").read_bytes()
    assert client.get(f"{DESK}/templates/minutes.docx").data == shipped


def test_a_template_must_be_chosen(client: FlaskClient, contest: Contest) -> None:
    answer = client.post(f"{DESK}/templates/minutes", data={})
    assert answer.status_code == 422 and "Hãy chọn tệp mẫu." in answer.text


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_a_templates_page_lists_what_may_be_filled_in(
    client: FlaskClient, contest: Contest, kind: str
) -> None:
    page = client.get(f"{DESK}/templates/{kind}").text
    assert all(f"{{{{ {name} }}}}" in page for name, value in offered(kind).items()
               if not isinstance(value, list))


# ---------------------------------------------------------------------------- QR sheets


@pytest.fixture
def sheet(make: Factory, contest: Contest, client: FlaskClient) -> tuple[str, list[str]]:
    """What the printed page of two units sends back, and their codes."""
    units = [make.unit(contest, name) for name in ("Đoàn Phường 5", "Công an Quận")]
    answer = client.post("/c/quan11-2023/organiser/units/links",
                         data={"unit": [str(unit.id) for unit in units]}, follow_redirects=True)
    page = BeautifulSoup(answer.text, "html.parser")
    signed = page.select_one("input[name=sheet]")["value"]
    return signed, [code.text for code in page.select(".sheet__code")]


def test_a_qr_sheet_is_a_docx_with_the_very_codes_shown(
    sheet: tuple[str, list[str]], client: FlaskClient
) -> None:
    signed, codes = sheet
    answer = client.post(f"{DESK}/sheet.docx", data={"sheet": signed})
    text = words(answer.data)
    assert all(code in text for code in codes) and "Đoàn Phường 5" in text
    assert "Nhận clip đến hết ngày 10/6/2023." in text
    pictures = list(WordFile(io.BytesIO(answer.data)).element.body.iter("{*}blip"))
    assert len(pictures) == len(codes) == 2


def test_a_qr_sheet_is_a_pdf_too(sheet: tuple[str, list[str]], client: FlaskClient) -> None:
    answer = client.post(f"{DESK}/sheet.pdf", data={"sheet": sheet[0]})
    [page] = text_of(answer.data)
    assert all(code in page for code in sheet[1])


def test_a_qr_sheet_leaves_no_code_behind(
    sheet: tuple[str, list[str]], client: FlaskClient, platform: Platform
) -> None:
    """Only hashes are kept: neither the database nor any file has a code after printing."""
    client.post(f"{DESK}/sheet.docx", data={"sheet": sheet[0]})
    code = sheet[1][0].replace("-", "")
    with platform.db.read_connection() as connection:
        stored = [
            str(row) for table in Base.metadata.sorted_tables
            for row in connection.execute(table.select())
        ]
    assert any("Đoàn Phường 5" in row for row in stored)
    assert [row for row in stored if code in row] == []
    for path in Path(platform.settings.data_dir).rglob("*"):
        assert not path.is_file() or code.encode() not in path.read_bytes()


def test_a_sheet_that_is_not_ours_is_refused(
    sheet: tuple[str, list[str]], visit: Visits, make: Factory, client: FlaskClient
) -> None:
    assert client.post(f"{DESK}/sheet.docx", data={"sheet": "x" + sheet[0]}).status_code == 422
    foreign = visit.role("organiser", make.contest("quan-3-2024"))
    answer = foreign.post("/c/quan-3-2024/organiser/documents/sheet.docx", data={"sheet": sheet[0]})
    assert answer.status_code == 404


def test_the_minutes_tell_how_strict_each_juror_was_where_the_rules_ask(
    platform: Platform, stage: Stage
) -> None:
    assert "chặt tay" not in words(paper(platform, stage.compute(), "minutes").docx())
    stage.newer_rules("[jury]", "[jury]\nstrictness = true")
    stage.make.ballot(stage.clips[0], stage.make.user("juror", contest=stage.contest),
                      stage.marks(5))
    text = words(paper(platform, stage.compute(), "minutes").docx())
    assert ("- GK3: 1 clip, trung bình 80,00, độ lệch 0,00; chặt hơn người khác 20,00 điểm (trên 1 "
            "clip cùng chấm).") in text
    assert "- GK1: 3 clip, trung bình 85,33, độ lệch 11,56; rộng hơn người khác 3,33 điểm" in text
