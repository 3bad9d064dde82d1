"""``privacy.erase``: erase what two people, or one, have decided on, once the person was told."""

from collections.abc import Callable

from contest.db import retried
from contest.jobs import Later
from contest.models import PrivacyRequest
from contest.services.privacy import deeds
from contest.services.privacy.result_texts import Store
from contest.services.results.bundles import Signer
from contest.wiring import Platform


@retried
def run(platform: Platform, request_id: int, beat: Callable[[], None]) -> None:
    """Raises ``Later`` while a mail to the person waits."""
    at = platform.clock.now()
    beat()
    with platform.db.write() as session:
        request = session.get_one(PrivacyRequest, request_id)
        if not deeds.told(session, request, at=at):
            raise Later(at + deeds.SOON, "the person is told first")
        store = Store(platform.blobs, platform.settings.data_dir / "bundles",
                      Signer(platform.keys.signature(session)), platform.pdfs)
        deeds.do_erase(session, request, keys=platform.keys, store=store, at=at)
