"""``make audit-deps``: a known hole fails; what could not be looked at is never called clean."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CLEAN = {"name": "flask", "version": "3.1.0", "vulns": []}
HOLE = {"name": "pillow", "version": "9.0.0", "vulns": [
    {"id": "PYSEC-2023-175", "fix_versions": ["10.0.1"], "aliases": [], "description": ""}]}
UNKNOWN = {"name": "rq", "skip_reason": "Dependency not found on PyPI and could not be audited"}


def audit(tmp_path: Path, answers: dict[str, str]) -> tuple[int, str]:
    """Run the script with a pip-audit that answers as each database does."""
    program = tmp_path / "pip-audit"
    (tmp_path / "answers.json").write_text(json.dumps(answers))
    program.write_text(
        f"#!{sys.executable}\nimport json, sys\n"
        f"answers = json.load(open({str(tmp_path / 'answers.json')!r}))\n"
        "print(answers[sys.argv[sys.argv.index('--vulnerability-service') + 1]])\n"
    )
    program.chmod(0o755)
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "audit_deps.py"), str(program)],
        capture_output=True, text=True, check=False,
    )
    return done.returncode, done.stdout


def told(*packages: object) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


@pytest.mark.parametrize(("pypi", "osv", "status", "said"), [
    (told(CLEAN), "", 0, "runtime.lock: 1 packages looked at, 0 holes"),
    (told(CLEAN, HOLE), "", 1, "runtime.lock: pillow 9.0.0: PYSEC-2023-175, mended in 10.0.1"),
    (told(UNKNOWN), told(HOLE), 1, "PYSEC-2023-175"),
    ("", "", 0, "runtime.lock: NOT LOOKED AT"),
    (told(UNKNOWN), "", 0, "runtime.lock: NOT LOOKED AT"),
    (told(CLEAN, UNKNOWN), "", 0, "runtime.lock: not known to the database: rq"),
])
def test_each_answer_is_judged(
    tmp_path: Path, pypi: str, osv: str, status: int, said: str
) -> None:
    ended, text = audit(tmp_path, {"pypi": pypi, "osv": osv})
    assert (ended, said in text) == (status, True), text


def test_the_image_holds_its_bill_of_materials() -> None:
    dockerfile = (ROOT / "docker" / "Dockerfile").read_text()
    assert "cyclonedx-py environment /opt/hoithi" in dockerfile
    assert "sbom.cdx.json" in (ROOT / "scripts" / "build_image.sh").read_text()
