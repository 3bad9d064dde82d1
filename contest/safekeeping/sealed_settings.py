"""The settings and secrets of an installation, sealed with a passphrase that only people know."""

import base64
import json
import os
import secrets
from dataclasses import fields
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from contest.config import Settings, kept_secret_file
from contest.errors import Conflict, Invalid
from contest.safekeeping.folder import read_json, write_json

FILE = "settings.json"
RESTORED = "restored-settings.env"
SHORTEST = 12  # characters of a passphrase
N, R, P = 2**15, 8, 1  # RFC 7914; 32 MB and a tenth of a second
OF_THE_PLACE = {"data_dir", "clock_file", "trusted_networks", "backup_passphrase"}


def require_passphrase(passphrase: str) -> None:
    """Raises ``Invalid`` where there is none, or one that is soon guessed."""
    if len(passphrase) < SHORTEST:
        raise Invalid(
            f"Hãy đặt HOITHI_BACKUP_PASSPHRASE là một câu mật ít nhất {SHORTEST} ký tự để niêm "
            "phong các khoá, hoặc dùng --without-secrets để không sao lưu khoá.",
            f"Set HOITHI_BACKUP_PASSPHRASE to a passphrase of at least {SHORTEST} characters, "
            "which seals the keys, or leave the keys out by --without-secrets.",
        )


def seal(settings: Settings, path: Path, passphrase: str) -> None:
    """Write the settings in force, secrets included, for who knows the passphrase."""
    salt = secrets.token_bytes(16)
    content = json.dumps(_variables(settings)).encode()
    write_json(path, {
        "kdf": "scrypt", "n": N, "r": R, "p": P, "salt": salt.hex(),
        "sealed": _box(passphrase, salt, N, R, P).encrypt(content).decode(),
    })


def opened(path: Path, passphrase: str) -> dict[str, str]:
    """The variables that were sealed. Raises ``Invalid`` for another passphrase."""
    found = read_json(path) or {}
    try:
        box = _box(passphrase, bytes.fromhex(found["salt"]), found["n"], found["r"], found["p"])
        return dict(json.loads(box.decrypt(found["sealed"].encode())))
    except (InvalidToken, KeyError, ValueError, TypeError):
        raise Invalid(
            "Câu mật trong HOITHI_BACKUP_PASSPHRASE không mở được các khoá của bản sao lưu này. "
            "Hãy dùng câu mật lúc sao lưu, hoặc --without-secrets để tự đặt các khoá.",
            "HOITHI_BACKUP_PASSPHRASE does not open the keys of this set. Give the passphrase that "
            "it was made with, or use --without-secrets and set the keys yourself.",
        ) from None


def require_no_other_key(found: dict[str, str], data_dir: Path) -> None:
    """Raises ``Conflict`` where the data folder keeps another key than the backup's."""
    kept = kept_secret_file(data_dir)
    if kept.exists() and kept.read_text() != found.get("HOITHI_SECRET_KEY", ""):
        raise Conflict(
            f"{kept} đang giữ một khoá khác. Hãy cất tệp ấy đi rồi chạy lại.",
            f"{kept} holds another key. Put that file away, then run this again.",
        )


def put_back(found: dict[str, str], data_dir: Path) -> Path:
    """Write the secret key to where an installation keeps its own, and all variables into a file
    that an operator reads."""
    _write(kept_secret_file(data_dir), found.get("HOITHI_SECRET_KEY", ""))
    lines = [f"{name}={value.strip().replace(chr(10), ',')}" for name, value in found.items()]
    _write(data_dir / RESTORED, "\n".join([*sorted(lines), ""]))
    return data_dir / RESTORED


def _write(path: Path, content: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _variables(settings: Settings) -> dict[str, str]:
    values = {f.name: getattr(settings, f.name) for f in fields(settings)}
    if settings.trusted_networks:
        values["trusted_proxies"] = ", ".join(settings.trusted_networks)
    return {
        f"HOITHI_{name.upper()}": str(value)
        for name, value in values.items() if value and name not in OF_THE_PLACE
    }


def _box(passphrase: str, salt: bytes, n: int, r: int, p: int) -> Fernet:
    key = Scrypt(salt=salt, length=32, n=int(n), r=int(r), p=int(p)).derive(passphrase.encode())
    return Fernet(base64.urlsafe_b64encode(key))
