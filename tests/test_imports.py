"""Who may import whom (ARCHITECTURE.md), read from the source of every module."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STANDARD = sys.stdlib_module_names

# A stand-alone package -> what it may use beside itself and the standard library.
ALONE = {
    "scoring": {"cryptography"},  # only to check a signature, and only where it is installed
    "media_checks": {"ffmpeg", "PIL", "numpy"},
    "social": {"requests", "openpyxl", "urllib3"},  # requests hands on urllib3's failures
}
# A layer of contest -> the layers below it, the only ones that it may use.
GROUND = {"states", "clock", "errors"}
LAYERS = {
    "states": {"errors"},
    "clock": {"errors"},
    "errors": set(),
    "models": GROUND,
    "services": GROUND | {"models"},
    "views": GROUND | {"models", "services", "wiring"},
    "jobs": GROUND | {"models", "services", "wiring"},
    "cli": GROUND | {"models", "services", "wiring", "jobs"},  # "hoithi worker" runs them
}
ABOVE_THE_SERVICES = {"views", "jobs", "cli", "wiring", "adapters"}


def modules(package: str) -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports(module: str, path: Path) -> set[str]:
    """Full names of what ``module`` imports; ``from a import b`` counts as ``a.b``."""
    found: set[str] = set()
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
    return found


def layer(name: str) -> str:
    """``contest.models.entries.Entry`` -> ``models``."""
    return name.split(".")[1]


@pytest.mark.parametrize("package", sorted(ALONE))
def test_a_stand_alone_package_uses_nothing_else(package: str) -> None:
    allowed = STANDARD | ALONE[package] | {package}
    foreign = {
        (module, name)
        for module, path in modules(package)
        for name in imports(module, path)
        if name.split(".")[0] not in allowed
    }
    assert list(modules(package))
    assert foreign == set()


@pytest.mark.parametrize("upper", sorted(LAYERS))
def test_a_layer_uses_only_those_below(upper: str) -> None:
    breaches = {
        (module, name)
        for module, path in modules("contest")
        if module.startswith(f"contest.{upper}")
        for name in imports(module, path)
        if name.startswith("contest.")
        and layer(name) in LAYERS.keys() | ABOVE_THE_SERVICES
        and layer(name) not in LAYERS[upper] | {upper}
    }
    assert breaches == set()


def test_wiring_alone_chooses_adapters() -> None:
    breaches = {
        (module, name)
        for module, path in modules("contest")
        if module != "contest.wiring" and not module.startswith("contest.adapters")
        for name in imports(module, path)
        if name.startswith("contest.adapters")
    }
    assert breaches == set()


def test_templates_get_values_and_never_a_session() -> None:
    breaches = {
        path.relative_to(ROOT)
        for path in (ROOT / "templates").rglob("*")
        if path.suffix in {".html", ".txt", ".xml"} and "session." in path.read_text()
    }
    assert breaches == set()


def test_the_reader_of_imports_sees_every_form(tmp_path: Path) -> None:
    source = "import a.b\nfrom c import d\nfrom . import e\nfrom .f import g\nfrom ..h import i\n"
    path = tmp_path / "module.py"
    path.write_text(source)
    found = imports("top.middle.module", path)
    assert found == {"a.b", "c.d", "top.middle.e", "top.middle.f.g", "top.h.i"}
