"""How numbers leave the package: rounded once, half up, and written as people write them."""

from __future__ import annotations

from fractions import Fraction

PLACES = 2


def rounded(value: Fraction | int, places: int = PLACES) -> str:
    """``value`` rounded half up to ``places`` decimals, e.g. ``"35.93"``.

    The only place where the package rounds; nothing that is ranked has passed through here.
    """
    scale: int = 10**places
    units = (2 * value.numerator * scale + value.denominator) // (2 * value.denominator)
    sign, units = ("-", -units) if units < 0 else ("", units)
    if not places:
        return f"{sign}{units}"
    return f"{sign}{units // scale}.{units % scale:0{places}d}"


def both(value: Fraction) -> dict[str, str]:
    """``{"exact": "539/15", "rounded": "35.93"}``: how every score is put out."""
    return {"exact": str(value), "rounded": rounded(value)}


def written(number: str, language: str) -> str:
    """A plain decimal such as ``"1234.50"`` as people write it: ``1.234,50`` or ``1,234.50``."""
    whole, _, decimals = number.partition(".")
    grouped = f"{int(whole):,}"
    if language == "en":
        return f"{grouped}.{decimals}" if decimals else grouped
    grouped = grouped.replace(",", ".")
    return f"{grouped},{decimals}" if decimals else grouped


def shown(value: Fraction | int, language: str) -> str:
    """``value`` rounded to two decimals, as people write it."""
    return written(rounded(value), language)


def finite(value: Fraction, most: int = 4) -> str | None:
    """The whole decimal of ``value`` if it ends within ``most`` places (``"87.5"``), else None."""
    scale: int = 10**most
    if scale % value.denominator:
        return None
    text = rounded(value, most)
    return text.rstrip("0").rstrip(".")
