"""Random tokens and codes; only their hashes are ever stored."""

import hashlib
import hmac
import secrets

# No letter or digit that is mistaken for another on paper or by phone (0 O 1 I L U).
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
STAFF_COOKIE, UNIT_COOKIE = "staff", "unit"  # ``Settings.cookie_name`` gives the full names


def new_token() -> str:
    """256 random bits, safe in addresses."""
    return secrets.token_urlsafe(32)


def new_code(length: int) -> str:
    """A code that people read aloud and type."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def digits_of(token: str) -> str:
    """Six digits that only who knows the token can tell; they tell nothing of it."""
    return f"{int(hash_token(f'digits:{token}'), 16) % 10**6:06}"


def tidy_code(typed: str) -> str:
    """What was typed, as it is hashed: upper case, without spaces and dashes."""
    return "".join(c for c in typed.upper() if c.isalnum())


def hash_token(token: str) -> str:
    """SHA-256, hex. Enough for a token of 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def hash_code(code: str, key: str) -> str:
    """Keyed hash of a short code: without the installation's key it cannot be brute-forced."""
    return hmac.new(key.encode(), tidy_code(code).encode(), hashlib.sha256).hexdigest()
