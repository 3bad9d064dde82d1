"""A clip and a policy in, a verdict with evidence out. Stands alone; see docs/media_checks.md."""

from .checking import check
from .deep import DeepResult, deepen
from .errors import MediaCheckError, PolicyError, ToolFailed, ToolsMissing, Unreadable
from .picture.rendition import Rendition, render
from .policy import DEFAULT, Policy, built_in_names, find_policy, load_policy
from .probing.facts import Facts
from .report import Finding, Report, judge, verdict

__all__ = [
    "DEFAULT",
    "DeepResult",
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
