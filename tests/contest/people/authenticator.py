"""A device with passkeys, in software: what a phone or a security key answers to our pages.

Real keys and real signatures; each part of an answer can be made wrong on purpose.
"""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, MAY_SYNC, SYNCED, NEW = 0x01, 0x04, 0x08, 0x10, 0x40


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def cose(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half as authenticators write it (RFC 9053: EC2, ES256, P-256)."""
    point = key.public_key().public_numbers()
    return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)})


@dataclass
class Device:
    """One passkey on one device. ``counts``: by how much its count goes on at each use."""

    origin: str = "http://localhost"
    host: str = "localhost"
    verifies: bool = True
    synced: bool = False
    counts: int = 1
    count: int = 0
    handle: str = ""
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def create(self, options: dict[str, Any], **wrong: Any) -> str:
        """The answer to ``navigator.credentials.create``, as our script sends it."""
        self.handle = options["user"]["id"]
        new = bytes(16) + len(self.id).to_bytes(2) + self.id + cose(self.key)
        made = {"fmt": "none", "attStmt": {}, "authData": self._data(NEW) + new}
        return self._written({
            "clientDataJSON": b64(self._client("webauthn.create", options, **wrong)),
            "attestationObject": b64(cbor2.dumps(made)), "transports": ["internal", "new-one"],
        })

    def get(self, options: dict[str, Any], **wrong: Any) -> str:
        """The answer to ``navigator.credentials.get``."""
        client, data = self._client("webauthn.get", options, **wrong), self._data(0)
        signed = data + hashlib.sha256(client).digest()
        return self._written({
            "clientDataJSON": b64(client), "authenticatorData": b64(data),
            "signature": b64(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": wrong.get("handle", self.handle),
        })

    def _client(self, kind: str, options: dict[str, Any], **wrong: Any) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin,
                "crossOrigin": False}
        return json.dumps(said | wrong.get("client", {})).encode()

    def _data(self, flags: int) -> bytes:
        self.count += self.counts
        flags |= PRESENT | VERIFIED * self.verifies | (MAY_SYNC | SYNCED) * self.synced
        host = hashlib.sha256(self.host.encode()).digest()
        return host + bytes([flags]) + self.count.to_bytes(4)

    def _written(self, response: dict[str, Any]) -> str:
        return json.dumps({"id": b64(self.id), "rawId": b64(self.id), "type": "public-key",
                           "response": response})
