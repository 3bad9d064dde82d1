"""The verdict on a clip, with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .files.likeness import Likeness
from .picture.fingerprint import Fingerprint
from .policy import Policy
from .probing.facts import Facts, Span
from .rules import CLIP, RULES, Judgement
from .rules.apps import SAYS_ALL, setting
from .rules.kinds import Limits
from .words import NOTHING, Text


@dataclass(frozen=True)
class Finding:
    """One rule's outcome. ``at`` holds stretches in seconds.

    The message ends with the remedy, which is also given by itself; ``found_vi`` and so on are
    the two values as people write them. ``file`` is the number (from 1) of the one file of an entry
    that it is about, None of a clip and of what concerns all files.
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
    file: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; ``file`` only where there is one."""
        told = {**self.__dict__, "at": [list(span) for span in self.at]}
        return told if self.file is not None else {k: v for k, v in told.items() if k != "file"}


@dataclass(frozen=True)
class Report:
    """``verdict`` is pass, look (soft findings only) or fail.

    ``artefacts`` names the picture files written beside the report, with the time and place of
    every tile on the contact sheet. ``fingerprint`` is what copies are found by. ``sandbox``
    says whether FFmpeg ran behind bubblewrap or under limits only. ``facts`` are the ``Facts`` of
    a clip, the ``FilesFacts`` of other kinds; of these ``fingerprint`` is a ``Likeness`` and
    ``ffmpeg`` empty.
    """

    verdict: str
    policy: Policy
    facts: Any
    findings: list[Finding]
    sandbox: str
    ffmpeg: str
    artefacts: dict[str, Any]
    fingerprint: Fingerprint | Likeness | None = None

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
    """Every rule of a clip's policy that has something to judge, in a fixed order. Pure.

    Raises ``ValueError`` for a policy of another kind.
    """
    if policy.kind != CLIP:
        raise ValueError(policy.kind)
    findings = []
    for name, limits in policy.rules.items():
        judged = RULES[name].judge(facts, limits)
        if judged is None:
            continue
        remedy = judged.remedy
        if not judged.ok:
            there = setting(facts.made_by, name, limits)
            remedy = there if there != NOTHING and name in SAYS_ALL else remedy + there
        findings.append(finding(name, limits, judged, remedy))
    return findings


def finding(
    rule: str, limits: Limits, judged: Judgement, remedy: Text, file: int | None = None
) -> Finding:
    """A judgement as it is reported; a policy's own remedy goes before ``remedy``."""
    if not judged.ok and "remedy" in limits:
        remedy = Text(**limits["remedy"])
    message = judged.message + remedy
    return Finding(
        rule=rule,
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
        file=file,
    )


def verdict(findings: list[Finding]) -> str:
    """One failed hard rule fails the clip; a failed soft rule asks a person to look."""
    failed = {finding.level for finding in findings if finding.outcome == "fail"}
    return "fail" if "hard" in failed else "look" if failed else "pass"
