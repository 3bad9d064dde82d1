"""``result.step``: computes, freezes, replaces or publishes a large contest's result,
or makes its workbook. ``result.tell`` queues the mails about a long one.

How each is done so that nobody waits: ``services/results/steps/in_parts.py``.
"""

from collections.abc import Callable
from functools import partial

from contest import ready_pages
from contest.actors import Actor
from contest.errors import DomainError
from contest.jobs import pages_app
from contest.models import Contest, Result, ResultStep
from contest.services.awards import workbook as spreadsheet
from contest.services.results import bundles, standings
from contest.services.results.bundles import BundleStore
from contest.services.results.steps import in_parts, telling, under_way
from contest.services.results.steps.under_way import Stopped
from contest.services.results.unheld import Told
from contest.wiring import Platform

PART = 1024**2  # bytes of a workbook at a time


def take(platform: Platform, row_id: int, beat: Callable[[], None]) -> None:
    """Take the step; its progress is in its row, and so is the wish to stop."""
    with platform.db.write() as session:
        row = under_way.begin(session, row_id, at=platform.clock.now())
    if row is None:
        return

    def told(share: float) -> None:
        beat()
        with platform.db.write() as session:
            under_way.went_on(session, row_id, share)

    try:
        STEPS[row.what](platform, row, told)
    except Stopped:
        return
    except DomainError as why:
        with platform.db.write() as session:
            under_way.fail(session, row_id, why, at=platform.clock.now())


def compute(platform: Platform, row: ResultStep, told: Told) -> None:
    """Compute it, as ``results.compute`` does."""
    in_parts.compute(
        place_of(platform), row.contest_id, actor=_asked_by(platform, row), reason=row.reason,
        told=told, also=_done(row),
    )


def replace(platform: Platform, row: ResultStep, told: Told) -> None:
    """Compute a new revision; freeze it where nothing is missing."""
    in_parts.replace_with_new(
        place_of(platform), row.contest_id, actor=_asked_by(platform, row), reason=row.reason,
        told=told, locking=partial(_no_way_back, platform, row), also=_done(row),
    )


def freeze(platform: Platform, row: ResultStep, told: Told) -> None:
    """Freeze the revision."""
    in_parts.freeze(
        place_of(platform), _result_id(row), actor=_asked_by(platform, row), told=told,
        locking=partial(_no_way_back, platform, row), also=_done(row),
    )


def publish(platform: Platform, row: ResultStep, told: Told) -> None:
    """Publish the revision, and put its pages on disk."""
    _no_way_back(platform, row)
    result = in_parts.publish(
        place_of(platform), _result_id(row), actor=_asked_by(platform, row), also=_done(row)
    )
    with platform.db.read() as session:
        slug = session.get_one(Contest, result.contest_id).slug
    ready_pages.refresh(pages_app.of(platform), platform.settings.data_dir, slug)


def place_of(platform: Platform) -> in_parts.Place:
    """Where results of this platform are worked out."""
    vault = BundleStore(platform.keys, platform.blobs, platform.settings.data_dir / "bundles")
    return in_parts.Place(platform.db.read_one_moment, platform.db.write, vault, platform.clock.now)


def _asked_by(platform: Platform, row: ResultStep) -> Actor:
    with platform.db.read() as session:
        return under_way.asked_by(session, row.created_by)


def _no_way_back(platform: Platform, row: ResultStep) -> None:
    with platform.db.write() as session:
        under_way.ending(session, row.id)


def _done(row: ResultStep) -> in_parts.Also:
    return lambda session, at: under_way.finish(session, row.id, at=at)


def _result_id(row: ResultStep) -> int:
    assert row.result_id is not None  # noqa: S101 - the table says so
    return row.result_id


def workbook(platform: Platform, row: ResultStep, told: Told) -> None:
    """Make the revision's workbook and keep it."""
    told(0.05)
    with platform.db.read_one_moment() as session:
        result = session.get_one(Result, row.result_id, options=standings.LIGHT)
        made = spreadsheet.of_result(session, result, row.language)
    told(0.95)
    with made:
        pieces = iter(lambda: made.read(PART), b"")
        sha256 = bundles.store(pieces, platform.blobs, platform.settings.data_dir / "documents")
    with platform.db.write() as session:
        under_way.finish(session, row.id, at=platform.clock.now(), sha256=sha256)


def tell(platform: Platform, result_id: int, beat: Callable[[], None]) -> None:
    """Queue the mails of a published result, some hundred at a time; begun again it goes on."""
    with platform.db.read() as session:
        left = telling.left(session, session.get_one(Result, result_id, options=standings.LIGHT))
    for first in range(0, len(left), telling.AT_ONCE):
        beat()
        with platform.db.write() as session:
            result = session.get_one(Result, result_id, options=standings.LIGHT)
            telling.tell(session, result, left[first:first + telling.AT_ONCE],
                         at=platform.clock.now())


STEPS = {"compute": compute, "replace": replace, "freeze": freeze, "publish": publish,
         "workbook": workbook}
HANDLERS = {under_way.KIND: take, telling.KIND: tell}
