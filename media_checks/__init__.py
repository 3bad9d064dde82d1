"""A clip, pictures, a document or a text and a policy in, a verdict with evidence out.

Stands alone; see docs/media_checks.md. A name is imported when it is first wanted, for NumPy and
Pillow take longer to import than FFmpeg to read a clip's headers, which goes on meanwhile.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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

PLACES = {
    "checking": ("check",),
    "deep": ("DeepResult", "deepen"),
    "errors": ("MediaCheckError", "PolicyError", "ToolFailed", "ToolsMissing", "Unreadable"),
    "files.checking": ("check_text", "clean_picture"),
    "files.facts": ("DocumentFile", "FilesFacts", "PictureFile", "TextFile"),
    "files.likeness": ("Alike", "Likeness", "similarity"),
    "picture.rendition": ("Rendition", "render"),
    "policy": ("DEFAULT", "Policy", "built_in_names", "find_policy", "load_policy"),
    "probing.facts": ("Facts",),
    "report": ("Finding", "Report", "judge", "verdict"),
}

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


def __getattr__(name: str) -> object:
    for place, names in PLACES.items():
        if name in names:
            found: object = getattr(import_module(f"{__name__}.{place}"), name)
            globals()[name] = found
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
