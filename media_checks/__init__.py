"""A clip, pictures, a document or a text and a policy in, a verdict with evidence out.

Stands alone; see docs/media_checks.md.
"""

from .checking import check
from .deep import DeepResult, deepen
from .errors import MediaCheckError, PolicyError, ToolFailed, ToolsMissing, Unreadable
from .files.checking import check_text, clean_picture
from .files.facts import DocumentFile, FilesFacts, PictureFile, TextFile
from .files.likeness import Alike, Likeness, similarity
from .picture.rendition import Rendition, render
from .policy import DEFAULT, Policy, built_in_names, find_policy, load_policy
from .probing.facts import Facts
from .report import Finding, Report, judge, verdict

__all__ = [
    "DEFAULT",
    "Alike",
    "DeepResult",
    "DocumentFile",
    "Facts",
    "FilesFacts",
    "Finding",
    "Likeness",
    "MediaCheckError",
    "PictureFile",
    "Policy",
    "PolicyError",
    "Rendition",
    "Report",
    "TextFile",
    "ToolFailed",
    "ToolsMissing",
    "Unreadable",
    "built_in_names",
    "check",
    "check_text",
    "clean_picture",
    "deepen",
    "find_policy",
    "judge",
    "load_policy",
    "render",
    "similarity",
    "verdict",
]
