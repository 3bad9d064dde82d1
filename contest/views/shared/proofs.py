"""A screenshot or a film of the screen: judged before it is read, drawn anew, linked to numbers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request, url_for
from werkzeug.datastructures import FileStorage

from contest.errors import Invalid, TooLarge
from contest.languages import write_size
from contest.models import Evidence, Snapshot
from contest.services.counts import evidence, sitting
from contest.views.shared import kept_files, large_forms
from contest.views.shared.support import current

LIMITS = {"screenshot": 20 * 10**6, "recording": 300 * 10**6}  # bytes
TAKING = ("sitting.attach", "sitting.save_all", "elsewhere.save",
          "elsewhere.attach")


@dataclass(frozen=True)
class Attached:
    name: str
    href: str
    numbers: Sequence[Snapshot]


def before_a_file_is_read(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """A film is larger than any other form: only an organiser may send one."""
    if endpoint in TAKING and request.method == "POST" and values:
        large_forms.admit(values["slug"], "interaction.import", max(LIMITS.values()))


def attach(
    upload: FileStorage, *, since: datetime, codes: Collection[str] = ()
) -> Attached:
    """Keep a file and link it to this sitting's numbers. Raises ``Invalid`` for what is neither
    picture nor film by its content, ``TooLarge``, and as ``sitting.attach``."""
    proof = receive(upload)
    numbers = sitting.attach(
        current.db, current.contest, proof, actor=current.actor, at=current.now, since=since,
        codes=codes,
    )
    href = url_for("interactions.evidence", slug=current.contest.slug, sha256=proof.sha256)
    return Attached(proof.filename, href, numbers)


def receive(upload: FileStorage) -> Evidence:
    """Keep a screenshot, drawn anew, or a film as it is. Raises ``Invalid`` for what is neither
    by its content, ``TooLarge``, and as ``kept_files.keep_picture``."""
    kind = _kind(upload)
    kept = (kept_files.keep_picture if kind == "screenshot" else kept_files.keep)(upload)
    return evidence.keep(
        current.db, current.contest, kept.sha256, kind=kind, filename=kept.filename,
        size=kept.size, actor=current.actor, at=current.now, original=kept.original,
    )


def _kind(upload: FileStorage) -> str:
    kind = evidence.kind_of(upload.stream.read(evidence.HEAD))
    size = upload.stream.seek(0, 2)
    upload.stream.seek(0)
    if kind is None:
        raise Invalid(
            f"“{upload.filename}” không phải ảnh hay video. Hãy chọn ảnh chụp (PNG, JPEG, WebP, "
            "HEIC) hoặc video quay màn hình (MP4, MOV, WebM).",
            f'"{upload.filename}" is neither a picture nor a film. Choose a screenshot (PNG, JPEG, '
            "WebP, HEIC) or a film of the screen (MP4, MOV, WebM).",
        )
    if size > (limit := LIMITS[kind]):
        raise TooLarge(
            f"Tệp nặng {write_size(size, 'vi')}; nhận tối đa {write_size(limit, 'vi')}. "
            "Hãy quay ngắn hơn hoặc chia thành nhiều tệp.",
            f"The file has {write_size(size, 'en')}; at most {write_size(limit, 'en')} are taken. "
            "Make it shorter, or several of it.",
        )
    return kind
