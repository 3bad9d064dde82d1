"""Fills a DOCX template: Jinja in a sandbox, every text escaped, QR codes drawn."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

import qrcode
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

FILTERS = ("default", "first", "join", "last", "length", "lower", "trim", "upper")
TESTS = ("defined", "eq", "ne", "none")
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


@dataclass(frozen=True)
class Qr:
    """A QR code in a document: its content, and its width in millimetres."""

    text: str
    width_mm: float


def environment() -> ImmutableSandboxedEnvironment:
    """The Jinja environment of templates: no functions, few filters; unknown names are errors."""
    env = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    env.globals.clear()
    env.filters = {name: env.filters[name] for name in FILTERS}
    env.tests = {name: env.tests[name] for name in TESTS}
    return env


def fill(template: bytes, values: Mapping[str, object]) -> bytes:
    """``template`` (DOCX) filled with ``values``: texts, ``Qr``s, lists and mappings.

    Raises whatever docxtpl or Jinja raise for a faulty template, ``UndefinedError`` for instance.
    """
    document = DocxTemplate(io.BytesIO(template))
    document.render(_prepared(document, values), environment(), autoescape=True)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _prepared(document: DocxTemplate, value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _prepared(document, inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_prepared(document, inner) for inner in value]
    if isinstance(value, Qr):
        return InlineImage(document, io.BytesIO(qr_png(value.text)), width=Mm(value.width_mm))
    return NOT_IN_XML.sub("", value) if isinstance(value, str) else value


def qr_png(text: str) -> bytes:
    """A QR code as PNG, 10 pixels a module: sharp in print."""
    code = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_M, border=2, box_size=10
    )
    code.add_data(text)
    out = io.BytesIO()
    code.make_image().save(out, "PNG")
    return out.getvalue()
