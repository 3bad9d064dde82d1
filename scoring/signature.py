"""Ed25519 over the manifest: checked with ``cryptography`` or ``openssl`` where there is one."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

KEY_BYTES = 32
SIGNATURE_BYTES = 64
# SubjectPublicKeyInfo of an Ed25519 key up to the key itself (RFC 8410, section 4).
_SPKI = bytes.fromhex("302a300506032b6570032100")


def fingerprint(public_key: bytes) -> str:
    """SHA-256 of the raw 32-byte key in groups of four, as printed on pages and documents."""
    digest = hashlib.sha256(public_key).hexdigest()
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))


def holds(public_key: bytes, signature: bytes, message: bytes) -> bool | None:
    """Whether the signature is genuine; None where nothing on this machine can check it."""
    if len(public_key) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    checked = _with_cryptography(public_key, signature, message)
    return _with_openssl(public_key, signature, message) if checked is None else checked


def _with_cryptography(public_key: bytes, signature: bytes, message: bytes) -> bool | None:
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - may not be there
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
            Ed25519PublicKey,
        )
    except ImportError:
        return None
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _with_openssl(public_key: bytes, signature: bytes, message: bytes) -> bool | None:
    """``openssl pkeyutl`` of version 3; an older one cannot and gives None."""
    program = shutil.which("openssl")
    if program is None or not _knows_ed25519(program):
        return None
    with tempfile.TemporaryDirectory() as folder:
        key, sign, text = (Path(folder) / name for name in ("key.der", "sig", "message"))
        for file, content in ((key, _SPKI + public_key), (sign, signature), (text, message)):
            file.write_bytes(content)
        command = [program, "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin"]
        command += ["-inkey", str(key), "-sigfile", str(sign), "-in", str(text)]
        done = subprocess.run(command, capture_output=True, check=False)
    return done.returncode == 0


def _knows_ed25519(program: str) -> bool:
    done = subprocess.run([program, "version"], capture_output=True, check=False, text=True)
    name, _, version = done.stdout.partition(" ")
    major = version.partition(".")[0]
    return name == "OpenSSL" and major.isdecimal() and int(major) >= 3  # noqa: PLR2004 - "-rawin"
