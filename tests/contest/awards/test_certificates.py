"""Certificates: three designs, whole names whatever their length, one document for each unit."""

import io

import pytest
from flask import Flask
from pypdf import PdfReader

from contest.clock import FixedClock
from contest.docx.filling import fill
from contest.models import Contest, Submission
from contest.services.entry import submissions
from contest.services.results import document_values
from contest.services.results.documents import DESIGNS, SHIPPED
from contest.services.rules import toml_editing
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.results.test_document_templates import words
from tests.contest.stage import AFTER, Build, Stage, frozen_once, staged

DESK = "/c/quan11-2023/organiser/documents"
ROOM = f"{DESK}/1/certificates"
SAMPLE = document_values.SAMPLES["certificates"]
ALLOWED = "own_certificates = true"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def stage(make: Factory, contest: Contest, clock: FixedClock, built: Build) -> Stage:
    made = staged(built, make, contest)
    clock.moment = AFTER
    frozen_once(built, made)
    return made


@pytest.mark.parametrize("design", DESIGNS)
def test_long_names_get_smaller_letters_and_stay_whole_on_one_page(
    platform: Platform, design: str
) -> None:
    """From the shortest to as long as the forms let names be."""
    short = SAMPLE["certificates"][0]
    long = short | {
        "unit": "Chi đoàn Trung tâm Y tế và Bảo trợ xã hội Quận 11, Thành phố Hồ Chí Minh",
        "title": "Thời gian là vàng: câu chuyện của những người trẻ ở bộ phận một cửa Phường 5",
        "authors": "Nguyễn Thị Kim Anh, Trần Văn Bình, Lê Hoàng Phương Ý, Đỗ Quỳnh Như, "
        "Phạm Minh Trí, Võ Thị Thanh Thuỷ",
        "prize": "Giải khuyến khích (đồng giải)",
    }
    longest = long | {
        "unit": ("Liên chi đoàn khối các cơ quan hành chính sự nghiệp và trường học " * 3)[:199],
        "title": ("Thời gian là vàng, câu chuyện của những người trẻ " * 4)[:199],
        "authors": ", ".join(["Nguyễn Thị Kim Anh Thư"] * 11),
    }
    values = SAMPLE | {
        "certificates": [short, long, longest], "fingerprint": " ".join(["0a1b"] * 16),
        "theme": "Tuổi trẻ Quận 11 thời kỳ chuyển đổi số gắn với phong trào 3 trách nhiệm",
    }
    content = fill((SHIPPED / f"{design}.docx").read_bytes(), values)
    pages = PdfReader(io.BytesIO(platform.office.pdf(content))).pages
    assert len(pages) == 3
    for page, line in zip(pages, (short, long, longest), strict=True):
        text = " ".join(page.extract_text().split())
        for name in ("unit", "title", "authors", "prize"):
            assert " ".join(line[name].split()) in text, name


def test_a_design_is_chosen_and_each_unit_has_a_document_of_its_own(
    stage: Stage, visit: Visits
) -> None:
    organiser = visit.role("organiser")
    page = organiser.get(ROOM).text
    assert page.index("Khung đỏ") < page.index("đang dùng") < page.index("Khung xanh")
    assert organiser.post(ROOM, data={"design": "certificates_blue"}).status_code == 303
    page = organiser.get(ROOM).text
    assert page.index("Khung xanh") < page.index("đang dùng") < page.index("Phôi in sẵn")
    organiser.set_cookie("lang", "en")
    page = organiser.get(ROOM).text
    assert "First prize" in page and "Giải nhất" not in page
    organiser.set_cookie("lang", "vi")
    for clip, unit in zip(stage.clips, stage.units, strict=True):
        own = words(organiser.get(f"{ROOM}/{clip.code}.docx").data)
        assert unit.name in own
        assert own.count("GIẤY KHEN") == 1
        person = words(organiser.get(f"{ROOM}/{clip.code}.docx?author=2").data)
        assert f"Tác giả: {clip.authors[1]}" in person
        assert clip.authors[0] not in person
    assert words(organiser.get(f"{DESK}/1/certificates.docx").data).count("GIẤY KHEN") == 3
    assert organiser.get(f"{ROOM}/CXNOBODY.docx").status_code == 404
    assert organiser.get(f"{ROOM}/{stage.clips[0].code}.docx?author=9").status_code == 404
    assert organiser.post(ROOM, data={"design": "minutes"}).status_code == 422
    assert organiser.post(ROOM, data={"design": "certificates"}).status_code == 303
    assert "mẫu có sẵn" in organiser.get(f"{DESK}/templates/certificates").text
    assert visit.role("juror").post(ROOM, data={"design": "certificates"}).status_code == 403


def test_every_clip_that_stays_has_a_numbered_certificate_of_participation(
    app: Flask, platform: Platform, make: Factory, clock: FixedClock
) -> None:
    """In the design of the certificates; a number stays in later revisions; never another's."""
    made = Stage(platform, make, make.contest("tham-gia", participating))
    visit, clock.moment = Visits(app, make, made.contest), AFTER
    organiser, own = visit.role("organiser"), visit.unit(made.units[0])
    first = made.compute()
    desk, code = "/c/tham-gia/organiser/documents", made.clips[0].code
    mine = f"/c/tham-gia/unit/entries/{code}"
    assert own.get(f"{mine}/participation.pdf").status_code == 409
    assert "participation.pdf" not in own.get(mine).text
    made.publish(made.freeze(first))
    whole = words(organiser.get(f"{desk}/1/participation.docx").data)
    assert whole.count("GIẤY CHỨNG NHẬN") == 3
    codes = sorted(clip.code for clip in made.clips)
    number = {one: f"{place:03d}" for place, one in enumerate(codes, start=1)}
    alone = words(organiser.get(f"{desk}/1/participation/{code}.docx").data)
    assert f"Vào sổ chứng nhận số: {number[code]}" in alone
    assert f"Đã tham gia với tác phẩm “{made.clips[0].title}”" in alone
    assert alone.count("GIẤY CHỨNG NHẬN") == 1
    assert "Giấy chứng nhận tham gia" in words(organiser.get(f"{desk}/1/decision.docx").data)
    assert "participation.pdf" in own.get(mine).text
    printed = own.get(f"{mine}/participation.pdf")
    text = " ".join(PdfReader(io.BytesIO(printed.data)).pages[0].extract_text().split())
    assert f"số: {number[code]}" in text
    assert visit.unit(made.units[1]).get(f"{mine}/participation.pdf").status_code == 404
    with platform.db.write() as session:
        submissions.disqualify(
            session, session.get_one(Submission, made.clips[1].id), reason="Sao chép",
            actor=made.organiser, at=AFTER,
        )
    made.compute(reason="Một clip bị loại")
    again = words(organiser.get(f"{desk}/2/participation.docx").data)
    assert again.count("GIẤY CHỨNG NHẬN") == 2
    assert f"số: {number[code]}" in again
    assert f"số: {number[made.clips[1].code]}" not in again
    assert organiser.get(f"{desk}/2/participation/{made.clips[1].code}.docx").status_code == 404


def participating(source: str) -> str:
    """The reference contest with certificates of participation."""
    return toml_editing.edited(source, {"awards.participation": True})


def test_rules_that_give_none_have_no_certificate_of_participation(
    stage: Stage, visit: Visits
) -> None:
    organiser = visit.role("organiser")
    assert "paper-participation" not in organiser.get(f"{DESK}/?revision=1").text
    code = stage.clips[0].code
    assert organiser.get(f"{DESK}/1/participation/{code}.docx").status_code == 409
    assert "chứng nhận tham gia" not in words(organiser.get(f"{DESK}/1/decision.docx").data)


def test_one_certificate_is_printed_alone_and_a_unit_fetches_its_own_where_the_rules_say_so(
    app: Flask, platform: Platform, make: Factory, clock: FixedClock
) -> None:
    """A certificate as PDF for the unit and for each author, never another's, never too early."""
    rules = {key: Stage(platform, make, make.contest(key, edit)) for key, edit in (
        ("cho-tai", lambda text: text.replace("[publication]", f"[publication]\n{ALLOWED}", 1)),
        ("khong-cho", str),
    )}
    clock.moment = AFTER
    stage = rules["cho-tai"]
    visit = Visits(app, make, stage.contest)
    clip, other = stage.clips[:2]
    result = stage.freeze(stage.compute())
    desk = f"/c/cho-tai/organiser/documents/{result.number}/certificates"
    organiser = visit.role("organiser")
    page = organiser.get(desk).text
    for kind in ("docx", "pdf"):
        assert f"{desk}/{clip.code}.{kind}?author=2" in page
    paper = PdfReader(io.BytesIO(organiser.get(f"{desk}/{clip.code}.pdf?author=2").data))
    assert len(paper.pages) == 1
    said = paper.pages[0].extract_text()
    assert clip.authors[1] in said and clip.authors[0] not in said
    unit, own = visit.unit(stage.units[0]), "/c/cho-tai/unit/entries/{}/certificate.pdf"
    assert unit.get(own.format(clip.code)).status_code == 409  # frozen, and not public
    stage.publish(result)
    entry = unit.get(f"/c/cho-tai/unit/entries/{clip.code}").text
    assert own.format(clip.code) in entry and f"{own.format(clip.code)}?author=2" in entry
    answer = unit.get(own.format(clip.code))
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert stage.units[0].name in PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
    for path in (own.format(other.code), f"{own.format(clip.code)}?author=9"):
        assert unit.get(path).status_code == 404, path
    assert visit.public().get(own.format(clip.code)).status_code == 401
    silent = rules["khong-cho"]
    silent.publish(silent.freeze(silent.compute()))
    closed = Visits(visit.app, make, silent.contest).unit(silent.units[0])
    entry = f"/c/khong-cho/unit/entries/{silent.clips[0].code}"
    assert "certificate.pdf" not in closed.get(entry).text
    assert closed.get(f"{entry}/certificate.pdf").status_code == 409


def test_rules_that_do_not_speak_of_certificates_keep_their_hash(contest: Contest) -> None:
    assert contest.revision is not None
    assert "own_certificates" not in contest.revision.content["publication"]
