"""No pattern of ours makes a text of a stranger's choice take forever (ASVS 5.0, 1.3.12)."""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from itertools import product

import pytest

from contest.services.units.unit_import import Row, faults

PACKAGES = ("contest", "media_checks", "scoring", "social")
LENGTH, SECONDS = 1500, 1.0  # the square takes 20 ms; the cube minutes
SHORTER = 5  # times: first a text so short, where up to the fourth power would show
PIECES = ("a", "1", ".", "-", "@", " ", "/", "a.", "a@", "1,", "1.", "a-", "/a", "#A", '="', "<a")
ENDS = ("", "!", "@", "\n", "\0x")


def patterns() -> Iterator[tuple[str, re.Pattern[str] | re.Pattern[bytes]]]:
    """Every pattern that stands at the top of a module of ours."""
    for package in map(importlib.import_module, PACKAGES):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" in found.name or found.name.endswith(("__main__", "drawn_anew")):
                continue
            module = importlib.import_module(found.name)
            for name, value in vars(module).items():
                if isinstance(value, re.Pattern):
                    yield f"{found.name}.{name}", value


def seconds(
    pattern: re.Pattern[str] | re.Pattern[bytes], piece: str, end: str, length: int
) -> float:
    """What looking for it in a text of about this length takes."""
    text = piece * (length // len(piece)) + end
    given = text.encode() if isinstance(pattern.pattern, bytes) else text
    began = time.process_time()
    pattern.fullmatch(given)  # type: ignore[arg-type]
    pattern.search(given)  # type: ignore[arg-type]
    return time.process_time() - began


@pytest.mark.timeout(240)
def test_no_pattern_takes_more_than_the_square_of_a_texts_length() -> None:
    slow, known = set(), dict(patterns())
    assert len(known) > 40
    for name, pattern in known.items():
        for piece, end in product(PIECES, ENDS):
            quick = seconds(pattern, piece, end, LENGTH // SHORTER) < SECONDS / SHORTER**4
            if not quick and seconds(pattern, piece, end, LENGTH) > SECONDS:
                slow.add(name)
                break
    assert slow == set()


def test_a_pattern_of_the_cube_is_found() -> None:
    cubic = re.compile(r"a*a*b")  # searched from each place
    assert seconds(cubic, "a", "", LENGTH // SHORTER) > SECONDS / SHORTER**4


def test_a_cell_that_is_too_long_is_not_looked_into() -> None:
    began = time.process_time()
    found = faults(Row(2, name="Đoàn", contact_email="a@" + "." * 100_000 + "@"), None)
    assert [english for _, english in found] == ["A cell is too long (254)."]
    assert time.process_time() - began < SECONDS
