"""What our own source never does, read from the source itself (ASVS 5.0: 1.2.5, 1.3.2, 1.3.7,
1.5.2, 3.2.2, 11.4.1, 11.5.1, 15.3.2, 15.3.7).

ruff's S rules look at the same in Python where no ``noqa`` says why not; this knows no exception.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("contest", "media_checks", "scoring", "social")
PYTHON = sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
SCRIPTS = sorted((ROOT / "contest" / "assets" / "js").rglob("*.js"))
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*")
                   if path.suffix in (".html", ".txt", ".xml", ".svg", ".ics"))

RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
UNSAFE_MODULES = {"pickle", "marshal", "shelve", "dill", "yaml", "telnetlib", "ftplib", "xmlrpc",
                  "random"}  # what must not be guessed comes from secrets
BROKEN_HASHES = {"md5", "sha1", "new"}


def calls(nodes: list[ast.AST]) -> Iterator[tuple[str, ast.Call]]:
    """``subprocess.run`` and the like, with the call."""
    for node in nodes:
        if isinstance(node, ast.Call):
            yield written(node.func), node


def written(node: ast.AST) -> str:
    """As it stands in the source; what is no name only from where names begin, ``().get`` say."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{written(node.value)}.{node.attr}"
    return ast.unparse(node) if isinstance(node, ast.Constant) else "()"


def imports(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


def faults(source: str) -> list[str]:
    """What a file does that none of ours may."""
    nodes = list(ast.walk(ast.parse(source)))
    found = [f"imports {name}" for name in imports(nodes) if name in UNSAFE_MODULES]
    if any(isinstance(n, ast.Attribute) and n.attr == "values" and written(n) == "request.values"
           for n in nodes):
        found.append("mixes a form with the address")
    for name, call in calls(nodes):
        told = {k.arg: written(k.value) for k in call.keywords}
        if name in RUNS_TEXT or name in ("os.system", "os.popen", "subprocess.getoutput"):
            found.append(f"runs text: {name}")
        if told.get("shell") == "True":
            found.append("starts a shell")
        broken = name.startswith("hashlib.") and name.removeprefix("hashlib.") in BROKEN_HASHES
        if broken and told.get("usedforsecurity") != "False":  # else: what a bucket's server says
            found.append(f"uses {name}")
        if told.get("verify") == "False" or name.endswith("_create_unverified_context"):
            found.append("believes any certificate")
        if name.endswith(("render_template_string", "env.from_string")):
            found.append("makes a template of a text")
        if name.endswith("_session.request") and told.get("allow_redirects") != "False":
            found.append("follows wherever an answer points")
    return found


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("import pickle", "imports pickle"), ("from yaml import load", "imports yaml"),
        ("import random", "imports random"), ("eval(x)", "runs text: eval"),
        ("os.system('ls')", "runs text: os.system"),
        ("subprocess.run(x, shell=True)", "starts a shell"),
        ("hashlib.md5(b'')", "uses hashlib.md5"),
        ("requests.get(x, verify=False)", "believes any certificate"),
        ("flask.render_template_string(x)", "makes a template of a text"),
        ("request.values['x']", "mixes a form with the address"),
        ("self._session.request('GET', x)", "follows wherever an answer points"),
    ],
)
def test_each_kind_of_fault_is_found(line: str, fault: str) -> None:
    assert faults(line) == [fault]


def test_no_python_of_ours_does_what_cannot_be_safe() -> None:
    assert len(PYTHON) > 200
    found = {path.relative_to(ROOT).as_posix(): faults(path.read_text()) for path in PYTHON}
    assert {where: what for where, what in found.items() if what} == {}


def test_no_script_makes_code_or_markup_of_a_text() -> None:
    makes = re.compile(
        r"\beval\(|new Function|document\.write|insertAdjacentHTML|\.outerHTML\s*=|postMessage"
        r"|\.innerHTML\s*=(?!=)|__proto__|\.domain\s*="
    )
    assert len(SCRIPTS) > 20
    assert [path.name for path in SCRIPTS if makes.search(path.read_text())] == []


def test_no_template_trusts_a_text() -> None:
    trusts = re.compile(r"\|\s*safe\b|autoescape\s+false|\bon(click|load|error)=|javascript:")
    assert [path.name for path in TEMPLATES if trusts.search(path.read_text())] == []
