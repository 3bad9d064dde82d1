"""Which address gives the file of a sharing link; no link reaches a private network, and no name
is resolved twice."""

import socket
from ipaddress import ip_address

import pytest

from contest import clip_links
from contest.adapters.links import addresses
from contest.clip_links import LinkRefused
from contest.errors import Invalid
from tests.contest.errands.test_links import DRIVE_ID, GIVES, PLAIN, SHARED


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


@pytest.mark.parametrize(("link", "gives"), [
    (SHARED, f"https://{GIVES}/download?id={DRIVE_ID}&export=download&confirm=t"),
    (f"https://drive.google.com/open?id={DRIVE_ID}",
     f"https://{GIVES}/download?id={DRIVE_ID}&export=download&confirm=t"),
    (f"https://drive.google.com/uc?export=download&id={DRIVE_ID}&resourcekey=0-abc",
     f"https://{GIVES}/download?id={DRIVE_ID}&export=download&confirm=t&resourcekey=0-abc"),
    (f"HTTPS://Drive.Google.com/file/d/{DRIVE_ID}/view?resourcekey=0-abc#t=1",
     f"https://{GIVES}/download?id={DRIVE_ID}&export=download&confirm=t&resourcekey=0-abc"),
    ("https://www.dropbox.com/scl/fi/x1y2/clip.mp4?rlkey=k9&st=ab&dl=0",
     "https://www.dropbox.com/scl/fi/x1y2/clip.mp4?rlkey=k9&dl=1"),
    ("https://www.dropbox.com/s/x1y2/clip.mp4?dl=0",
     "https://www.dropbox.com/s/x1y2/clip.mp4?dl=1"),
    ("https://phuong1.sharepoint.com/:v:/g/EaBc?e=1",
     "https://phuong1.sharepoint.com/:v:/g/EaBc?e=1&download=1"),
    (PLAIN, PLAIN), ("https://clip.example.vn:443/a.mp4", "https://clip.example.vn/a.mp4"),
])
def test_a_sharing_link_becomes_the_address_of_its_file(link, gives):
    assert clip_links.direct(f"  {link}\n") == gives


@pytest.mark.parametrize(("link", "kind"), [
    ("http://clip.example.vn/a.mp4", "scheme"), ("ftp://clip.example.vn/a.mp4", "scheme"),
    ("file:///etc/passwd", "scheme"), ("javascript:alert(1)", "scheme"),
    ("clip.example.vn/a.mp4", "malformed"), ("", "malformed"), ("https://", "malformed"),
    ("https://[::1", "malformed"), ("https://a.vn:99999/x", "malformed"),
    ("https://a.vn/\x00x", "malformed"), (f"https://a.vn/{'x' * 2000}", "malformed"),
    ("https://me:secret@clip.example.vn/a.mp4", "credentials"),
    ("https://me@clip.example.vn/a.mp4", "credentials"),
    ("https://clip.example.vn:8443/a.mp4", "port"), ("https://clip.example.vn:80/a", "port"),
    ("https://drive.google.com/drive/folders/1AbCdEfGhIjKlMn", "folder"),
    ("https://docs.google.com/document/d/1AbCdEfGhIjKlMn/edit", "document"),
    ("https://drive.google.com/file/d/", "malformed"),
    ("https://www.dropbox.com/scl/fo/x1y2/h?rlkey=k9&dl=0", "folder"),
    ("https://1drv.ms/v/s!Ab", "onedrive"), ("https://photos.app.goo.gl/Ab", "album"),
    ("https://www.youtube.com/watch?v=1", "watched"), ("https://youtu.be/1", "watched"),
])
def test_what_is_no_usable_link_is_named(link, kind):
    with pytest.raises(Invalid) as refused:
        clip_links.direct(link)
    assert refused.value.data["kind"] == kind
