"""What a machine tells of the bytes that lie on it."""

from alembic import command
from sqlalchemy import select

from contest.db import alembic_config
from contest.models import Contest, Upload
from contest.services.entry import uploads
from contest.wiring import Platform
from tests.contest.factory import Factory


def test_uploads_stay_when_the_column_comes_and_goes(
    platform: Platform, contest: Contest, make: Factory
) -> None:
    make.submission(make.unit(contest), "in_review")
    config = alembic_config(platform.db.url)
    with platform.db.read() as session:
        before = [one.public_id for one in session.scalars(select(Upload))]
    platform.db.engine.dispose()
    command.downgrade(config, "0042-1")
    command.upgrade(config, "0042")
    with platform.db.read() as session:
        found = session.scalars(select(Upload)).all()
        assert [one.public_id for one in found] == before
        assert [one.arrived_at for one in found] == [None] * len(before)


def test_only_the_first_arrival_of_an_open_upload_is_kept(
    platform: Platform, contest: Contest, make: Factory
) -> None:
    submission = make.submission(make.unit(contest), "in_review")
    with platform.db.write() as session:
        upload = session.scalars(
            select(Upload).where(Upload.submission_id == submission.id)
        ).one()
        name, upload.state = upload.public_id, "open"
        session.flush()
        for at in (make.at, submission.created_at.replace(year=2030)):
            uploads.arrived(session, name, at=at)
        session.refresh(upload)
        assert upload.arrived_at == make.at
        upload.state, upload.arrived_at = "complete", None
        session.flush()
        uploads.arrived(session, name, at=make.at)
        session.refresh(upload)
        assert upload.arrived_at is None
