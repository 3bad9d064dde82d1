#!/usr/bin/env python3
"""Which locked packages have a known hole? Run by "make audit-deps": pip-audit and its databases.

Exit status 1 for a known hole. Where no database can be reached it says that nothing was looked
at, and ends with 0: a missing network is no hole. pip-audit itself calls that "no known
vulnerabilities", so its answer is read here package by package.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
LOCKS = ("runtime", "build", "dev", "audit")
DATABASES = ("pypi", "osv")  # the second is asked where the first does not answer
WAIT_S = 300


def main(program: str) -> int:
    asked = [(name, ask(program, ROOT / "requirements" / f"{name}.lock")) for name in LOCKS]
    said = [judged(name, answer) for name, answer in asked]
    for _, lines in said:
        for line in lines:
            sys.stdout.write(f"audit-deps: {line}\n")
    return max(status for status, _ in said)


def ask(program: str, lock: Path) -> list[dict[str, Any]]:
    """What a database knows of each package; empty where none can be reached."""
    for database in DATABASES:
        command = [
            program, "--require-hashes", "--disable-pip", "--requirement", str(lock), "--format",
            "json", "--progress-spinner", "off", "--vulnerability-service", database,
        ]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=WAIT_S, check=False
            )
            found = json.loads(done.stdout)["dependencies"]
        except (ValueError, subprocess.TimeoutExpired):
            continue
        if any("skip_reason" not in package for package in found):
            return list(found)
    return []


def judged(name: str, packages: list[dict[str, Any]]) -> tuple[int, list[str]]:
    """The exit status and what to say of one lock file."""
    if not packages:
        return 0, [f"{name}.lock: NOT LOOKED AT, no database of known holes could be reached"]
    holes = [
        f"{name}.lock: {package['name']} {package['version']}: {hole['id']}, mended in "
        f"{', '.join(hole['fix_versions']) or 'no version yet'}"
        for package in packages for hole in package.get("vulns", ())
    ]
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    unknown = [f"{name}.lock: not known to the database: {', '.join(skipped)}"] if skipped else []
    looked = f"{name}.lock: {len(packages) - len(skipped)} packages looked at, {len(holes)} holes"
    return int(bool(holes)), [*holes, *unknown, looked]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
