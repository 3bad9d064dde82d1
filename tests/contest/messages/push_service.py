"""A stand-in for a browser's push service, and for the browser behind it: it checks the signature,
decrypts what it is given, and answers as its address says (``/201/…``, ``/410/…``)."""

import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from contest.adapters.web_push import CURVE, WebPush, b64, public_point, unb64
from contest.wiring import Platform
from tests.served import served

FCM = "https://fcm.googleapis.com/fcm/send/abc"
Service = tuple[str, list[dict[str, Any]]]  # its address, and what came


class Phone:
    """A browser's keys; ``heard``: what it was told."""

    def __init__(self, private: ec.EllipticCurvePrivateKey | None = None,
                 secret: bytes = b"s" * 16) -> None:
        self.private, self.secret = private or ec.generate_private_key(CURVE), secret
        self.point, self.heard = public_point(self.private), list[Any]()

    def read(self, body: bytes) -> bytes:
        """The message, as RFC 8188 and RFC 8291 have the browser read it."""
        salt, (_, length) = body[:16], struct.unpack("!IB", body[16:21])
        point, sealed = body[21 : 21 + length], body[21 + length :]
        other = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
        shared = self.private.exchange(ec.ECDH(), other)
        material = _hkdf(self.secret, shared, b"WebPush: info\0" + self.point + point, 32)
        key = _hkdf(salt, material, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _hkdf(salt, material, b"Content-Encoding: nonce\0", 12)
        return AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0").removesuffix(b"\x02")


def _hkdf(salt: bytes, material: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length=length, salt=salt, info=info).derive(material)


def signed_by(authorization: str) -> dict[str, Any]:
    """The claims of a ``vapid`` header; raises ``InvalidSignature`` where its key did not sign."""
    token, key = (part.strip().partition("=")[2] for part in
                  authorization.removeprefix("vapid ").split(","))
    head, claims, signature = token.split(".")
    r, s = (int.from_bytes(half, "big") for half in (unb64(signature)[:32], unb64(signature)[32:]))
    public = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, unb64(key))
    public.verify(encode_dss_signature(r, s), f"{head}.{claims}".encode(),
                  ec.ECDSA(hashes.SHA256()))
    assert json.loads(unb64(head)) == {"typ": "JWT", "alg": "ES256"}
    found: dict[str, Any] = json.loads(unb64(claims))
    return found | {"key": key}


@contextmanager
def serving(phone: Phone) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The address of a running stand-in, and the claims of those who came."""
    came: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append(signed_by(self.headers["Authorization"]) | dict(self.headers))
            status = int(self.path.split("/")[1])
            if status == 201:
                phone.heard.append(json.loads(phone.read(body)))
            self.send_response(status)
            for name, value in {429: [("Retry-After", "120")],
                                302: [("Location", "/201/elsewhere")]}.get(status, []):
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with served(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server:
        yield f"http://127.0.0.1:{server.server_port}", came


def keys_of(phone: Phone) -> dict[str, str]:
    """As a browser hands them to us."""
    return {"browser_key": b64(phone.point), "auth": b64(phone.secret)}


@pytest.fixture
def phone() -> Phone:
    return Phone()


@pytest.fixture
def service(phone: Phone, platform: Platform) -> Iterator[Service]:
    """A push service of our own, in place of the browsers'."""
    with serving(phone) as (address, came), platform.db.read() as session:
        platform.__dict__["pusher"] = WebPush(
            platform.keys.push(session), "https://hoithi.example",
            is_known=lambda endpoint: endpoint.startswith(f"{address}/"))
        yield address, came
