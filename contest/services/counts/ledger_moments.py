"""Which moments a line of the share ledger may have: between the clip's release and now."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from contest.errors import Invalid
from contest.languages import write_date
from contest.profile.schema import Schedule
from contest.services.counts.interactions import CLOCKS_DIFFER, TELLING
from social.imports import Problem

REMEMBERED = 16_384  # a fortnight of minutes, nearly


@dataclass(frozen=True)
class Fault:
    """What is wrong with a moment, in both languages, without a row before or a full stop."""

    code: str
    vi: str
    en: str

    def of_row(self, row: int) -> Problem:
        return Problem(row, self.code, f"Dòng {row}: {self.vi}.", f"Row {row}: {self.en}.")

    def refusal(self) -> Invalid:
        return Invalid(f"{_capital(self.vi)}.", f"{_capital(self.en)}.")


class Seen(NamedTuple):
    """The moment of a line, aware; its day in the contest's zone, as ISO; whether it is late, and
    whether it lies in the future. ``stamp``: in seconds, for comparing."""

    moment: datetime
    day: str
    late: bool
    future: bool
    stamp: float


class Moments:
    """Judges the moments of one import. ``told_late``: whatever it tells is late."""

    def __init__(self, schedule: Schedule, *, at: datetime) -> None:
        self.zone: ZoneInfo = schedule.zone
        self.cut_off, self.at = schedule.counts_close, at
        self.told_late = at > schedule.counts_close + TELLING
        self._seen: dict[datetime | None, Seen] = {}

    def seen(self, moment: datetime | None) -> Seen:
        """What a line's moment comes to; now where it has none. Kept: a ledger repeats the same
        minutes."""
        known = self._seen.get(moment)
        if known is None:
            if len(self._seen) >= REMEMBERED:
                self._seen.clear()
            known = self._seen[moment] = self._judged(self.aware(moment))
        return known

    def _judged(self, moment: datetime) -> Seen:
        return Seen(
            moment, self.day(moment), self.told_late or moment > self.cut_off,
            moment > self.at + CLOCKS_DIFFER, moment.timestamp(),
        )

    def aware(self, moment: datetime | None) -> datetime:
        """A moment in the contest's zone where it has none; now where there is no moment."""
        if moment is None:
            return self.at
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)

    def day(self, moment: datetime) -> str:
        """The day in the contest's zone, as ISO."""
        return moment.astimezone(self.zone).date().isoformat()

    def fault(self, moment: datetime, *, since: datetime) -> Fault | None:
        """None for a moment that can be; people give minutes, so the clip's own minute can be."""
        if moment > self.at + CLOCKS_DIFFER:
            return self._fault(
                "in_the_future", moment, "nằm trong tương lai", "lies in the future"
            )
        if moment < minute(since):
            vi, en = self._shown(since)
            return self._fault(
                "before_release", moment, f"ở trước lúc clip được đăng ({vi})",
                f"is before the clip was posted ({en})",
            )
        return None

    def _fault(self, code: str, moment: datetime, vi: str, en: str) -> Fault:
        """With the other reading of the date, where it has one, and what to do."""
        read, other = self._shown(moment), self._swapped(moment)
        other_vi = f" (đổi chỗ ngày và tháng thì là {other[0]})" if other else ""
        changed = "with day and month changed over it is"
        other_en = f" ({changed} {other[1]})" if other else ""
        like = f"{self.at.astimezone(self.zone):%Y-%m-%d %H:%M}"
        return Fault(
            code,
            f"thời điểm thấy được đọc là {read[0]}{other_vi}, {vi}; hãy sửa lại, viết như {like}, "
            "hoặc chọn thứ tự ngày tháng của tệp",
            f"the moment seen reads {read[1]}{other_en}, which {en}; correct it, written like "
            f"{like}, or choose the order of day and month of the file",
        )

    def _swapped(self, moment: datetime) -> tuple[str, str] | None:
        local = moment.astimezone(self.zone)
        if local.day == local.month or local.day > 12:  # noqa: PLR2004 - no such month
            return None
        return self._shown(local.replace(month=local.day, day=local.month))

    def _shown(self, moment: datetime) -> tuple[str, str]:
        """In figures, as it was typed; in English with the month's name, too."""
        local = moment.astimezone(self.zone)
        figures = f"{local:%H:%M} {local.day}/{local.month}/{local.year}"
        return figures, f"{figures}, {write_date(moment, self.zone, 'en')}"


def minute(moment: datetime) -> datetime:
    """The minute that a moment lies in: people give no seconds."""
    return moment.replace(second=0, microsecond=0)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
