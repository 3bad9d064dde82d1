"""Both languages are complete: Vietnamese is the source of every string, English translates it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from jinja2 import Environment

from contest.languages import counted

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "contest/translations/en/LC_MESSAGES/messages.po"
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}

# Letters that Vietnamese has and English has not.
VIETNAMESE = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯ\u00c0-\u00c3\u00c8-\u00ca\u00cc\u00cd\u00d2-\u00d5\u00d9"
                        r"\u00da\u00dd\u00e0-\u00e3\u00e8-\u00ea\u00ec\u00ed\u00f2-\u00f5\u00f9"
                        r"\u00fa\u00fd\u0128\u0129\u0168\u0169\u1ea0-\u1ef9]")
WORD = re.compile(r"[^\W\d_]{3,}")
# What is the same in both languages, or shown in its own.
SAME_EVERYWHERE = frozenset(
    ("SHA", "JSON", "CSV", "XLSX", "DOCX", "PDF", "TOML", "SSIM", "hoithi", "Fanpage", "OpenAPI")
)
SPOKEN = re.compile(r"\b(?:alt|title|placeholder|aria-label|aria-description|content)=\"([^\"]*)\"")
SILENT = re.compile(r"<(script|style|svg|code)\b.*?</\1>|<!--.*?-->|<!doctype[^>]*>", re.S)
NOT_SPOKEN = re.compile(
    r"<meta name=\"(?:viewport|color-scheme|theme-color|referrer|robots)\"[^>]*>"
)

TRANSLATORS = frozenset({"_", "_l", "gettext", "lazy_gettext", "ngettext"})


def template_files() -> list[Path]:
    """Templates that are written once for both languages (not ``NAME.vi.txt`` and the like)."""
    files = [p for p in (ROOT / "templates").rglob("*") if p.suffix in (".html", ".txt")]
    return sorted(p for p in files if not re.search(r"\.(vi|en)\.\w+$", p.name))


@cache
def msgids() -> dict[str, str]:
    """Every text that code or a template asks a translation of -> the file that asks."""
    with (ROOT / "babel.cfg").open() as config:
        methods, options = parse_mapping_cfg(config)
    found: dict[str, str] = {}
    for folder in ("contest", "templates"):
        mapping = [(p.removeprefix(f"{folder}/"), m) for p, m in methods if p.startswith(folder)]
        for name, _line, text, *_rest in extract_from_dir(
            ROOT / folder, method_map=mapping, options_map=options, keywords=KEYWORDS
        ):
            found[text[0] if isinstance(text, tuple) else text] = f"{folder}/{name}"
    return found


@cache
def english() -> dict[str, tuple[str, ...]]:
    """msgid -> its translations (two where it is a plural), without fuzzy ones."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="en")
    return {
        (m.id[0] if m.pluralizable else m.id): (m.string if m.pluralizable else (m.string,))
        for m in catalogue
        if m.id and not m.fuzzy
    }


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)[sd]|\{\w*\}", text))


def test_every_text_has_an_english_translation():
    known = english()
    missing = {t: where for t, where in msgids().items() if not all(known.get(t, ("",)))}
    assert missing == {}


def test_the_extraction_sees_code_and_templates():
    assert {where.split("/")[0] for where in msgids().values()} == {"contest", "templates"}


def test_translations_keep_the_placeholders():
    broken = {
        source: translated
        for source, translated in english().items()
        if any(placeholders(t) != placeholders(source) for t in translated if t)
    }
    assert broken == {}


def test_english_holds_no_vietnamese_sentence():
    names = ("Quận", "Đoàn", "Ễ", "nguyễn", "Tiếng Việt", "Tên đơn vị")
    left = [
        t for texts in english().values() for t in texts
        if VIETNAMESE.search(t) and not any(name in t for name in names)
    ]
    assert left == []


def bare_texts(source: str) -> list[str]:
    """Texts of a template that no translation reaches: between tags, or in spoken attributes."""
    tokens = Environment(autoescape=True).lex(source)
    html = "".join(text if kind == "data" else " " for _line, kind, text in tokens)
    html = NOT_SPOKEN.sub("", html)
    html = SILENT.sub(" ", html)
    spoken = " ".join(SPOKEN.findall(html))
    text = re.sub(r"<[^<>]*>|&\w+;", " ", html) + " " + spoken
    words = [w for w in WORD.findall(text) if w not in SAME_EVERYWHERE]
    return words + [line.strip() for line in text.splitlines() if VIETNAMESE.search(line)]


@pytest.mark.parametrize("path", template_files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_template_has_no_bare_text(path: Path):
    assert bare_texts(path.read_text()) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('<p>{{ _("Đã lưu") }}</p>', []),
        ("<p>Saved</p>", ["Saved"]),
        ("<p>Ở đó</p>", ["Ở đó"]),
        ('<img alt="Poster">', ["Poster"]),
        ("{# Ghi chú #}<p class=\"lead\">{{ name }}</p>", []),
    ],
)
def test_bare_text_is_found(source: str, found: list[str]):
    assert bare_texts(source) == found


class _Bare(ast.NodeVisitor):
    """Collects Vietnamese sentences in code that nothing translates."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def visit_Call(self, node: ast.Call) -> None:
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name not in TRANSLATORS and not self.told_twice(node):
            self.generic_visit(node)

    @staticmethod
    def told_twice(node: ast.Call | ast.Tuple) -> bool:
        """A refusal or a message that carries its English sentence beside the Vietnamese one."""
        parts = node.args if isinstance(node, ast.Call) else node.elts
        sentences = [ast.unparse(a) for a in parts if isinstance(a, ast.Constant | ast.JoinedStr)]
        return [bool(VIETNAMESE.search(s)) for s in sentences[:2]] == [True, False]

    def visit_Tuple(self, node: ast.Tuple) -> None:
        if not self.told_twice(node):
            self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring is not shown to anybody
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        # Names are the same in every language: a browser's, a unit's.
        named = node.value in ("Cốc Cốc", "Đoàn Phường 5", "Chi đoàn Công an Quận 11")
        if isinstance(node.value, str) and VIETNAMESE.search(node.value) and not named:
            self.found.append(node.value)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "contest/views").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT))
)
def test_view_has_no_bare_vietnamese(path: Path):
    visitor = _Bare()
    visitor.visit(ast.parse(path.read_text()))
    assert visitor.found == []


def told_in_code() -> Iterator[str]:
    """Every text in our code as people read it: its parts joined, a value as ``…``."""
    for package in ("contest", "media_checks", "social"):  # a bundle's own words stay
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.JoinedStr):
                    yield "".join(getattr(part, "value", "…") if isinstance(part, ast.Constant)
                                  else "…" for part in node.values)
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def test_one_thing_has_one_word_and_no_screen_speaks_as_a_machine_does() -> None:
    never = re.compile(r"mã băm|dấu vết|Ban tổ chức|ban tổ chức|BTC\b|Hội Thi|[Cc]uộc thi")
    stiff = re.compile(r"\bmending\b|\bto be mended\b|\b1 points\b|\b0?1 × |\bBTC\b")
    assert [text for text in msgids() if never.search(text)] == []
    assert [text for text in told_in_code() if never.search(text)] == []
    assert [one for told in english().values() for one in told if stiff.search(one)] == []


def test_quotation_marks_are_the_same_in_every_text() -> None:
    straight = re.compile(r'"[^"<>=]+"')
    assert [one for told in english().values() for one in told if straight.search(one)] == []
    assert [text for text in msgids() if straight.search(text)] == []


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 clips"), (1, "1 clip"), (2, "2 clips"), (1000, "1000 clips")]
)
def test_one_is_said_of_one(count: int, said: str) -> None:
    assert counted(count, "clip", "clips") == said
