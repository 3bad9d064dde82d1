"""Requests made from docs/uploads.openapi.json, whole or broken, on a raw socket to the process.

Whatever comes: a documented status (never 500), and no byte written but to that upload's own file.
"""

import base64
import json
import re
import socket
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.uploads.house import House

DOCUMENT = json.loads((Path(__file__).parents[2] / "docs/uploads.openapi.json").read_text())
OPERATIONS = [
    (path, method, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    if method != "parameters"
]
LENGTH, HELD = 64, b"0123456789"

# What gunicorn itself says of a request that is none.
NO_REQUEST = {400, 413, 414, 417, 431, 501, 505}

ODD = st.one_of(
    st.sampled_from(["", "0", "-1", "+4", "4,4", "1e3", "9" * 25, "\t", "chunked", "../../x"]),
    st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=40),
)
ANY_NAME = st.sampled_from(
    ["Transfer-Encoding", "Expect", "Host", "Connection", "Content-Length", "Range", "Cookie",
     "Upgrade", "Sec-Fetch-Site", "X-Forwarded-For", "X-HTTP-Method-Override", "Upload-Concat",
     "Upload-Checksum", "Content-Encoding", "Upload-Offset", "Upload-Length"]
)  # fmt: skip


class Target:
    """The process with two uploads: one to throw things at, one that must stay as it is."""

    def __init__(self, house: House) -> None:
        self.house, self.root = house, house.platform.settings.data_dir
        unit = house.make.unit(house.make.contest())
        self.cookie = f"hoithi_unit={house.make.unit_token(unit)}"
        self.submission, other = (house.make.submission(unit, "uploading") for _ in range(2))
        self.path, self.kept = self.begin(), self.begin(other)

    def metadata(self, submission=None) -> str:
        pairs = {"entry": (submission or self.submission).code, "filename": "clip.mp4"}.items()
        return ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in pairs)

    def begin(self, submission=None) -> str:
        given = {"Upload-Length": str(LENGTH), "Upload-Metadata": self.metadata(submission)}
        head, body = self.head("POST", "/uploads/", given | self.usual(len(HELD))), HELD
        answer = self.say(head + body)
        found = re.search(rb"Location: (\S+)", answer)
        assert found, answer
        return found[1].decode()

    def usual(self, length: int) -> dict[str, str]:
        return {
            "Host": "x", "Tus-Resumable": "1.0.0", "Cookie": self.cookie,
            "Content-Length": str(length), "Content-Type": "application/offset+octet-stream",
            "Connection": "close",
        }  # fmt: skip

    @staticmethod
    def head(method: str, path: str, headers: dict[str, str]) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", *(f"{n}: {v}" for n, v in headers.items()), "", ""]
        return "\r\n".join(lines).encode("latin-1", "replace")

    def say(self, request: bytes) -> bytes:
        """Send it, say that no more comes, and read to the end."""
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(30)
            sock.connect(str(self.house.sockets["uploads"]))
            answer = b""
            try:
                sock.sendall(request)
                sock.shutdown(socket.SHUT_WR)
                while more := sock.recv(65536):
                    answer += more
            except (BrokenPipeError, ConnectionResetError):
                return answer
            return answer

    def files(self) -> dict[str, bytes]:
        """Every file that is no database, log or socket, and what is in it."""
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in self.root.rglob("*")
            if path.is_file() and not path.name.startswith(("hoithi.db", "clock"))
        }


@pytest.fixture(scope="module")
def target(sqlite_template, short_dir):
    folder = short_dir / "any"
    folder.mkdir()
    house = House(folder, sqlite_template)
    house.start("uploads")
    yield Target(house)
    house.stop()


@st.composite
def requests(draw):
    """An operation with its headers as documented, some of them spoilt, and any body."""
    path, method, operation = draw(st.sampled_from(OPERATIONS))
    headers = [p for p in operation.get("parameters", []) if p["in"] == "header"]
    named = {p["name"]: p["schema"] for p in headers}
    always = {p["name"] for p in headers if p["required"] or p["name"] == "Upload-Metadata"}
    sometimes = st.sampled_from([False, False, False, True])
    faults = st.sets(st.sampled_from([*named, "Content-Length", "Cookie", "Host"]), max_size=1)
    spoilt = draw(faults) if draw(sometimes) else set()
    left_out = draw(faults) if draw(sometimes) else set()
    return {
        "path": path, "method": method.upper(), "documented": set(operation["responses"]),
        "headers": {name: draw(_fitting(schema)) for name, schema in named.items()
                    if name in always or draw(sometimes)},
        "spoilt": {name: draw(ODD) for name in spoilt},
        "more": draw(st.dictionaries(ANY_NAME, ODD, max_size=1)) if draw(sometimes) else {},
        "left_out": left_out,
        "body": draw(st.one_of(st.binary(max_size=80), st.just(bytes(LENGTH - len(HELD))))),
        "id": draw(st.sampled_from([None, None, None, "0" * 32, "..", "%2e%2e%2fhoithi.db", "x"])),
    }  # fmt: skip


def _fitting(schema):
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "pattern" in schema:
        return st.one_of(st.just(str(len(HELD))), st.from_regex(schema["pattern"], fullmatch=True))
    return st.just("metadata")


def test_any_request_is_answered_as_documented_and_writes_nothing_elsewhere(request, target):
    """Some at random each time; a failed run prints the request and how to see it again."""

    @settings(max_examples=400 if request.config.getoption("long") else 150, deadline=None)
    @given(made=requests())
    def ask(made):
        _answered_as_documented(target, made)

    ask()


def _answered_as_documented(target, made):
    if f"Upload-Offset: {len(HELD)}\r".encode() not in target.say(
        target.head("HEAD", target.path, target.usual(0))
    ):
        target.path = target.begin()  # the last request has ended or changed it
    own = target.path.replace("/uploads/", "uploads/")
    path = made["path"].replace("{id}", made["id"] or target.path[9:])
    headers = target.usual(len(made["body"])) | made["headers"]
    if "Upload-Metadata" in headers:
        headers["Upload-Metadata"] = target.metadata()
    headers = {n: v for n, v in headers.items() if n not in made["left_out"]}
    headers |= made["spoilt"] | made["more"]
    before = target.files()
    answer = target.say(target.head(made["method"], path, headers) + made["body"])
    status = int(answer[9:12]) if answer else 0
    assert status in {*map(int, made["documented"]), *NO_REQUEST, 404, 405, 0}, answer
    assert status != 500
    after = target.files()
    begun = re.search(rb"Location: /(uploads/\S+)", answer)
    allowed = {own, begun[1].decode() if begun else own}
    assert {n: c for n, c in after.items() if n not in allowed and not _clip(n)} == {
        n: c for n, c in before.items() if n not in allowed and not _clip(n)
    }
    assert len(after.get(own, b"")) <= LENGTH
    assert after[target.kept[1:]] == HELD


def _clip(name: str) -> bool:
    """A finished clip goes to the store under its hash: no byte of it is written there."""
    return re.fullmatch(r"clips/([0-9a-f]{2}/)*[0-9a-f]{64}", name) is not None
