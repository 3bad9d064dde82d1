"""The Registry over the contest's database. Each call has its own transaction."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from contest import logs
from contest.actors import SYSTEM, Actor
from contest.db import retried
from contest.errors import DomainError, Gone
from contest.models import Errand, Unit
from contest.models import Upload as Row
from contest.ports import StorageAway
from contest.services.entry import submissions, uploads
from contest.services.units import units
from contest.tokens import STAFF_COOKIE, UNIT_COOKIE
from contest.uploads import deputies, headers
from contest.uploads.failures import UploadFailure
from contest.uploads.registry import Environ, Upload
from contest.wiring import Platform

_log = logging.getLogger("hoithi.uploads")

# Sec-Fetch-Site of a request from one of our pages; clients other than browsers send none.
SAME_SITE = frozenset({"", "same-origin", "none"})


class RowRegistry:
    """Owners are units (their id as text), so that uploads survive the rotation of a link; or
    errands (``errand:`` and their id), in whose course an organiser sends a clip for a unit."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def authorise(self, environ: Environ) -> str:
        wanted = headers.metadata(environ.get("HTTP_UPLOAD_METADATA")).get("errand")
        if wanted:
            return self._of_errand(environ, Errand.public_id == wanted)
        return str(self._asked(environ, "").unit_id)

    def _of_errand(self, environ: Environ, named: ColumnElement[bool]) -> str:
        """The errand that this request's person of the staff carries out."""
        _require_same_site(environ)
        token = _cookie(environ, self.platform.settings.cookie_name(STAFF_COOKIE))
        return deputies.owner(self.platform, token, named, at=self._now())

    def requester_key(self, environ: Environ) -> Hashable:
        return environ.get("HTTP_COOKIE"), environ.get("HTTP_SEC_FETCH_SITE")

    def find(self, environ: Environ, upload_id: str) -> Upload:
        if _cookie(environ, self.platform.settings.cookie_name(STAFF_COOKIE)):
            sent_for = deputies.errand_of(self.platform, upload_id)
            if sent_for is not None:
                return self.get(self._of_errand(environ, Errand.id == sent_for), upload_id)
        asked = self._asked(environ, upload_id)
        if asked.upload is not None:
            return _upload(asked.upload)
        return self.get(str(asked.unit_id), upload_id)  # raises the reason

    def _asked(self, environ: Environ, upload_id: str) -> uploads.UploadAccess:
        _require_same_site(environ)
        token = _cookie(environ, self.platform.settings.cookie_name(UNIT_COOKIE))
        with self.platform.db.read_connection() as line:
            found = uploads.asked(line, token, upload_id, at=self._now()) if token else None
        if found is None:
            raise UploadFailure("signed_out")
        if not found.live:
            raise UploadFailure("revoked")
        return found

    @retried
    def create(self, owner: str, length: int, metadata: Mapping[str, str]) -> Upload:
        with _refusals(), self.platform.db.write() as session:
            errand = deputies.errand(session, owner)
            if errand is None:
                unit = session.get_one(Unit, int(owner))
                actor = units.actor_of(unit)
                submission = submissions.find(
                    session, unit.contest, metadata.get("entry", ""), actor=actor
                )
            else:
                actor, submission = deputies.actor(session, errand), errand.submission
            row = uploads.begin(
                session, submission, length=length, filename=metadata.get("filename", ""),
                fingerprint=metadata.get("fingerprint", ""), mend=metadata.get("mend") == "1",
                actor=actor, at=self._now(), errand=errand,
            )
            logs.say(_log, "upload begun", upload=row.public_id, clip=submission.code,
                     contest=row.contest_id, bytes=length)
            return _upload(row)

    def get(self, owner: str, upload_id: str) -> Upload:
        with _refusals(), self.platform.db.read() as session:
            return _upload(_row(session, owner, upload_id))

    def unfinished(self) -> Iterable[Upload]:
        shared = self.platform.settings.in_bucket
        with self.platform.db.read() as session:
            return [
                replace(_upload(row), begun_at=row.begun_at if shared else None)
                for row in uploads.all_open(session)
            ]

    def finished(self, upload: Upload, path: Path, sha256: str) -> None:
        """Store the clip, record it, and remove the bytes under their old name last.

        If killed in between, the next HEAD or start repeats it with the same outcome. Raises
        ``UploadFailure`` where the file changed, the clip is not accepted or the store is away;
        ``StorageFull``.
        """
        received = self._received(path)
        changed = upload.metadata.get("fingerprint", "") not in ("", uploads.fingerprint(path))
        if not changed:
            self._arrived(upload, received)
            self._store(path, sha256)
        refusal = self._record(upload, sha256, received, changed=changed)
        path.unlink(missing_ok=True)
        if refusal is not None:
            raise refusal

    @retried
    def _record(
        self, upload: Upload, sha256: str, received: datetime, *, changed: bool
    ) -> UploadFailure | None:
        """Record the finished upload; returns the refusal, which is recorded too, or None."""
        with _refusals(), self.platform.db.write() as session:
            row = _row(session, upload.owner, upload.id)
            actor, received = self._actor(session, row), row.arrived_at or received
            if changed:
                uploads.end(session, row, "terminated", actor=actor, at=received)
                return UploadFailure("changed")
            if uploads.finish(session, row, sha256=sha256, actor=actor, at=received) is None:
                return _failure(uploads.verdict(row))
            logs.say(_log, "clip received", upload=upload.id, clip=row.submission.code,
                     contest=row.contest_id)
        return None

    @retried
    def _arrived(self, upload: Upload, received: datetime) -> None:
        """On its way into a bucket, which may take its time: a worker elsewhere does not see these
        bytes and would let the upload expire."""
        if self.platform.settings.in_bucket:
            with self.platform.db.write() as session:
                uploads.arrived(session, upload.id, at=received)

    def _store(self, path: Path, sha256: str) -> None:
        """Put a hard link into the store: the first name stays until the upload is recorded."""
        second = path.with_name(f"{path.name}.sealed")
        second.unlink(missing_ok=True)
        os.link(path, second)
        try:
            self.platform.blobs.put(second, sha256)
        except StorageAway as away:
            raise UploadFailure("store_away") from away

    def _received(self, path: Path) -> datetime:
        """When the last byte arrived, by the contest's clock; recording may be later."""
        ago = max(time.time() - path.stat().st_mtime, 0.0)
        return self._now() - timedelta(seconds=ago)

    def terminated(self, upload: Upload) -> None:
        self._end(upload, "terminated")

    def expired(self, upload: Upload) -> None:
        self._end(upload, "expired")

    @retried
    def _end(self, upload: Upload, state: str) -> None:
        with contextlib.suppress(Gone), self.platform.db.write() as session:
            row = _row(session, upload.owner, upload.id)
            actor = self._actor(session, row) if state == "terminated" else SYSTEM
            uploads.end(session, row, state, actor=actor, at=self._now())

    def _actor(self, session: Session, row: Row) -> Actor:
        if row.errand is not None:
            return deputies.actor(session, row.errand)
        return units.actor_of(row.submission.unit)

    def _now(self) -> datetime:
        return self.platform.clock.now()


def _upload(row: Row | uploads.UploadStatus) -> Upload:
    known = {"filename": row.filename}
    if row.fingerprint:
        known["fingerprint"] = row.fingerprint
    return Upload(
        row.public_id,
        deputies.name(row.errand_id) if row.errand_id else str(row.unit_id),
        row.length,
        known,
        row.expires_at,
        finished=row.state == "complete",
        entry=str(row.submission_id),
    )


def _row(session: Session, owner: str, upload_id: str) -> Row:
    errand_id = deputies.number(owner)
    if errand_id is not None:
        return uploads.find(session, upload_id, errand_id=errand_id)
    return uploads.find(session, upload_id, unit_id=int(owner))


def _require_same_site(environ: Environ) -> None:
    if environ.get("HTTP_SEC_FETCH_SITE", "") not in SAME_SITE:
        raise UploadFailure("forbidden")


def _cookie(environ: Environ, name: str) -> str:
    try:
        found = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """Turns the contest's ``DomainError`` into ``UploadFailure``."""
    try:
        yield
    except DomainError as error:
        raise _failure(error) from error


def _failure(error: DomainError) -> UploadFailure:
    """A conflict becomes 403: it is final, and tus clients would retry after a 409."""
    status = HTTPStatus.FORBIDDEN if error.status == HTTPStatus.CONFLICT else error.status
    return UploadFailure(error.code, status=status, vi=error.vi, en=error.en)
