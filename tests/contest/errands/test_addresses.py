"""No link reaches a private network: which addresses may be asked; no name is resolved twice."""

import socket
from ipaddress import ip_address

import pytest

from contest.adapters.links import addresses
from contest.clip_links import LinkRefused


@pytest.mark.parametrize("address", [
    "8.8.8.8", "142.250.66.78", "2404:6800:4005:80b::200e", "64:ff9b::808:808", "2002:808:808::1",
    "::ffff:8.8.8.8",
])
def test_public_ones_may_be_asked(address):
    assert addresses.may_be_asked(address)


@pytest.mark.parametrize("address", [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.127.255.254", "192.0.0.1", "192.0.2.1", "198.18.0.1",
    "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "192.88.99.1",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "fec0::1",
    "2001:db8::1", "2001::1", "100::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::7f00:1",
    "2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::",
    "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b::192.168.1.1", "64:ff9b:1::808:808",
    "2404:6800::5efe:10.0.0.1", "2404:6800::200:5efe:192.168.0.1",
    "not an address", "", "0x7f000001", "2130706433",
])
def test_private_ones_never_are_however_wrapped(address):
    assert not addresses.may_be_asked(address)


def answers(monkeypatch, *found):
    asked = []

    def getaddrinfo(host, port, **_):
        asked.append(host)
        return [(socket.AF_INET6 if ":" in one else socket.AF_INET, 1, 6, "", (one, port))
                for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize("found", [["10.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::1"], []])
def test_a_name_with_any_private_answer_is_refused(monkeypatch, found):
    answers(monkeypatch, *found)
    with pytest.raises(LinkRefused, match="private"):
        addresses.resolve("clip.example.vn", 443)


def test_a_name_is_resolved_once_and_that_very_address_connected_to(monkeypatch):
    """What a second look would say (DNS rebinding) is never asked."""
    asked, connected = answers(monkeypatch, "2404:6800::1", "8.8.4.4"), []

    def create_connection(place, timeout):
        connected.append(place)
        raise OSError("no network in a test")

    monkeypatch.setattr(socket, "create_connection", create_connection)
    line = addresses.connection("clip.example.vn", {}, timeout=1)
    with pytest.raises(OSError, match="no network"):
        line.connect()
    assert (asked, connected) == (["clip.example.vn"], [("8.8.4.4", 443)])
    assert ip_address(connected[0][0]).is_global


def test_numbers_that_systems_take_for_addresses_are_resolved_and_judged():
    for host in ("2130706433", "0x7f.1", "127.1", "0177.0.0.1", "localhost"):
        with pytest.raises(LinkRefused):
            addresses.resolve(host, 443)


def test_a_name_that_nobody_has_is_said(monkeypatch):
    def getaddrinfo(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(LinkRefused, match="unknown_host"):
        addresses.resolve("khong-co.example.vn", 443)
