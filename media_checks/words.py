"""Numbers and lengths of time as people write them, in Vietnamese and English.

A value that stands beside a limit is told with as many decimals as it takes to see on which side of
the limit it lies: "7,99 hình; nên từ 8" and not "8 hình; nên từ 8".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple


class Text(NamedTuple):
    """One sentence in both languages; ``+`` puts the next one behind it."""

    vi: str
    en: str

    def __add__(self, other: object) -> Text:
        if not isinstance(other, Text):
            return NotImplemented
        return Text(f"{self.vi} {other.vi}".strip(), f"{self.en} {other.en}".strip())


NOTHING = Text("", "")
MOST_PLACES = 3  # decimals of a value beside a limit; nobody sees a smaller difference
EXACT_PLACES = 6  # decimals of a limit, as the policy writes it
MINUTE, HOUR = 60, 3600
BYTES = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB"))
SHAPES = (
    *((4, 3), (16, 9), (9, 16), (3, 4), (1, 1), (21, 9), (3, 2), (2, 3), (18, 9), (5, 4), (4, 5)),
)


def same(text: str) -> Text:
    """What is written alike in both languages."""
    return Text(text, text)


def number(value: float, places: int = 0) -> Text:
    """``1234.5`` -> ``1.234,5`` / ``1,234.5``; trailing zeros are dropped."""
    english = f"{value:,.{places}f}"
    if "." in english:
        english = english.rstrip("0").rstrip(".")
    if english == "-0":
        english = "0"
    return Text(english.translate(str.maketrans(",.", ".,")), english)


def exact(limit: float) -> Text:
    """A limit as the policy writes it, all its decimals kept."""
    return number(limit, EXACT_PLACES)


def beside(
    value: float, low: float | None = None, high: float | None = None, places: int = 0
) -> Text:
    """A value that is told next to its limits: never rounded onto the other side of one."""
    return number(*_shown(value, low, high, places))


def _shown(value: float, low: float | None, high: float | None, places: int) -> tuple[float, int]:
    least = -math.inf if low is None else low
    most = math.inf if high is None else high
    for digits in range(places, MOST_PLACES + 1):
        shown = round(value, digits)
        if (shown < least, shown > most) == (value < least, value > most):
            return shown, digits
    step = 10**-MOST_PLACES
    return (least - step if value < least else most + step), MOST_PLACES


def up(value: float) -> Text:
    """How much more or less is needed, to a tenth, rounded up so that following it is enough."""
    return number(max(1, math.ceil(10 * value - 1e-6)) / 10, 1)


def counted(count: int, one: str, more: str) -> str:
    """``1 place``, ``4 places``."""
    return f"{number(count).en} {one if count == 1 else more}"


def data_size(count: int) -> Text:
    """``1500000`` -> ``1,5 MB`` / ``1.5 MB``; single bytes where it is that few."""
    for unit, name in BYTES:
        if count >= unit:
            told = number(count / unit, 1)
            return Text(f"{told.vi} {name}", f"{told.en} {name}")
    return Text(f"{count} byte", counted(count, "byte", "bytes"))


def length(seconds: float, *, places: int = 0) -> Text:
    """``342`` -> ``5 phút 42 giây`` / ``5 min 42 s``; ``places`` decimals of a second.

    From an hour on in whole words: ``3 giờ 15 phút`` / ``3 hours 15 minutes``.
    """
    scale = 10**places
    minutes, ticks = divmod(math.floor(seconds * scale + 0.5), MINUTE * scale)
    hours, minutes = divmod(minutes, MINUTE)
    rest = number(ticks / scale, places)
    parts = [(number(hours), "giờ", "hour"), (number(minutes), "phút", "minute")]
    parts.append((rest, "giây", "second"))
    told = [part for part in parts if part[0].en != "0"] or parts[2:]
    vi = " ".join(f"{count.vi} {unit}" for count, unit, _ in told)
    if hours:
        return Text(vi, " ".join(_plural(count.en, unit) for count, _, unit in told))
    short = {"minute": "min", "second": "s"}
    return Text(vi, " ".join(f"{count.en} {short[unit]}" for count, _, unit in told))


def roughly(seconds: float) -> Text:
    """A length that stands alone: tenths below ten seconds, so that little is not called none."""
    return length(seconds, places=1 if seconds < 10 else 0)  # noqa: PLR2004 - as said


def _plural(count: str, unit: str) -> str:
    return f"{count} {unit}" if count == "1" else f"{count} {unit}s"


def length_beside(
    seconds: float, low: float | None = None, high: float | None = None, places: int = 0
) -> Text:
    """A length that is told next to its limits, as ``beside``."""
    shown, digits = _shown(seconds, low, high, places)
    return length(shown, places=digits)


def exact_length(seconds: float) -> Text:
    """A limit of time as the policy writes it."""
    return length(seconds, places=EXACT_PLACES)


def length_range(low: float, high: float) -> Text:
    """``180, 300`` -> ``3–5 phút``; falls back to two full lengths."""
    first, last = exact_length(low), exact_length(high)
    if low == high:
        return Text(f"đúng {last.vi}", f"exactly {last.en}")
    if low <= 0:
        return Text(f"tối đa {last.vi}", f"up to {last.en}")
    for unit, ceiling, vi, en in (
        (HOUR, math.inf, "giờ", "hours"), (MINUTE, HOUR, "phút", "min"), (1, MINUTE, "giây", "s"),
    ):  # fmt: skip
        if low >= unit and high < ceiling and (unit == 1 or low % unit == high % unit == 0):
            short, long = exact(low / unit), exact(high / unit)
            return Text(f"{short.vi}–{long.vi} {vi}", f"{short.en}–{long.en} {en}")
    return Text(f"{first.vi} đến {last.vi}", f"{first.en} to {last.en}")


def at_least(seconds: float) -> Text:
    """A length to cut or add, rounded up to a whole second so that following it is enough."""
    return length(max(1, math.ceil(seconds - 1e-6)))


def time_code(seconds: float) -> str:
    """``75.4`` -> ``1:15``, the form players show."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def stretches(spans: Sequence[tuple[float, float]], most: int = 3) -> Text:
    """``[(5, 9), (60, 75)]`` -> ``0:05–0:09, 1:00–1:15``, shortened after ``most``.

    A stretch within one second is told to the tenth: ``0:05,2–0:05,9``.
    """
    told = [_stretch(start, end) for start, end in spans[:most]]
    shown = Text(", ".join(each.vi for each in told), ", ".join(each.en for each in told))
    more = len(spans) - most
    if more <= 0:
        return shown
    return Text(f"{shown.vi} và {more} đoạn nữa", f"{shown.en} and {more} more")


def _stretch(start: float, end: float) -> Text:
    first, last = time_code(start + 0.05), time_code(end + 0.5)
    if first != last:
        return same(f"{first}–{last}")
    tenths = [round(10 * at) for at in (start, end)]
    tenths[1] = max(tenths[1], tenths[0] + 1)
    english = "–".join(f"{time_code(at / 10)}.{at % 10}" for at in tenths)
    return Text(english.replace(".", ","), english)


def ratio(width: float, height: float, *, not_: float | None = None) -> str:
    """A familiar name (``4:3``) when within 1 %, else ``1.55:1``.

    ``not_`` is a shape that this one must not be mistaken for, however near it comes.
    """
    value = width / height
    for w, h in SHAPES:
        if abs(value / (w / h) - 1) <= 0.01 and not_ != w / h:  # noqa: PLR2004 - one per cent
            return f"{w}:{h}"
    digits = 2
    while not_ and digits < EXACT_PLACES and round(value, digits) == round(not_, digits):
        digits += 1
    return f"{value:.{digits}f}:1"


def parse_ratio(text: str) -> Fraction:
    """``"4:3"`` -> ``Fraction(4, 3)``; raises ``ValueError`` on anything else."""
    left, colon, right = text.partition(":")
    if not colon or not left.strip().isdigit() or not right.strip().isdigit() or int(right) == 0:
        raise ValueError(text)
    result = Fraction(int(left), int(right))
    if result <= 0:
        raise ValueError(text)
    return result
