"""The evidence bundle: everything a result rests on, in one zip that anyone can recompute.

``build`` is pure (its only reading is this package's own source, which goes into the bundle);
``write`` and ``verify`` touch one file each. Same arguments, same bytes.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from scoring import archive, evidence, schema, signature
from scoring.engine import compute
from scoring.errors import BundleError
from scoring.manifest import MANIFEST, SIGNATURE, manifest, own_sources
from scoring.verification import Check, check

__all__ = ["Check", "build", "hash_account", "manifest_sha256", "verify", "write"]

_README = """\
GÓI MINH CHỨNG KẾT QUẢ HỘI THI
==============================
Gói này chứa tất cả những gì kết quả dựa vào: thể lệ (profile), phiếu chấm theo mã giám khảo,
số đếm chính thức kèm mã băm của tệp nguồn, sổ chia sẻ (tài khoản đã băm), các clip bị loại
kèm lý do, bảng xếp hạng, và chương trình tính điểm.

Tự tính lại trên máy có Python 3.11 trở lên, không cần cài thêm gì:
  1. Giải nén thư mục scoring/ (hoặc tốt hơn: lấy từ một nguồn khác mà bạn tin cậy).
  2. Chạy:  python -m scoring verify <tệp zip này>
Hãy so vân tay khoá ký với vân tay in trên biên bản và trên trang kết quả.

EVIDENCE OF A CONTEST RESULT
============================
This bundle holds all that the result rests on: the rules (profile), the ballots under juror
codes, the official counts with the hashes of their source files, the share ledger (accounts
hashed), disqualified clips with reasons, the ranking, and the program that computed it.

Recompute it on any machine with Python 3.11 or newer, nothing else needed:
  1. Unpack scoring/ (or better: take it from another source that you trust).
  2. Run:  python -m scoring verify <this zip>
Compare the fingerprint of the key with the one printed on the minutes and on the result page.
"""


def hash_account(salt: bytes, account: str) -> str:
    """An account as a bundle shows it: HMAC-SHA256 under the contest's secret salt, 128 bits."""
    return hmac.new(salt, account.encode(), hashlib.sha256).hexdigest()[:32]


def build(
    data: Mapping[str, Any],
    *,
    about: Mapping[str, Any],
    profile: bytes,
    snapshots: Mapping[str, Mapping[str, Any]],
    posts: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None,
    names: Mapping[str, Mapping[str, str]] | None = None,
    sign: Callable[[bytes], bytes] | None = None,
    public_key: bytes | None = None,
) -> bytes:
    """The bytes of a bundle.

    ``data``: input of ``compute``, jurors as codes and ledger accounts from ``hash_account``.
    ``about``: texts and numbers that name the result (contest, revision, reason, ``cut_off`` as
    ISO time with zone). ``profile``: the profile revision in the form whose SHA-256 names it.
    ``snapshots``: for each clip with counts ``taken_at`` (ISO with zone), ``source``,
    ``source_sha256``, ``late_reason``; ``posts``: the same by clip and platform. ``names``:
    display names, ``{"units": {id: name}, …}``.
    ``sign`` and ``public_key`` (raw, 32 bytes): Ed25519 over the manifest.
    Raises ``InputError`` for ``data``, ``BundleError`` for the rest.
    """
    return b"".join(pieces(
        data, about=about, profile=profile, snapshots=snapshots, posts=posts, names=names,
        sign=sign, public_key=public_key,
    ))


def pieces(
    data: Mapping[str, Any],
    *,
    about: Mapping[str, Any],
    profile: bytes,
    snapshots: Mapping[str, Mapping[str, Any]],
    posts: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None,
    names: Mapping[str, Mapping[str, str]] | None = None,
    sign: Callable[[bytes], bytes] | None = None,
    public_key: bytes | None = None,
    written: Callable[[], None] = lambda: None,
) -> list[bytes]:
    """As ``build``, in the pieces that make the file one after another. ``written`` is called once
    ``data`` is no longer needed: what it holds may be let go before the files are read back."""
    contest = schema.read(data)
    files, form = evidence.split(contest, snapshots, posts), evidence.form(contest)
    del contest, data
    written()
    for extra in (about, names or {}):
        evidence.no_contact(extra)
    named = hashlib.sha256(profile).hexdigest()
    digest = {"format": form, "profile_sha256": named}
    files["about.json"] = evidence.text({**about, **digest})
    files["names.json"] = evidence.text(names or {})
    files["profile.json" if profile[:1] == b"{" else "profile.toml"] = profile
    files["ranking.json"] = evidence.text(compute(evidence.join(files)))
    files["README.txt"] = _README.encode()
    files.update(own_sources())
    files[MANIFEST] = manifest(files)
    if sign is not None and public_key is not None:
        files[SIGNATURE] = _signed(files[MANIFEST], sign, public_key)
    try:
        return archive.pieces(files.items())
    except ValueError:
        raise BundleError("Gói quá lớn.", "The bundle is too large.") from None


def _signed(message: bytes, sign: Callable[[bytes], bytes], public_key: bytes) -> bytes:
    return evidence.text(
        {
            "algorithm": "Ed25519",
            "signs": MANIFEST,
            "public_key": public_key.hex(),
            "fingerprint": signature.fingerprint(public_key),
            "signature": sign(message).hex(),
        }
    )


def manifest_sha256(bundle: bytes) -> str:
    """The one hash that stands for a whole bundle, for pages and printed minutes."""
    members, _ = archive.read(bundle)
    return hashlib.sha256(members.get(MANIFEST, b"")).hexdigest()


def write(path: str | os.PathLike[str], data: Mapping[str, Any], **parts: Any) -> str:
    """``build`` into the file ``path``, whole or not at all; returns ``manifest_sha256``."""
    content = build(data, **parts)
    target = Path(path)
    partial = target.with_name(f".{target.name}.part")
    partial.write_bytes(content)
    partial.replace(target)
    return manifest_sha256(content)


def verify(path: str | os.PathLike[str], *, key: str | None = None) -> list[Check]:
    """Recompute a bundle: one ``Check`` for each thing looked at, in a fixed order.

    ``key``: the fingerprint that the signing key must have. Raises ``BundleError`` where the
    file is no bundle at all, ``OSError`` where it cannot be read.
    """
    with Path(path).open("rb") as file:
        content = file.read(archive.LARGEST + 1)
    if len(content) > archive.LARGEST:
        raise BundleError("Tệp quá lớn, không phải gói minh chứng.", "Too large for a bundle.")
    return check(content, key=key)
