"""A person's copy of what is held about them: all of it, nobody else's, only for them."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta

from sqlalchemy import select

from contest.clock import FixedClock
from contest.jobs import sweep
from contest.jobs.mail import write
from contest.jobs.privacy import archiving
from contest.models import (
    Attachment,
    Contest,
    Filing,
    Mail,
    PostRemoval,
    PrivacyRequest,
    Task,
    Unit,
)
from contest.services.privacy import places, requests
from contest.services.privacy.requests import Asked
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.privacy.test_requests import act, ask


def kept(platform: Platform, content: bytes) -> str:
    digest, incoming = hashlib.sha256(content).hexdigest(), platform.settings.data_dir / "in"
    incoming.write_bytes(content)
    platform.blobs.put(incoming, digest)
    return digest


def filed(
    platform: Platform, make: Factory, unit: Unit, answers: dict[str, str], paper: bytes
) -> None:
    """A report of a unit with these answers and one file."""
    row = make.add(Filing(contest_id=unit.contest_id, unit_id=unit.id, filing="report",
                          answers=answers, filed_at=make.at))
    make.add(Attachment(
        contest_id=unit.contest_id, filing_id=row.id, question="file", kind="pdf",
        sha256=kept(platform, paper), size=len(paper), filename="bao-cao.pdf",
        created_by=f"unit:{unit.id}", created_at=make.at,
    ))


def test_every_table_that_may_name_a_person_has_a_name_itself() -> None:
    """A table that comes tomorrow needs its words, or a copy of one's data names it by its key."""
    named = {table.name for table in places.tables() if places.text_columns(table)}
    columns = {column.name for table in places.tables() for column in places.text_columns(table)}
    words = places.called()
    assert set(words["tables"]) == named and set(words["columns"]) <= columns
    assert all(one["vi"] and one["en"] for kind in words.values() for one in kind.values())


def test_one_gets_all_that_is_held_and_nobody_elses(
    platform: Platform, make: Factory, contest: Contest, clock: FixedClock, visit: Visits
) -> None:
    unit = make.unit(contest)
    submission = make.submission(
        unit, authors=["Nguyễn Văn An", "Trần Thị Bích"], clip=b"the clip's own bytes",
        contact_name="Nguyễn Văn An", contact_email="an@example.vn",
    )
    make.add(PostRemoval(
        contest_id=contest.id, submission_id=submission.id, sha256=kept(platform, b"a picture"),
        size=9, media_type="image/png", created_by="user:1", created_at=clock.moment,
    ))
    filed(platform, make, unit, {"leader": "Nguyễn Văn An"}, b"%PDF-1.4 of the person")
    filed(platform, make, make.unit(contest), {"leader": "Trần Thị Bích"}, b"%PDF-1.4 of another")
    organiser = make.actor(make.user("organiser", contest=contest))
    asked = Asked(kind="see", role="author", name="Nguyễn Văn An", email="an@example.vn",
                  receipt=submission.code)
    number = ask(platform, contest, asked, make.actor(unit))
    act(platform, requests.answer, number, organiser, said="Bản sao được gửi ngay")
    with platform.db.read() as session:
        assert session.scalars(select(Task).where(Task.kind == requests.ARCHIVE)).one()
    archiving.run(platform, number, lambda: None)
    with platform.db.read() as session:
        letter = session.scalars(select(Mail).order_by(Mail.id.desc())).first()
    assert letter is not None and letter.params["said_state"] == "archive"
    token = write(platform, letter).text.partition("/privacy/archive#")[2].split()[0]

    place = f"/c/{contest.slug}/privacy/archive"
    assert visit.public().post(place, data={"token": token[:-2] + "xx"}).status_code == 422
    answer = visit.public().post(place, data={"token": token})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        document = json.loads(archive.read("data.json"))
        page = archive.read("data.html").decode()
        clip = archive.read(document["clips"][0])
        (proof,) = document["proofs_of_removed_posts"]
        assert archive.read(proof) == b"a picture" and proof in page
        (report,) = document["files_of_filings"]
        assert archive.read(report) == b"%PDF-1.4 of the person" and report in page
        assert not any(b"of another" in archive.read(name) for name in archive.namelist())
    assert clip == b"the clip's own bytes"
    where = {one["where"] for one in document["held"]}
    assert {"submission.authors", "submission.contact_name", "mail.to"} <= where
    assert "<td>bài dự thi: tác giả</td>" in page and "submission.authors" not in page
    assert "Nguyễn Văn An" in page and "Bích" not in page + json.dumps(document)

    clock.moment += timedelta(days=8)
    assert visit.public().post(place, data={"token": token}).status_code in (410, 422)
    sweep._persons(platform, clock.moment)
    assert make.fresh(PrivacyRequest(id=number)).archive_sha256 == ""
