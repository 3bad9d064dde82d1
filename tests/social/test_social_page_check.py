"""The onboarding check: each failure has its line and its remedy."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from social.calls import GraphCalls
from social.graph import GraphPage
from social.page_check import check_page
from social.simulator.process import SimulatorProcess
from social.values import Route


def outcomes(page: GraphPage) -> dict[str, str]:
    return {finding.name: finding.outcome for finding in page.check_page().findings}


def test_a_good_token_passes(page: GraphPage) -> None:
    check = page.check_page()
    assert check.passed
    assert check.page_name == "Trang mô phỏng"
    assert outcomes(page) == {
        "token_valid": "pass",
        "token_kind": "pass",
        "token_expiry": "pass",
        "permissions": "look",
        "target_page": "pass",
        "clock": "pass",
        "route_videos": "pass",
        "route_reels": "pass",
        "app_mode": "look",
    }


@pytest.mark.parametrize(
    ("told", "name", "outcome"),
    [
        ({"is_valid": False}, "token_valid", "fail"),
        ({"type": "USER"}, "token_kind", "fail"),
        ({"profile_id": "42"}, "token_kind", "fail"),
        (
            {"expires_at": int((datetime.now(UTC) + timedelta(days=3)).timestamp())},
            "token_expiry",
            "look",
        ),
        (
            {"expires_at": int((datetime.now(UTC) + timedelta(days=60)).timestamp())},
            "token_expiry",
            "pass",
        ),
        ({"scopes": ["pages_show_list"]}, "permissions", "fail"),
    ],
)
def test_each_shortcoming_is_found(
    page: GraphPage, simulator: SimulatorProcess, told: dict[str, Any], name: str, outcome: str
) -> None:
    simulator.control("POST", "token", told)
    assert outcomes(page)[name] == outcome


@pytest.mark.parametrize(
    ("taken", "open_", "found"),
    [
        ("both", {Route.VIDEOS, Route.REELS}, ("pass", "pass")),
        ("videos", {Route.VIDEOS}, ("pass", "look")),
        ("reels", {Route.REELS}, ("look", "pass")),
        ("none", set(), ("fail", "fail")),
    ],
)
def test_it_finds_out_by_which_route_clips_can_go(
    page: GraphPage,
    simulator: SimulatorProcess,
    taken: str,
    open_: set[Route],
    found: tuple[str, str],
) -> None:
    simulator.answers(routes=taken)
    check = page.check_page()
    told = {finding.name: finding.outcome for finding in check.findings}
    assert check.routes == open_
    assert (told["route_videos"], told["route_reels"]) == found
    assert check.passed == bool(open_)
    assert simulator.posts() == []


def test_an_expiry_told_as_text_is_read(page: GraphPage, simulator: SimulatorProcess) -> None:
    soon = datetime.now(UTC) + timedelta(days=3)
    simulator.control("POST", "token", {"expires_at": str(int(soon.timestamp()))})
    assert outcomes(page)["token_expiry"] == "look"
    simulator.control("POST", "token", {"expires_at": 10**18, "is_valid": "true"})
    assert outcomes(page)["token_expiry"] == "pass"


def test_a_wrong_token_is_said_in_both_languages(simulator: SimulatorProcess) -> None:
    check = GraphPage(simulator.settings(token="old")).check_page()
    assert not check.passed
    first = check.findings[0]
    assert "Meta từ chối mã truy cập" in first.message_vi
    assert "Meta refused the token" in first.message_en


def test_a_wrong_page_is_found(simulator: SimulatorProcess) -> None:
    found = outcomes(GraphPage(simulator.settings(page_id="55555")))
    assert (found["token_kind"], found["target_page"]) == ("fail", "fail")


def test_a_clock_that_is_off_is_found(simulator: SimulatorProcess) -> None:
    check = check_page(GraphCalls(simulator.settings()), datetime.now(UTC) + timedelta(minutes=9))
    [clock] = [finding for finding in check.findings if finding.name == "clock"]
    assert clock.outcome == "fail"
    assert "NTP" in clock.remedy_vi


def test_a_page_that_cannot_be_reached_is_a_finding(simulator: SimulatorProcess) -> None:
    page = GraphPage(simulator.settings())
    simulator.kill()
    found = outcomes(page)
    simulator.start()
    assert (found["token_valid"], found["target_page"]) == ("fail", "fail")
