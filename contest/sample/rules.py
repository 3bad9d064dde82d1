"""The sample's rule file: the reference profile, with dates around a given day."""

import re
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

REFERENCE = Path(__file__).parents[1] / "profiles" / "quan11-2023.toml"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SLUG = "hoi-thi-mau"

# Instants of the schedule: (days from today, hour of the day).
CALENDAR = {
    "entries_open": (-12, 0),
    "entries_close": (5, 0),
    "publicity_opens": (6, 8),
    "counts_close": (13, 16),
    "jury_closes": (19, 17),
    "awards": (24, 8),
}


def written(at: datetime) -> str:
    """The TOML text of the sample's profile for the day of ``at``."""
    source = REFERENCE.read_text("utf-8").replace('slug = "quan11-2023"', f'slug = "{SLUG}"', 1)
    for key, (days, hour) in CALENDAR.items():
        moment = datetime.combine(at.astimezone(ZONE).date(), time(hour), ZONE)
        text = (moment + timedelta(days=days)).isoformat()
        source, count = re.subn(rf"(?m)^{key} = \S+.*$", f"{key} = {text}", source)
        if count != 1:
            raise LookupError(f"{REFERENCE.name} has no line for {key}")
    return source
