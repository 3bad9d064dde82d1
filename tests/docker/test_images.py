"""Every image of others is named in one place, by tag and digest."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.docker.stack import COMPOSE

ROOT = COMPOSE.parent.parent
PINNED = re.compile(r"[a-z0-9./-]+:[\w.-]+@sha256:[0-9a-f]{64}")


def images(root: Path = ROOT) -> dict[str, str]:
    lines = (root / "docker/.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


def test_every_image_has_a_tag_and_a_digest() -> None:
    named = images()
    assert [name for name in named.values() if not PINNED.fullmatch(name)] == []
    assert [name for name in named.values() if ":latest@" in name] == []


def test_nothing_else_names_an_image() -> None:
    compose = COMPOSE.read_text()
    assert set(re.findall(r"image: (.+)", compose)) == {
        "hoithi", "${POSTGRES_IMAGE:?}", "${VALKEY_IMAGE:?}",
    }
    assert set(re.findall(r"\$\{(\w+_IMAGE):\?\}", compose)) == set(images())
    dockerfile = COMPOSE.with_name("Dockerfile").read_text()
    assert set(re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)) == {"${BASE}"}
    assert re.findall(r"^ARG BASE=(.+)", dockerfile, re.MULTILINE) == [images()["DEBIAN_IMAGE"]]


def test_the_images_pg_dump_is_of_the_servers_version_and_debian_has_it() -> None:
    """An older one refuses to read the server; each Debian has the programs of one version."""
    server = re.match(r"postgres:(\d+)@", images()["POSTGRES_IMAGE"])
    debian = re.match(r"debian:(\w+)-slim@", images()["DEBIAN_IMAGE"])
    dockerfile = COMPOSE.with_name("Dockerfile").read_text()
    assert server and debian
    assert re.findall(r"postgresql-client-(\d+)", dockerfile) == [server[1]]
    assert {"trixie": "17", "bookworm": "15"}[debian[1]] == server[1]
    assert " restic " in dockerfile and " openssh-client " in dockerfile
    built_here = (ROOT / "scripts/build_image.sh").read_text()
    assert f"suite=${{SUITE:-{debian[1]}}}" in built_here


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The script with what it writes to, and no program but the system's ordinary ones."""
    for name in ("docker/.env", "docker/Dockerfile", "scripts/pin_images.sh"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    for program in ("bash", "env", "dirname", "mktemp", "rm", "mv", "sed", "chmod"):
        found = shutil.which(program)
        assert found
        (tmp_path / "bin" / program).symlink_to(found)
    return tmp_path


def pin(copy: Path, skopeo: str = "") -> "subprocess.CompletedProcess[str]":
    if skopeo:
        program = copy / "bin/skopeo"
        program.write_text(f"#!/bin/bash\n{skopeo}\n")
        program.chmod(0o755)
    return subprocess.run(
        [copy / "scripts/pin_images.sh"], env=os.environ | {"PATH": str(copy / "bin")},
        capture_output=True, text=True, check=False,
    )


def test_the_script_writes_the_digests_that_the_registry_tells(copy: Path) -> None:
    for digit in "ab":  # the second time the old digests are replaced
        answer = 'case $5 in docker://*@*) exit 1;; esac; echo sha256:' + digit * 64
        assert pin(copy, answer).returncode == 0
        assert set(images(copy).values()) == {
            f"{name.partition('@')[0]}@sha256:{digit * 64}" for name in images().values()
        }
        base = images(copy)["DEBIAN_IMAGE"]
        assert f"ARG BASE={base}\n" in (copy / "docker/Dockerfile").read_text()


@pytest.mark.parametrize("answer", ["exit 1", "echo nothing", 'case $5 in *postgres*) exit 1;; '
                                    "esac; echo sha256:" + "a" * 64])  # fmt: skip
def test_unless_every_digest_is_found_nothing_is_written(copy: Path, answer: str) -> None:
    done = pin(copy, answer)
    assert done.returncode == 1
    assert "nothing is changed" in done.stderr
    assert images(copy) == images()
    assert not list((copy / "docker").glob(".env.*"))


def test_without_a_program_that_asks_it_says_which_are_wanted(copy: Path) -> None:
    done = pin(copy)
    assert done.returncode == 1
    assert "install skopeo, docker" in done.stderr
