"""``result.step``: computes, freezes, replaces or publishes a large contest's result,
or makes its workbook.

What takes long is done in a session that only reads, so that nobody waits; what it found is then
stored within moments, if the contest is still as it was read (``services/results/unheld.py``).
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile

from contest import ready_pages
from contest.errors import DomainError
from contest.jobs import pages_app
from contest.models import Contest, Result, ResultStep
from contest.services.awards import workbook as spreadsheet
from contest.services.results import results, standings, unheld
from contest.services.results.bundles import BundleStore
from contest.services.results.steps import freezing, under_way
from contest.services.results.steps.under_way import Stopped
from contest.services.results.unheld import Told
from contest.wiring import Platform

PROVED, LOCKED = 0.5, 0.95  # of freezing: what is done once it is proved, once ballots are locked


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
    _compute(platform, row, told, last=True)


def _compute(platform: Platform, row: ResultStep, told: Told, *, last: bool) -> Result:
    with platform.db.read() as session:
        contest = session.get_one(Contest, row.contest_id)
        known = unheld.ahead(
            session, contest,
            lambda: results.work_out(session, contest, keys=platform.keys, told=told),
        )
    with platform.db.write() as session:
        at = platform.clock.now()
        made = results.compute(
            session, session.get_one(Contest, row.contest_id), keys=platform.keys,
            actor=under_way.asked_by(session, row), at=at, reason=row.reason, known=known,
        )
        if last:
            under_way.finish(session, row.id, at=at)
    return made


def replace(platform: Platform, row: ResultStep, told: Told) -> None:
    """Compute a new revision; freeze it where nothing is missing."""
    made = _compute(platform, row, lambda share: told(share / 2), last=False)
    if not made.gaps:
        _freeze(platform, row, made.id, lambda share: told((1 + share) / 2))
        return
    with platform.db.write() as session:
        under_way.finish(session, row.id, at=platform.clock.now())


def freeze(platform: Platform, row: ResultStep, told: Told) -> None:
    """Freeze the revision."""
    assert row.result_id is not None  # noqa: S101 - the table says so
    _freeze(platform, row, row.result_id, told)


def _freeze(platform: Platform, row: ResultStep, result_id: int, told: Told) -> None:
    vault = BundleStore(
        platform.keys, platform.blobs, platform.settings.data_dir / "bundles"
    )
    with platform.db.read() as session:
        result = session.get_one(Result, result_id, options=standings.LIGHT)
        known = unheld.ahead(session, result.contest, lambda: freezing.prove(
            session, result, results.revision_of(result), vault,
            told=lambda share: told(PROVED * share),
        ))
    with platform.db.write() as session:
        under_way.ending(session, row.id)
        actor = under_way.asked_by(session, row)
    freezing.lock_ballots(
        platform.db.write, result_id, actor=actor, at=platform.clock.now(),
        told=lambda share: told(PROVED + (LOCKED - PROVED) * share),
    )
    with platform.db.write() as session:
        at = platform.clock.now()
        results.freeze(
            session, session.get_one(Result, result_id, options=standings.LIGHT), vault=vault,
            actor=actor, at=at, known=known,
        )
        under_way.finish(session, row.id, at=at)


def publish(platform: Platform, row: ResultStep, told: Told) -> None:
    """Publish the revision, and put its pages on disk."""
    with platform.db.write() as session:
        under_way.ending(session, row.id)
    with platform.db.write() as session:
        at = platform.clock.now()
        result = session.get_one(Result, row.result_id, options=standings.LIGHT)
        results.publish(session, result, actor=under_way.asked_by(session, row), at=at)
        under_way.finish(session, row.id, at=at)
        slug = result.contest.slug
    ready_pages.refresh(pages_app.of(platform), platform.settings.data_dir, slug)


def workbook(platform: Platform, row: ResultStep, told: Told) -> None:
    """Make the revision's workbook and keep it."""
    told(0.05)
    with platform.db.read() as session:
        result = session.get_one(Result, row.result_id)
        content = spreadsheet.of_result(session, result, row.language)
    told(0.95)
    sha256 = hashlib.sha256(content).hexdigest()
    folder = platform.settings.data_dir / "documents"
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, delete=False) as file:
        file.write(content)
    platform.blobs.put(Path(file.name), sha256)
    with platform.db.write() as session:
        under_way.finish(session, row.id, at=platform.clock.now(), sha256=sha256)


STEPS = {"compute": compute, "replace": replace, "freeze": freeze, "publish": publish,
         "workbook": workbook}
HANDLERS = {under_way.KIND: take}
