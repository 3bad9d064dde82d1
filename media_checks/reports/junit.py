"""Results as JUnit XML, which build servers show: a suite for each clip, a case for each rule."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET

from .results import Result

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(results: Sequence[Result], lang: str) -> str:
    """The XML of ``results``, its sentences in ``lang`` (vi, en).

    A failed hard rule is a failure, an unreadable file an error; a failed soft rule is a case that
    was skipped, for a person has to decide.
    """
    suites = [_suite(result, lang) for result in results]
    root = ET.Element("testsuites", {"name": "media_checks", **_sums(suites)})
    root.extend(suites)
    ET.indent(root)
    return ET.tostring(root, "unicode", xml_declaration=True) + "\n"


def _suite(result: Result, lang: str) -> ET.Element:
    name = _clean(result.path)
    cases = [_case(finding, name, lang) for finding in result.findings]
    if result.error:
        case = ET.Element("testcase", {"name": "readable", "classname": name})
        ET.SubElement(case, "error", {"message": _clean(result.error[f"message_{lang}"])})
        cases.append(case)
    count = {
        kind: str(sum(case.find(tag) is not None for case in cases))
        for kind, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
    }
    suite = ET.Element("testsuite", {"name": name, "tests": str(len(cases)), **count})
    suite.extend(cases)
    return suite


def _case(finding: dict[str, Any], clip: str, lang: str) -> ET.Element:
    case = ET.Element("testcase", {"name": finding["rule"], "classname": clip})
    message = _clean(finding[f"message_{lang}"])
    if finding["outcome"] == "pass":
        ET.SubElement(case, "system-out").text = message
    else:
        tag = "failure" if finding["level"] == "hard" else "skipped"
        ET.SubElement(case, tag, {"message": message})
    return case


def _sums(suites: Sequence[ET.Element]) -> dict[str, str]:
    names = ("tests", "failures", "errors", "skipped")
    return {name: str(sum(int(suite.get(name, "0")) for suite in suites)) for name in names}


def _clean(text: str) -> str:
    """Names of files may hold what XML may not."""
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
