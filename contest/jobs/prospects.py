"""``results.prospects``: which changes would move each prize of a large result."""

from collections.abc import Callable

from contest.models import Result
from contest.services.results import prospects
from contest.wiring import Platform


def work_out(platform: Platform, result_id: int, beat: Callable[[], None]) -> None:
    """Compute and cache it; a result computed anew meanwhile has a task of its own."""
    with platform.db.read() as session:
        result = session.get_one(Result, result_id)
        beat()
        prospects.work_out(result, prospects.folder_in(platform.settings.data_dir))


HANDLERS = {prospects.TASK: work_out}
