"""Web push without a service of ours: encrypted for the browser (RFC 8291), signed with the
installation's own key (VAPID, RFC 8292), sent to the browser's push service (RFC 8030).

Written on ``cryptography``, which is there anyway: the kept libraries for it bring an HTTP client
and an event loop of their own.
"""

import base64
import json
import os
import struct
import time
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from contest.ports import PushAway, PushGone, PushRefused

CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
RECORD = 4096
MOST_BYTES = 3000  # of a message; services take 4096 with everything around it
KEPT_S = 24 * 3600  # how long the service keeps it for a phone that is off
SIGNED_S = 12 * 3600  # RFC 8292 allows a day
LONGEST_WAIT = timedelta(hours=1)
TIMEOUT_S = (5, 15)


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def private_key(seed: bytes) -> ec.EllipticCurvePrivateKey:
    """The P-256 key that is made of 32 stored random bytes."""
    return ec.derive_private_key(int.from_bytes(seed, "big") % (ORDER - 1) + 1, CURVE)


def public_point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public key as browsers take it: 65 bytes."""
    return key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def encrypted(
    message: bytes, browser_key: bytes, auth: bytes, *,
    own: ec.EllipticCurvePrivateKey | None = None, salt: bytes | None = None,
) -> bytes:
    """The body of the request (RFC 8188, aes128gcm), which nobody but the browser can read.

    ``browser_key``: its public point, ``auth``: its 16 bytes. ``own`` and ``salt`` are fresh for
    each message; given only by the RFC's example. Raises ``ValueError`` for a point that is none.
    """
    own, salt = own or ec.generate_private_key(CURVE), salt or os.urandom(16)
    browser = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, browser_key)
    shared, point = own.exchange(ec.ECDH(), browser), public_point(own)
    info = b"WebPush: info\0" + browser_key + point
    material = _hkdf(auth, shared, info, 32)
    key = _hkdf(salt, material, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _hkdf(salt, material, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(key).encrypt(nonce, message + b"\x02", None)
    return salt + struct.pack("!IB", RECORD, len(point)) + point + sealed


def _hkdf(salt: bytes, material: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length=length, salt=salt, info=info).derive(material)


class WebPush:
    """Sends messages. ``contact``: whom a push service may ask (an https or mailto address);
    ``is_known``: whether an address is a push service's, for a browser may name any."""

    def __init__(
        self, seed: bytes, contact: str, *, is_known: Callable[[str], bool]
    ) -> None:
        self.key, self.contact, self.is_known = private_key(seed), contact, is_known
        self.public = b64(public_point(self.key))

    def send(self, *, endpoint: str, browser_key: str, auth: str, message: bytes) -> None:
        """Raises ``PushGone``, ``PushRefused``, ``PushAway``; no address but a known push
        service's is asked, and no redirect is followed."""
        if not self.is_known(endpoint):
            raise PushRefused("not a known push service")
        try:
            body = encrypted(message[:MOST_BYTES], unb64(browser_key), unb64(auth))
        except ValueError as error:
            raise PushRefused(f"the browser's key cannot be used: {error}") from None
        try:
            with requests.post(
                endpoint, data=body, headers=self._headers(endpoint), timeout=TIMEOUT_S,
                allow_redirects=False, stream=True,
            ) as answer:
                _judge(answer.status_code, answer.headers.get("Retry-After", ""))
        except requests.RequestException as error:
            raise PushAway(type(error).__name__) from None

    def _headers(self, endpoint: str) -> dict[str, str]:
        return {
            "TTL": str(KEPT_S), "Urgency": "normal", "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "Authorization": f"vapid t={self._token(endpoint)}, k={self.public}",
        }

    def _token(self, endpoint: str) -> str:
        parts = urlsplit(endpoint)
        claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int(time.time()) + SIGNED_S,
                  "sub": self.contact}
        signed = ".".join(b64(json.dumps(part, separators=(",", ":")).encode())
                          for part in ({"typ": "JWT", "alg": "ES256"}, claims))
        r, s = decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _judge(status: int, retry_after: str) -> None:
    if status in (404, 410):
        raise PushGone(f"HTTP {status}")
    if status == 429 or status >= 500:  # noqa: PLR2004
        wait = timedelta(seconds=int(retry_after)) if retry_after.isdigit() else None
        raise PushAway(f"HTTP {status}", wait and min(wait, LONGEST_WAIT))
    if not 200 <= status < 300:  # noqa: PLR2004
        raise PushRefused(f"HTTP {status}")
