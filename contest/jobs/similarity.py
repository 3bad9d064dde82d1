"""``similarity.compare``: compare one clip's fingerprint with those of all other clips."""

from collections.abc import Callable, Iterator
from typing import Any

from contest.jobs.kinds import files
from contest.models import ClipFingerprint
from contest.services.entry import similarity
from contest.wiring import Platform
from media_checks.picture import index
from media_checks.picture.fingerprint import Fingerprint
from media_checks.picture.sieve import Sieve
from media_checks.picture.similarity import compare, loop

NOTHING = Fingerprint(0.0)


def compare_all(platform: Platform, print_id: int, beat: Callable[[], None]) -> None:
    """Record every similar pair, of clips or of what is none. Idempotent.

    The index finds candidates by a few kilobytes of each clip, the sieve those of them that may
    share something; only these are compared in full. No transaction is open meanwhile.
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
    for other_id, data in _candidates(platform, mine, own, beat):
        other = _read(data)
        if other is not None and sieve.may_share(other):
            _compare(platform, mine, own, other_id, other)


def _candidates(
    platform: Platform, mine: int, own: Fingerprint, beat: Callable[[], None]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Whole fingerprints of the clips that may share something, by the version's id."""
    held = index.Index(own)
    for page in _pages(platform, mine):
        beat()
        known = _with_keys(platform, page)
        likely = [known[place][0] for place in held.candidates([keys for _, keys in known])]
        yield from _whole(platform, likely)


def _others(platform: Platform, mine: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """All other fingerprints, whole, by the version's id."""
    for page in _pages(platform, mine):
        yield from _whole(platform, [version_id for version_id, _ in page])


def _pages(platform: Platform, mine: int) -> Iterator[list[tuple[int, bytes | None]]]:
    last = 0
    while True:
        with platform.db.read() as session:
            page = similarity.others(session, mine, after=last)
        if not page:
            return
        yield page
        last = page[-1][0]


def _whole(
    platform: Platform, version_ids: list[int]
) -> Iterator[tuple[int, dict[str, Any]]]:
    for first in range(0, len(version_ids), similarity.WHOLE):
        with platform.db.read() as session:
            found = similarity.of_versions(session, version_ids[first:first + similarity.WHOLE])
        yield from found


def _with_keys(
    platform: Platform, page: list[tuple[int, bytes | None]]
) -> list[tuple[int, bytes]]:
    """A page with the keys of each; those of clips that came before the index are made now."""
    missing = [version_id for version_id, keys in page if not index.current(keys)]
    made = {one: index.keys_of(_read(data) or NOTHING) for one, data in _whole(platform, missing)}
    if made:
        with platform.db.write() as session:
            for version_id, keys in made.items():
                similarity.keep_keys(session, version_id, keys)
    known = [(version_id, made.get(version_id, keys)) for version_id, keys in page]
    return [(version_id, keys) for version_id, keys in known if keys and index.current(keys)]


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
