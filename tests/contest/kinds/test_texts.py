"""A text is written on the unit's page, kept, handed in, judged and read."""

from typing import Any

from sqlalchemy import select

from contest.models import ClipVersion, EntryText, Submission
from tests.contest.kinds.conftest import AT, Sending

WORDS = "Mỗi tối thứ sáu cả hẻm cùng nhau quét dọn, kể chuyện, trồng cây.\n\nAi cũng vui."


def test_a_text_is_kept_handed_in_and_read(essays: Sending) -> None:
    submission = essays.make.submission(essays.make.unit(essays.contest), "uploading")
    unit, home = essays.visit.unit(submission.unit), f"{AT}/unit/entries/{submission.code}"

    def write(body: str, act: str) -> Any:
        return unit.post(f"{home}/text", data={"body": body, "do": act})

    assert "Từ 10 đến 50 chữ" in unit.get(f"{home}/send").text
    assert write("Mới viết được ít <b>", "keep").status_code == 303
    assert "Mới viết được ít &lt;b&gt;</textarea>" in unit.get(f"{home}/send").text
    assert write(" \r\n ", "hand-in").status_code == 422
    assert write("Ngắn quá.", "hand-in").status_code == 303
    essays.work("check.quick")
    assert essays.failed(submission) == {"words"}
    assert essays.make.fresh(submission).state == "needs_fix"
    assert write(WORDS.replace("\n", "\r\n"), "hand-in").status_code == 303
    essays.work("check.quick", "check.deep")
    assert essays.make.fresh(submission).state == "in_review"
    with essays.platform.db.read() as session:
        version = session.get_one(Submission, submission.id).version
        assert essays.platform.blobs.path(version.sha256).read_text("utf-8") == WORDS + "\n"
        assert [one.number for one in session.scalars(select(ClipVersion))] == [1, 2]
        assert session.scalars(select(EntryText)).one().body == WORDS
    reviewer = essays.visit.role("reviewer")
    for page in (unit.get(home), reviewer.get(f"{AT}/review/{submission.code}")):
        assert "<p>Mỗi tối thứ sáu" in page.text and "<p>Ai cũng vui.</p>" in page.text
    original = unit.get(f"{AT}/media/{submission.code}/2/original")
    assert original.headers["Content-Disposition"].startswith("attachment")
    assert unit.post(f"{home}/pictures", data={"do": "save"}).status_code == 409


def test_what_is_final_is_not_written_over(essays: Sending) -> None:
    submission = essays.make.submission(essays.make.unit(essays.contest), "approved")
    address = f"{AT}/unit/entries/{submission.code}/text"
    refused = essays.visit.unit(submission.unit).post(address, data={"body": "x", "do": "keep"})
    assert refused.status_code == 409
