"""A clip and a policy in, a verdict with evidence out. Stands alone; see docs/media_checks.md."""

from .checking import check
from .deep import Deep, deepen
from .errors import MediaCheckError, PolicyError, ToolFailed, ToolsMissing, Unreadable
from .facts import Facts
from .policy import DEFAULT, Policy, built_in_names, find_policy, load_policy
from .render import Rendition, render
from .report import Finding, Report, judge, verdict

__all__ = [
    "DEFAULT",
    "Deep",
    "Facts",
    "Finding",
    "MediaCheckError",
    "Policy",
    "PolicyError",
    "Rendition",
    "Report",
    "ToolFailed",
    "ToolsMissing",
    "Unreadable",
    "built_in_names",
    "check",
    "deepen",
    "find_policy",
    "judge",
    "load_policy",
    "render",
    "verdict",
]
