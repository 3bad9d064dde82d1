"""A person's copy of what is held about them: all of it, nobody else's, only for them."""

import io
import json
import zipfile
from datetime import timedelta

from sqlalchemy import select

from contest.clock import FixedClock
from contest.jobs import sweep
from contest.jobs.mail import write
from contest.jobs.privacy import archiving
from contest.models import Contest, Mail, PrivacyRequest, Task
from contest.services.privacy import requests
from contest.services.privacy.requests import Asked
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.privacy.test_requests import act, ask


def test_one_gets_all_that_is_held_and_nobody_elses(
    platform: Platform, make: Factory, contest: Contest, clock: FixedClock, visit: Visits
) -> None:
    unit = make.unit(contest)
    submission = make.submission(
        unit, authors=["Nguyễn Văn An", "Trần Thị Bích"], clip=b"the clip's own bytes",
        contact_name="Nguyễn Văn An", contact_email="an@example.vn",
    )
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
    assert clip == b"the clip's own bytes"
    where = {one["where"] for one in document["held"]}
    assert {"submission.authors", "submission.contact_name", "mail.to"} <= where
    assert "Nguyễn Văn An" in page and "Bích" not in page + json.dumps(document)

    clock.moment += timedelta(days=8)
    assert visit.public().post(place, data={"token": token}).status_code in (410, 422)
    sweep._persons(platform, clock.moment)
    assert make.fresh(PrivacyRequest(id=number)).archive_sha256 == ""
