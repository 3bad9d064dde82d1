"""`hoithi up`: one command brings everything, Ctrl-C ends it, and the next start finds it again."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contest.demo.browser import Browser, wait_until, words
from tests import forks
from tests.processes import family, free_port, still_alive

UP = [sys.executable, "-m", "contest", "up"]


@pytest.fixture
def environ(short_dir: Path, request: pytest.FixtureRequest) -> dict[str, str]:
    return environ_of(short_dir / f"up-{request.node.name[:40]}")


def environ_of(folder: Path) -> dict[str, str]:
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith("HOITHI_")},
        "HOITHI_DATA_DIR": str(folder),
        "HOITHI_BASE_URL": f"http://127.0.0.1:{free_port()}",
    }


@contextmanager
def running(environ: dict[str, str], *options: str) -> Iterator["subprocess.Popen[str]"]:
    """`hoithi up` until the block ends; then Ctrl-C."""
    with subprocess.Popen(
        [*UP, *options], env=environ, text=True, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


@pytest.fixture(scope="module")
def house(short_dir: Path) -> Iterator[tuple["subprocess.Popen[str]", dict[str, str]]]:
    """One that runs, for the tests that look at it; with its environment."""
    environ = environ_of(short_dir / "up-house")
    with running(environ) as process:
        until(process, "Ctrl-C")
        yield process, environ


def until(process: "subprocess.Popen[str]", part: str) -> str:
    """What it says up to the line that holds ``part``."""
    assert process.stderr
    said = ""
    for line in process.stderr:
        said += line
        if part in line:
            return said
    pytest.fail(f"never said {part!r}:\n{said}")


@pytest.mark.slow
def test_the_sample_is_there_at_once_and_again_after_a_stop(environ: dict[str, str]) -> None:
    with running(environ, "--sample") as process:
        said = until(process, "Ctrl-C")
        password = re.search(r"password: (\S+)", said)
        assert password
        browser = Browser(environ["HOITHI_BASE_URL"])
        assert "3 trách nhiệm" in words(browser.get("/").text)
        form = browser.get("/account/sign-in").form("/account/sign-in")
        browser.submit(form, {"email": "btc@hoithi.example", "password": password[1]})
        desk = browser.get("/c/quan11-2023/organiser/")
        assert (desk.status, "Giờ máy chủ: 09g0" in words(desk.text)) == (200, True)
        until(process, "clip mẫu 1/18")
        members = family(process.pid)
    assert process.returncode == 0
    assert still_alive(members) == []

    with running(environ, "--sample") as process:
        assert f"password: {password[1]}" in until(process, "Ctrl-C")
        titles = words(browser.get("/c/quan11-2023/organiser/units").text)
        assert "Đoàn Phường 12" in titles


@pytest.mark.slow
def test_two_of_them_do_not_share_a_folder(
    house: tuple["subprocess.Popen[str]", dict[str, str]]
) -> None:
    other = house[1] | {"HOITHI_BASE_URL": f"http://127.0.0.1:{free_port()}"}
    second = subprocess.run(UP, env=other, check=False, capture_output=True, text=True)
    assert second.returncode == 1
    assert "Stop it first (Ctrl-C)" in second.stderr


@pytest.mark.slow
def test_pages_say_that_they_are_starting_again_and_then_are_back(
    house: tuple["subprocess.Popen[str]", dict[str, str]]
) -> None:
    process, environ = house
    pid = int((Path(environ["HOITHI_DATA_DIR"]) / "run" / "web.pid").read_text())
    for one in family(pid):
        os.kill(one, signal.SIGKILL)
    until(process, "starts again")
    browser = Browser(environ["HOITHI_BASE_URL"])
    wait_until(lambda: browser.get("/readyz").status == 200, "the pages", 60)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HOITHI_BASE_URL", "ftp://x", "starts with \"ftp\""),
        ("HOITHI_DATABASE_URL", "mysql://x/y", "starts with \"mysql\""),
        ("HOITHI_SECRET_KEY", "short", "is shorter than 32 characters"),
        ("HOITHI_PAGE_TOKEN_FILE", "/nowhere", "cannot be read"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_a_sentence(
    environ: dict[str, str], name: str, value: str, said: str
) -> None:
    done = forks.command_text("up", environ=environ | {name: value})
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
