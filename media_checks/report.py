"""The verdict on a clip, with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .picture.fingerprint import Fingerprint
from .policy import Policy
from .probing.facts import Facts, Span
from .rules import RULES
from .rules.apps import SAYS_ALL, setting
from .words import NOTHING, Text


@dataclass(frozen=True)
class Finding:
    """One rule's outcome. ``at`` holds stretches in seconds.

    The message ends with the remedy, which is also given by itself; ``found_vi`` and so on are
    the two values as people write them.
    """

    rule: str
    level: str
    outcome: str
    found: object
    allowed: object
    message_vi: str
    message_en: str
    remedy_vi: str
    remedy_en: str
    found_vi: str
    found_en: str
    allowed_vi: str
    allowed_en: str
    at: list[Span]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**self.__dict__, "at": [list(span) for span in self.at]}


@dataclass(frozen=True)
class Report:
    """``verdict`` is pass, look (soft findings only) or fail.

    ``artefacts`` names the picture files written beside the report, with the time and place of
    every tile on the contact sheet. ``fingerprint`` is what copies are found by. ``sandbox``
    says whether FFmpeg ran behind bubblewrap or under limits only.
    """

    verdict: str
    policy: Policy
    facts: Facts
    findings: list[Finding]
    sandbox: str
    ffmpeg: str
    artefacts: dict[str, Any]
    fingerprint: Fingerprint | None = None

    def to_dict(self) -> dict[str, Any]:
        """The JSON of ``python -m media_checks --json``."""
        return {
            "verdict": self.verdict,
            "policy": {"name": self.policy.name, "revision": self.policy.revision},
            "facts": self.facts.to_dict(),
            "findings": [finding.to_dict() for finding in self.findings],
            "artefacts": self.artefacts,
            "sandbox": self.sandbox,
            "ffmpeg": self.ffmpeg,
        }


def judge(facts: Facts, policy: Policy) -> list[Finding]:
    """Every rule of the policy that has something to judge, in a fixed order. Pure."""
    findings = []
    for name, limits in policy.rules.items():
        judged = RULES[name].judge(facts, limits)
        if judged is None:
            continue
        remedy = judged.remedy
        if not judged.ok:
            there = setting(facts.made_by, name, limits)
            remedy = there if there != NOTHING and name in SAYS_ALL else remedy + there
            remedy = Text(**limits["remedy"]) if "remedy" in limits else remedy
        message = judged.message + remedy
        findings.append(
            Finding(
                rule=name,
                level="soft" if judged.unsure else limits["level"],
                outcome="pass" if judged.ok else "fail",
                found=judged.found,
                allowed=judged.allowed,
                message_vi=message.vi,
                message_en=message.en,
                remedy_vi=remedy.vi,
                remedy_en=remedy.en,
                found_vi=judged.seen.vi,
                found_en=judged.seen.en,
                allowed_vi=judged.permitted.vi,
                allowed_en=judged.permitted.en,
                at=judged.at,
            )
        )
    return findings


def verdict(findings: list[Finding]) -> str:
    """One failed hard rule fails the clip; a failed soft rule asks a person to look."""
    failed = {finding.level for finding in findings if finding.outcome == "fail"}
    return "fail" if "hard" in failed else "look" if failed else "pass"
