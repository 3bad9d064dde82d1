"""`hoithi page check`: findings on standard output, an exit code that says whether all is well."""

import os
from collections.abc import Callable

import pytest

from contest.config import Settings
from social.simulator.process import SimulatorProcess
from tests import forks

Check = Callable[..., tuple[int, str, str]]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The command reads no table."""
    return sqlite_url


@pytest.fixture
def check(settings: Settings) -> Check:
    names = ("data_dir", "database_url", "secret_key", "page_id", "page_token", "graph_url")
    environ = {f"HOITHI_{name.upper()}": str(getattr(settings, name)) for name in names}

    def call(*arguments: str, **more: str) -> tuple[int, str, str]:
        done = forks.command_text("page", "check", *arguments, environ=os.environ | environ | more)
        return done.returncode, done.stdout, done.stderr

    return call


def test_a_page_that_is_ready(check: Check, simulator: SimulatorProcess) -> None:
    code, out, err = check()
    assert (code, len(out.splitlines())) == (0, 9)
    assert "✓ pass\ttoken_valid\tMã truy cập còn hiệu lực." in out
    assert simulator.page_id in err


def test_a_token_that_is_dead(check: Check) -> None:
    code, out, _ = check("--english", HOITHI_PAGE_TOKEN="old")
    assert (code, "✗ fail\ttoken_valid\tMeta refused the token" in out) == (1, True)


@pytest.mark.parametrize(
    "wrong",
    [{"HOITHI_PAGE_TOKEN": ""}, {"HOITHI_GRAPH_URL": "https://graph.facebook.com"}],
)
def test_a_page_that_is_not_set_up(check: Check, wrong: dict[str, str]) -> None:
    code, out, err = check(**wrong)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 2
