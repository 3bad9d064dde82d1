"""Keys derived from ``HOITHI_SECRET_KEY`` for one purpose each (HKDF-SHA256, RFC 5869).

The setting may hold several keys, the newest first. What is made is made with the newest; what the
older ones made is still accepted, until they are removed.
"""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import URLSafeTimedSerializer

from contest.errors import ConfigError

SECOND_FACTOR, FANPAGE, STORED = "second factor", "fanpage", "stored keys"  # what is sealed
UNIT_LINKS, UNIT_SHEETS = "unit links", "unit sheets"


class Keyring:
    """The installation's secret keys, the newest first."""

    def __init__(self, secret_keys: Sequence[str]) -> None:
        self.secret_keys = tuple(secret_keys)

    def signing(self, purpose: str) -> list[str]:
        """Keys to sign a purpose's cookies and forms with: the newest last, as itsdangerous and
        Flask's ``SECRET_KEY_FALLBACKS`` take them."""
        keys = [derived(key, f"sign: {purpose}") for key in reversed(self.secret_keys)]
        return [base64.urlsafe_b64encode(key).decode() for key in keys]

    def serializer(self, purpose: str) -> URLSafeTimedSerializer:
        """What signs a purpose's values, and reads them again for as long as it is asked to."""
        return URLSafeTimedSerializer(self.signing(purpose), salt=purpose)

    def seal(self, purpose: str, text: str) -> str:
        """The text, encrypted with the newest key."""
        return self._boxes(purpose)[0].encrypt(text.encode()).decode()

    def unseal(self, purpose: str, sealed: str) -> str:
        """The text. Raises ``cryptography.fernet.InvalidToken`` where no key opens it."""
        return MultiFernet(self._boxes(purpose)).decrypt(sealed.encode()).decode()

    def resealed(self, purpose: str, sealed: str) -> str | None:
        """The same text sealed with the newest key; None where it is already.

        Raises ``InvalidToken`` where no key opens it.
        """
        try:
            self._boxes(purpose)[0].decrypt(sealed.encode())
        except InvalidToken:
            return self.seal(purpose, self.unseal(purpose, sealed))
        return None

    def _boxes(self, purpose: str) -> list[Fernet]:
        boxes = [_box(derived(key, f"seal: {purpose}")) for key in self.secret_keys]
        return boxes + ([_first_box(k) for k in self.secret_keys] * (purpose == SECOND_FACTOR))


@cache
def derived(secret_key: str, purpose: str) -> bytes:
    """32 bytes for this purpose alone."""
    info = f"hoithi {purpose}".encode()
    return HKDF(hashes.SHA256(), length=32, salt=None, info=info).derive(secret_key.encode())


def _box(key: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(key))


def _first_box(secret_key: str) -> Fernet:
    """How second factors were sealed before keys were derived by HKDF."""
    return _box(hashlib.sha256(f"second factor:{secret_key}".encode()).digest())


def sealed_by_another() -> ConfigError:
    """The refusal where none of the secret keys opens what is stored, for the caller to raise."""
    return ConfigError(
        "Không khoá nào trong HOITHI_SECRET_KEY mở được các khoá lưu trong cơ sở dữ liệu. Hãy ghi "
        "thêm khoá cũ vào sau khoá mới (mỗi khoá một dòng), khởi động lại, rồi chạy “hoithi keys "
        "rotate” trước khi bỏ khoá cũ.",
        "No key in HOITHI_SECRET_KEY opens the keys that the database stores. Add the old key "
        'after the new one (one a line), restart, and run "hoithi keys rotate" before the old '
        "one is removed.",
    )
