"""docker/nginx.conf on a real nginx, before a small server that tells what reached it."""

import gzip
import http.client
import json
import queue
import re
import socket
import ssl
import subprocess
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from contest import ready_pages
from contest.config import Settings
from contest.running.devservices import ending_with_parent
from contest.running.front import Behind, Certificate, Listen, nginx_command, write_configuration
from tests.processes import free_port
from tests.served import served

LOOPBACK = IPv4Address("127.0.0.1")
# ASVS 5.0, 12.1: old versions, no forward secrecy, block modes without authentication.
WEAK = (
    (ssl.TLSVersion.TLSv1_1, "ALL"), (ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-SHA256"),
    (ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES256-SHA"), (ssl.TLSVersion.TLSv1_2, "AES128-SHA"),
)
STRONG = (
    (ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-GCM-SHA256"), (ssl.TLSVersion.TLSv1_3, "ALL"),
)
CLIP = bytes(range(256)) * 64


class Behinds(ThreadingHTTPServer):
    """Stands where pages and uploads stand; ``heard`` gets every piece of a body as it comes."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.heard: queue.Queue[bytes] = queue.Queue()


class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Behinds

    def do_GET(self) -> None:
        if self.path == "/clip":
            self._answer(b"", {"X-Accel-Redirect": "/_files/ab/abcd", "Content-Type": "video/mp4"})
        else:
            self._answer(json.dumps(dict(self.headers)).encode(), {})

    def do_PATCH(self) -> None:
        left = int(self.headers["Content-Length"])
        while left:
            piece = self.rfile.read1(left)  # type: ignore[attr-defined]
            if not piece:
                break
            left -= len(piece)
            self.server.heard.put(piece)
        self._answer(b"", {})

    def _answer(self, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(200)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


@pytest.fixture
def behind() -> Iterator[Behinds]:
    with served(Behinds()) as server:
        yield server


@pytest.fixture
def front(behind: Behinds, tmp_path: Path) -> Iterator[str]:
    """The front's HOST:PORT."""
    listen = Listen("127.0.0.1", free_port())
    settings = Settings.from_env(
        {"HOITHI_DATA_DIR": str(tmp_path), "HOITHI_BASE_URL": f"http://127.0.0.1:{listen.port}"}
    )
    (settings.storage_dir / "ab").mkdir(parents=True)
    (settings.storage_dir / "ab" / "abcd").write_bytes(CLIP)
    address = f"127.0.0.1:{behind.server_address[1]}"
    path = write_configuration(tmp_path / "nginx", settings, listen, Behind([address], address))
    process = subprocess.Popen(ending_with_parent("TERM", nginx_command(path)))
    wait_for(listen.port)
    yield f"127.0.0.1:{listen.port}"
    process.terminate()
    process.wait()


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    pytest.fail("nginx does not listen")


def certificate(folder: Path) -> Certificate:
    """A certificate for 127.0.0.1 that nobody but this test trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(LOOPBACK)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    made = Certificate(folder / "chain.pem", folder / "key.pem")
    made.chain.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return made


def test_the_front_can_end_tls_itself(behind: Behinds, tmp_path: Path) -> None:
    listen, made = Listen("127.0.0.1", free_port()), certificate(tmp_path)
    settings = Settings.from_env(
        {"HOITHI_DATA_DIR": str(tmp_path), "HOITHI_BASE_URL": "https://hoithi.example"}
    )
    address = f"127.0.0.1:{behind.server_address[1]}"
    path = write_configuration(
        tmp_path / "nginx", settings, listen, Behind([address], address), processes=1,
        certificate=made,
    )
    with subprocess.Popen(ending_with_parent("TERM", nginx_command(path))) as process:
        wait_for(listen.port)
        trust = ssl.create_default_context(cafile=str(made.chain))
        connection = http.client.HTTPSConnection("127.0.0.1", listen.port, context=trust)
        connection.request("GET", "/")
        told = json.loads(connection.getresponse().read())
        connection.close()
        process.terminate()
    assert told["X-Forwarded-Proto"] == "https"


def test_only_what_is_safe_today_is_agreed_to(behind: Behinds, tmp_path: Path) -> None:
    listen, made = Listen("127.0.0.1", free_port()), certificate(tmp_path)
    settings = Settings.from_env(
        {"HOITHI_DATA_DIR": str(tmp_path), "HOITHI_BASE_URL": "https://hoithi.example"}
    )
    address = f"127.0.0.1:{behind.server_address[1]}"
    path = write_configuration(
        tmp_path / "nginx", settings, listen, Behind([address], address), certificate=made
    )
    with subprocess.Popen(ending_with_parent("TERM", nginx_command(path))) as process:
        try:
            wait_for(listen.port)
            assert [offer for offer in WEAK if speaks(listen.port, made, *offer)] == []
            assert [o for o in STRONG if not speaks(listen.port, made, *o)] == []
        finally:
            process.terminate()


def speaks(port: int, made: Certificate, version: ssl.TLSVersion, ciphers: str) -> bool:
    """Whether the front agrees to a line of this version and these ciphers."""
    trust = ssl.create_default_context(cafile=str(made.chain))
    with warnings.catch_warnings(action="ignore"):  # that 1.1 is old is what this is about
        trust.minimum_version = trust.maximum_version = version
    trust.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as line, \
                trust.wrap_socket(line, server_hostname="127.0.0.1"):
            return True
    except (ssl.SSLError, ConnectionResetError):
        return False


def ask(
    front: str, path: str, method: str = "GET", sent: bytes | None = None, **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(front, timeout=30)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, sent, headers=named)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


@pytest.mark.parametrize("path", [
    "/uploads/x", "/u", "/c/hoi-thi/unit/entries/CX1/send", "/c/hoi-thi/organiser/counts-at-close",
])  # fmt: skip
def test_bytes_arrive_while_the_rest_is_on_its_way(
    front: str, behind: Behinds, path: str
) -> None:
    """The front collects no body: its folders lie in memory in a container."""
    connection = http.client.HTTPConnection(front, timeout=30)
    connection.putrequest("PATCH", path)
    connection.putheader("Content-Length", "2000000")
    connection.endheaders(b"first")
    assert behind.heard.get(timeout=20) == b"first"
    connection.close()


def test_an_upload_has_no_size_that_the_front_refuses(front: str, behind: Behinds) -> None:
    body = b"x" * 17_000_000
    assert ask(front, "/uploads/x", "PATCH", body)[0].status == 200
    assert ask(front, "/page", "PATCH", body)[0].status == 413


def test_a_film_of_the_screen_may_be_larger_than_a_form(front: str) -> None:
    body, here = b"x" * 17_000_000, "/c/quan11-2023/organiser/counts-at-close"
    for path, status in ((f"{here}/proof", 200), (here, 200), (f"{here}/numbers", 413)):
        assert ask(front, path, "PATCH", body)[0].status == status


def test_what_the_front_says_of_the_client_cannot_be_forged(front: str) -> None:
    _, body = ask(
        front,
        "/",
        X_Forwarded_For="203.0.113.9",
        X_Forwarded_Proto="https",
        X_Forwarded_Host="evil.example",
        X_Forwarded_Prefix="/evil",
        X_Request_ID="evil",
    )
    told = json.loads(body)
    assert re.fullmatch(r"[0-9a-f]{32}", told.pop("X-Request-ID"))
    assert {k: v for k, v in told.items() if k.startswith("X-")} == {
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Proto": "http",
    }
    assert told["Host"] == front


def test_a_clip_is_sent_by_the_front_in_any_range(front: str) -> None:
    answer, body = ask(front, "/clip", Range="bytes=100-299")
    assert (answer.status, body) == (206, CLIP[100:300])
    assert answer.getheader("Content-Type") == "video/mp4"
    assert answer.getheader("Content-Range") == f"bytes 100-299/{len(CLIP)}"


@pytest.mark.parametrize(
    ("path", "cookie", "language"),
    [
        ("/c/hoi-thi/results", "", "vi"),
        ("/c/hoi-thi/results", "lang=en", "en"),
        ("/c/hoi-thi/results", "lang=xx", "vi"),
        ("/c/hoi-thi/results", "a=b; __Host-lang=en", "en"),
        ("/c/hoi-thi/results", "slang=en; lang=english", "vi"),
        ("/c/hoi-thi/results?lang=en", "lang=vi", "en"),
    ],
)
def test_a_published_result_comes_from_disk(
    front: str, tmp_path: Path, path: str, cookie: str, language: str
) -> None:
    pages = {spoken: f"<p>{spoken}".encode() for spoken in ("vi", "en")}
    ready_pages.write(tmp_path, "hoi-thi", pages)
    answer, body = ask(front, path, Cookie=cookie)
    assert (answer.status, body) == (200, pages[language])
    assert answer.getheader("Content-Type") == "text/html; charset=utf-8"
    answer, body = ask(front, path, Cookie=cookie, Accept_Encoding="gzip, br")
    assert (answer.getheader("Content-Encoding"), gzip.decompress(body)) == (
        "gzip",
        pages[language],
    )


def build(folder: Path, edition: int) -> Path:
    """A build of the assets: every name differs from the other edition's."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()  # as scripts/build_assets.mjs does
    files = {
        f"app-{edition}.css": f"url(/static/star-{edition}.svg)",
        f"app-{edition}.js": f'import "./chunk-{edition}.js"',
        f"chunk-{edition}.js": f"// {edition}",
        f"star-{edition}.svg": "<svg/>",
        f"jury-{edition}.css": "nobody's",
    }
    for name, content in files.items():
        (folder / name).write_text(content)
    return folder


def test_a_page_keeps_its_look_when_a_later_build_has_none_of_its_assets(
    behind: Behinds, tmp_path: Path
) -> None:
    static, listen = build(tmp_path / "static", 1), Listen("127.0.0.1", free_port())
    page = b'<link href="/static/app-1.css"><script src="/static/app-1.js"></script>'
    ready_pages.write(tmp_path, "hoi-thi", {"vi": page, "en": page}, static=static)
    build(static, 2)
    assert ready_pages.outdated(tmp_path, static) == ["hoi-thi"]
    settings = Settings.from_env(
        {"HOITHI_DATA_DIR": str(tmp_path), "HOITHI_BASE_URL": f"http://127.0.0.1:{listen.port}"}
    )
    address = f"127.0.0.1:{behind.server_address[1]}"
    path = write_configuration(
        tmp_path / "nginx", settings, listen, Behind([address], address), static=static
    )
    front = f"127.0.0.1:{listen.port}"
    with subprocess.Popen(ending_with_parent("TERM", nginx_command(path))) as process:
        wait_for(listen.port)
        assert ask(front, "/c/hoi-thi/results")[1] == page
        found = {
            name: ask(front, f"/static/{name}")[0] for name in (
                "app-1.css", "app-1.js", "chunk-1.js", "star-1.svg", "app-2.css", "jury-1.css",
                "results.vi.html", "..%2f..%2fsecret_key",
            )
        }
        process.terminate()
    assert [answer.status for answer in found.values()] == [200] * 7 + [400]
    for name in ("jury-1.css", "results.vi.html"):  # not here: asked of the pages, who answer so
        assert found[name].getheader("Cache-Control") is None
    for name, kind in (("app-1.css", "text/css; charset=utf-8"),
                       ("app-2.css", "text/css; charset=utf-8"),
                       ("app-1.js", "text/javascript; charset=utf-8"),
                       ("star-1.svg", "image/svg+xml")):
        assert found[name].getheader("Content-Type") == kind
        assert found[name].getheader("Cache-Control") == "public, max-age=31536000, immutable"
        assert found[name].getheader("X-Content-Type-Options") == "nosniff"
    ready_pages.write(tmp_path, "hoi-thi", {"vi": b"/static/app-2.js", "en": b"-"}, static=static)
    assert ready_pages.outdated(tmp_path, static) == []


@pytest.mark.parametrize("path", ["/c/hoi-thi/results", "/c/hoi-thi/results/1"])
def test_a_result_that_is_not_on_disk_is_asked_of_the_pages(front: str, path: str) -> None:
    assert json.loads(ask(front, path)[1])["Host"] == front


def test_nobody_gets_a_clip_without_asking_the_pages(front: str) -> None:
    assert ask(front, "/_files/ab/abcd")[0].status == 404


def test_while_the_pages_are_away_people_are_told(front: str, behind: Behinds) -> None:
    behind.socket.close()
    behind.socket = socket.socket()
    answer, body = ask(front, "/")
    assert (answer.status, answer.getheader("Retry-After")) == (503, "3")
    assert "Dữ liệu đã gửi vẫn còn." in body.decode()


@pytest.mark.parametrize(
    ("trusted", "told", "client"),
    [
        ("", "203.0.113.9", "127.0.0.1"),  # nobody is trusted at a plain address
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1, 10.0.0.0/8", "198.51.100.1, 203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("192.0.2.0/24", "203.0.113.9", "127.0.0.1"),
        ("1", "203.0.113.9", "127.0.0.1"),  # this front alone
        ("2", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("3", "198.51.100.1, 203.0.113.9, 10.1.2.3", "203.0.113.9"),
    ],
)
def test_the_front_believes_the_servers_it_was_told_of(
    behind: Behinds, tmp_path: Path, trusted: str, told: str, client: str
) -> None:
    listen = Listen("127.0.0.1", free_port())
    settings = Settings.from_env(
        {"HOITHI_DATA_DIR": str(tmp_path), "HOITHI_BASE_URL": f"http://127.0.0.1:{listen.port}"}
        | ({"HOITHI_TRUSTED_PROXIES": trusted} if trusted else {})
    )
    address = f"127.0.0.1:{behind.server_address[1]}"
    path = write_configuration(tmp_path / "nginx", settings, listen, Behind([address], address))
    with subprocess.Popen(ending_with_parent("TERM", nginx_command(path))) as process:
        wait_for(listen.port)
        _, body = ask(f"127.0.0.1:{listen.port}", "/", X_Forwarded_For=told)
        process.terminate()
    assert json.loads(body)["X-Forwarded-For"] == client
