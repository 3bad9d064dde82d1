"""The simulator's HTTP server: reads requests, passes them on, sends or breaks the answers."""

import json
import re
import shutil
import socket
import sqlite3
import struct
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from social.simulator.calls import Call, Identity
from social.simulator.control import Control
from social.simulator.faults import Gate, Reply
from social.simulator.graph_api import GraphApi
from social.simulator.pages import list_page, post_page
from social.simulator.store import Store
from social.simulator.uploads import UPLOAD_HOST_PATH

MAX_BODY = 128 * 1024 * 1024
VERSIONED = re.compile(r"/v\d+\.\d+/(.*)")
UPLOAD = re.compile(rf"/({UPLOAD_HOST_PATH}/v\d+\.\d+/\d+)")
REEL = re.compile(r"/reel/(\d+)/?")
CODED = re.compile(r"/\d+/posts/pfbid0(\d+)/?")


class SimulatorServer(ThreadingHTTPServer):
    """One simulated Page."""

    daemon_threads = True

    def __init__(self, port: int, store: Store, identity: Identity, *, chunk_size: int) -> None:
        self.store, self.identity = store, identity
        gate = Gate()
        self.api = GraphApi(store, identity, gate, chunk_size=chunk_size)
        self.control = Control(store, gate, identity.page_id)
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """Reads the whole request (except for a `reset_at` fault), then answers."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body go apart: each body waited for a receipt, 40 ms
    server: SimulatorServer

    def do_GET(self) -> None:
        self._take()

    do_POST = do_DELETE = do_GET

    def _take(self) -> None:
        try:
            self._answer()
        except ConnectionError:
            self.close_connection = True  # the client has gone, a killed worker for instance

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        versioned = VERSIONED.fullmatch(parts.path) or UPLOAD.fullmatch(parts.path)
        if versioned:
            self._graph(versioned[1].rstrip("/"), dict(parse_qsl(parts.query)))
        elif parts.path.startswith("/_control/"):
            body = json.loads(self._body() or b"{}")
            what = parts.path.removeprefix("/_control/")
            self._send(self.server.control.answer(self.command, what, body, self.server.base_url))
        else:
            self._human(parts.path)

    def _graph(self, path: str, query: dict[str, str]) -> None:
        if self._reset_due(path):
            return
        call = self._call(path, query, self._body())
        self._send(self.server.api.answer(call))

    def _call(self, path: str, query: dict[str, str], body: bytes) -> Call:
        fields, chunk = read_form(self.headers.get("Content-Type", ""), body)
        if path.startswith(UPLOAD_HOST_PATH):
            chunk = body
            fields = {name: self.headers.get(name, "") for name in ("offset", "file_size")}
        params = query | fields
        header = self.headers.get("Authorization", "")
        bearer = header.split(" ", 1)[1] if " " in header else params.get("access_token", "")
        return Call(self.command, path, params, bearer, self.server.base_url, chunk)

    def _reset_due(self, path: str) -> bool:
        """Apply a `reset_at` fault to a transfer: read some bytes, then reset the connection."""
        due = [fault for fault in self.server.store.faults() if fault["remaining"] > 0]
        kind = self.headers.get("Content-Type", "")
        bytes_come = kind.startswith(("multipart/", "application/octet-stream"))
        if not bytes_come or not due or due[0]["kind"] != "reset_at":
            return False
        _, params = self.server.store.take_fault("transfer") or ("", {})
        body = self.rfile.read(min(int(params.get("bytes", 0)), self._length()))
        if params.get("keep"):
            self.server.api.uploads.keep_part(self._call(path, {}, body))
        self._reset()
        return True

    def _reset(self) -> None:
        """Close with a TCP reset instead of a FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.rfile.close()
        self.connection.close()

    def _length(self) -> int:
        return min(int(self.headers.get("Content-Length") or 0), MAX_BODY)

    def _body(self) -> bytes:
        return self.rfile.read(self._length())

    def _human(self, path: str) -> None:
        store, name = self.server.store, self.server.identity.page_name
        if path == "/":
            self._html(list_page(store.posts(visible_only=True), name))
        elif post := self._post_at(path):
            self._html(post_page(post, name))
        elif to := store.setting(f"short {path.strip('/')}"):
            self._send(Reply(302, "", {"Location": to}, content_type="text/html"))
        elif path.startswith("/media/") and path.removeprefix("/media/").isdigit():
            self._media(int(path.removeprefix("/media/")))
        else:
            self._send(Reply(404, "không có trang này", content_type="text/plain; charset=utf-8"))

    def _post_at(self, path: str) -> sqlite3.Row | None:
        """The post that people see at this address."""
        store = self.server.store
        if reel := REEL.fullmatch(path):
            video = store.video(reel[1])
            return store.post((video["post_id"] or "") if video else "")
        if coded := CODED.fullmatch(path):
            return next((one for one in store.posts() if str(one["number"]) == coded[1]), None)
        return store.post(path.removeprefix("/posts/")) if path.startswith("/posts/") else None

    def _html(self, text: str) -> None:
        self._send(Reply(200, text, content_type="text/html; charset=utf-8"))

    def _media(self, video_id: int) -> None:
        path = self.server.store.video_path(video_id)
        if not path.exists():
            self._send(Reply(404, "không có video", content_type="text/plain; charset=utf-8"))
            return
        with path.open("rb") as file:
            self.send_response(200)
            self.send_header("Content-Type", "video/mp4")
            self.send_header("Content-Length", str(path.stat().st_size))
            self.end_headers()
            shutil.copyfileobj(file, self.wfile)

    def _send(self, reply: Reply) -> None:
        if reply.close:
            self.close_connection = True
            return
        is_json = reply.content_type == "application/json"
        data = json.dumps(reply.body, ensure_ascii=False) if is_json else str(reply.body)
        body = data.encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: `/_control/` reports what happened."""


def read_form(content_type: str, body: bytes) -> tuple[dict[str, str], bytes | None]:
    """Fields, and the bytes of the file part if there is one (cut short if the body is)."""
    if not content_type.startswith("multipart/form-data"):
        return dict(parse_qsl(body.decode(errors="replace"))), None
    header = Message()
    header["Content-Type"] = content_type
    boundary = f"--{header.get_param('boundary')}".encode()
    fields: dict[str, str] = {}
    chunk = None
    for part in (b"\r\n" + body).split(b"\r\n" + boundary)[1:]:
        head, found, value = part.partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]*)"', head)
        if found and name and b"filename=" in head:
            chunk = value
        elif found and name:
            fields[name[1].decode()] = value.decode(errors="replace")
    return fields, chunk
