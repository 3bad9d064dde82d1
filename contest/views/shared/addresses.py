"""Whose address a request has, where servers in front of the pages pass it on.

``HOITHI_TRUSTED_PROXIES`` is a number (so many servers stand in front, nobody reaches the pages
past them) or the servers' own addresses and networks; from anybody else X-Forwarded-For is not
believed.
"""

from collections.abc import Callable, Iterable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

Environ = dict[str, Any]
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


class TrustedProxies:
    """WSGI middleware: REMOTE_ADDR becomes the client's, the scheme that which it used."""

    def __init__(
        self, app: Callable[..., Any], *, hops: int = 0, networks: Iterable[str] = ()
    ) -> None:
        self.app, self.hops = app, hops
        self.networks = [ip_network(network) for network in networks]

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Any:
        """Answer the request as its client's."""
        told = [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        environ["hoithi.forwarded"] = any(environ.get(name) for name in FORWARDED)
        peer = environ.get("REMOTE_ADDR", "")
        if self._trusts(peer):
            environ["REMOTE_ADDR"] = self._client(peer, [one for one in told if one])
            scheme = environ.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip()
            if scheme in ("http", "https"):
                environ["wsgi.url_scheme"] = scheme
        return self.app(environ, start_response)

    def _trusts(self, address: str) -> bool:
        """A server on our own socket has no address."""
        return self.hops > 0 or (bool(self.networks) and (not address or self._is_ours(address)))

    def _client(self, peer: str, told: list[str]) -> str:
        """The last address that no server of ours has; by number, that of the outermost server."""
        if self.hops:
            return told[-min(self.hops, len(told))] if told else peer
        for address in reversed(told):
            if not self._is_ours(address):
                return address
        return told[0] if told else peer

    def _is_ours(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self.networks)


def place_of(address: str) -> str:
    """What a limit by address counts: an IPv6 network of a household (/64), an IPv4 address."""
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ip_network((found, 64), strict=False))
    return str(found)


def is_loopback(address: str) -> bool:
    """Whether it is this machine; so is a server on our own socket."""
    try:
        return not address or ip_address(address).is_loopback
    except ValueError:
        return False
