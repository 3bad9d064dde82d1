"""A restic repository whose passphrase is cheap to try.

restic tries each passphrase for half a second of processor time, on purpose (scrypt), and each of
its commands begins with that; to find out how much that is takes another two at ``init``. Here the
key file of its own repository is replaced: the same master key under the same passphrase, with the
least that scrypt takes. The form is restic's, AES-256-CTR, then Poly1305-AES: "Keys, Encryption and
MAC" of https://restic.readthedocs.io/en/stable/100_references.html
"""

import base64
import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.poly1305 import Poly1305

from contest.adapters.bucket.place import Place

BLOCK = 16  # bytes of the nonce and of the code
LEAST = {"N": 2, "r": 8, "p": 1}


def make(folder: Path, passphrase: str) -> None:
    """A new repository in ``folder``, by restic itself but for its key file."""
    subprocess.run(
        ["restic", "-q", "-r", str(folder), "--no-cache", "init"], check=True,
        env=os.environ | {"RESTIC_PASSWORD": passphrase},
    )
    [dear] = (folder / "keys").iterdir()
    name, content = _cheaper(dear.read_bytes(), passphrase)
    dear.with_name(name).write_bytes(content)
    dear.unlink()


def in_bucket(place: Place, passphrase: str) -> None:
    """The same with a repository that restic has made at this place."""
    client, folder = place.client, f"{place.prefix}keys/"
    [found] = client.list_objects_v2(Bucket=place.bucket, Prefix=folder)["Contents"]
    dear = client.get_object(Bucket=place.bucket, Key=found["Key"])["Body"].read()
    name, content = _cheaper(dear, passphrase)
    client.put_object(Bucket=place.bucket, Key=folder + name, Body=content)
    client.delete_object(Bucket=place.bucket, Key=found["Key"])


def _cheaper(key: bytes, passphrase: str) -> tuple[str, bytes]:
    """Name and content of a key file that opens the same."""
    held = json.loads(key)
    sealed = base64.b64decode(held["data"])
    nonce, cipher = sealed[:BLOCK], sealed[BLOCK:-BLOCK]
    master = _ctr(_derived(held, passphrase), nonce, cipher)
    held |= LEAST
    key = _derived(held, passphrase)
    again = _ctr(key, nonce, master)
    held["data"] = base64.b64encode(nonce + again + _code(key, nonce, again)).decode()
    content = json.dumps(held).encode()
    return hashlib.sha256(content).hexdigest(), content


def _derived(held: dict[str, Any], passphrase: str) -> bytes:
    """64 bytes: a key for AES-256, one for AES-128, and Poly1305's other half."""
    return hashlib.scrypt(
        passphrase.encode(), salt=base64.b64decode(held["salt"]), n=held["N"], r=held["r"],
        p=held["p"], maxmem=2**28, dklen=64,
    )


def _ctr(key: bytes, nonce: bytes, content: bytes) -> bytes:
    """Sealed becomes open, open sealed."""
    return Cipher(algorithms.AES(key[:32]), modes.CTR(nonce)).encryptor().update(content)


def _code(key: bytes, nonce: bytes, cipher: bytes) -> bytes:
    once = Cipher(algorithms.AES(key[32:48]), modes.ECB()).encryptor().update(nonce)
    return Poly1305.generate_tag(key[48:64] + once, cipher)
