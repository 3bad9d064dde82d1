"""html-validate, pa11y and Lighthouse, as our tests call them."""

import atexit
import json
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import playwright

from tests.conftest import find_chromium

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "node_modules"
# Debian's Node may be older than the auditors want; Playwright has brought one of its own.
NODE = str(Path(playwright.__file__).parent / "driver" / "node")


def html_faults(files: Sequence[Path], told: Path) -> list[str]:
    """What html-validate finds in ``files``; its answer is kept in the file ``told``."""
    asked = _html_validate()
    assert asked.stdin and asked.stdout
    asked.stdin.write(json.dumps([str(file) for file in files]) + "\n")
    asked.stdin.flush()
    answer = asked.stdout.readline()
    assert answer, f"html-validate ended with {asked.wait()}"
    told.write_text(answer)
    return [
        f"{Path(file['filePath']).name}:{fault['line']} {fault['ruleId']}: {fault['message']}"
        for file in json.loads(answer)
        for fault in file["messages"]
    ]


@cache
def _html_validate() -> "subprocess.Popen[str]":
    """One for all questions of a worker: to begin takes it longer than to read twenty pages."""
    script = Path(__file__).parent / "validating.mjs"
    process = subprocess.Popen(
        [NODE, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    atexit.register(_end, process)
    return process


def _end(process: "subprocess.Popen[str]") -> None:
    with process:
        assert process.stdin
        process.stdin.close()  # it ends with what it is asked


def look(
    tool: str, addresses: Sequence[str], cookie: str = "", width: int = 320
) -> dict[str, Any]:
    """The answer of scripts/audit.mjs: an address -> what ``tool`` (pa11y, lighthouse) found."""
    question = {
        "chromium": find_chromium(), "cookie": cookie, "width": width, "addresses": list(addresses),
    }
    done = subprocess.run(
        [NODE, str(ROOT / "scripts/audit.mjs"), tool], input=json.dumps(question),
        capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
