"""Run by itself, in a box: prints every text that the PDF on standard input holds, as a JSON list.

The text of each page, also with its lines joined, for a name may be broken by one; every string of
every object, which are titles, bookmarks, remarks, fields of forms; what is attached and what
describes the file (XMP). Compressed or not. Exit status 4: no PDF that can be read.
Knows nothing of the house, so that the box need not show it.
"""

import io
import json
import logging
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ByteStringObject, StreamObject, TextStringObject

UNREADABLE = 4
READ_WHOLE = ("/EmbeddedFile", "/Metadata")


def main() -> int:
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it talks about every odd table
    try:
        reader = PdfReader(io.BytesIO(sys.stdin.buffer.read()))
        if reader.is_encrypted and not reader.decrypt(""):
            return UNREADABLE
        said = [unicodedata.normalize("NFKC", text) for text in texts(reader) if text.strip()]
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return UNREADABLE
    json.dump(list(dict.fromkeys(said)), sys.stdout)
    return 0


def texts(reader: PdfReader) -> Iterator[str]:
    """Everything that is said somewhere in a document; what is broken in it is passed over."""
    for page in reader.pages:
        with suppress(Exception):
            text = page.extract_text()
            yield text
            yield " ".join(text.split())
    for number in range(1, int(reader.trailer.get("/Size", 0))):
        with suppress(Exception):
            yield from _of_object(reader.get_object(number), depth=0)
    yield from _of_object(reader.trailer, depth=0)


def _of_object(value: Any, *, depth: int) -> Iterator[str]:
    """Its strings; references are not followed, for each object is looked at by its number."""
    if depth > 20:  # noqa: PLR2004 - nothing honest is nested so deep
        return
    if isinstance(value, TextStringObject):
        yield str(value)
    elif isinstance(value, ByteStringObject):
        yield bytes(value).decode("utf-8", "replace")
    elif isinstance(value, dict):
        for inner in value.raw_values() if hasattr(value, "raw_values") else value.values():
            yield from _of_object(inner, depth=depth + 1)
        if isinstance(value, StreamObject) and value.get("/Type") in READ_WHOLE:
            yield value.get_data().decode("utf-8", "replace")
    elif isinstance(value, list):
        for inner in list.__iter__(value):
            yield from _of_object(inner, depth=depth + 1)


if __name__ == "__main__":
    sys.exit(main())
