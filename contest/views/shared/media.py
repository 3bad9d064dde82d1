"""Clips and pictures as files, with HTTP Range (RFC 9110, 14) so that players can seek.

In production the front server sends the bytes (X-Accel-Redirect); otherwise Flask does.
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Blueprint, g, request, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import is_resource_modified
from werkzeug.wrappers import Response
from werkzeug.wsgi import FileWrapper

from contest.drawing import stills
from contest.errors import not_found
from contest.ports import BlobStore, Shown
from contest.services.captions.captions import of_version
from contest.services.captions.cues import Cue, written
from contest.services.entry import media
from contest.services.entry.media import File
from contest.views.shared.support import allows, current

PIECE = 1 << 16  # bytes handed on at once
NARROW = stills.WIDTHS[0]  # pixels, of a still frame in a list
bp = Blueprint("media", __name__, url_prefix="/c/<slug>/media")
# A file from outside runs nothing, wherever a browser opens it.
POLICY = ("default-src 'none'; media-src 'self'; img-src 'self'; style-src 'unsafe-inline'; "
          "frame-ancestors 'self'; sandbox")  # fmt: skip


@bp.get(f"/<code>/<int:number>/<any({', '.join(media.KINDS)}):kind>")
@allows("media.watch", by="either")
def file(code: str, number: int, kind: str) -> Response:
    """One file of a clip: the original as a download, the others inline."""
    found = media.find(current.db, current.contest, code, number, kind, actor=current.actor)
    if kind == "poster" and request.args.get("w") == str(NARROW):
        return _narrowed(found)
    return send(found, keep=kind == media.ORIGINAL)


@bp.get("/<code>/<int:number>/still-<int:width>.jpg")
@allows("media.watch", by="either")
def still(code: str, number: int, width: int) -> Response:
    """The still frame for a small box, so many pixels wide at most."""
    if width not in stills.WIDTHS:
        raise not_found()
    found = media.find(current.db, current.contest, code, number, "poster", actor=current.actor)
    original = _path(found)
    kept = current.platform.settings.data_dir / "stills"
    path = stills.narrowed(original, found.sha256, width, kept)
    response = send_file(path, "image/jpeg", etag=f"{found.sha256}-{width}")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = POLICY
    return response


@bp.get("/<code>/<int:number>/page-<int:leaf>.jpg")
@allows("media.watch", by="either")
def page(code: str, number: int, leaf: int) -> Response:
    """A page of a document or a picture of a set, as we drew it."""
    return send(media.find_leaf(
        current.db, current.contest, code, number, leaf, actor=current.actor
    ))


@bp.get("/<code>/<int:number>/captions-<any(vi, en):language>.vtt")
@allows("media.watch", by="either")
def captions(code: str, number: int, language: str) -> Response:
    """The subtitles of one version, for those who may watch it."""
    version = media.version_for(
        current.db, current.contest, code, number, "rendition", actor=current.actor
    )
    return subtitles(of_version(current.db, version.id), language)


def subtitles(found: Mapping[str, list[Cue]], language: str) -> Response:
    """The subtitles of a language as WebVTT. Raises ``NotFound`` where there are none."""
    if language not in found:
        raise not_found()
    response = Response(written(found[language]), mimetype="text/vtt")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def send(found: File, *, keep: bool = False) -> Response:
    """The response with a file of the store: 200, 206, 304 or 416; ``keep``: as a download."""
    try:
        return _private(_sent(found, keep=keep), found, keep=keep)
    except FileNotFoundError:
        raise not_found() from None


def local(sha256: str) -> Path:
    """A stored file on this machine, to the end of the request. Raises ``FileNotFoundError``."""
    if "local_files" not in g:
        g.local_files = ExitStack()
    held: ExitStack = g.local_files
    return held.enter_context(current.platform.blobs.open_local(sha256))


@bp.teardown_app_request
def _let_go(_error: BaseException | None) -> None:
    if "local_files" in g:
        g.pop("local_files").close()


def _narrowed(found: File) -> Response:
    """A still frame for a list (``drawing/stills.py``), as private as the clip."""
    kept = current.platform.settings.data_dir / "stills"
    path = stills.narrowed(_path(found), found.sha256, NARROW, kept)
    narrow = replace(found, sha256=f"{found.sha256}-{NARROW}")
    return _private(_answer(path, narrow), narrow)


def _path(found: File) -> Path:
    try:
        return local(found.sha256)
    except FileNotFoundError:
        raise not_found() from None


def _private(response: Response, found: File, *, keep: bool = False) -> Response:
    response.headers["Content-Type"] = found.media_type
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Accept-Ranges"] = "bytes"
    response.headers.pop("Last-Modified", None)  # meaningless for content-addressed files
    response.set_etag(found.sha256)
    response.headers["Content-Disposition"] = _disposition(found, keep=keep)
    return response


def _disposition(found: File, *, keep: bool) -> str:
    return f'{"attachment" if keep else "inline"}; filename="{found.name}"'


def _sent(found: File, *, keep: bool) -> Response:
    """By the front server from where the file lies, else from here."""
    settings, blobs = current.platform.settings, current.platform.blobs
    if settings.sendfile:
        shown = Shown(found.media_type, _disposition(found, keep=keep), request.method)
        return Response(headers={"X-Accel-Redirect": blobs.send(found.sha256, shown)})
    return _streamed(found) if settings.in_bucket else _answer(local(found.sha256), found)


def _streamed(found: File) -> Response:
    """From the bucket as it comes, no copy kept: a player asks for pieces of a film."""
    file = Far(current.platform.blobs, found.sha256)
    response = Response(FileWrapper(file, PIECE), direct_passthrough=True)  # type: ignore[arg-type]
    response.content_length = file.size
    response.set_etag(found.sha256)
    if not _single_range():
        request.environ.pop("HTTP_RANGE", None)
    try:
        return response.make_conditional(
            request.environ, accept_ranges=True, complete_length=file.size
        )
    except RequestedRangeNotSatisfiable as refused:
        return Response(status=416, headers={"Content-Range": f"bytes */{refused.length}"})


class Far(io.RawIOBase):
    """A stored file that can be read from any place; the store is asked at the first read."""

    def __init__(self, blobs: BlobStore, sha256: str) -> None:
        self.blobs, self.sha256, self.size = blobs, sha256, blobs.look(sha256).size
        self.at, self.rest = 0, b""
        self.parts: Iterator[bytes] = iter(())

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        before = {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.size}[whence]
        self.at, self.parts, self.rest = before + offset, iter(()), b""
        return self.at

    def readinto(self, room: Any) -> int:
        if not self.rest:
            self.rest = next(self.parts, b"")
        if not self.rest and self.at < self.size:
            self.parts = self.blobs.chunks(self.sha256, self.at)
            self.rest = next(self.parts, b"")
        piece, self.rest = self.rest[: len(room)], self.rest[len(room) :]
        room[: len(piece)] = piece
        self.at += len(piece)
        return len(piece)


def _answer(path: Path, found: File) -> Response:
    if not _single_range() or not is_resource_modified(request.environ, etag=found.sha256):
        request.environ.pop("HTTP_RANGE", None)
    try:
        return send_file(path, found.media_type, etag=found.sha256)
    except RequestedRangeNotSatisfiable as refused:
        return Response(status=416, headers={"Content-Range": f"bytes */{refused.length}"})


def _single_range() -> bool:
    """Whether one byte range is requested; otherwise the whole file is sent (RFC 9110, 14.2)."""
    wanted = request.range
    return wanted is not None and wanted.units == "bytes" and len(wanted.ranges) == 1
