"""``hoithi doctor``: what is wrong with this installation, and what to do."""

import json
import sys
from dataclasses import asdict

import click

from contest.config import Settings
from contest.safekeeping.doctor.examination import examine
from contest.safekeeping.doctor.findings import LEVELS, Finding, worst

MARKS = {"ok": "✓", "look": "?", "bad": "✗"}


@click.command("doctor")
@click.option("--all", "every", is_flag=True, help="Take the hash of every stored file.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
@click.option("--english", is_flag=True, help="Write in English.")
def command(every: bool, as_json: bool, english: bool) -> None:
    """Look at database, trail, files, clocks, disk, certificate, Page, mail, sandbox, backups.

    Changes nothing. Exit code for monitoring: 0 all well, 1 something to mend soon, 2 something is
    broken.
    """
    findings = []
    for finding in examine(Settings.from_env(keyed=False), every=every):
        findings.append(finding)
        if not as_json:
            _tell(finding, english=english)
    code = worst(findings)
    if as_json:
        told = {"worst": LEVELS[code], "findings": [asdict(finding) for finding in findings]}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    sys.exit(code)


def _tell(finding: Finding, *, english: bool) -> None:
    said, remedy = ((finding.en, finding.remedy_en) if english
                    else (finding.vi, finding.remedy_vi))
    click.echo(f"{MARKS[finding.level]} {finding.what}: {said}")
    if remedy:
        click.echo(f"  → {remedy}")
