"""html-validate, pa11y and Lighthouse, as our tests call them."""

import json
import subprocess
from collections.abc import Sequence
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
    program = MODULES / "html-validate/bin/html-validate.mjs"
    rules = Path(__file__).parent / "html-validate.mjs"
    options = ["--config", str(rules), "--formatter", f"json={told}"]
    done = subprocess.run(
        [NODE, str(program), *options, *map(str, files)],
        capture_output=True, text=True, check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return [
        f"{Path(file['filePath']).name}:{fault['line']} {fault['ruleId']}: {fault['message']}"
        for file in json.loads(told.read_text())
        for fault in file["messages"]
    ]


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
