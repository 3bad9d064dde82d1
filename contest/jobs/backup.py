"""``backup.run``: the daily backup and its proof. What fails is told on the desk and tried again
within the hour."""

import logging
from collections.abc import Callable

from contest.jobs import Later, LeaseLost
from contest.safekeeping import anywhere, schedule, status
from contest.safekeeping.backup import Wishes
from contest.safekeeping.restore import Wanted
from contest.wiring import Platform

log = logging.getLogger("hoithi.backup")


def run(platform: Platform, _row_id: int, beat: Callable[[], None]) -> None:
    """Back up and prove, then raise ``Later``; the end where the settings name no folder."""
    settings = platform.settings
    if not settings.backup_to:
        return
    to = settings.backup_to
    try:
        made = anywhere.back_up(platform, to, Wishes(keep=schedule.KEPT, beat=beat))
        proved = _proved(platform, beat)
    except LeaseLost:
        raise
    except Exception as error:
        log.exception("the backup failed")
        raise Later(platform.clock.now() + schedule.AGAIN, str(error)) from error
    finally:
        status.tell_others(settings.data_dir, platform.shelf)
    log.info("%s: %s new files; proved: %s", made.manifest.name, made.files, proved)
    raise Later(schedule.next_at(platform.clock.now(), settings.backup_at))


def _proved(platform: Platform, beat: Callable[[], None]) -> bool | None:
    """Whether the newest set holds; None on a day without a proof."""
    settings = platform.settings
    if not anywhere.proves_daily(settings):
        return None
    return anywhere.prove(settings, settings.backup_to, Wanted(beat=beat)).holds


HANDLERS = {schedule.KIND: run}
