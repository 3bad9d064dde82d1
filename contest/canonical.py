"""One canonical form of JSON, and its SHA-256: the identity of rules, audit rows and results."""

import hashlib
import json


def sha256(value: object, *, after: str = "") -> str:
    """SHA-256 (hex) of ``after`` followed by ``value`` as JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256((after + text).encode()).hexdigest()
