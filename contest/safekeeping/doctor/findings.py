"""What a look found."""

from dataclasses import dataclass

LEVELS = ("ok", "look", "bad")  # also the exit code: 0, 1, 2


@dataclass(frozen=True)
class Finding:
    """``level``: one of ``LEVELS``; ``remedy``: one sentence on what to do, empty where all is
    well. In Vietnamese and English."""

    what: str
    level: str
    vi: str
    en: str
    remedy_vi: str = ""
    remedy_en: str = ""


def ok(what: str, vi: str, en: str) -> Finding:
    return Finding(what, "ok", vi, en)


def look(what: str, said: tuple[str, str], remedy: tuple[str, str]) -> Finding:
    """Something to be mended soon."""
    return Finding(what, "look", *said, *remedy)


def bad(what: str, said: tuple[str, str], remedy: tuple[str, str]) -> Finding:
    """Something that is broken now."""
    return Finding(what, "bad", *said, *remedy)


def worst(findings: list[Finding]) -> int:
    """The exit code for monitoring: 0 all well, 1 to be looked at, 2 broken."""
    return max((LEVELS.index(finding.level) for finding in findings), default=0)
