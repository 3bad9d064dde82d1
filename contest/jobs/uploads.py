"""Interrupted uploads expire by the profile's rule, and their bytes go."""

from collections.abc import Callable

from contest.actors import SYSTEM
from contest.jobs import Later
from contest.models import Upload
from contest.services import uploads
from contest.wiring import Platform


def expire(platform: Platform, upload_id: int, beat: Callable[[], None]) -> None:
    """Close an upload whose time is over and remove its bytes; a complete one is left alone."""
    at = platform.clock.now()
    with platform.db.write() as session:
        upload = session.get_one(Upload, upload_id)
        if upload.state == "complete":
            return
        if at < upload.expires_at:
            raise Later(upload.expires_at, "still running")
        path = platform.settings.uploads_dir / upload.public_id
        if upload.state == "open" and path.exists() and path.stat().st_size == upload.length:
            return  # it arrived in time; the upload process records it
        uploads.end(session, upload, "expired", actor=SYSTEM, at=at)
    path.unlink(missing_ok=True)


HANDLERS = {"upload.expire": expire}
