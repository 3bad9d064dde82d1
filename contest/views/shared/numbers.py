"""Whole numbers from outside: in addresses, queries and forms."""

from collections.abc import Iterable

from werkzeug.routing import IntegerConverter, ValidationError

LARGEST = 2**31 - 1  # what an id's column holds on every database
_DIGITS = len(str(LARGEST))


def whole(value: object) -> int | None:
    """A number from 0 to ``LARGEST`` written in ASCII digits; None for anything else.

    ``str.isdigit`` takes "²" for a number, and a database refuses what its column cannot hold.
    """
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        return None
    number = int(text)
    return number if number <= LARGEST else None


def wholes(values: Iterable[object]) -> list[int]:
    """Those of the values that are numbers, in their order."""
    return [number for number in map(whole, values) if number is not None]


class WholeNumber(IntegerConverter):
    """``<int:…>`` in a route: what no row can have as its id leads nowhere (404)."""

    def to_python(self, value: str) -> int:
        number = whole(value)
        if number is None:
            raise ValidationError
        return number
