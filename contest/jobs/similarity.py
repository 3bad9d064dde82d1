"""``similarity.compare``: compare one clip's fingerprint with those of all other clips."""

from collections.abc import Callable, Iterator
from typing import Any

from contest.jobs.kinds import files
from contest.models import ClipFingerprint
from contest.services.entry import similarity
from contest.wiring import Platform
from media_checks.picture.fingerprint import Fingerprint
from media_checks.picture.sieve import Sieve
from media_checks.picture.similarity import compare, loop


def compare_all(platform: Platform, print_id: int, beat: Callable[[], None]) -> None:
    """Record every similar pair, of clips or of what is none. Idempotent.

    The sieve finds the few that may share something; only these are compared in full. No
    transaction is open meanwhile: the others are read a page at a time.
    """
    with platform.db.read() as session:
        row = session.get_one(ClipFingerprint, print_id)
        mine, data = row.version_id, row.data
    if files.is_likeness(data):
        files.compare_all(platform, (mine, data), _others(platform, mine), beat)
        return
    own = Fingerprint.from_dict(data)
    if (again := loop(own)) is not None:
        with platform.db.write() as session:
            similarity.note_loop(session, print_id, again.lag, again.share)
    sieve = Sieve(own)
    for other_id, data in _others(platform, mine):
        beat()
        other = _read(data)
        if other is not None and sieve.may_share(other):
            _compare(platform, mine, own, other_id, other)


def _others(platform: Platform, mine: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """All other fingerprints, read in pages by the version's id."""
    last = 0
    while True:
        with platform.db.read() as session:
            page = similarity.others(session, mine, after=last)
        if not page:
            return
        yield from page
        last = page[-1][0]


def _compare(
    platform: Platform, mine: int, own: Fingerprint, other_id: int, other: Fingerprint
) -> None:
    later, earlier, result = _pair(mine, own, other_id, other)
    if result["kind"]:
        with platform.db.write() as session:
            similarity.record(session, later, earlier, result, at=platform.clock.now())


def _read(data: dict[str, object]) -> Fingerprint | None:
    """The fingerprint, or None where an older version of the checks made it: not comparable."""
    try:
        return None if files.is_likeness(data) else Fingerprint.from_dict(data)
    except ValueError:
        return None


def _pair(
    mine: int, own: Fingerprint, other_id: int, other: Fingerprint
) -> tuple[int, int, dict[str, object]]:
    """(later version, earlier version, comparison), whichever was fingerprinted first."""
    if mine > other_id:
        return mine, other_id, compare(own, other).to_dict()
    return other_id, mine, compare(other, own).to_dict()


HANDLERS = {"copies.compare": compare_all}
