"""Whose address a request has: only what a trusted server says is believed."""

from typing import Any

import pytest

from contest.views.shared.addresses import TrustedProxies, is_loopback, place_of

INSIDE = ("127.0.0.0/8", "10.0.0.0/8", "::1/128")


def seen(
    peer: str, told: str | None, *, hops: int = 0, networks: tuple[str, ...] = (), proto: str = ""
) -> tuple[str, str]:
    """The address and the scheme that the application sees."""
    found: dict[str, Any] = {}
    environ = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http"}
    if told is not None:
        environ["HTTP_X_FORWARDED_FOR"] = told
    if proto:
        environ["HTTP_X_FORWARDED_PROTO"] = proto
    TrustedProxies(lambda env, _start: found.update(env), hops=hops, networks=networks)(
        environ, lambda *_: None
    )
    return found["REMOTE_ADDR"], found["wsgi.url_scheme"]


@pytest.mark.parametrize(
    ("peer", "told", "client"),
    [
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("", "203.0.113.7", "203.0.113.7"),  # a server on our own socket
        ("::1", "2001:db8::7, 10.2.3.4", "2001:db8::7"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"),  # forged at the left
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "10.0.0.9", "10.0.0.9"),  # somebody within
        ("203.0.113.7", "127.0.0.1", "203.0.113.7"),  # nobody we know
    ],
)
def test_named_servers_alone_are_believed(peer: str, told: str | None, client: str) -> None:
    assert seen(peer, told, networks=INSIDE)[0] == client


@pytest.mark.parametrize(
    ("hops", "told", "client"),
    [
        (0, "203.0.113.7", "192.0.2.1"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "198.51.100.1, 203.0.113.7, 10.0.0.1", "203.0.113.7"),
        (2, "203.0.113.7", "203.0.113.7"),  # our own front has resolved it already
        (1, None, "192.0.2.1"),
        (1, " , ", "192.0.2.1"),
    ],
)
def test_counted_servers_as_ever(hops: int, told: str | None, client: str) -> None:
    assert seen("192.0.2.1", told, hops=hops)[0] == client


def test_the_scheme_is_believed_of_the_same_servers() -> None:
    assert seen("10.0.0.1", "203.0.113.7", networks=INSIDE, proto="https")[1] == "https"
    assert seen("203.0.113.7", "127.0.0.1", networks=INSIDE, proto="https")[1] == "http"
    assert seen("192.0.2.1", None, proto="https")[1] == "http"
    assert seen("192.0.2.1", None, hops=1, proto="javascript")[1] == "http"


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", "unknown"),
        ("a line\nof somebody", "unknown"),
    ],
)
def test_a_household_is_one_place(address: str, place: str) -> None:
    assert place_of(address) == place


def test_this_machine_is_known() -> None:
    assert [is_loopback(one) for one in ("", "127.0.0.1", "::1")] == [True] * 3
    assert [is_loopback(one) for one in ("203.0.113.7", "unknown", "10.0.0.1")] == [False] * 3
