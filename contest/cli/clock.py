"""``hoithi clock``: the simulated time of a sample contest."""

from datetime import datetime
from pathlib import Path

import click

from contest.cli.support import open_platform
from contest.clock import FileClock, simulated_time_file
from contest.demo.sample import PROFILE
from contest.errors import Invalid
from contest.profile import load


@click.command("clock")
@click.argument("moment", required=False)
def command(moment: str | None) -> None:
    """Show the simulated time, or jump to MOMENT, such as "2023-06-12 08:00" (Vietnam's time)."""
    settings = open_platform().settings
    given = settings.clock_file
    path = Path(given) if given else simulated_time_file(settings.data_dir)
    if not path.exists():
        raise Invalid(
            "Ở đây dùng giờ thật, không chỉnh được. Giờ mô phỏng chỉ có ở hội thi mẫu.",
            "The real time is in force here. Only the sample contest has a simulated one.",
        )
    clock = FileClock(path)
    zone = load(PROFILE.read_text()).profile.schedule.zone
    if moment:
        clock.set(_parse(moment).replace(tzinfo=zone))
    click.echo(clock.now().astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %z"))


def _parse(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise Invalid(
            f"“{text}” không phải thời điểm. Hãy viết như 2023-06-12 08:00.",
            f'"{text}" is no moment. Write it like 2023-06-12 08:00.',
        ) from None
