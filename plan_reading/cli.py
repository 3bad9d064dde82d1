"""``python -m plan_reading PLAN``: data on standard output, messages on standard error.

Exit codes: 0 read, 2 not readable as a plan, 3 usage.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import NoReturn

from . import PlanError, read_plan, table

READ, UNREADABLE, USAGE = 0, 2, 3


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        print(f"{self.prog}: {message}", file=sys.stderr)
        raise SystemExit(USAGE)


def main(arguments: list[str] | None = None) -> int:
    """Read one plan, print its draft and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    parser = _Parser(
        prog="python -m plan_reading",
        description=(
            "Đọc kế hoạch hội thi thành bản nháp thể lệ. / Read a plan into a draft of rules."
        ),
        epilog="0 đọc được/read · 2 không đọc được/not readable · 3 usage",
    )
    parser.add_argument("plan", type=Path, help="DOCX, PDF, TXT; - : standard input")
    parser.add_argument("--json", action="store_true", help="JSON, with places and other readings")
    options = parser.parse_args(arguments)
    try:
        data = sys.stdin.buffer.read() if str(options.plan) == "-" else options.plan.read_bytes()
        draft = read_plan(data)
    except PlanError as fault:
        print(f"{fault.vi}\n{fault.en}", file=sys.stderr)
        return UNREADABLE
    except OSError as fault:
        print(f"{fault.filename}: {fault.strerror}", file=sys.stderr)
        return USAGE
    print(
        json.dumps(draft.in_full(), ensure_ascii=False, indent=1) if options.json else table(draft)
    )
    return READ
