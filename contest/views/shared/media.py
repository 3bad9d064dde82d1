"""Clips and pictures as files, with HTTP Range (RFC 9110, 14) so that players can seek.

In production the front server sends the bytes (X-Accel-Redirect); otherwise they go out in
pieces of a mebibyte, without a database session held open.
"""

from collections.abc import Iterator
from pathlib import Path

from flask import Blueprint, request
from werkzeug.http import is_resource_modified
from werkzeug.wrappers import Response

from contest.errors import not_found
from contest.services.entry import media
from contest.services.entry.media import File
from contest.views.shared.support import actor, allows, current_contest, db, platform

bp = Blueprint("media", __name__, url_prefix="/c/<slug>/media")
PIECE = 1024 * 1024
A_DAY = 24 * 3600


@bp.get(f"/<code>/<int:number>/<any({', '.join(media.KINDS)}):kind>")
@allows("media.watch", by="either")
def file(code: str, number: int, kind: str) -> Response:
    """One file; the original is for keeping, the others are shown."""
    found = media.find(db(), current_contest(), code, number, kind, actor=actor())
    return send(found, keep=kind == media.ORIGINAL)


def send(found: File, *, keep: bool = False) -> Response:
    """The answer that carries a file of the store: 200, 206, 304 or 416."""
    try:
        path = platform().blobs.path(found.sha256)
    except FileNotFoundError:
        raise not_found() from None
    response = _by_front_server(path) if platform().settings.sendfile else _answer(path, found)
    response.headers["Content-Type"] = found.media_type
    response.headers["Cache-Control"] = f"private, max-age={A_DAY}"
    response.headers["Accept-Ranges"] = "bytes"
    response.set_etag(found.sha256)
    manner = "attachment" if keep else "inline"
    response.headers["Content-Disposition"] = f'{manner}; filename="{found.name}"'
    return response


def _by_front_server(path: Path) -> Response:
    inside = path.relative_to(platform().settings.storage_dir)
    return Response(headers={"X-Accel-Redirect": f"/_files/{inside.as_posix()}"})


def _answer(path: Path, found: File) -> Response:
    if not is_resource_modified(request.environ, etag=found.sha256):
        return Response(status=304)
    size = path.stat().st_size
    wanted = _range(size, found.sha256)
    if wanted is None:
        return _bytes(path, 0, size, 200)
    start, stop = wanted
    if start >= stop:
        return Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    response = _bytes(path, start, stop, 206)
    response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return response


def _range(size: int, etag: str) -> tuple[int, int] | None:
    """First byte and the one after the last; None for the whole; (0, 0) when out of reach.

    Several ranges at once, and an ``If-Range`` of another file, mean the whole (RFC 9110, 14.2).
    """
    wanted = request.range
    if wanted is None or wanted.units != "bytes" or len(wanted.ranges) != 1:
        return None
    unless = request.if_range
    if (unless.etag or unless.date) and unless.etag != etag:
        return None
    return wanted.range_for_length(size) or (0, 0)


def _bytes(path: Path, start: int, stop: int, status: int) -> Response:
    body = _pieces(path, start, stop) if request.method != "HEAD" else iter(())
    response = Response(body, status=status, direct_passthrough=True)
    response.headers["Content-Length"] = str(stop - start)
    return response


def _pieces(path: Path, start: int, stop: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        left = stop - start
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
