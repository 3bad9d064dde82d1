"""Who may import whom (ARCHITECTURE.md), read from the source of every module.

``HOUSE`` is an allow-list: every top-level module and every room of ``contest`` has a line, from
the ground up, and may use nothing but what the line names. What a line names stands above it, so
an arrow can only point down the house.
"""

import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.sources import source

ROOT = Path(__file__).parent.parent
STANDARD = sys.stdlib_module_names
PACKAGES = ("contest", "media_checks", "plan_reading", "scoring", "social")

# A stand-alone package -> what it may use beside itself and the standard library.
ALONE = {
    "scoring": {"cryptography"},  # only to check a signature, and only where it is installed
    "media_checks": {"ffmpeg", "PIL", "numpy", "lxml", "pypdf"},
    "plan_reading": {"lxml", "pypdf"},
    "social": {"requests", "openpyxl", "urllib3"},  # requests hands on urllib3's failures
}
WORDS = (
    "errors actors canonical folding languages lifecycle permissions profile states tokens"
)
ROOMS = ["core", "following", "rules", "units", "questions", "filings", "jury", "people",
         "counts", "elsewhere", "fanpage", "checking", "entry", "composing", "captions",
         "handover", "reviewing", "queueing", "desk", "messages", "rounds", "results", "levels",
         "printing", "live", "awards", "advancing", "privacy", "trials"]
SERVICES = " ".join(f"services.{room}" for room in ROOMS)
# A module or room of contest -> what it may use of contest.
HOUSE = {
    # rules and words, no input or output
    "errors": "", "canonical": "", "tokens": "", "ports": "", "folding": "", "languages": "",
    "docx": "errors",
    "states": "errors", "lifecycle": "states", "actors": "errors", "permissions": "actors errors",
    "profile": "canonical errors", "clock": "errors", "config": "errors",
    "pace": "", "lanes": "", "logs": "", "clip_links": "errors", "guide": "folding",
    # what is stored
    "models": "canonical states", "db": "errors folding", "migrations": "db models",
    # what is drawn, what stands ready, the verbs
    "drawing": "canonical", "ready_pages": "languages",
    **{  # each room may use those before it; results are made into papers and pictures, too
        f"services.{room}": " ".join(
            [WORDS, "models", *(f"services.{below}" for below in ROOMS[:floor])]
            + (["ports", "docx", "drawing"] if room in ("results", "printing", "awards") else [])
            + (["clip_links"] if room == "entry" else [])
            + (["ports"] if room in ("levels", "privacy") else [])
            + (["lanes"] if room == "queueing" else [])
        )
        for floor, room in enumerate(ROOMS)
    },
    "mail_rendering": "guide languages models profile services.core",
    # what stands for the outside, and the one place that chooses it
    "adapters": "clip_links errors lanes models ports",
    "wiring": "adapters clock config db models ports services.core services.fanpage",
    "safekeeping": f"adapters canonical config db errors languages models ports {SERVICES} wiring",
    "uploads": f"actors db errors languages logs models pace permissions ports tokens {SERVICES}"
               " wiring",
    # screens: no audience knows another
    "views.shared": f"{WORDS} drawing models ports ready_pages uploads wiring {SERVICES}",
    "views.account": f"{WORDS} clock db models ports ready_pages {SERVICES} views.shared",
    "views.unit": f"{WORDS} drawing models {SERVICES} views.shared",
    "views.review": f"{WORDS} models {SERVICES} views.shared",
    "views.jury": f"{WORDS} models ready_pages {SERVICES} views.shared",
    "views.organiser": f"{WORDS} docx mail_rendering models ports ready_pages {SERVICES}"
                       " safekeeping views.shared",
    "views.public": f"{WORDS} clock drawing guide models ready_pages {SERVICES} views.shared",
    "views": "",  # finds its modules by itself
    "web": "db errors languages logs ports uploads views views.shared wiring",
    # processes of their own
    # the two jobs that write mails and published pages do it with the pages' own application
    "jobs": f"{WORDS} clip_links clock db drawing lanes logs mail_rendering models ports"
            f" ready_pages uploads {SERVICES} safekeeping wiring web",
    "running": "clock config errors pace ready_pages",
    "demo": f"{WORDS} clock config drawing models {SERVICES} wiring",
    "cli": f"{WORDS} clock config db drawing lanes logs models ready_pages {SERVICES}"
           " safekeeping wiring web uploads jobs running demo",
    "__main__": "cli",
}


def modules(package: str) -> Iterator[tuple[str, Path]]:
    """Every module of ``package`` but migrations, which are history."""
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if "versions" not in parts:
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports(module: str, path: Path) -> set[str]:
    """Full names of what ``module`` imports; ``from a import b`` counts as ``a.b``."""
    found: set[str] = set()
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    for level, named, taken in source(path).imports:
        above = package[: len(package) - level + 1] if level else []
        base = ".".join([*above, *([named] if named else [])])
        found |= {f"{base}.{name}" for name in taken} if taken else {base}
    return found


def module_of(name: str, known: set[str]) -> str | None:
    """``contest.models.Entry`` -> ``contest.models``: the module that an imported name is of."""
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name or None


def room(module: str) -> str:
    """``contest.services.entry.checks`` -> ``services.entry``, ``contest.web`` -> ``web``."""
    parts = module.split(".")[1:]
    return ".".join(parts[:2] if parts[0] in ("services", "views") else parts[:1])


@cache
def edges(*packages: str) -> dict[str, set[str]]:
    """Which module of ``packages`` imports which other one."""
    sources = {module: path for package in packages for module, path in modules(package)}
    found = {
        module: {module_of(name, set(sources)) for name in imports(module, path)} - {module, None}
        for module, path in sources.items()
    }
    return {module: {str(used) for used in all_used} for module, all_used in found.items()}


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


def test_every_module_and_room_of_the_contest_has_its_line() -> None:
    found = {room(module) for module, _ in modules("contest") if "." in module}
    assert found - {"services"} == set(HOUSE)


def test_what_a_line_allows_stands_above_it() -> None:
    lines = list(HOUSE)
    for number, line in enumerate(lines):
        assert set(HOUSE[line].split()) <= set(lines[:number]), line


@pytest.mark.parametrize("upper", sorted(HOUSE))
def test_a_room_uses_only_what_its_line_allows(upper: str) -> None:
    allowed = set(HOUSE[upper].split()) | {upper}
    breaches = {
        (module, used)
        for module, all_used in edges("contest").items()
        for used in all_used - {"contest"}
        if "." in module and room(module) == upper and room(used) not in allowed
    }
    assert breaches == set()


def test_no_circle_of_imports_between_files() -> None:
    try:
        TopologicalSorter(edges(*PACKAGES)).prepare()
    except CycleError as circle:
        pytest.fail(" -> ".join(circle.args[1]))


def test_templates_get_values_and_never_a_session() -> None:
    breaches = {
        path.relative_to(ROOT)
        for path in (ROOT / "templates").rglob("*")
        if path.suffix in {".html", ".txt", ".xml"} and "session." in path.read_text()
    }
    assert breaches == set()


def test_the_reader_of_imports_sees_every_form(tmp_path: Path) -> None:
    text = "import a.b\nfrom c import d\nfrom . import e\nfrom .f import g\nfrom ..h import i\n"
    path = tmp_path / "module.py"
    path.write_text(text)
    found = imports("top.middle.module", path)
    assert found == {"a.b", "c.d", "top.middle.e", "top.middle.f.g", "top.h.i"}
