"""A file between its preview and its import: stored by its hash, referred to by a signed token."""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage

from contest.errors import Invalid
from contest.views.shared.support import current

LIFE_S = 3600 * 4


@dataclass(frozen=True)
class Kept:
    """sha256: of the bytes, their address in the store. filename: as uploaded."""

    sha256: str
    filename: str
    size: int

    @property
    def path(self) -> Path:
        return current.platform.blobs.path(self.sha256)


def keep(upload: FileStorage) -> Kept:
    """Put an uploaded file into the store; the database does not refer to it yet."""
    folder = current.platform.settings.data_dir / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        upload.save(file)
        path = Path(file.name)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    size = path.stat().st_size
    current.platform.blobs.put(path, sha256)
    return Kept(sha256, Path(upload.filename or "").name[:255], size)


def token(kept: Kept, **more: str) -> str:
    """The signed value that the confirming form sends back; it cannot be forged."""
    return str(_serializer().dumps({"f": [kept.sha256, kept.filename, kept.size], **more}))


def from_token(text: str) -> tuple[Kept, dict[str, str]]:
    """The file and the values signed with it. Raises ``Invalid`` when too old or forged."""
    try:
        values = _serializer().loads(text, max_age=LIFE_S)
    except BadSignature:
        raise Invalid(
            "Bản xem trước đã quá cũ. Hãy chọn lại tệp.",
            "The preview is too old. Choose the file again.",
        ) from None
    sha256, filename, size = values.pop("f")
    return Kept(sha256, filename, size), values


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current.platform.keys.signing("kept-file"), salt="kept-file")
