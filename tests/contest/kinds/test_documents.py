"""A document is sent, judged, drawn page by page, and read by those who may."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from contest.adapters.documents.pages import BoxedPages
from contest.adapters.office import LibreOffice
from contest.clock import FixedClock
from contest.models import Leaf, SimilarPair, Submission
from contest.ports import PdfUnavailable, Unreadable
from contest.services.checking import leaves
from contest.services.entry import checks, similarity
from contest.services.privacy import stored_files
from media_checks import ToolFailed
from tests import forks
from tests.contest.kinds.conftest import AT, Sending
from tests.small_disk import SmallDisk

SHOWN = datetime.fromisoformat("2023-06-13T09:00:00+07:00")  # after the release


def test_a_pdf_is_judged_drawn_and_shown_to_its_unit_and_to_reviewers(
    ideas: Sending, papers: Path
) -> None:
    submission = ideas.send(papers / "idea.pdf")
    ideas.work("check.quick")
    assert ideas.check(submission).verdict in ("pass", "look")
    assert ideas.make.fresh(submission).state == "in_review"
    unit = ideas.visit.unit(submission.unit)
    assert "<video" not in unit.get(f"{AT}/unit/entries/{submission.code}").text
    ideas.work("check.deep")
    with ideas.platform.db.read() as session:
        version = session.get_one(Submission, submission.id).version
        drawn = leaves.pages(session, version.id)
        words = leaves.find(session, version.id, leaves.TEXT)
        assert set(checks.derivatives(session, version)) == {"poster"}
    assert [one.number for one in drawn] == list(range(1, len(drawn) + 1)) and len(drawn) >= 2
    assert drawn[0].data["width"] == 1240
    assert "sạch, đẹp và văn minh" in ideas.platform.blobs.path(words.sha256).read_text("utf-8")
    for page in (unit.get(f"{AT}/unit/entries/{submission.code}"),
                 ideas.visit.role("reviewer").get(f"{AT}/review/{submission.code}")):
        assert f"/media/{submission.code}/1/page-2.jpg" in page.text
        assert "sạch, đẹp và văn minh" in page.text and "<video" not in page.text
    picture = unit.get(f"{AT}/media/{submission.code}/1/page-2.jpg")
    assert (picture.status_code, picture.content_type) == (200, "image/jpeg")
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    original = unit.get(f"{AT}/media/{submission.code}/1/original")
    assert original.headers["Content-Disposition"].startswith("attachment")
    assert original.content_type == "application/pdf"
    assert unit.get(f"{AT}/media/{submission.code}/1/page-99.jpg").status_code == 404


@pytest.mark.parametrize(("file", "name", "rule"), [
    ("short.pdf", "", "words"), ("idea.docx", "idea.pdf", None),
])
def test_what_breaks_the_rules_is_named(
    ideas: Sending, papers: Path, file: str, name: str, rule: str | None
) -> None:
    submission = ideas.send(papers / file, name)
    ideas.work("check.quick")
    check = ideas.check(submission)
    if rule is None:  # a wrong ending alone is no fault, the bytes tell
        assert check.verdict in ("pass", "look")
        return
    assert (check.verdict, ideas.failed(submission) & {rule}) == ("fail", {rule})
    assert ideas.make.fresh(submission).state == "needs_fix"
    page = ideas.visit.unit(submission.unit).get(f"{AT}/unit/entries/{submission.code}").text
    assert "Số chữ" in page and "clip" not in page.lower().split("<main")[1].split("class=\"")[0]


def test_the_pages_of_a_word_file_are_judged_once_it_is_printed(
    ideas: Sending, papers: Path
) -> None:
    submission = ideas.send(papers / "long.docx")
    ideas.work("check.quick")
    assert ideas.check(submission).verdict in ("pass", "look")
    ideas.work("check.deep")
    check = ideas.check(submission, "deep")
    assert check.verdict == "fail" and "pages" in ideas.failed(submission, "deep")
    assert "20" in next(o for o in check.report["findings"] if o["rule"] == "pages")["message_vi"]
    assert ideas.make.fresh(submission).state == "needs_fix"


def test_what_is_no_document_is_said_at_once(ideas: Sending, tmp_path: Path) -> None:
    clip = tmp_path / "idea.pdf"
    clip.write_bytes(b"no document at all " * 100)
    submission = ideas.send(clip)
    ideas.work("check.quick")
    assert ideas.check(submission).verdict == "unreadable"
    assert ideas.make.fresh(submission).state == "needs_fix"
    refused = ideas.again(submission, clip, "a.mp4")
    assert refused.status_code == 422 and "cho phép: pdf, docx" in refused.text


def test_a_blind_jury_and_everybody_read_it_here(
    ideas: Sending, clock: FixedClock, papers: Path
) -> None:
    submission = ideas.published(papers / "idea.pdf")
    clock.moment = SHOWN
    marked = ideas.visit.role("juror").get(f"{AT}/jury/{submission.code}").text
    assert f"/media/{submission.code}/1/page-1.jpg" in marked and "/original" not in marked
    public = ideas.visit.public()
    page = public.get(f"{AT}/clips/{submission.code}").text
    assert f"{AT}/clips/{submission.code}/page-1.jpg" in page and "sạch, đẹp và văn minh" in page
    assert public.get(f"{AT}/clips/{submission.code}/page-1.jpg").status_code == 200
    with ideas.platform.db.write() as session:
        session.get_one(Submission, submission.id).state = "disqualified"
    assert public.get(f"{AT}/clips/{submission.code}/page-1.jpg").status_code == 404


def test_the_same_words_in_two_documents_are_shown_beside_the_checklist(
    ideas: Sending, papers: Path
) -> None:
    first = ideas.send(papers / "idea.pdf")
    again = ideas.send(papers / "idea.pdf", "other.pdf")
    ideas.work("check.quick")
    ideas.work("copies.compare")
    with ideas.platform.db.read() as session:
        pair = session.scalars(select(SimilarPair)).one()
        assert pair.score > 0.8 and pair.data["alike"] == "text"
        version = session.get_one(Submission, again.id).version
        assert [one.there.submission_id for one in similarity.of_version(session, version)] == [
            first.id]
    ideas.work("check.deep")
    reviewer = ideas.visit.role("reviewer")
    assert "Trùng lời văn" in reviewer.get(f"{AT}/review/{again.code}").text
    both = reviewer.get(f"{AT}/review/{again.code}/copies/{pair.id}")
    assert both.text.count("sạch, đẹp và văn minh") >= 2
    other = f"{AT}/review/{again.code}/copies/{pair.id}/page-1.jpg"
    assert other in both.text and reviewer.get(other).status_code == 200


def test_an_erasure_takes_the_pages_along(ideas: Sending, papers: Path) -> None:
    submission = ideas.published(papers / "idea.pdf")
    with ideas.platform.db.write() as session:
        files = set(session.scalars(select(Leaf.sha256)))
        row = session.get_one(Submission, submission.id)
        gone = stored_files.drop_clip(session, row, ideas.make.at)
        assert files and files <= set(stored_files.unneeded(session, gone))
        assert session.scalars(select(Leaf)).all() == []


class _NoOffice:
    def ready(self) -> bool:
        return False

    def pdf(self, docx: bytes) -> bytes:
        raise PdfUnavailable


def test_a_word_file_is_read_as_words_where_nothing_prints_it(
    papers: Path, tmp_path: Path
) -> None:
    drawn = BoxedPages(_NoOffice()).draw(papers / "idea.docx", tmp_path)
    assert drawn.pages == [] and drawn.poster is None and drawn.printed is None
    assert "Đoạn 1 về trạm nước" in drawn.text.read_text("utf-8")


def test_what_cannot_be_drawn_says_so(tmp_path: Path) -> None:
    spoiled, room = tmp_path / "spoiled.pdf", tmp_path / "room"
    spoiled.write_bytes(b"%PDF-1.7\n" + b"\x00spoiled" * 500)
    room.mkdir()
    with pytest.raises(Unreadable):
        BoxedPages(LibreOffice()).draw(spoiled, room)


def _on_a_full_disk(source: Path, room: Path, answer: Path) -> None:
    """In a process of its own, which alone sees the disk: what is raised there."""
    SmallDisk(room).fill()
    try:
        BoxedPages(_NoOffice()).draw(source, room)
    except (Unreadable, ToolFailed) as error:
        answer.write_text(f"{type(error).__name__}: {error}")


def test_a_full_disk_is_no_fault_of_the_document(papers: Path, tmp_path: Path) -> None:
    answer = tmp_path / "answer"
    process = forks.begin(_on_a_full_disk, papers / "idea.pdf", tmp_path / "room", answer)
    process.join()
    assert answer.read_text().startswith("ToolFailed: The machine has no room")
