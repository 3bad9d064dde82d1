"""The words of a template exchanged before it is filled; placeholders stay as they are."""

import io
import re
import zipfile
from collections.abc import Callable

TEXT = re.compile(rb"(<w:t(?: [^>]*)?>)([^<]*)(?=</w:t>)")
PLACEHOLDER = re.compile(r"(\{[{%#].*?[}%#]\})")


def reworded(template: bytes, say: Callable[[str], str]) -> bytes:
    """``template`` (DOCX) with ``say`` applied to each run of text, outside of placeholders. The
    same template and words give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template)) as old, zipfile.ZipFile(made, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename.endswith(".xml"):
                content = TEXT.sub(lambda found: found[1] + _said(found[2], say), content)
            new.writestr(part, content)
    return made.getvalue()


def _said(run: bytes, say: Callable[[str], str]) -> bytes:
    pieces = PLACEHOLDER.split(run.decode())
    return "".join(one if place % 2 else say(one) for place, one in enumerate(pieces)).encode()
