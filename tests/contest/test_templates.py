"""What holds for every template: it compiles, its links lead somewhere, and nothing is inline."""

import re
from pathlib import Path

import pytest
from flask import Flask

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = [p for p in TEMPLATES if "email" not in p.parts]
LINKS = re.compile(r'url_for\(\s*"([\w.]+)"|\["(\w+\.\w+)",')


def linked(path: Path) -> set[str]:
    return {first or second for first, second in LINKS.findall(path.read_text())}


def test_every_template_compiles(app: Flask):
    folder = ROOT / "templates"
    for path in TEMPLATES:
        app.jinja_env.get_template(str(path.relative_to(folder)))


def test_every_link_leads_to_a_view(app: Flask):
    known = set(app.view_functions)
    broken = {str(p.relative_to(ROOT)): names for p in TEMPLATES if (names := linked(p) - known)}
    assert broken == {}


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(path: Path):
    source = path.read_text()
    assert re.findall(r"\sstyle=|\son\w+=\"|<style|javascript:", source) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)", source) == []
    assert re.findall(r"<(?:script|link|img|video|source)[^>]*(?:src|href)=\"https?:", source) == []


def test_every_asset_is_built_from_a_source():
    asked = {name for p in TEMPLATES for name in re.findall(r'asset\("([^"]+)"\)', p.read_text())}
    sources = {p.name for p in (ROOT / "contest/assets").rglob("*") if not p.name.startswith("_")}
    assert asked
    assert asked <= sources
