"""What a rule file may ask, what an answer may be, and how it is written for its reader."""

import zipfile
from pathlib import Path

import pytest

from contest.errors import DomainError, Invalid
from contest.profile import Profile, load
from contest.services.questions import answers, attachments
from tests.contest.factory import QUAN11
from tests.contest.questions.asked import ANSWERED, QUESTIONS, asking

SOURCE = QUAN11.read_text()
LETTERS = "word/document.xml"


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load(asking(SOURCE)).profile


def test_rules_that_ask_nothing_keep_their_hash_and_those_that_do_are_stored_whole() -> None:
    plain, asked = load(SOURCE), load(asking(SOURCE))
    assert "questions" not in plain.content
    assert [one["id"] for one in asked.content["questions"]] == [
        "school", "story", "level", "media", "people", "filmed", "plan"]
    again = Profile.model_validate(asked.content, strict=False)
    assert again == asked.profile
    assert again.questions[5].earliest == "2023-01-01"


@pytest.mark.parametrize(("found", "instead", "key", "said"), [
    ('options = ["Phường | Ward", "Quận | District"]', "", "questions.2.options", "hai lựa chọn"),
    ('options = ["Phường | Ward", "Quận | District"]', 'options = ["Phường", "Quận | D"]',
     "questions.2.options.0", "mẫu"),
    ('"Điện thoại | Phone", "Máy quay', '"Máy quay | Phone", "Máy quay', "questions.3.options",
     "hai lần"),
    ("most = 40", 'options = ["A | A", "B | B"]', "questions.0.options", "câu hỏi chọn"),
    ("least = 5", "least = 5\nmost = 4", "questions.1.least", "lớn hơn most"),
    ("most = 40", "most = 0", "questions.0.most", "từ 1"),
    ("earliest = 2023-01-01", "earliest = 2023-06-11", "questions.5.earliest", "sau latest"),
    ("earliest = 2023-01-01", 'earliest = "2023-02-30"', "questions.5.earliest", "có thật"),
    ("least = 5", "latest = 2023-01-01", "questions.1.latest", "về ngày"),
    ("least = 5", "megabytes = 1", "questions.1.megabytes", "xin tệp"),
    ("megabytes = 2", "megabytes = 9", "questions.6.megabytes", "cộng lại"),
    ('megabytes = 2\nseen_by = ["reviewers"]', 'seen_by = ["public"]', "questions.6.seen_by",
     "dữ liệu cá nhân"),
    ('kind = "date"', 'kind = "date"\nmost = 3', "questions.5.most", "không dùng"),
    ('id = "story"', 'id = "school"', "profile", "trùng"),
    ('kind = "long"', 'kind = "essay"', "questions.1.kind", "chỉ nhận"),
])
def test_a_question_that_contradicts_itself_is_refused_at_its_key(
    found: str, instead: str, key: str, said: str
) -> None:
    assert found in QUESTIONS
    with pytest.raises(Invalid) as refused:
        load(SOURCE + QUESTIONS.replace(found, instead, 1))
    [fault] = [one for one in refused.value.data["faults"] if one["key"] == key]
    assert said in fault["vi"]
    assert fault["en"]


def test_answers_are_stored_in_one_form_whatever_way_they_were_written(profile: Profile) -> None:
    found = answers.checked(profile.questions, ANSWERED, {})
    assert found == {
        "school": "THPT Nguyễn Du", "level": "Phường", "people": "12.5", "filmed": "2023-06-01",
        "media": ["Máy quay", "Flycam"], "story": "Một\nngày",
    }
    assert answers.checked(profile.questions, ANSWERED | {"story": " ", "people": "007"}, {}) == {
        "school": "THPT Nguyễn Du", "level": "Phường", "people": "7", "filmed": "2023-06-01",
        "media": ["Máy quay", "Flycam"],
    }


@pytest.mark.parametrize(("question", "value", "vi", "en"), [
    ("school", "  ", "“Trường” chưa được trả lời", '"School" has no answer'),
    ("school", "a" * 41, "có 41 ký tự; cho phép tối đa 40", "has 41 characters"),
    ("story", "Ngắn", "có 4 ký tự; cho phép 5–5000", "has 4 characters; allowed: 5–5000"),
    ("level", "Thành phố", "không có trong thể lệ", "not in the rules"),
    ("media", ["Flycam", "Điện thoại", "Máy quay"], "đã chọn 3 mục; cho phép 2", "3 options"),
    ("media", ["Tàu ngầm"], "không có trong thể lệ", "not in the rules"),
    ("people", "mười", "không phải một con số", "is not a number"),
    ("people", "1e9", "cho phép từ 1 đến 100", "allowed: from 1 to 100"),
    ("people", "NaN", "không phải một con số", "is not a number"),
    ("people", "9" * 40, "không phải một con số", "is not a number"),
    ("people", "0", "là 0; cho phép từ 1 đến 100", "is 0"),
    ("filmed", "2023-06-11", "là 11/6/2023; cho phép từ 1/1/2023 đến 10/6/2023",
     "is 11 June 2023; allowed: from 1 January 2023 to 10 June 2023"),
    ("filmed", "hôm qua", "không phải một ngày", "is not a day"),
])
def test_an_answer_out_of_bounds_is_refused_with_what_was_found_and_what_is_allowed(
    profile: Profile, question: str, value: object, vi: str, en: str
) -> None:
    with pytest.raises(Invalid) as refused:
        answers.checked(profile.questions, ANSWERED | {question: value}, {})
    assert vi in refused.value.vi
    assert en in refused.value.en
    assert refused.value.data["question"] == question


def test_what_is_asked_no_more_keeps_its_answer_and_demands_none(profile: Profile) -> None:
    before = answers.checked(profile.questions, ANSWERED, {})
    asked = [one.model_copy(update={"retired": one.id in ("school", "media")})
             for one in profile.questions]
    after = answers.checked(asked, ANSWERED | {"school": "Khác", "media": []}, before)
    assert (after["school"], after["media"]) == ("THPT Nguyễn Du", ["Máy quay", "Flycam"])


def test_each_reader_is_shown_what_the_rules_say_in_their_language(profile: Profile) -> None:
    stored = answers.checked(profile.questions, ANSWERED, {})

    def shown(reader: str, language: str) -> dict[str, str]:
        return {one.label: one.text for one in answers.said(
            profile.questions, stored, reader=reader, language=language)}

    everything = {
        "Trường": "THPT Nguyễn Du", "Câu chuyện": "Một\nngày", "Cấp": "Phường",
        "Phương tiện": "Máy quay; Flycam", "Số người": "12,5", "Ngày quay": "1/6/2023"}
    assert shown("unit", "vi") == shown("organiser", "vi") == everything
    assert shown("organiser", "en")["Means"] == "Camera; Drone"
    assert shown("organiser", "en")["Level"] == "Ward"
    assert shown("organiser", "en")["People"] == "12.5"
    assert shown("organiser", "en")["Filmed on"] == "1 June 2023"
    assert list(shown("reviewers", "vi")) == ["Trường", "Phương tiện"]
    assert list(shown("jurors", "vi")) == ["Trường", "Câu chuyện"]
    assert list(shown("public", "en")) == ["School"]
    people = profile.questions[4]
    assert answers.cell(people, "12.5", "vi") == 12.5
    assert answers.cell(people, "7", "vi") == 7
    for erased in (people, profile.questions[5]):
        assert answers.in_words(erased, "(đã xoá)", "vi") == "(đã xoá)"
    assert answers.cell(people, "(đã xoá)", "vi") == "(đã xoá)"


def office(path: Path, *parts: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for part in ("[Content_Types].xml", *parts):
            archive.writestr(part, "<x/>")
    return path


def test_a_file_is_known_by_its_content_and_taken_if_the_question_says_so(
    profile: Profile, tmp_path: Path
) -> None:
    plan = profile.questions[6]
    either = plan.model_copy(update={"types": []})
    paper, letter = tmp_path / "a", office(tmp_path / "b", LETTERS)
    paper.write_bytes(b"%PDF-1.7 ...")
    assert attachments.kind_of(paper, "a.txt", plan) == "pdf"
    assert attachments.kind_of(letter, "b", either) == "docx"
    assert attachments.kind_of(office(tmp_path / "c", "xl/workbook.xml"), "c", either) == "xlsx"
    strange = tmp_path / "d.pdf"
    strange.write_bytes(b"MZ\x90\x00 a program")
    for path, question in (
        (strange, either), (letter, plan),
        (office(tmp_path / "e", LETTERS, "word/vbaProject.bin"), either),
        (office(tmp_path / "f", "anything.xml"), either),
    ):
        with pytest.raises(Invalid, match="of no kind that is taken"):
            attachments.kind_of(path, path.name, question)
    paper.write_bytes(b"%PDF-" + b"0" * plan.bytes)
    with pytest.raises(DomainError) as refused:
        attachments.kind_of(paper, "a.pdf", plan)
    assert (refused.value.status, "nhận tối đa" in refused.value.vi) == (413, True)
