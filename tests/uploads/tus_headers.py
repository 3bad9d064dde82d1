"""Headers of tus as a client writes them."""

import base64


def tus_metadata(**pairs: str) -> str:
    """`Upload-Metadata` for these names and values."""
    return ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in pairs.items())
