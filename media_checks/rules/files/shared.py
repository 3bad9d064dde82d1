"""Rules that files of several kinds have in common."""

from __future__ import annotations

from collections.abc import Sequence

from ...files.facts import FilesFacts, OneFile
from ...words import NOTHING, Text, beside, counted, data_size, exact, number
from ..kinds import Judgement, Limit, Limits, Rule
from .names import FORMATS, SUFFIXES, listed

MB = 1_000_000
ONE_FILE = Text("Tệp", "The file has")
ALL_FILES = Text("Tất cả các tệp", "All files together have")


def format_rule(formats: tuple[str, ...], remedy: Text, usual: Sequence[str] = ()) -> Rule:
    """What the file is by its bytes, not by its name; ``usual`` where a policy says nothing."""

    def judge(file: OneFile, limits: Limits) -> Judgement:
        allowed = limits["formats"]
        name, names = FORMATS[file.format], listed([FORMATS[each] for each in allowed])
        ok = file.format in allowed
        message = Text(
            f"Tệp thuộc loại {name.vi}; nhận {names.vi}.",
            f"The file is {name.en}; {names.en} is taken.",
        ) + _misnamed(file, name)
        return Judgement(ok, file.format, allowed, message, NOTHING if ok else remedy, name, names)

    limit = Limit("formats", "list", sorted(usual or formats), choices=formats)
    return Rule("format", (limit,), judge)


def _misnamed(file: OneFile, name: Text) -> Text:
    if not file.suffix or SUFFIXES.get(file.suffix, file.format) == file.format:
        return NOTHING
    return Text(
        f"Tên tệp ghi {file.suffix} nhưng bên trong là {name.vi}.",
        f"Its name says {file.suffix}, but inside it is {name.en}.",
    )


def size_rule(remedy: Text) -> Rule:
    """Bytes of one file."""

    def judge(file: OneFile, limits: Limits) -> Judgement:
        return _size(file.size, limits["max_mb"], ONE_FILE, remedy)

    return Rule("file_size", (Limit("max_mb", "number", low=0.001),), judge)


def _size(size: int, most_mb: float, what: Text, remedy: Text) -> Judgement:
    most = most_mb * MB
    shown, allowed = data_size(size), data_size(int(most))
    if shown == allowed and size > most:
        shown = Text(f"{number(size).vi} byte", f"{number(size).en} bytes")
    message = Text(
        f"{what.vi} nặng {shown.vi}; cho phép đến {allowed.vi}.",
        f"{what.en} {shown.en}; up to {allowed.en} is allowed.",
    )
    ok = size <= most
    upto = Text(f"đến {allowed.vi}", f"up to {allowed.en}")
    return Judgement(ok, size, {"max_mb": most_mb}, message, NOTHING if ok else remedy, shown, upto)


def within(value: int, limits: Limits, low: str, high: str, words: Words) -> Judgement:
    """A count between two limits, of which ``high`` 0 means that there is none."""
    least, most = limits[low], limits[high]
    allowed = told_range(least, most)
    shown = beside(value, least, most or None)
    message = Text(
        f"{words.vi.format(shown.vi)}; cho phép {allowed.vi}.",
        f"{words.en(value)}; {allowed.en} {words.are(most or least)} allowed.",
    )
    remedy = NOTHING
    if value < least:
        remedy = words.add(least - value)
    elif most and value > most:
        remedy = words.cut(value - most)
    found = {low: least, high: most}
    return Judgement(remedy == NOTHING, value, found, message, remedy, shown, allowed)


def told_range(least: float, most: float) -> Text:
    """Between two limits, as people say it; ``most`` 0 is none."""
    low, high = exact(least), exact(most)
    if not most:
        return Text(f"từ {low.vi} trở lên", f"{low.en} or more")
    if least == most:
        return Text(f"đúng {low.vi}", f"exactly {low.en}")
    if not least:
        return Text(f"đến {high.vi}", f"up to {high.en}")
    return Text(f"{low.vi}–{high.vi}", f"{low.en}–{high.en}")


class Words:
    """How a count is told. ``vi`` has a place for the number; ``one`` and ``more`` are English;
    ``unit`` is what is counted in Vietnamese."""

    def __init__(self, vi: str, unit: str, one: str, more: str, tail: str = "") -> None:
        self.vi, self.unit, self.one, self.more, self.tail = vi, unit, one, more, tail

    def en(self, count: int) -> str:
        """``There are 3 pages``."""
        verb = "is" if count == 1 else "are"
        return f"There {verb} {counted(count, self.one, self.more)}{self.tail}"

    @staticmethod
    def are(most: float) -> str:
        """The verb for as many as are allowed."""
        return "is" if most == 1 else "are"

    def add(self, missing: float) -> Text:
        """What to do about too few."""
        count = number(missing)
        return Text(
            f"Hãy thêm ít nhất {count.vi} {self.unit}.",
            f"Add at least {counted(int(missing), self.one, self.more)}.",
        )

    def cut(self, over: float) -> Text:
        """What to do about too many."""
        count = number(over)
        return Text(
            f"Hãy bớt ít nhất {count.vi} {self.unit}.",
            f"Take away at least {counted(int(over), self.one, self.more)}.",
        )


def range_limits(least: str, most: str, low: int = 0) -> tuple[Limit, Limit]:
    """Two limits of a count; a policy that leaves the larger one out sets no end."""
    return Limit(least, "number", low), Limit(most, "number", 0)


def total_rule(remedy: Text) -> Rule:
    """Bytes of all files together."""

    def judge(facts: FilesFacts, limits: Limits) -> Judgement | None:
        return _size(facts.size, limits["max_mb"], ALL_FILES, remedy)

    return Rule("total_size", (Limit("max_mb", "number", low=0.001),), judge, whole=True)
