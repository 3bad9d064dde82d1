"""Results as one HTML page that needs nothing else: styles and pictures are in it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from ..rules.titles import title
from ..words import Text, counted, data_size, number, roughly
from .results import Result

VERDICTS = {
    "pass": Text("Đạt", "Pass"),
    "look": Text("Đạt, cần xem lại", "Pass, please look"),
    "fail": Text("Không đạt", "Fail"),
    "unreadable": Text("Không đọc được", "Not readable"),
}
OUTCOMES = {
    "pass": Text("Đạt", "Pass"),
    "soft": Text("Cần xem", "Look"),
    "hard": Text("Không đạt", "Fail"),
}
TITLE = Text("Kết quả kiểm tra", "Results of the checks")
COUNTS = (("pages", "trang", "page", "pages"), ("words", "chữ", "word", "words"))
COLUMNS = (Text("Mục", "Rule"), Text("Kết quả", "Outcome"), Text("Nhận xét", "What was found"))
PICTURE = Text("Ảnh {}", "Picture {}")
SHEET = Text("Các hình của clip, theo thứ tự", "Pictures of the clip, in their order")
STYLE = """
:root { color-scheme: light dark; --line: #8886; --pass: #1a7f37; --look: #8a5a00; --fail: #b3261e }
@media (prefers-color-scheme: dark) {
  :root { --pass: #57c878; --look: #e3a53a; --fail: #ff7b72 }
}
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin: 0; overflow-wrap: anywhere }
section { border: 1px solid var(--line); border-radius: .5rem; margin: 1rem 0; padding: 1rem }
table { border-collapse: collapse; width: 100%; margin: .75rem 0 }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0;
  border-top: 1px solid var(--line) }
th[scope=row] { font-weight: 600; width: 11rem }
td:nth-child(2) { white-space: nowrap }
img { max-width: 100%; height: auto; display: block }
.pass { color: var(--pass) } .look, .soft { color: var(--look) }
.fail, .hard, .unreadable { color: var(--fail) }
.verdict, .outcome { font-weight: 600 }
.small { opacity: .75; font-size: .875rem; margin: .25rem 0 }
@media (max-width: 40rem) {
  thead { display: none } tr, th[scope=row], td { display: block; width: auto }
  tr { border-top: 1px solid var(--line); padding: .5rem 0 } th, td { border: 0; padding: 0 }
}
"""


def page(results: Sequence[Result], lang: str) -> str:
    """The page in ``lang`` (vi, en)."""
    heading = escape(_in(TITLE, lang))
    counts = ", ".join(
        f"{_in(text, lang)}: {count}"
        for verdict, text in VERDICTS.items()
        if (count := sum(result.verdict == verdict for result in results))
    )
    body = "\n".join(_section(result, lang) for result in results)
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{heading}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{heading}</h1>\n<p>{escape(counts)}</p>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _in(text: Text, lang: str) -> str:
    return text.vi if lang == "vi" else text.en


def _section(result: Result, lang: str) -> str:
    name, verdict = escape(Path(result.path).name), escape(_in(VERDICTS[result.verdict], lang))
    inside = _table(result.findings, lang) if result.report else ""
    if result.error:
        inside = f"<p>{escape(result.error[f'message_{lang}'])}</p>"
    return (
        f'<section>\n<h2>{name}</h2>\n<p class="verdict {result.verdict}">{verdict}</p>\n'
        f"{_facts(result.report, lang)}{inside}{_sheet(result, lang)}</section>"
    )


def _facts(report: dict[str, Any] | None, lang: str) -> str:
    if report is None:
        return ""
    facts = report["facts"]
    told = [
        *(_of_clip(facts, lang) if "duration_s" in facts else _of_files(facts["files"], lang)),
        _in(data_size(facts["size"]), lang),
        report["policy"]["name"],
    ]
    return f'<p class="small">{escape(" · ".join(told))}</p>\n'


def _of_clip(facts: dict[str, Any], lang: str) -> list[str]:
    size = f"{facts['display_width']}×{facts['display_height']}"
    return [size, _in(roughly(facts["duration_s"]), lang)]


def _of_files(files: Sequence[dict[str, Any]], lang: str) -> list[str]:
    """Sizes of pictures, pages and words of what is read."""
    told = [f"{file['width']}×{file['height']}" for file in files if "width" in file]
    for name, unit, one, more in COUNTS:
        if found := sum(file.get(name) or 0 for file in files):
            text = Text(f"{number(found).vi} {unit}", counted(found, one, more))
            told.append(_in(text, lang))
    return told


def _table(findings: Sequence[dict[str, Any]], lang: str) -> str:
    """What failed stands first; what a rule says of several files in the same way, in one row."""
    order = {"hard": 0, "soft": 1, "pass": 2}
    rows = sorted(findings, key=lambda finding: order[_outcome(finding)])
    head = "".join(f'<th scope="col">{escape(_in(name, lang))}</th>' for name in COLUMNS)
    alike = groupby(rows, key=lambda finding: (finding["rule"], _outcome(finding)))
    body = "\n".join(_row(list(group), lang) for _, group in alike)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"


def _outcome(finding: dict[str, Any]) -> str:
    return "pass" if finding["outcome"] == "pass" else str(finding["level"])


def _row(findings: Sequence[dict[str, Any]], lang: str) -> str:
    outcome = _outcome(findings[0])
    heading = escape(_in(title(findings[0]["rule"]), lang))
    word = escape(_in(OUTCOMES[outcome], lang))
    message = "<br>".join(escape(finding[f"message_{lang}"]) for finding in findings)
    return (
        f'<tr><th scope="row">{heading}</th><td class="outcome {outcome}">{word}</td>'
        f"<td>{message}</td></tr>"
    )


def _sheet(result: Result, lang: str) -> str:
    shown = [(result.sheet, _in(SHEET, lang))] if result.sheet else []
    shown += [
        (path, _in(PICTURE, lang).format(number))
        for number, path in enumerate(result.thumbnails, 1)
    ]
    return "".join(_img(Path(path), label) for path, label in shown if Path(path).is_file())


def _img(path: Path, label: str) -> str:
    data = base64.b64encode(path.read_bytes()).decode()
    return f'<img alt="{escape(label)}" loading="lazy" src="data:image/jpeg;base64,{data}">\n'
