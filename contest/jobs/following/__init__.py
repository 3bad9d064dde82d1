"""``follow.clips``, ``follow.result``: queue a contest's news for whoever follows it.
``follow.tell_clips``, ``follow.tell_result``: tell one browser."""

import json
from collections.abc import Callable
from functools import partial

from contest.db import retried
from contest.jobs import GiveUp, Later
from contest.models import PushFollower
from contest.ports import PushAway, PushGone, PushRefused
from contest.services.following import followers
from contest.wiring import Platform


@retried
def _tell_all(kind: str, platform: Platform, row_id: int, beat: Callable[[], None]) -> None:
    with platform.db.write() as session:
        followers.tell_all(session, kind, row_id, at=platform.clock.now())


def _tell(kind: str, platform: Platform, follower_id: int, beat: Callable[[], None]) -> None:
    """Raises ``Later`` where the push service asks to wait; a browser that has ended is removed."""
    with platform.db.read() as session:
        if session.get(PushFollower, follower_id) is None:
            return
        browser, said = followers.news(session, kind, follower_id)
    try:
        platform.pusher.send(
            endpoint=browser.endpoint, browser_key=browser.browser_key, auth=browser.auth,
            message=json.dumps(said, ensure_ascii=False).encode(),
        )
    except PushGone:
        _gone(platform, follower_id)
    except PushRefused as error:
        raise GiveUp(str(error)) from error
    except PushAway as error:
        if error.wait is not None:
            raise Later(platform.clock.now() + error.wait, str(error)) from error
        raise


@retried
def _gone(platform: Platform, follower_id: int) -> None:
    with platform.db.write() as session:
        followers.gone(session, follower_id)


HANDLERS = {
    **{kind: partial(_tell_all, kind) for kind in (followers.CLIPS, followers.RESULT)},
    **{kind: partial(_tell, kind) for kind in (followers.TELL_CLIPS, followers.TELL_RESULT)},
}
