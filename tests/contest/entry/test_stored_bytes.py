"""A unit's allowance, and the bytes of replaced clips, which go after a time."""

import os
import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import select

from contest.db import alembic_config
from contest.errors import Conflict, TooLarge
from contest.jobs import Later, sweep
from contest.models import Check, ClipVersion, Derivative, Submission, Upload
from contest.profile import loading
from contest.services.entry import stored_bytes, uploads
from tests.contest.factory import QUAN11

ALLOWANCE = "extensions = ["


@pytest.fixture
def unit(make, contest):
    return make.unit(contest)


def allowing(make, rules: str, *, largest: int = 700):
    """A unit of a contest with these lines in its [upload]; a file may have so many bytes."""
    def edit(text: str) -> str:
        small = re.sub(r"max_bytes = \d+", f"max_bytes = {largest}", text)
        return small.replace(ALLOWANCE, f"{rules}\n{ALLOWANCE}")

    return make.unit(make.contest(edit=edit))


def begin(platform, make, unit, submission, length: int) -> Upload:
    with platform.db.write() as session:
        row = session.get_one(Submission, submission.id)
        return uploads.begin(session, row, length=length, filename="clip.mp4",
                             actor=make.actor(unit), at=make.at)  # fmt: skip


def test_rules_without_an_allowance_keep_their_hash_and_have_a_sensible_one():
    rules = loading.load(QUAN11.read_text())
    assert set(rules.content["upload"]) == {
        "max_bytes", "plain_form_max_bytes", "expires_hours", "extensions"}  # fmt: skip
    assert rules.profile.upload_allowance == (50, 20_000_000_000)
    named = loading.load(QUAN11.read_text().replace(ALLOWANCE, f"unit_clips = 7\n{ALLOWANCE}"))
    assert named.sha256 != rules.sha256
    assert named.profile.upload_allowance.clips == 7


def test_bytes_beyond_the_allowance_are_refused_open_uploads_included(platform, make):
    unit = allowing(make, "unit_bytes = 1000")
    one, two = make.submission(unit, "uploading"), make.submission(unit, "uploading")
    begin(platform, make, unit, one, 700)
    with pytest.raises(TooLarge, match="1"):
        begin(platform, make, unit, two, 301)
    begin(platform, make, unit, two, 300)
    begin(platform, make, unit, one, 700)  # in place of its own earlier one


def test_clips_beyond_the_allowance_are_refused(platform, make):
    unit = allowing(make, "unit_clips = 2")
    for _ in range(2):
        make.submission(unit, "needs_fix")
    with pytest.raises(Conflict, match="2"):
        begin(platform, make, unit, make.submission(unit, "uploading"), 10)


@pytest.fixture
def replaced(platform, make, unit, clock):
    """An entry whose first clip (with a rendition) was replaced by a second one."""
    submission = make.submission(unit, "needs_fix", clip=b"the first clip")
    first = submission.version_id
    with platform.db.write() as session:
        digest = put(platform, b"its rendition")
        session.add(Derivative(version_id=first, kind="rendition", sha256=digest, size=13,
                               media_type="video/mp4", created_at=clock.now()))  # fmt: skip
        row = session.get_one(Submission, submission.id)
        uploads.adopt(session, row, sha256=put(platform, b"the second clip"), size=15,
                      filename="2.mp4", actor=make.actor(unit), at=clock.now())  # fmt: skip
    return submission, first


def put(platform, content: bytes) -> str:
    import hashlib  # noqa: PLC0415

    digest = hashlib.sha256(content).hexdigest()
    path = platform.settings.data_dir / "incoming.mp4"
    path.write_bytes(content)
    platform.blobs.put(path, digest)
    return digest


def swept(platform) -> set[bytes]:
    with pytest.raises(Later):
        sweep.run(platform, 0, lambda: None)
    return {path.read_bytes() for path in files(platform)}


def files(platform) -> list[Path]:
    return [path for path in platform.settings.storage_dir.rglob("*") if path.is_file()]


def aged(platform) -> None:
    """As if everything had been put into the store two days ago."""
    for path in files(platform):
        os.utime(path, (time.time() - 2 * 86400,) * 2)


def test_replaced_bytes_go_after_a_time_and_reports_stay(platform, make, clock, replaced):
    submission, first = replaced
    aged(platform)
    clock.moment += stored_bytes.REPLACED_KEPT - timedelta(hours=1)
    assert b"the first clip" in swept(platform)
    clock.moment += timedelta(hours=2)
    assert swept(platform) == {b"the second clip"}
    with platform.db.read() as session:
        gone = session.get_one(ClipVersion, first)
        assert gone.bytes_gone_at == clock.now()
        assert session.scalars(select(Check).where(Check.version_id == first)).one().report
        assert session.get_one(Submission, submission.id).version.bytes_gone_at is None


def test_a_file_that_another_entry_shows_stays(platform, make, unit, clock, replaced):
    make.submission(unit, "in_review", clip=b"the first clip")
    aged(platform)
    clock.moment += stored_bytes.REPLACED_KEPT + timedelta(hours=1)
    assert swept(platform) == {b"the first clip", b"the second clip"}


def test_a_file_that_was_just_put_again_stays(platform, clock, replaced):
    """Its row is not written yet: only the file's time says that somebody needs it."""
    aged(platform)
    put(platform, b"the first clip")
    clock.moment += stored_bytes.REPLACED_KEPT + timedelta(hours=1)
    assert b"the first clip" in swept(platform)


def test_what_has_gone_counts_for_the_allowance_no_more(platform, make, clock):
    unit = allowing(make, "unit_bytes = 30", largest=20)
    submission = make.submission(unit, "needs_fix", clip=b"x" * 20)
    with pytest.raises(TooLarge):
        begin(platform, make, unit, submission, 20)
    with platform.db.write() as session:
        session.get_one(ClipVersion, submission.version_id).bytes_gone_at = clock.now()
    begin(platform, make, unit, submission, 20)


def test_the_migration_goes_up_and_down_with_rows(platform, make, unit):
    submission = make.submission(unit, "needs_fix")
    config = alembic_config(platform.db.url)
    platform.db.engine.dispose()
    command.downgrade(config, "0009-1")
    command.upgrade(config, "0009")
    with platform.db.read() as session:
        assert session.get_one(ClipVersion, submission.version_id).bytes_gone_at is None
