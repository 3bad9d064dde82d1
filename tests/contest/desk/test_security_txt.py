"""/.well-known/security.txt: whom to tell of a hole (RFC 9116)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contest.config import Settings
from contest.errors import ConfigError
from contest.web import create_app
from contest.wiring import Platform

PLACE = "/.well-known/security.txt"


def read(client):
    answer = client.get(PLACE)
    assert answer.content_type == "text/plain; charset=utf-8"
    return 200, dict(line.split(": ", 1) for line in answer.text.splitlines())


def settled(platform, **values):
    other = Platform(replace(platform.settings, **values))
    other.__dict__["db"] = platform.db  # which the fixture closes
    return create_app(other).test_client()


def test_it_names_whom_the_settings_name(platform, contest):
    status, told = read(settled(platform, security_contact="mailto:baomat@quandoan.example"))
    assert (status, told["Contact"]) == (200, "mailto:baomat@quandoan.example")
    assert told["Preferred-Languages"] == "vi, en"
    assert "Canonical" not in told  # of a plain address nobody could be sure
    expires = datetime.strptime(told["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert timedelta(days=30) < expires - datetime.now(UTC) < timedelta(days=365)


def test_at_an_https_address_it_says_where_it_stands(platform):
    told = read(settled(platform, base_url="https://hoithi.example",
                        security_contact="https://hoithi.example/bao-mat"))[1]
    assert told["Canonical"] == f"https://hoithi.example{PLACE}"


def test_without_a_setting_the_newest_contests_address_serves(platform, make):
    make.contest()
    make.contest("moi", lambda toml: toml.replace(
        'vi = "Ban MT-ANQP-ĐBDC, Quận Đoàn 11"',
        'vi = "Ban MT-ANQP-ĐBDC, Quận Đoàn 11, quan-doan.11@tphcm.example."',
    ))
    assert read(settled(platform))[1]["Contact"] == "mailto:quan-doan.11@tphcm.example"


def test_where_nobody_is_named_it_leads_to_the_page_that_says_whom_to_ask(platform, contest):
    client = settled(platform)
    assert read(client)[1]["Contact"] == "http://localhost/"
    assert "Ban MT-ANQP-ĐBDC, Quận Đoàn 11" in client.get("/", follow_redirects=True).text


def test_an_empty_installation_has_one_too(platform):
    assert read(settled(platform))[1]["Contact"] == "http://localhost/"


@pytest.mark.parametrize(
    "contact",
    ["an@example.vn", "http://example.vn", "mailto:an", "tel:0901", "mailto:a@b\nExpires: never"],
)
def test_a_contact_that_is_no_address_stops_the_start(tmp_path: Path, contact: str) -> None:
    with pytest.raises(ConfigError, match="HOITHI_SECURITY_CONTACT: write mailto:"):
        Settings.from_env({"HOITHI_DATA_DIR": str(tmp_path), "HOITHI_SECURITY_CONTACT": contact})
