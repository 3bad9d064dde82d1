"""``results.verify``: every day, whether the stored bundle of each published result still verifies,
as whoever downloads it would find: every hash, our signature, the ranking computed again.

What was found is told in ``/metrics``, why in the log. A store that is away ends the day's look and
calls no result wrong.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

import scoring
from contest.jobs import Later
from contest.ports import StorageDamaged
from contest.services.core import outbox
from contest.services.desk import stored_looks
from contest.services.results.bundles import Signer
from contest.wiring import Platform

KIND = "results.verify"
EVERY = timedelta(days=1)
log = logging.getLogger(__name__)


def begin(platform: Platform) -> None:
    """Have it wait for its day."""
    with platform.db.write() as session:
        outbox.enqueue(session, KIND, 0, at=platform.clock.now(), key=KIND)


def run(platform: Platform, _row_id: int, beat: Callable[[], None]) -> None:
    """Look at each, then raise ``Later`` to do so again tomorrow."""
    with platform.db.read() as session:
        published = stored_looks.published(session)
        key = Signer(platform.keys.signature(session)).fingerprint
    for result_id, sha256 in published:
        beat()
        failing = _failing(platform, sha256, key, beat)
        if failing:
            log.error("the bundle of result %s does not verify: %s", result_id, failing[0])
        with platform.db.write() as session:
            stored_looks.result_seen(session, result_id, holds=not failing, at=platform.clock.now())
    raise Later(platform.clock.now() + EVERY)


def _failing(
    platform: Platform, sha256: str, key: str, beat: Callable[[], None]
) -> list[str]:
    """What does not hold, in English. Raises ``StorageAway``."""
    try:
        platform.blobs.verify(sha256, lambda _: beat())  # what is stored, not a copy of it
        with platform.blobs.open_local(sha256, proven=True) as path:
            looked = scoring.bundle.verify(path, key=key)
    except FileNotFoundError:
        return ["the file is missing"]
    except (StorageDamaged, scoring.BundleError) as why:
        return [str(why)]
    return [one.en for one in looked if one.holds is False]
