"""A Registry whose rows are JSON files: it survives a kill, as the database does."""

import json
import secrets
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from contest.uploads.failures import UploadFailure
from contest.uploads.registry import Upload


class FolderRegistry:
    """Owners are whoever the X-Owner header names; `revoked` is a refused owner."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def authorise(self, environ):
        owner = environ.get("HTTP_X_OWNER")
        if not owner:
            raise UploadFailure("signed_out")
        if owner == "revoked":
            raise UploadFailure("gone")
        return owner

    def create(self, owner, length, metadata):
        if owner == "late":
            raise UploadFailure("closed", status=403, vi="Đã hết hạn nhận clip.", en="Closed.")
        upload = Upload(secrets.token_hex(16), owner, length, metadata)
        self._write(upload)
        return upload

    def requester_key(self, environ):
        return environ.get("HTTP_X_OWNER")

    def find(self, environ, upload_id):
        return self.get(self.authorise(environ), upload_id)

    def get(self, owner, upload_id):
        try:
            row = json.loads((self.root / upload_id).read_text())
        except FileNotFoundError:
            raise UploadFailure("not_found") from None
        if row["owner"] != owner:
            raise UploadFailure("not_found")
        if row["state"] in ("terminated", "expired"):
            raise UploadFailure("gone")
        return self._upload(row)

    def unfinished(self):
        rows = [json.loads(path.read_text()) for path in self.root.glob("[0-9a-f]*")]
        return [self._upload(row) for row in rows if row["state"] == "open"]

    def finished(self, upload, path, sha256):
        assert path.stat().st_size == upload.length
        with (self.root / ".finished").open("a") as log:
            log.write(f"{upload.id} {sha256}\n")
        self._write(replace(upload, finished=True))

    def terminated(self, upload):
        self._write(upload, "terminated")

    def expired(self, upload):
        self._write(upload, "expired")

    def expire_at(self, upload_id, moment: datetime):
        """For tests: give an upload an end."""
        row = json.loads((self.root / upload_id).read_text())
        self._write(replace(self._upload(row), expires_at=moment))

    def _upload(self, row):
        expires = row["expires_at"] and datetime.fromisoformat(row["expires_at"])
        fields = {key: row[key] for key in ("id", "owner", "length", "metadata", "finished")}
        return Upload(**fields, expires_at=expires)

    def _write(self, upload, state="open"):
        state = "finished" if upload.finished else state
        row = asdict(upload) | {"state": state}
        row["expires_at"] = upload.expires_at and upload.expires_at.isoformat()
        fresh = self.root / f".{upload.id}.{secrets.token_hex(4)}"
        fresh.write_text(json.dumps(row))
        fresh.replace(self.root / upload.id)
