"""The client of a contest's Fanpage for the jobs that post and read."""

from contest.actors import SYSTEM
from contest.models import Contest
from contest.services.core import profiles
from contest.services.fanpage import page_checks, page_match, page_pause
from contest.wiring import Platform
from social.errors import WrongSetting
from social.graph import GraphPage


def client_of(platform: Platform, contest_id: int) -> GraphPage | None:
    """The client; None where no usable Fanpage is set, or where it is not the profile's.

    In the latter case the contest's queue is paused, with a sentence that names both Pages; but not
    where clips are posted by hand and it is only the installation's Page that is another body's.
    """
    with platform.db.read() as session:
        fanpage = platform.fanpage_of(session, contest_id)
        if fanpage is None:
            return None
        contest = session.get_one(Contest, contest_id)
        profile = profiles.profile_of(contest)
        wrong = page_match.wrong_page(profile, fanpage.page) or page_checks.found_wrong(
            session, contest, fanpage.page_id
        )
    if wrong is not None:
        if profile.publication.mode == "api" or fanpage != platform.default_fanpage:
            _pause(platform, contest_id, *wrong)
        return None
    try:
        return platform.fanpage_client(fanpage)
    except WrongSetting:
        return None


def _pause(platform: Platform, contest_id: int, vi: str, en: str) -> None:
    with platform.db.write() as session:
        page_pause.pause(
            session, session.get_one(Contest, contest_id), "wrong_page", actor=SYSTEM,
            at=platform.clock.now(), reason=vi, vi=vi, en=en,
        )
