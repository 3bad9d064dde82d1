"""The protocol's table: method x headers -> status, against the running server."""

import base64
import hashlib
import io
import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contest.uploads.protocol import UploadApp
from contest.uploads.storage import Folder
from tests.uploads.conftest import OCTETS
from tests.uploads.folder_registry import FolderRegistry

UNKNOWN = "/uploads/" + "0" * 32


def test_options_tells_what_the_server_speaks(server):
    response = server.request("OPTIONS", "/uploads/")
    assert response.status == 204
    assert response.headers["Tus-Resumable"] == "1.0.0"
    assert response.headers["Tus-Version"] == "1.0.0"
    assert response.headers["Tus-Max-Size"] == str(1 << 20)
    extensions = response.headers["Tus-Extension"]
    assert extensions == "creation,creation-with-upload,expiration,termination"


CREATIONS = [
    # headers, status, error
    ({"Upload_Length": "10"}, 201, None),
    ({"Upload_Length": "0"}, 201, None),
    ({"Upload_Length": str(1 << 20)}, 201, None),
    ({"Upload_Length": str((1 << 20) + 1)}, 413, "too_large"),
    ({"Upload_Length": "9" * 18}, 413, "too_large"),
    ({"Upload_Length": "9" * 19}, 400, "length_missing"),
    ({}, 400, "length_missing"),
    ({"Upload_Length": "-1"}, 400, "length_missing"),
    ({"Upload_Length": "+1"}, 400, "length_missing"),
    ({"Upload_Length": "1.5"}, 400, "length_missing"),
    ({"Upload_Length": "١"}, 400, "length_missing"),
    ({"Upload_Defer_Length": "1"}, 400, "not_offered"),
    ({"Upload_Length": "10", "Upload_Concat": "partial"}, 400, "not_offered"),
    ({"Upload_Length": "10", "Upload_Metadata": "name Y2xpcA=="}, 201, None),
    ({"Upload_Length": "10", "Upload_Metadata": "empty"}, 201, None),
    ({"Upload_Length": "10", "Upload_Metadata": "name Y2xpcA==,name YQ=="}, 400, "metadata"),
    ({"Upload_Length": "10", "Upload_Metadata": "name not-base64!"}, 400, "metadata"),
    ({"Upload_Length": "10", "Upload_Metadata": "name /w=="}, 400, "metadata"),
    ({"Upload_Length": "10", "Upload_Metadata": ",,"}, 400, "metadata"),
    ({"Upload_Length": "10", "Upload_Metadata": "k " + "A" * 5000}, 400, "metadata"),
    ({"Upload_Length": "10", "Tus_Resumable": "0.2.2"}, 412, "version"),
    ({"Upload_Length": "10", "Tus_Resumable": ""}, 412, "version"),
    ({"Upload_Length": "10", "X_Owner": ""}, 401, "signed_out"),
    ({"Upload_Length": "10", "X_Owner": "revoked"}, 410, "gone"),
    ({"Upload_Length": "10", "X_Owner": "late"}, 403, "closed"),
]


@pytest.mark.parametrize(("headers", "status", "error"), CREATIONS)
def test_creation(server, headers, status, error):
    encoded = {name: value.encode() for name, value in headers.items()}
    response = server.tus("POST", **encoded)
    assert response.status == status
    if error:
        assert json.loads(response.content)["error"] == error
        assert response.headers["Location"] is None
    else:
        assert response.headers["Location"].startswith("/uploads/")


PARTS = [
    # body, headers, status, offset afterwards, of an upload of 10 bytes of which 4 are held
    (b"456", {}, 204, 7),
    (b"456789", {}, 204, 10),
    (b"", {}, 204, 4),
    (b"4567890", {}, 413, 4),
    (b"456", {"Upload_Offset": "3"}, 409, 4),
    (b"456", {"Upload_Offset": "5"}, 409, 4),
    (b"456", {"Upload_Offset": "4,4"}, 400, 4),
    (b"456", {"Upload_Offset": "-4"}, 400, 4),
    (b"456", {"Upload_Offset": ""}, 400, 4),
    (b"456", {"Content_Type": "application/octet-stream"}, 415, 4),
    (b"456", {"Content_Type": "multipart/form-data; boundary=x"}, 415, 4),
    (b"456", {"Tus_Resumable": "2.0.0"}, 412, 4),
    (b"456", {"X_Owner": "unit-2"}, 404, 4),
    (b"456", {"X_Owner": "revoked"}, 410, 4),
    (b"456", {"X_Owner": ""}, 401, 4),
]


@pytest.mark.parametrize(("body", "headers", "status", "after"), PARTS)
def test_part(server, body, headers, status, after):
    path = server.create(10)
    assert server.patch(path, b"0123").status == 204
    response = server.patch(path, body, 4, **headers)
    assert response.status == status
    assert server.offset(path) == after
    if status == 204:
        assert response.headers["Upload-Offset"] == str(after)
        assert response.content == b""


def test_a_chunked_part_is_kept_up_to_the_declared_length(server):
    path = server.create(10)
    assert server.patch(path, iter([b"0123", b"456789", b"beyond"])).status == 204
    assert server.bytes_of(path.rsplit("/", 1)[-1]) == b"0123456789"


def test_head_tells_offset_length_and_metadata(server):
    title = base64.b64encode("Tuổi trẻ".encode()).decode()
    path = server.create(10, Upload_Metadata=f"title {title},draft")
    server.patch(path, b"0123")
    response = server.tus("HEAD", path)
    assert response.status == 200
    assert response.headers["Upload-Offset"] == "4"
    assert response.headers["Upload-Length"] == "10"
    assert response.headers["Upload-Metadata"] == f"title {title},draft"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
def test_an_unknown_upload_is_not_found(server, method):
    headers = {"Content_Type": OCTETS, "Upload_Offset": "0"}
    assert server.tus(method, UNKNOWN, **headers).status == 404


@pytest.mark.parametrize("method", ["HEAD", "DELETE"])
def test_another_units_upload_cannot_be_told_from_none(server, method):
    path = server.create(10)
    foreign = server.tus(method, path, X_Owner="unit-2")
    unknown = server.tus(method, UNKNOWN, X_Owner="unit-2")
    assert (foreign.status, foreign.content) == (unknown.status, unknown.content)
    assert server.offset(path) == 0


METHODS = [
    ("GET", "/uploads/", 405, "OPTIONS, POST"),
    ("HEAD", "/uploads/", 405, "OPTIONS, POST"),
    ("PATCH", "/uploads/", 405, "OPTIONS, POST"),
    ("GET", UNKNOWN, 405, "OPTIONS, HEAD, PATCH, DELETE"),
    ("POST", UNKNOWN, 405, "OPTIONS, HEAD, PATCH, DELETE"),
    ("PUT", UNKNOWN, 405, "OPTIONS, HEAD, PATCH, DELETE"),
    ("GET", "/uploads/../secret", 404, None),
    ("GET", "/uploads/%2e%2e%2fsecret-of-the-house", 404, None),
    ("HEAD", "/uploads/short", 404, None),
    ("GET", "/elsewhere", 404, None),
]


@pytest.mark.parametrize(("method", "path", "status", "allowed"), METHODS)
def test_other_methods_and_paths(server, method, path, status, allowed):
    response = server.tus(method, path)
    assert response.status == status
    assert response.headers["Allow"] == allowed


def test_a_wrong_version_learns_the_right_one(server):
    response = server.tus("POST", Upload_Length="1", Tus_Resumable="9.9.9")
    assert response.status == 412
    assert response.headers["Tus-Version"] == "1.0.0"


def test_creation_with_upload_takes_the_first_bytes(server):
    response = server.tus("POST", body=b"0123", Upload_Length="10", Content_Type=OCTETS)
    assert response.status == 201
    assert response.headers["Upload-Offset"] == "4"
    assert server.offset(response.headers["Location"]) == 4


def test_creation_with_a_body_of_another_type_creates_nothing(server):
    before = list(server.registry.unfinished())
    response = server.tus("POST", body=b"0123", Upload_Length="10", Content_Type="text/plain")
    assert response.status == 415
    assert list(server.registry.unfinished()) == before


def test_a_post_may_stand_for_a_patch_but_a_get_for_nothing(server):
    path = server.create(4)
    head = {"Content_Type": OCTETS, "Upload_Offset": "0"}
    override = {"X_HTTP_Method_Override": "PATCH"}
    assert server.tus("GET", path, b"0123", **head, **override).status == 405
    assert server.tus("POST", path, b"0123", **head, **override).status == 204


def test_a_complete_file_is_recorded_once_with_its_hash(server):
    content = bytes(range(256)) * 40
    path = server.create(len(content))
    upload_id = path.rsplit("/", 1)[-1]
    server.patch(path, content[:5000])
    server.patch(path, content[5000:], 5000)
    again = server.patch(path, b"", len(content))
    assert again.status == 204
    assert server.offset(path) == len(content)
    records = [line for line in server.finished() if line[0] == upload_id]
    assert records == [[upload_id, hashlib.sha256(content).hexdigest()]]


def test_a_finished_upload_takes_no_bytes_and_is_not_deleted(server):
    path = server.create(4)
    server.patch(path, b"0123")
    assert server.patch(path, b"x", 4).status == 413
    assert server.tus("DELETE", path).status == 403
    assert server.bytes_of(path.rsplit("/", 1)[-1]) == b"0123"


def test_termination_removes_the_bytes(server):
    path = server.create(10)
    server.patch(path, b"0123")
    assert server.tus("DELETE", path).status == 204
    assert not (server.folder / "bytes" / path.rsplit("/", 1)[-1]).exists()
    assert [server.tus(method, path).status for method in ("HEAD", "DELETE")] == [410, 410]
    assert server.patch(path, b"4", 4).status == 410


def test_expiry_is_announced_and_then_removes_the_bytes(server):
    path = server.create(10)
    upload_id = path.rsplit("/", 1)[-1]
    server.registry.expire_at(upload_id, datetime(2199, 6, 10, 17, 0, tzinfo=UTC))
    for response in (server.patch(path, b"0123"), server.tus("HEAD", path)):
        assert response.headers["Upload-Expires"] == "Mon, 10 Jun 2199 17:00:00 GMT"
    server.registry.expire_at(upload_id, datetime.now(UTC) - timedelta(seconds=1))
    assert server.tus("HEAD", path).status == 410
    assert server.patch(path, b"4", 4).status == 410
    assert not (server.folder / "bytes" / upload_id).exists()


def test_a_refusal_has_its_sentence_in_both_languages(server):
    told = json.loads(server.tus("POST", Upload_Length="3000000000").content)
    assert told == {
        "error": "too_large",
        "vi": "Tệp nặng 3 GB; cho phép tối đa 1 MB. Hãy xuất lại clip với dung lượng nhỏ hơn.",
        "en": "The file has 3 GB; at most 1 MB is allowed. Export the clip in a smaller size.",
    }


def test_no_room_on_disk_is_said_before_the_first_byte(start_server):
    server = start_server(headroom=1 << 60)
    assert server.tus("POST", Upload_Length="1").status == 507
    assert list(server.registry.unfinished()) == []


NAMES = [
    "UPLOAD_LENGTH",
    "UPLOAD_OFFSET",
    "UPLOAD_METADATA",
    "UPLOAD_DEFER_LENGTH",
    "UPLOAD_CONCAT",
    "X_HTTP_METHOD_OVERRIDE",
    "TUS_RESUMABLE",
    "TRANSFER_ENCODING",
    "COOKIE",
    "X_OWNER",
]
METHOD = st.sampled_from(["GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS", "PUT", "TRACE", ""])
VALUE = st.one_of(
    st.sampled_from(["", "0", "1", "-1", "4", "9" * 30, "1.0.0", "PATCH", "a b", "٣", "chunked"]),
    st.text(st.characters(max_codepoint=255), max_size=30),
)
PATH = st.one_of(
    st.sampled_from(["/uploads/", "/uploads", "/uploads/" + "0" * 32, "/uploads/../x", "", "/"]),
    st.text(max_size=50).map(lambda text: "/uploads/" + text),
)


@settings(max_examples=300, deadline=None)
@given(METHOD, PATH, st.dictionaries(st.sampled_from(NAMES), VALUE), VALUE, st.binary(max_size=20))
def test_no_request_whatever_is_answered_500_or_writes_elsewhere(method, path, sent, length, body):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        app = UploadApp(FolderRegistry(root / "rows"), Folder(root / "bytes"), headroom=0)
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "CONTENT_LENGTH": length,
            "CONTENT_TYPE": OCTETS,
            "wsgi.input": io.BytesIO(body),
            "HTTP_TUS_RESUMABLE": "1.0.0",
            "HTTP_X_OWNER": "unit-1",
        } | {f"HTTP_{name}": value for name, value in sent.items()}
        told = []
        app(environ, lambda status, headers: told.append((int(status[:3]), dict(headers))))
        assert told[0][0] != 500
        assert {p.name for p in root.iterdir()} <= {"rows", "bytes"}
        assert sum(1 for _ in (root / "bytes").iterdir()) <= 1
