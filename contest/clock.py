"""The time. Everything that needs it takes a ``Clock`` or an instant as an argument."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Gives the current time as an aware UTC datetime."""

    def now(self) -> datetime: ...


class SystemClock:
    """The server's own time, the only one that counts for a deadline (plan II.1)."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FileClock:
    """A simulated time that several processes share: real time plus the offset in a file.

    For the demo and the tests only; screens say so while it is in force.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def now(self) -> datetime:
        try:
            offset = float(json.loads(self.path.read_text())["offset_s"])
        except FileNotFoundError:
            offset = 0.0
        return datetime.now(UTC) + timedelta(seconds=offset)

    def set(self, moment: datetime) -> None:
        """Jump to ``moment``; time runs on from there."""
        offset = (moment - datetime.now(UTC)).total_seconds()
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps({"offset_s": offset}))
        fresh.replace(self.path)


def simulated_time_file(data_dir: Path) -> Path:
    """Where the sample contest keeps its simulated time, which `hoithi clock` moves."""
    return data_dir / "clock.json"


class FixedClock:
    """A clock that stands still, for tests of services."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment
