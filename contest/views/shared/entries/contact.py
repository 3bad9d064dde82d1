"""Whom a unit asks: numbers that a phone calls at a tap, and Zalo."""

import re

from markupsafe import Markup, escape

# A number as people write it in Vietnam: ten digits or eleven from 0 on, or with +84.
NUMBER = re.compile(r"(?<![\d/.-])(?:\+84|0)(?:[ .()-]{0,2}\d){8,10}(?![\d/])")


def tel(number: str) -> str:
    """``028 3963 0000`` -> ``tel:02839630000`` (RFC 3966)."""
    return f"tel:{_bare(number)}"


def zalo(where: str) -> str:
    """The address that opens a talk on Zalo: of a number, or as the rules give it."""
    return where if where.startswith("https://") else f"https://zalo.me/{_bare(where)}"


def callable_numbers(text: str) -> Markup:
    """A text whose telephone numbers are links that call."""
    found, end = Markup(), 0
    for match in NUMBER.finditer(text):
        link = Markup('<a href="{0}">{1}</a>').format(tel(match[0]), match[0])
        found, end = found + escape(text[end : match.start()]) + link, match.end()
    return found + escape(text[end:])


def _bare(number: str) -> str:
    return re.sub(r"[^\d+]", "", number)
