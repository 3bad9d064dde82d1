"""Which addresses of the Internet a link may lead to, and the line to one of them.

A name is resolved once for each hop, every answer is judged, and the connection is made to the
address that was judged: a name that is resolved again would be free to say something else (DNS
rebinding).
"""

import http.client
import socket
import ssl
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from contest.clip_links import LinkRefused
from contest.ports import LinkInterrupted

CONNECT_S = 20.0
NAT64 = ip_network("64:ff9b::/96")
NEVER = tuple(map(ip_network, (
    "192.88.99.0/24",  # the relay of 6to4
    "64:ff9b:1::/48",  # NAT64 within a network
    "::/96", "2001::/32", "fec0::/10", "5f00::/16",
)))  # fmt: skip
ISATAP = (0x00005EFE, 0x02005EFE)  # the middle of an address that carries an IPv4 one
Standins = Mapping[str, tuple[str, int]]


def may_be_asked(text: str) -> bool:
    """Whether this is an address of the public Internet, whatever it is wrapped in."""
    try:
        address = ip_address(text)
    except ValueError:  # with a scope: of one network
        return False
    return _public(address)


def _public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        inner = _carried(address)
        if inner is not None:
            return _public(inner)
        if (int(address) >> 32) & 0xFFFFFFFF in ISATAP:
            return False
    if any(address.version == one.version and address in one for one in NEVER):
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


def _carried(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that is reached through this one: mapped, 6to4, NAT64."""
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def resolve(host: str, port: int) -> str:
    """The address to connect to. Raises ``LinkRefused`` where any answer is not public, for an
    honest name has no such; ``LinkInterrupted`` while names cannot be resolved."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as failed:
        if failed.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", -5)):
            raise LinkRefused("unknown_host") from None
        raise LinkInterrupted(str(failed)) from failed
    except UnicodeError:
        raise LinkRefused("malformed") from None
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not all(may_be_asked(one) for one in addresses):
        raise LinkRefused("private")
    return next((one for one in addresses if "." in one), addresses[0])


class PinnedConnection(http.client.HTTPSConnection):
    """HTTPS to one address, with the certificate of the name that the link says."""

    def __init__(self, host: str, *, timeout: float) -> None:
        self._context_of_names = ssl.create_default_context()
        super().__init__(host, 443, timeout=timeout, context=self._context_of_names)

    def connect(self) -> None:
        line = socket.create_connection((resolve(self.host, self.port), self.port), CONNECT_S)
        line.settimeout(self.timeout)
        self.sock = self._context_of_names.wrap_socket(line, server_hostname=self.host)


class StandinConnection(http.client.HTTPConnection):
    """Plain HTTP to a server on this machine that stands for a name; in tests only, by a setting.
    """

    def __init__(self, host: str, place: tuple[str, int], *, timeout: float) -> None:
        super().__init__(host, 80, timeout=timeout)
        self._place = place

    def connect(self) -> None:
        self.sock = socket.create_connection(self._place, CONNECT_S)
        self.sock.settimeout(self.timeout)


def connection(host: str, standins: Standins, *, timeout: float) -> http.client.HTTPConnection:
    """A line to this host, not connected yet."""
    if host in standins:
        return StandinConnection(host, standins[host], timeout=timeout)
    return PinnedConnection(host, timeout=timeout)
