"""What was still at work while a person was erased brings nothing of theirs back."""

import pytest

from contest.actors import SYSTEM
from contest.models import (
    Check,
    ClipFingerprint,
    Derivative,
    OnscreenNames,
    Repair,
    Tombstone,
    Upload,
)
from contest.services.checking.outcomes import DerivedFile, Outcome
from contest.services.entry import checks, onscreen_names, repairs, uploads
from contest.services.entry.repairs import RepairedClip
from contest.wiring import Platform
from tests.contest.privacy import planting
from tests.contest.privacy.conftest import Planted
from tests.contest.privacy.test_erasure import (
    erased,
    files_that_tell,
    holds,
    rows_that_tell,
    tidied,
)


@pytest.mark.both_databases
def test_a_check_a_reading_a_repair_and_an_upload_that_end_after_the_erasure(
    platform: Platform, planted: Planted
) -> None:
    phase = planted()
    clip, at = phase.clips["shown"], phase.at
    assert clip.version_id
    with platform.db.write() as session:
        check = Check(version_id=clip.version_id, kind="deep", state="running", created_at=at,
                      profile_revision_id=phase.contest.revision_id)
        session.query(Check).filter_by(version_id=clip.version_id, kind="deep").delete()
        repair = Repair(version_id=clip.version_id, state="running", wish={}, created_at=at)
        upload = Upload(public_id="late", contest_id=phase.contest.id, unit_id=clip.unit_id,
                        submission_id=clip.id, length=9, filename=f"{planting.BARE}.mp4",
                        begun_at=at, expires_at=at + planting.LATER)
        session.add_all([check, repair, upload])
        session.flush()
        work = check.id, repair.id, upload.id
    files = [planting.kept(phase, f"{n}: {planting.SAID}".encode()) for n in ("web", "fix", "to")]

    erased(phase, clips=(clip.id,))
    facts = {"title": planting.NAME}
    with platform.db.write() as session:
        made = DerivedFile("rendition", files[0], 9, "video/mp4", facts)
        checks.finish(session, work[0], Outcome("pass", {"facts": facts}, [made], facts), at=at)
        onscreen_names.keep(session, clip.version_id, [{"at": 1, "lines": [planting.NAME]}], at=at)
        repairs.finish(session, work[1], RepairedClip(
            files[1], 9, facts, facts, {"before": files[2]}), at=at)
        late = session.get_one(Upload, work[2])
        assert uploads.finish(session, late, sha256="ab" * 32, actor=SYSTEM, at=at) is None
    tidied(phase)

    with platform.db.read() as session:
        assert rows_that_tell(session) == set()
        assert session.get_one(Check, work[0]).state == "superseded"
        assert session.get_one(Repair, work[1]).state == "failed"
        for table in (ClipFingerprint, OnscreenNames, Derivative):
            assert session.query(table).filter_by(version_id=clip.version_id).count() == 0
    assert files_that_tell(platform.settings.data_dir) == set()
    assert not any(platform.blobs.exists(sha256) for sha256 in files)
    _again(platform, phase)


def _again(platform: Platform, phase: planting.Phase) -> None:
    """A second erasure of the same person finds nothing, and everything holds."""
    with platform.db.read() as session:
        before = session.query(Tombstone).filter(Tombstone.field != "word").count()
    done = erased(phase)
    tidied(phase)
    assert (done.places, done.files) == (0, [])
    with platform.db.read() as session:
        words = Tombstone.field != "word"
        assert session.query(Tombstone).filter(words).count() - before <= len(done.tombstones)
        assert rows_that_tell(session) == set()
    holds(platform, phase.contest.id)
