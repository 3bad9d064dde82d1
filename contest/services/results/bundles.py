"""The evidence bundle of a frozen result, signed with the installation's Ed25519 key."""

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from contest.errors import Invalid
from contest.models import Contest, ProfileRevision, Result
from contest.ports import BlobStore
from contest.services.core import profiles
from contest.services.core.keys import Keys
from contest.services.results.scoring_input import Prepared
from scoring import BundleError, bundle, manifest, signature


class Signer:
    """Signs bundles with the installation's stored key (``core/keys.py``, ``signature``): every
    process of it has the same one, a restored installation too, and a new secret key changes
    nothing about it."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public_key(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    @property
    def fingerprint(self) -> str:
        """The key's fingerprint, as the result page and documents show it."""
        return signature.fingerprint(self.public_key)

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


@dataclass(frozen=True)
class BundleStore:
    """Where bundles are kept and what they are signed with."""

    keys: Keys
    blobs: BlobStore
    folder: Path

    def signer(self, session: Session) -> Signer:
        return Signer(self.keys.signature(session))


def build(
    contest: Contest,
    result: Result,
    prepared: Prepared,
    revision: ProfileRevision,
    signer: Signer,
) -> list[bytes]:
    """The bundle of a result, in pieces; ``prepared.data`` is let go on the way. Raises ``Invalid``
    if it would hold contact data or be too large.

    ``about.json`` states, beside the counts that the score is based on, those that were read.
    """
    profile = profiles.profile_at(revision)
    about = {
        "contest": contest.slug,
        "title": profile.contest.title.model_dump(),
        "revision": result.number,
        "reason": result.reason or None,
        "profile_number": revision.number,
        "cut_off": profile.schedule.counts_close.isoformat(),
        "output_sha256": result.output_sha256,
        "raw_counts": prepared.raw,
        **({"ledgers": prepared.ledgers} if prepared.ledgers else {}),
    }
    try:
        return bundle.pieces(
            prepared.data, about=about, profile=_canonical(revision),
            snapshots=prepared.snapshots, posts=prepared.posts, names=_names(result),
            sign=signer.sign, public_key=signer.public_key, written=prepared.data.clear,
        )
    except BundleError as error:
        raise Invalid(error.vi, error.en) from error


def _canonical(revision: ProfileRevision) -> bytes:
    """The bytes of which the revision's SHA-256 was taken."""
    return json.dumps(
        revision.content, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    ).encode()


def _names(result: Result) -> dict[str, dict[str, str]]:
    return {"entries": {code: str(entry["title"]) for code, entry in result.names.items()}}


@cache
def program() -> str:
    """The hash of the list of ``scoring``'s files: of the program whose sentences the second one,
    in the browser, is held equal to (``assets/js/verify/``)."""
    lines = [f"{hashlib.sha256(text).hexdigest()}  {name}\n" for name, text in
             sorted(manifest.own_sources().items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def store(pieces: Iterable[bytes], blobs: BlobStore, folder: Path) -> str:
    """Put a file of these pieces into the store, by way of ``folder``: a bundle, or what else is
    made of a result. Returns its SHA-256; of one that a full disk cut off, nothing stays."""
    digest = hashlib.sha256()
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"fresh-{secrets.token_hex(12)}"
    try:
        with fresh.open("wb") as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
        blobs.put(fresh, digest.hexdigest())
    finally:
        fresh.unlink(missing_ok=True)  # half of it, or one that is in the store already
    return digest.hexdigest()
