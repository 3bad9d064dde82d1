"""Our own built assets inside a page that works without a server."""

import json
from pathlib import Path

from markupsafe import Markup

STATIC = Path(__file__).parents[3] / "static"


def inside(element: str, name: str) -> Markup:
    """The built content of ``stage.js`` or ``stage.css`` as a ``script`` or ``style``."""
    manifest: dict[str, str] = json.loads((STATIC / "manifest.json").read_text())
    content = (STATIC / manifest[name]).read_text(encoding="utf-8")
    kind = ' type="module"' if element == "script" else ""
    return Markup(f"<{element}{kind}>{content}</{element}>")  # noqa: S704 - built by us
