"""The usual ways of writing, as a table: a line of a plan, and what is read from it."""

import subprocess
import tomllib
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plan_reading import Draft, read_plan
from plan_reading.letters.legacy import TCVN3_CODES, TCVN3_LETTERS, from_vni
from tests.plan_reading.old_letters import tcvn3, vni, writable

WAYS = tomllib.loads(Path(__file__).with_name("ways.toml").read_text("utf-8"))["way"]


def value(draft: Draft, key: str) -> Any:
    """What is read for ``key``, among the rules or beside them; empty where nothing is."""
    found = [one.value for one in (*draft.values, *draft.beside) if one.key == key]
    return found[0] if found else ""


def check(draft: Draft, way: dict[str, Any]) -> None:
    assert {key: value(draft, key) for key in way["says"]} == way["says"]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way["line"][:60])
def test_a_line_is_read_as_it_is_meant(way: dict[str, Any]) -> None:
    check(read_plan(way["line"].encode()), way)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way["line"][:60])
def test_decomposed_letters_are_read_the_same(way: dict[str, Any]) -> None:
    check(read_plan(unicodedata.normalize("NFD", way["line"]).encode()), way)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way["line"][:60])
def test_every_value_names_the_sentence_that_it_came_from(way: dict[str, Any]) -> None:
    for one in read_plan(way["line"].encode()).values:
        assert one.source
        assert [
            part for part in one.source.split("\n") if part.rstrip(".;") not in way["line"]
        ] == []


OLD = [way for way in WAYS if writable(way["line"]) and "says" in way and '"' not in way["line"]]
USUAL = "Các đơn vị của hội thi được tổ chức và thực hiện tại những nơi không phải về ở.\n"


@pytest.mark.parametrize("way", OLD, ids=lambda way: way["line"][:60])
@pytest.mark.parametrize("write", [tcvn3, vni])
def test_old_letters_are_known_by_their_looks(
    way: dict[str, Any], write: Callable[[str], str]
) -> None:
    check(read_plan(write(USUAL + way["line"]).encode()), way)
    check(read_plan(write(USUAL + way["line"]).encode("latin-1")), way)


def test_there_are_enough_ways() -> None:
    assert (len(WAYS), len(OLD)) >= (80, 60)


def test_the_tables_of_old_letters_are_those_of_the_standard() -> None:
    iconv = subprocess.run(
        ["iconv", "-f", "TCVN", "-t", "UTF-8"],
        check=True,
        capture_output=True,
        input=TCVN3_CODES.encode("latin-1"),
    )
    assert iconv.stdout.decode() == TCVN3_LETTERS
    assert (
        from_vni("Keá hoaïch toå chöùc HOÄI THI, Ñoaøn phöôøng")
        == "Kế hoạch tổ chức HỘI THI, Đoàn phường"
    )
