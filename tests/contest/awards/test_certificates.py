"""Certificates: three designs, whole names whatever their length, one document for each unit."""

import io

import pytest
from pypdf import PdfReader

from contest.clock import FixedClock
from contest.docx.filling import fill
from contest.models import Contest
from contest.services.results import document_values
from contest.services.results.documents import DESIGNS, SHIPPED
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.results.test_document_templates import words
from tests.contest.stage import AFTER, Stage

DESK = "/c/quan11-2023/organiser/documents"
ROOM = f"{DESK}/1/certificates"
SAMPLE = document_values.SAMPLES["certificates"]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def stage(platform: Platform, make: Factory, contest: Contest, clock: FixedClock) -> Stage:
    made = Stage(platform, make, contest)
    clock.moment = AFTER
    made.freeze(made.compute())
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
