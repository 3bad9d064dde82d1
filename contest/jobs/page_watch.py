"""``page.watch``: asks daily whether a contest's own Fanpage token is still good, and until when;
``page.watch_shared``: the same of the installation's, for all contests that use it.

The organisers are told before it ends, and at once where Meta has withdrawn it.
"""

from collections.abc import Callable

from contest.actors import SYSTEM
from contest.jobs import Later
from contest.models import Contest
from contest.services.core import profiles
from contest.services.fanpage import (
    connections,
    expiry,
    page_checks,
    page_pause,
    shared_page,
)
from contest.services.fanpage.connections import Credentials
from contest.wiring import Platform
from social.errors import WrongSetting
from social.values import PageCheck


def run(platform: Platform, contest_id: int, beat: Callable[[], None]) -> None:
    """Look, tell, and raise ``Later`` for tomorrow; the end where the contest has no own Page."""
    with platform.db.read() as session:
        own = connections.credentials(session, contest_id, keys=platform.keys)
    if own is None:
        return
    found = _checked(platform, own)
    beat()
    _note(platform, contest_id, found)
    raise Later(platform.clock.now() + expiry.EVERY)


def _checked(platform: Platform, own: Credentials) -> PageCheck | None:
    try:
        return platform.fanpage_client(own).check_page()
    except WrongSetting:
        return None  # the Page check on the screen says what is wrong


def _note(platform: Platform, contest_id: int, found: PageCheck | None) -> None:
    at = platform.clock.now()
    with platform.db.write() as session:
        contest = session.get_one(Contest, contest_id)
        row = connections.of(session, contest_id)
        if row is None or (found is not None and row.page_id != found.page_id):
            return  # disconnected or replaced while Meta was asked
        if found is not None:
            found = page_checks.compared(found, profiles.profile_of(contest))
            last = page_checks.last(session, contest)
            if last is None or last.passed != found.passed:
                page_checks.keep(session, contest, found, actor=SYSTEM, at=at)
            connections.checked(session, contest, found, at=at)
            if found.refused:
                page_pause.pause(session, contest, "credential", actor=SYSTEM, at=at)
        expiry.warn(session, row, [contest], at=at)


def run_shared(platform: Platform, _row_id: int, beat: Callable[[], None]) -> None:
    """As ``run``; the end where the settings name no Page."""
    shared = platform.default_fanpage
    if shared is None:
        return
    found = _checked(platform, shared)
    beat()
    _note_shared(platform, shared.page_id, found)
    raise Later(platform.clock.now() + expiry.EVERY)


def _note_shared(platform: Platform, page_id: str, found: PageCheck | None) -> None:
    at = platform.clock.now()
    with platform.db.write() as session:
        row = shared_page.note(session, found, at=at) if found else shared_page.of(session, page_id)
        if row is None:
            return
        contests = shared_page.users(session, row, at=at)
        if found is not None and found.refused:
            for contest in contests:
                page_pause.pause(session, contest, "credential", actor=SYSTEM, at=at)
        expiry.warn(session, row, contests, at=at)


def begin(platform: Platform) -> None:
    """At the start of a process: have the installation's Page watched, if there is one."""
    if platform.default_fanpage is not None:
        with platform.db.write() as session:
            shared_page.watch(session, at=platform.clock.now())


HANDLERS = {expiry.KIND: run, shared_page.KIND: run_shared}
