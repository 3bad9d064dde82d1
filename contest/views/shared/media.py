"""Clips and pictures as files, with HTTP Range (RFC 9110, 14) so that players can seek.

In production the front server sends the bytes (X-Accel-Redirect); otherwise Flask does.
"""

from dataclasses import replace
from pathlib import Path

from flask import Blueprint, request, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import is_resource_modified
from werkzeug.wrappers import Response

from contest.drawing import stills
from contest.errors import not_found
from contest.services.entry import media
from contest.services.entry.media import File
from contest.views.shared.support import allows, current

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
    try:
        original = current.platform.blobs.path(found.sha256)
    except FileNotFoundError:
        raise not_found() from None
    kept = current.platform.settings.data_dir / "stills"
    path = stills.narrowed(original, found.sha256, width, kept)
    response = send_file(path, "image/jpeg", etag=f"{found.sha256}-{width}")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = POLICY
    return response


def send(found: File, *, keep: bool = False) -> Response:
    """The response with a file of the store: 200, 206, 304 or 416; ``keep``: as a download."""
    answer = _by_front_server if current.platform.settings.sendfile else _answer
    return _private(answer(_path(found), found), found, keep=keep)


def _narrowed(found: File) -> Response:
    """A still frame for a list (``drawing/stills.py``), as private as the clip."""
    kept = current.platform.settings.data_dir / "stills"
    path = stills.narrowed(_path(found), found.sha256, NARROW, kept)
    narrow = replace(found, sha256=f"{found.sha256}-{NARROW}")
    return _private(_answer(path, narrow), narrow)


def _path(found: File) -> Path:
    try:
        return current.platform.blobs.path(found.sha256)
    except FileNotFoundError:
        raise not_found() from None


def _private(response: Response, found: File, *, keep: bool = False) -> Response:
    response.headers["Content-Type"] = found.media_type
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Accept-Ranges"] = "bytes"
    response.headers.pop("Last-Modified", None)  # meaningless for content-addressed files
    response.set_etag(found.sha256)
    manner = "attachment" if keep else "inline"
    response.headers["Content-Disposition"] = f'{manner}; filename="{found.name}"'
    return response


def _by_front_server(path: Path, found: File) -> Response:
    inside = path.relative_to(current.platform.settings.storage_dir)
    return Response(headers={"X-Accel-Redirect": f"/_files/{inside.as_posix()}"})


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
