"""``python -m scoring``: data on standard output, messages on standard error.

Exit codes: 0 fine, 1 something does not hold, 2 malformed input or bundle, 3 usage.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import NoReturn

from scoring import bundle
from scoring.engine import compute
from scoring.errors import BundleError, InputError
from scoring.nodes import parse
from scoring.sensitivity import sensitivity

FINE, DOES_NOT_HOLD, MALFORMED, USAGE = 0, 1, 2, 3
_MARKS = {True: ("ĐÚNG", "HOLDS"), False: ("SAI", "FAILS"), None: ("CHƯA RÕ", "UNCHECKED")}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        print(f"{self.prog}: {message}", file=sys.stderr)
        raise SystemExit(USAGE)


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except InputError as fault:
        print(f"{fault.path}: {fault.vi}\n{fault.path}: {fault.en}", file=sys.stderr)
        return MALFORMED
    except BundleError as fault:
        print(f"{fault.vi}\n{fault.en}", file=sys.stderr)
        return MALFORMED
    except OSError as fault:
        print(f"{fault.filename}: {fault.strerror}", file=sys.stderr)
        return USAGE
    return code


def _parser() -> _Parser:
    parser = _Parser(
        prog="python -m scoring",
        description="Tính điểm hội thi và kiểm tra gói minh chứng. "
        "/ Compute a contest's ranking and verify evidence bundles.",
        epilog="0 đúng/fine · 1 không khớp/does not hold · 2 sai dạng/malformed · 3 usage",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, says in (
        ("compute", _compute, "in bảng xếp hạng dạng JSON / print the ranking as JSON"),
        ("sensitivity", _sensitivity, "điều gì quyết định mỗi giải / what decides each prize"),
    ):
        command = commands.add_parser(name, help=says, description=says)
        command.add_argument("input", metavar="INPUT.json", help="“-”: standard input")
        command.set_defaults(run=run)
    says = "tính lại và kiểm tra một gói minh chứng / recompute and check an evidence bundle"
    command = commands.add_parser("verify", help=says, description=says)
    command.add_argument("bundle", metavar="BUNDLE")
    command.add_argument("--key", metavar="FINGERPRINT", help="vân tay khoá ký / signing key")
    command.add_argument("--lang", choices=("vi", "en"), default="vi")
    command.add_argument("--json", action="store_true", help="mỗi dòng một mục / a line per check")
    command.set_defaults(run=_verify)
    return parser


def _input(options: argparse.Namespace) -> object:
    if options.input == "-":
        return parse(sys.stdin.buffer.read())
    return parse(Path(options.input).read_bytes())


def _compute(options: argparse.Namespace) -> int:
    _print(compute(_input(options)))
    return FINE


def _sensitivity(options: argparse.Namespace) -> int:
    _print(sensitivity(_input(options)))
    return FINE


def _print(value: object) -> None:
    json.dump(value, sys.stdout, ensure_ascii=False, indent=1)
    print()


def _verify(options: argparse.Namespace) -> int:
    checks = bundle.verify(options.bundle, key=options.key)
    for check in checks:
        if options.json:
            line = {"what": check.what, "holds": check.holds, "vi": check.vi, "en": check.en}
            print(json.dumps(line, ensure_ascii=False))
        else:
            vi, en = _MARKS[check.holds]
            print(f"{vi}  {check.vi}" if options.lang == "vi" else f"{en}  {check.en}")
    failed = sum(check.holds is False for check in checks)
    if failed:
        print(f"{failed} mục không khớp. / {failed} checks fail.", file=sys.stderr)
    return DOES_NOT_HOLD if failed else FINE
