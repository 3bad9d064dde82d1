"""``similarity.compare``: compare one clip's fingerprint with those of all other clips."""

from collections.abc import Callable

from contest.models import ClipFingerprint
from contest.services.entry import similarity
from contest.wiring import Platform
from media_checks.picture.fingerprint import Fingerprint
from media_checks.picture.similarity import compare, loop


def compare_all(platform: Platform, print_id: int, beat: Callable[[], None]) -> None:
    """Record every similar pair. Idempotent."""
    with platform.db.read() as session:
        row = session.get_one(ClipFingerprint, print_id)
        mine, own = row.version_id, Fingerprint.from_dict(row.data)
        found = []
        for other_id, data in similarity.others(session, mine):
            beat()
            if (other := _read(data)) is not None:
                found.append(_pair(mine, own, other_id, other))
    again = loop(own)
    with platform.db.write() as session:
        if again is not None:
            similarity.note_loop(session, print_id, again.lag, again.share)
        for later, earlier, result in found:
            if result["kind"]:
                similarity.record(session, later, earlier, result, at=platform.clock.now())


def _read(data: dict[str, object]) -> Fingerprint | None:
    """The fingerprint, or None where an older version of the checks made it: not comparable."""
    try:
        return Fingerprint.from_dict(data)
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
