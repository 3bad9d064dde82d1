"""A file from outside: looked into, stored by its hash, named by a signed token."""

import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage

from contest.errors import Busy, DomainError, Invalid
from contest.ports import ScanUnavailable
from contest.views.shared import media
from contest.views.shared.support import current

LIFE_S = 3600 * 4
Kind = TypeVar("Kind", bound=str)


@dataclass(frozen=True)
class Kept:
    """sha256: of the bytes, their address in the store. filename: as uploaded.

    original: the SHA-256 of what was sent, where something else is kept in its place.
    """

    sha256: str
    filename: str
    size: int
    original: str = ""

    @property
    def path(self) -> Path:
        """To the end of the request."""
        return media.local(self.sha256)


def keep(upload: FileStorage) -> Kept:
    """Put an uploaded file into the store; the database does not refer to it yet.

    Raises ``Invalid`` where the antivirus finds something, ``Busy`` where it is away.
    """
    return _put(received(upload), upload)


def keep_picture(upload: FileStorage) -> Kept:
    """As ``keep``, for a picture: what is stored is drawn anew. Raises ``TooLarge`` besides, and
    ``Invalid`` for what is no whole picture."""
    return _drawn(received(upload), upload)


def keep_judged(
    upload: FileStorage, judge: Callable[[Path], Kind]
) -> tuple[Kept, Kind]:
    """As ``keep``, once ``judge`` has said what the file is; a "picture" is drawn anew. Raises
    whatever ``judge`` does besides."""
    path = received(upload)
    try:
        kind = judge(path)
    except DomainError:
        path.unlink()
        raise
    return (_drawn if kind == "picture" else _put)(path, upload), kind


def _drawn(path: Path, upload: FileStorage) -> Kept:
    drawn = path.with_name(f"{path.name}-drawn")
    try:
        original = _sha256(path)
        current.platform.pictures.draw_anew(path, drawn)
    finally:
        path.unlink()
    return _put(drawn, upload, original)


def received(upload: FileStorage) -> Path:
    """The file in a folder of ours, after the antivirus."""
    folder = current.platform.settings.data_dir / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        path = Path(file.name)
        try:
            upload.save(file)
            file.flush()
            _look_into(path, upload.filename or "")
        except BaseException:
            path.unlink()
            raise
    return path


def _look_into(path: Path, name: str) -> None:
    antivirus = current.platform.antivirus
    try:
        found = antivirus.scan(path) if antivirus else None
    except ScanUnavailable:
        raise Busy(
            "Phần mềm diệt virus không trả lời nên chưa nhận được tệp. Hãy thử lại sau ít phút, và "
            "báo người vận hành.",
            "The antivirus does not answer, so no file can be taken. Try again in a few minutes, "
            "and tell who runs the platform.",
        ) from None
    if found:
        raise Invalid(
            f"Tệp “{name}” có mã độc ({found}) nên không được nhận. Hãy kiểm tra máy đã gửi nó.",
            f'The file "{name}" carries malware ({found}) and was not taken. Check the computer '
            "that it came from.",
        )


def _put(path: Path, upload: FileStorage, original: str = "") -> Kept:
    sha256, size = _sha256(path), path.stat().st_size
    current.platform.blobs.put(path, sha256)
    return Kept(sha256, Path(upload.filename or "").name[:255], size, original)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
    return current.platform.keys.serializer("kept-file")
