"""Each benchmark that ``python -m bench`` offers is one."""

from pathlib import Path

import pytest

from bench.__main__ import HELPERS, NAMES

BENCH = Path(__file__).parents[1] / "bench"


@pytest.mark.parametrize("name", sorted({*NAMES, *HELPERS}))
def test_what_is_offered_has_figures(name: str) -> None:
    source = (BENCH / f"{name}.py").read_text(encoding="utf-8")
    assert ("\ndef figures(" in source) == (name in NAMES)
