"""``privacy.archive``: everything about a person in one file, and the link to it by mail."""

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path

from contest.models import Contest, PrivacyRequest
from contest.services.privacy import archive
from contest.wiring import Platform


def run(platform: Platform, request_id: int, beat: Callable[[], None]) -> None:
    """Make the archive; made again it is another file, and the former one goes with the sweep."""
    at, folder = platform.clock.now(), platform.settings.data_dir / "work"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".zip", delete=False) as file:
        path = Path(file.name)
    try:
        with platform.db.read() as session:
            request = session.get_one(PrivacyRequest, request_id)
            contest = session.get_one(Contest, request.contest_id)
            found = archive.held(session, contest, request)
            beat()
            archive.write(path, found, contest, request, platform.blobs, at=at)
        beat()
        with path.open("rb") as written:
            sha256 = hashlib.file_digest(written, "sha256").hexdigest()
        platform.blobs.put(path, sha256)
    finally:
        path.unlink(missing_ok=True)
    with platform.db.write() as session:
        archive.made(session, session.get_one(PrivacyRequest, request_id), sha256, at=at)
