"""``python -m media_checks CLIP``: the verdict on standard output, messages on standard error."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from .checking import check
from .errors import MediaCheckError, Unreadable
from .policy import DEFAULT, Policy, built_in_names, find_policy
from .report import Report

EXIT_PASS, EXIT_FAIL, EXIT_UNREADABLE, EXIT_USAGE = 0, 1, 2, 3
MARKS = {"pass": "✓", "hard": "✗", "soft": "!"}
VERDICTS = {
    "vi": {"pass": "ĐẠT", "look": "ĐẠT, CẦN XEM LẠI", "fail": "KHÔNG ĐẠT"},
    "en": {"pass": "PASS", "look": "PASS, PLEASE LOOK", "fail": "FAIL"},
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(EXIT_USAGE, f"{self.prog}: {message}\n")


def main(argv: list[str] | None = None) -> int:
    """Exit status: 0 passes, 1 fails, 2 not readable as a clip, 3 usage."""
    options = _parser().parse_args(argv)
    try:
        policy = find_policy(options.policy)
        clip = _existing(options.clip)
    except MediaCheckError as error:
        return _complain(error, options, None, EXIT_USAGE)
    try:
        report = check(clip, policy, artefacts=options.artefacts, progress=_progress())
    except Unreadable as error:
        return _complain(error, options, policy, EXIT_UNREADABLE)
    except MediaCheckError as error:
        return _complain(error, options, policy, EXIT_USAGE)
    _print(report, options)
    return EXIT_FAIL if report.verdict == "fail" else EXIT_PASS


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m media_checks",
        description="Checks a clip against a policy and says what to do about each finding.",
        epilog="Exit status: 0 passes, 1 fails, 2 not readable as a clip, 3 usage.",
    )
    parser.add_argument("clip", metavar="CLIP", help="the file to check")
    parser.add_argument(
        "--policy",
        default=DEFAULT,
        metavar="NAME|FILE",
        help=f"a built-in policy ({', '.join(built_in_names())}) or a TOML file",
    )
    parser.add_argument("--json", action="store_true", help="print the whole report as JSON")
    parser.add_argument("--lang", choices=("vi", "en"), default="vi", help="language of the text")
    parser.add_argument(
        "--artefacts",
        type=Path,
        metavar="DIR",
        help="write contact_sheet.jpg and poster.jpg here",
    )
    return parser


def _existing(name: str) -> Path:
    path = Path(name)
    if path.is_file():
        return path
    raise MediaCheckError(f"Không có tệp {name}.", f"There is no file {name}.")


def _complain(
    error: MediaCheckError, options: argparse.Namespace, policy: Policy | None, status: int
) -> int:
    message = error.message_vi if options.lang == "vi" else error.message_en
    print(message, file=sys.stderr)
    if options.json:
        about = {"name": policy.name, "revision": policy.revision} if policy else None
        print(json.dumps({"error": error.to_dict(), "policy": about}, ensure_ascii=False, indent=2))
    return status


def _print(report: Report, options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps(report.to_dict(), ensure_ascii=False, indent=2))
        return
    print(VERDICTS[options.lang][report.verdict])
    for finding in report.findings:
        mark = MARKS["pass" if finding.outcome == "pass" else finding.level]
        message = finding.message_vi if options.lang == "vi" else finding.message_en
        print(f"  {mark} {finding.rule}: {message}")
    print(f"  policy {report.policy.name} {report.policy.revision[:12]}; {report.sandbox}")


def _progress() -> Callable[[float], None] | None:
    if not sys.stderr.isatty():
        return None

    def show(share: float) -> None:
        end = "\n" if share >= 1 else ""
        print(f"\r{share:4.0%}", end=end, file=sys.stderr, flush=True)

    return show
