"""How the front passes a signed link on to the bucket: the lines of docker/nginx.conf for it.

The pages decide who may see a file and sign a link for it; people see one address alone. Nothing of
what a browser sent goes along but which bytes it asks for.
"""

import ssl
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from contest.config import Settings

RESOLVERS = Path("/etc/resolv.conf")


def lines(settings: Settings, resolvers: Path = RESOLVERS) -> str:
    """The lines; without a bucket nothing is passed anywhere."""
    if not settings.in_bucket:
        return "return 404;"
    parts = urlsplit(settings.bucket_endpoint)
    found = [
        f"set $bucket_server {parts.netloc};",
        "rewrite ^/_bucket(/.*)$ $1 break;",  # ends what nginx sets
        f"proxy_pass {parts.scheme}://$bucket_server;",
        f"proxy_set_header Host {parts.netloc};",
    ]
    if not _is_address(parts.hostname or ""):
        found.append(f"resolver {' '.join(_servers(resolvers))} valid=30s;")
    if parts.scheme == "https":
        found += [
            "proxy_ssl_server_name on;",
            f"proxy_ssl_name {parts.hostname};",
            "proxy_ssl_verify on;",
            "proxy_ssl_verify_depth 4;",
            f"proxy_ssl_trusted_certificate {_authorities()};",
        ]
    return "\n            ".join(found)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _servers(resolvers: Path) -> list[str]:
    """The name servers of this machine: a bucket's addresses change while nginx runs."""
    text = resolvers.read_text() if resolvers.exists() else ""
    words = [line.split() for line in text.splitlines()]
    named = [line[1] for line in words if len(line) > 1 and line[0] == "nameserver"]
    return [f"[{one}]" if ":" in one else one for one in named] or ["127.0.0.1"]


def _authorities() -> str:
    """Whose certificates are believed: those that the system believes, else the library's."""
    system = ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt"
    if Path(system).exists():
        return system
    import certifi  # noqa: PLC0415 - comes with requests

    return certifi.where()
