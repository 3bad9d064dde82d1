"""The package stands alone: its own wheel, run outside this tree, and a README that is true."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from media_checks.cli import _parser
from media_checks.policy import built_in_names, find_policy
from media_checks.rules import OF_KIND, RULES
from media_checks.rules.titles import TITLES, title
from tests.media_checks.files.document_recipes import pdf

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "media_checks"
# What its pyproject.toml names, and what that needs in turn.
NEEDED = ("numpy", "numpy.libs", "PIL", "pillow.libs", "ffmpeg", "future", "past", "pypdf", "lxml")


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The folder of programs of a new environment that holds the wheel and what it needs."""
    home = tmp_path_factory.mktemp("wheel")
    source = home / "media_checks"
    left = shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
    shutil.copytree(PACKAGE, source, ignore=left)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-deps", "--no-index"]
    wheels = home / "wheels"
    run(*pip, "wheel", *offline, "--no-build-isolation", "-w", wheels, source)
    run(sys.executable, "-m", "venv", "--without-pip", home / "env")
    [wheel] = wheels.iterdir()
    run(*pip, "--python", home / "env" / "bin" / "python", "install", *offline, wheel)
    [site] = (home / "env" / "lib").glob("python*/site-packages")
    for name in NEEDED:
        (site / name).symlink_to(Path(sysconfig.get_path("purelib")) / name)
    return home / "env" / "bin"


def run(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, cwd="/", check=True,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"},
    )  # fmt: skip


def test_the_wheel_judges_a_clip_outside_the_tree(installed, clip, tmp_path):
    where = run(installed / "python", "-c", "import media_checks; print(media_checks.__file__)")
    assert where.stdout.startswith(str(installed.parent))
    page, xml = tmp_path / "out.html", tmp_path / "out.xml"
    command = [installed / "media-checks", clip("good.mp4"), "--policy", "youtube", "--json"]
    done = run(*command, "--html", page, "--junit", xml)
    report = json.loads(done.stdout)
    assert report["policy"]["name"] == "youtube"
    assert "data:image/jpeg;base64," in page.read_text() and "<testsuite " in xml.read_text()
    missing = subprocess.run([installed / "python", "-c", "import contest"], capture_output=True,
                             cwd="/", check=False)  # fmt: skip
    assert b"No module named 'contest'" in missing.stderr


def test_the_wheel_judges_a_document(installed, tmp_path):
    (tmp_path / "a.pdf").write_bytes(pdf())
    command = [installed / "media-checks", tmp_path / "a.pdf", "--policy", "nghi-dinh-30"]
    report = json.loads(run(*command, "--json").stdout)
    assert (report["verdict"], report["facts"]["files"][0]["words"]) == ("pass", 12)


def test_the_wheel_brings_every_policy(installed):
    code = "from media_checks import built_in_names; print(*built_in_names())"
    assert run(installed / "python", "-c", code).stdout.split() == built_in_names()


@pytest.mark.parametrize("page", [PACKAGE / "README.md", ROOT / "docs" / "media_checks.md"])
def test_the_table_of_rules_names_every_limit_with_its_default(page):
    rows = {}
    for line in page.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        for name in re.findall(r"`(\w+)`", cells[0]) if len(cells) == 3 else ():
            rows.setdefault(name, cells[1])
    for name, rule in RULES.items():
        named = re.findall(r"`(\w+)`", rows[name])
        assert named == [limit.name for limit in rule.limits], name
        for limit in rule.limits:
            if limit.kind == "number" and limit.default is not None:
                assert f"`{limit.name}` ({limit.default:g})" in rows[name]


@pytest.mark.parametrize("page", [PACKAGE / "README.md", ROOT / "docs" / "media_checks.md"])
@pytest.mark.parametrize(
    ("kind", "heading"), [("picture", "Pictures"), ("document", "Documents"), ("text", "Texts")]
)
def test_the_tables_of_other_kinds_name_every_limit_with_its_default(page, kind, heading):
    table = page.read_text().split(f"**{heading}.**")[1].split("\n\n")[1]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    rules = OF_KIND[kind].values()
    assert [row[0] for row in rows[2:]] == [f"`{rule.name}`" for rule in rules]
    for row, rule in zip(rows[2:], rules, strict=True):
        assert re.findall(r"`(\w+)`", row[1]) == [limit.name for limit in rule.limits]
        for limit in rule.limits:
            if limit.kind == "number" and limit.default is not None:
                assert f"`{limit.name}` ({limit.default:g})" in row[1]
            elif limit.default is not None:
                assert f"`{limit.name}` ({', '.join(limit.default)})" in row[1]
        assert title(rule.name)


def test_the_readme_knows_every_policy_option_and_heading():
    text = (PACKAGE / "README.md").read_text()
    assert all(f"`{name}`" in text for name in built_in_names())
    options = {flag for action in _parser()._actions for flag in action.option_strings}
    for flag in options - {"-h", "--help"}:
        assert f"`{flag}" in text, flag
    assert list(TITLES) == list(RULES)


@pytest.mark.parametrize("name", built_in_names())
def test_a_policy_that_comes_with_it_says_where_its_values_come_from(name):
    policy = find_policy(name)
    assert "intact" in policy.rules
    text = (PACKAGE / "policies" / f"{policy.name}.toml").read_text()
    assert "https://" in text.splitlines()[1] or "plan III" in text


def test_contest_is_another_name_of_the_reference_contest():
    assert find_policy("contest") == find_policy("quan11-2023")


def test_of_broadcast_peaks_alone_count():
    assert find_policy("ebu-r128").rules["audio_clipping"]["max_full_scale_pct"] == 0
