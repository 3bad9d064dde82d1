"""``names.read``: read the title and end cards of one clip."""

from collections.abc import Callable
from dataclasses import asdict

import media_checks
from contest.jobs import GiveUp
from contest.services.entry import onscreen_names
from contest.wiring import Platform
from media_checks.picture.onscreen_names import read_cards


def read(platform: Platform, version_id: int, beat: Callable[[], None]) -> None:
    """Read the cards and store them; None where the server has no text recognition. Idempotent."""
    with platform.db.read() as session:
        sha256, wanted = onscreen_names.work(session, version_id)
    try:
        with platform.blobs.open_local(sha256) as clip:
            cards = read_cards(clip, wanted, progress=lambda _seconds: beat())
    except (FileNotFoundError, media_checks.Unreadable) as error:
        raise GiveUp(str(error)) from error
    kept = None if cards is None else [asdict(card) for card in cards]
    with platform.db.write() as session:
        onscreen_names.keep(session, version_id, kept, at=platform.clock.now())


HANDLERS = {"names.read": read}
