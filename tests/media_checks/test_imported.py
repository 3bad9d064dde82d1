"""What is imported when: reading a clip's headers need not wait for NumPy."""

import importlib
import subprocess
import sys
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest

import media_checks

LIGHT = """
import sys
import media_checks
media_checks.find_policy("quan11-2023"), media_checks.check
print(*sorted({"numpy", "PIL", "pypdf"} & set(sys.modules)))
"""
ALL = """
import sys
from pathlib import Path
from media_checks import checking, check, find_policy
checking.import_all()
before = set(sys.modules)
clip, folder = sys.argv[1:]
check(clip, find_policy("quan11-2023"), artefacts=Path(folder))
new = set(sys.modules) - before
print(*sorted(name for name in new if name.startswith(("media_checks.", "numpy."))))
"""


def said(code: str, *args: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", code, *args], capture_output=True, text=True, check=True
    )
    return ran.stdout.strip()


def test_headers_are_read_before_anything_heavy_is_imported() -> None:
    assert not said(LIGHT)


def test_what_has_imported_all_imports_nothing_more_for_a_check(
    clip: Callable[[str], Path], tmp_path: Path
) -> None:
    assert not said(ALL, str(clip("good.mp4")), str(tmp_path / "kept"))


def test_each_public_name_is_where_the_package_says() -> None:
    assert sorted(chain.from_iterable(media_checks.PLACES.values())) == sorted(media_checks.__all__)
    for place, names in media_checks.PLACES.items():
        module = importlib.import_module(f"media_checks.{place}")
        assert all(getattr(media_checks, name) is getattr(module, name) for name in names)


def test_another_name_is_told_as_in_any_module() -> None:
    with pytest.raises(AttributeError, match="'media_checks' has no attribute 'chek'"):
        _ = media_checks.chek
