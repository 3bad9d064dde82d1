"""tus 1.0.0 over WSGI: core, creation, creation-with-upload, expiration, termination.

The order of checks is the same everywhere: method, version, requester, upload, headers,
lock, bytes. See https://tus.io/protocols/resumable-upload.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from contest import logs
from contest.pace.lines import Line, Pace
from contest.uploads import body as bodies
from contest.uploads import headers
from contest.uploads.failures import Size, UploadFailure
from contest.uploads.locks import Writers
from contest.uploads.recent import RecentUploads
from contest.uploads.registry import Environ, Registry, Upload
from contest.uploads.storage import Folder

WHOLE_EVERY_S = 60.0
SOON = timedelta(minutes=10)  # for an upload's first byte
VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,termination"
CONTENT_TYPE = "application/offset+octet-stream"
# A phone may pause for a minute and more; whoever sends less than 64 KiB in all that time is let
# go. What arrived is kept, and it may go on whenever it likes.
WINDOW_S, LEAST_BYTES_S = 90.0, (64 << 10) / 90
SENDERS = 160  # of the server's threads: beyond three quarters of them the silent make room

_log = logging.getLogger(__name__)


@dataclass
class Answer:
    """A response before it becomes WSGI."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Request:
    """The parts of a WSGI request that the protocol reads."""

    environ: Environ

    @property
    def method(self) -> str:
        """The method, or the one that a POST names in X-HTTP-Method-Override."""
        method: str = self.environ["REQUEST_METHOD"]
        override = self.header("X-HTTP-Method-Override")
        return override if override and method == "POST" else method

    @property
    def path(self) -> str:
        """The path after the prefix this app is mounted under."""
        return str(self.environ.get("PATH_INFO", ""))

    def header(self, name: str) -> str | None:
        """A request header, or None."""
        value: str | None = self.environ.get("HTTP_" + name.upper().replace("-", "_"))
        return value

    @property
    def has_body(self) -> bool:
        """Whether the request has a body."""
        announced = self.environ.get("CONTENT_LENGTH") or "0"
        return announced != "0" or self.header("Transfer-Encoding") is not None

    def may_end(self, length: int) -> bool:
        """Whether this part may be the last one of a file of `length` bytes."""
        offset = headers.number(self.header("Upload-Offset"))
        announced = headers.number(self.environ.get("CONTENT_LENGTH"))
        return offset is None or announced is None or offset + announced >= length

    def require_stream_type(self) -> None:
        """Raises UploadFailure("content_type") for a body not declared as a tus part."""
        if self.environ.get("CONTENT_TYPE", "") != CONTENT_TYPE:
            raise UploadFailure("content_type")


class UploadApp:
    """The WSGI application. One per process: it knows all writers of its storage.

    `prefix` is the public path of the collection; `max_size` and `headroom` are bytes (None: what
    the folder keeps of its disk); `pace` is what senders are held to.
    """

    def __init__(
        self,
        registry: Registry,
        storage: Folder,
        *,
        prefix: str = "/uploads/",
        max_size: int = 4 << 30,
        headroom: int | None = None,
        pace: Pace | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.registry, self.storage = registry, storage
        self.whole_again = 0.0  # when to look for uploads that are complete and not recorded
        self.prefix, self.max_size, self.headroom = prefix, max_size, headroom
        self.clock = clock
        self.writers, self.recent = Writers(), RecentUploads()
        self.pace = pace or Pace(least_bytes_s=LEAST_BYTES_S, window_s=WINDOW_S, most=SENDERS)
        self._creating = threading.Lock()
        self._one = re.compile(re.escape(prefix) + r"([0-9A-Za-z_-]{16,64})")
        self._collection: dict[str, Callable[[Request], Answer]] = {
            "OPTIONS": self._options,
            "POST": self._create,
        }
        self._upload: dict[str, Callable[[Request, str], Answer]] = {
            "OPTIONS": lambda request, _: self._options(request),
            "HEAD": self._head,
            "PATCH": self._patch,
            "DELETE": self._delete,
        }

    def __call__(self, environ: Environ, start_response: Callable[..., object]) -> Iterable[bytes]:
        """Answer one request. No input makes this raise or answer 500."""
        request = Request(environ)
        logs.begin_request(request.header("X-Request-ID") or "")
        try:
            answer = self._dispatch(request)
        except UploadFailure as failure:
            answer = refusal(failure)
        except Exception:
            _log.exception("upload request failed")
            answer = refusal(UploadFailure("not_recorded"))
        answer.headers.setdefault("Tus-Resumable", VERSION)
        answer.headers.setdefault("Cache-Control", "no-store")
        answer.headers.setdefault("X-Content-Type-Options", "nosniff")
        if answer.status != HTTPStatus.NO_CONTENT:
            answer.headers.setdefault("Content-Length", str(len(answer.body)))
        phrase = HTTPStatus(answer.status).phrase
        start_response(f"{answer.status} {phrase}", list(answer.headers.items()))
        return [answer.body] if answer.body and environ["REQUEST_METHOD"] != "HEAD" else []

    def _dispatch(self, request: Request) -> Answer:
        if request.path in (self.prefix, self.prefix.rstrip("/")):
            self._check(request, list(self._collection))
            return self._collection[request.method](request)
        match = self._one.fullmatch(request.path)
        if match is None:
            raise UploadFailure("not_found")
        self._check(request, list(self._upload))
        return self._upload[request.method](request, match[1])

    @staticmethod
    def _check(request: Request, allowed: list[str]) -> None:
        if request.method not in allowed:
            listed = ", ".join(allowed)
            raise UploadFailure("method", method=request.method, allowed=listed)
        if request.method != "OPTIONS" and request.header("Tus-Resumable") != VERSION:
            raise UploadFailure("version")

    def _options(self, _request: Request) -> Answer:
        found = {
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(self.max_size),
        }
        return Answer(HTTPStatus.NO_CONTENT, found)

    # creation

    def _create(self, request: Request) -> Answer:
        owner = self.registry.authorise(request.environ)
        length = self._declared_length(request)
        pairs = headers.metadata(request.header("Upload-Metadata"))
        if request.has_body:
            request.require_stream_type()
        with self._creating:
            unfinished = list(self.registry.unfinished())
            self._require_room(length, unfinished)
            upload = self.registry.create(owner, length, pairs)
        for replaced in unfinished:
            if upload.entry and replaced.entry == upload.entry:
                self._let_go(replaced.id)
        created = {"Location": self.prefix + upload.id} | _expiry(upload)
        if request.has_body or not length:
            created["Upload-Offset"] = str(self._receive(request, upload, 0, self._again))
        return Answer(HTTPStatus.CREATED, created)

    def _declared_length(self, request: Request) -> int:
        for extension in ("Upload-Defer-Length", "Upload-Concat"):
            if request.header(extension) is not None:
                raise UploadFailure("not_offered", header=extension)
        length = headers.number(request.header("Upload-Length"))
        if length is None:
            raise UploadFailure("length_missing")
        if length > self.max_size:
            raise UploadFailure("too_large", found=Size(length), allowed=Size(self.max_size))
        return length

    def _require_room(self, length: int, unfinished: Iterable[Upload]) -> None:
        promised = {one.id: one.length for one in self.expected(unfinished)}
        if length > self.storage.room(promised, headroom=self.headroom):
            raise UploadFailure("disk_full", found=Size(length))

    def expected(self, unfinished: Iterable[Upload]) -> Iterable[Upload]:
        """Those that this machine keeps room for: all, or where others receive, too, those that
        have bytes here and those that may be about to."""
        here, since = self.storage.names(), self.clock() - SOON
        return [up for up in unfinished
                if up.begun_at is None or up.begun_at > since or up.id in here]

    def _let_go(self, upload_id: str) -> None:
        """An upload has ended: so does its writer, and its bytes go."""
        self.recent.forget(upload_id)
        try:
            self.writers.cut_off(upload_id)
            with self.writers.writing(upload_id, lambda: None):
                self.storage.remove(upload_id)
        except UploadFailure as busy:  # `tidy` comes by again
            _log.warning("the bytes of %s stay for now: %s", upload_id, busy)

    def tidy(self) -> None:
        """Let go of everything that was ended by others: by a page, an organiser, the deadline.

        A row is created before its first byte, so files and writers are listed before rows.
        """
        here = self.storage.names() | self.writers.held()
        if here:
            unfinished = list(self.registry.unfinished())
            for ended in here - {upload.id for upload in unfinished}:
                self._let_go(ended)
            if time.monotonic() > self.whole_again:
                self._finish_whole(unfinished)

    # one upload

    def _find(self, request: Request, upload_id: str) -> Upload:
        """The requester's live upload; removes an expired one's bytes, unless it is complete."""
        upload = self.registry.find(request.environ, upload_id)
        if not self._is_over(upload):
            return upload
        if self._offset(upload) == upload.length:
            return upload
        self.writers.cut_off(upload.id)
        with self.writers.writing(upload.id, lambda: None):
            self.recent.forget(upload.id)
            self.registry.expired(upload)
            self.storage.remove(upload.id)
        self.registry.get(upload.owner, upload.id)  # raises the same refusal on every retry
        raise UploadFailure("gone")

    def _is_over(self, upload: Upload) -> bool:
        return upload.expires_at is not None and self.clock() >= upload.expires_at

    def _offset(self, upload: Upload) -> int:
        return upload.length if upload.finished else self.storage.size(upload.id)

    def _head(self, request: Request, upload_id: str) -> Answer:
        """Answer with the offset. A writer still holding the upload is cut off first."""
        upload = self._find(request, upload_id)
        self.writers.cut_off(upload.id)
        upload = self._find(request, upload_id)
        offset = self._offset(upload)
        if offset == upload.length and not upload.finished:
            with self.writers.writing(upload.id, lambda: None):
                self._finish(upload)
        told = {"Upload-Offset": str(offset), "Upload-Length": str(upload.length)}
        if upload.metadata:
            told["Upload-Metadata"] = headers.encoded_metadata(upload.metadata)
        return Answer(HTTPStatus.OK, told | _expiry(upload))

    def _patch(self, request: Request, upload_id: str) -> Answer:
        looked_at, turns = time.monotonic(), self.writers.turns
        requester_key = self.registry.requester_key(request.environ)
        upload = self.recent.get(requester_key, upload_id)
        if upload is None or self._is_over(upload) or request.may_end(upload.length):
            upload = self._find(request, upload_id)
        request.require_stream_type()
        offset = headers.number(request.header("Upload-Offset"))
        if offset is None:
            raise UploadFailure("offset_missing")

        def current(upload: Upload) -> Upload:
            """The row under the writer's lock: read again if another writer began meanwhile."""
            if self.recent.still(upload):
                return upload
            if self.writers.turns != turns + 1:
                upload = self._again(upload)
            self.recent.keep(requester_key, upload, looked_at)
            return upload

        reached = self._receive(request, upload, offset, current)
        return Answer(HTTPStatus.NO_CONTENT, {"Upload-Offset": str(reached)} | _expiry(upload))

    def _again(self, upload: Upload) -> Upload:
        return self.registry.get(upload.owner, upload.id)

    def _receive(
        self, request: Request, upload: Upload, offset: int, current: Callable[[Upload], Upload]
    ) -> int:
        """Append the request's body, finish a complete upload; returns the new offset."""
        body = bodies.of(request.environ)
        line = Line(lambda: body.received, body.let_go)
        try:
            self.writers.cut_off(upload.id)
            with (
                self.writers.writing(upload.id, body.cut_off, upload.owner),
                self.pace.watching(line),
            ):
                upload = current(upload)
                held = self._offset(upload)
                if held != offset:
                    raise UploadFailure("offset", held=held, offset=offset)
                if body.length is not None and body.length > upload.length - offset:
                    raise UploadFailure("beyond_length", length=upload.length)
                if upload.finished:
                    return held
                return self._append(upload, body, offset)
        except bodies.Interrupted as torn:
            raise UploadFailure("busy" if torn.cut_off else "interrupted") from torn
        finally:
            body.close()

    def _append(self, upload: Upload, body: bodies.Body, offset: int) -> int:
        reached = self.storage.append(upload.id, body, offset=offset, limit=upload.length)
        if reached == upload.length:
            self._finish(upload)
        return reached

    def _finish(self, upload: Upload) -> None:
        self.recent.forget(upload.id)
        digest = self.storage.seal(upload.id)
        self.registry.finished(upload, self.storage.path(upload.id), digest)

    def reconcile(self) -> None:
        """At the start: finish uploads that were complete at a kill, remove files without a row.

        A row is created before its first byte, so files are listed before rows.
        """
        files = self.storage.names()
        unfinished = list(self.registry.unfinished())
        for stray in files - {upload.id for upload in unfinished}:
            self.storage.remove(stray)
        self._finish_whole(unfinished)

    def _finish_whole(self, unfinished: Iterable[Upload]) -> None:
        """Finish uploads that have all their bytes: a kill, or a store that was away, came between
        these and their record. Not at once again, for each is hashed anew."""
        self.whole_again = time.monotonic() + WHOLE_EVERY_S
        for upload in unfinished:
            if self._offset(upload) != upload.length or upload.id in self.writers.held():
                continue
            try:
                with self.writers.writing(upload.id, lambda: None):
                    again = self._again(upload)
                    if not again.finished:
                        self._finish(again)
            except UploadFailure as refused:
                _log.warning("upload %s: %s", upload.id, refused)

    def _delete(self, request: Request, upload_id: str) -> Answer:
        upload = self._find(request, upload_id)
        self.writers.cut_off(upload.id)
        with self.writers.writing(upload.id, lambda: None):
            if self._again(upload).finished:
                raise UploadFailure("finished")
            self.recent.forget(upload.id)
            self.registry.terminated(upload)
            self.storage.remove(upload.id)
        return Answer(HTTPStatus.NO_CONTENT)


def _expiry(upload: Upload) -> dict[str, str]:
    if upload.expires_at is None or upload.finished:
        return {}
    return {"Upload-Expires": headers.http_date(upload.expires_at)}


def refusal(failure: UploadFailure) -> Answer:
    """The JSON answer for a failure, with its sentence in both languages."""
    told = {"error": failure.code, "vi": failure.vi, "en": failure.en}
    answer = Answer(failure.status, {"Content-Type": "application/json; charset=utf-8"})
    answer.body = json.dumps(told, ensure_ascii=False).encode()
    if failure.code == "version":
        answer.headers["Tus-Version"] = VERSION
    if failure.code == "method":
        answer.headers["Allow"] = str(failure.values["allowed"])
    if failure.status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["Retry-After"] = "5"
    return answer
