"""Reading counts from the Page, clip by clip; each reading is a snapshot with its own instant.

One clip's error stops no other's. A round that is begun again reads only the clips that it lacks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contest.actors import SYSTEM
from contest.jobs import Later
from contest.jobs.fanpage_clients import client_of
from contest.models import Contest, Publication
from contest.services.core import profiles
from contest.services.counts import polling
from contest.services.counts.interactions import Posted, Reading
from contest.services.fanpage import link_checks, page_pause, publishing, readings
from contest.wiring import Platform
from social.errors import (
    CredentialRefused,
    NotPermitted,
    NotThere,
    PageError,
    PolicyBlocked,
    Throttled,
)
from social.graph import GraphPage
from social.values import Counts

AGAIN = timedelta(minutes=1)
SOON = timedelta(seconds=10)  # in the last minutes
LAST_MINUTES = timedelta(minutes=10)
ROUND_FOR = timedelta(minutes=30)  # how long a round tries; then its clips say why they are unread
REFUSED_FOR = timedelta(days=1)  # how long it waits for a person to renew the token
PASSES = 3
NEAR_LIMIT = 95  # percent of the calls that Meta allows
AT_ONCE = 50  # posts that one call of the Graph API may name
SILENT = 3  # clips in a row without an answer: the Page is away, not the clip
USUAL_S, LAST_S = 15.0, 4.0  # how long one answer may take


@dataclass(frozen=True)
class _Round:
    """One round of readings. begun: see ``polling.begun_at``."""

    platform: Platform
    contest_id: int
    page: GraphPage
    begun: datetime
    cut_off: datetime
    unconfirmed: frozenset[int]  # publications whose post is looked for before it is read

    @property
    def hurried(self) -> bool:
        """Is the cut-off so near that an answer must be quick?"""
        left = self.cut_off - self.platform.clock.now()
        return timedelta() <= left < LAST_MINUTES


Unread = list[tuple[Posted, PageError | None]]


def poll(platform: Platform, contest_id: int, beat: Callable[[], None]) -> None:
    """Take a snapshot of every posted clip that this round lacks; nothing without a Page.

    Raises ``Later`` while some could not be read and trying again may help.
    """
    page, at = client_of(platform, contest_id), platform.clock.now()
    if page is None:
        return
    with platform.db.read() as session:
        contest = session.get_one(Contest, contest_id)
        begun = polling.begun_at(session, contest, at=at)
        cut_off = profiles.profile_of(contest).schedule.counts_close
        clips: Sequence[Posted] = polling.left(session, contest, begun)
        unconfirmed = frozenset(readings.unconfirmed(session, contest))
    round_ = _Round(platform, contest_id, page, begun, cut_off, unconfirmed)
    missing: Unread = []
    for _ in range(PASSES):
        missing = _pass(round_, clips, beat)
        clips = [clip for clip, _ in missing]
        if not missing:
            return
    _go_on_later(round_, missing)


def _pass(round_: _Round, clips: Sequence[Posted], beat: Callable[[], None]) -> Unread:
    """Read each clip once. Returns those that gave no answer, or were not asked after ``SILENT``.

    Raises ``Later`` where the Page refuses everything.
    """
    missing: Unread = []
    try:
        clips = _read_many(round_, clips, beat)
    except _Refused as refused:
        _stop(round_, refused.error, refused.left)
        return []
    silent = 0
    for number, clip in enumerate(clips):
        beat()
        if silent == SILENT:
            return [*missing, *((other, None) for other in clips[number:])]
        _spare_the_limit(round_)
        try:
            _read(round_, clip)
            silent = 0
        except (Throttled, CredentialRefused, PolicyBlocked) as error:
            _stop(round_, error, [*(one for one, _ in missing), *clips[number:]])
            return []
        except NotPermitted as error:
            _say(round_, clip, error, readings.refused(error))
        except PageError as error:
            missing.append((clip, error))
            silent += 1
    return missing


class _Refused(Exception):
    """The Page refuses every call; ``left``: the clips that have not been read."""

    def __init__(
        self, error: Throttled | CredentialRefused | PolicyBlocked, left: Sequence[Posted]
    ) -> None:
        super().__init__(str(error))
        self.error, self.left = error, left


def _read_many(
    round_: _Round, clips: Sequence[Posted], beat: Callable[[], None]
) -> Sequence[Posted]:
    """Read clips in calls of ``AT_ONCE``, in their order, where there are so many that one by one
    they would be read too late. Returns those that are left to be asked for singly."""
    known = [c for c in clips if c.post_id and c.publication_id not in round_.unconfirmed]
    read: set[int] = set()
    for begin in range(0, len(known), AT_ONCE) if len(known) > AT_ONCE else ():
        beat()
        _spare_the_limit(round_)
        try:
            read |= _read_together(round_, known[begin : begin + AT_ONCE])
        except (Throttled, CredentialRefused, PolicyBlocked) as error:
            left = [clip for clip in clips if clip.publication_id not in read]
            raise _Refused(error, left) from error
        except PageError:  # the Page is away, or slow: the clips themselves will say so
            break
    return [clip for clip in clips if clip.publication_id not in read]


def _read_together(round_: _Round, clips: Sequence[Posted]) -> set[int]:
    """Read these in one call, or in two halves where one of them is not there; which were read."""
    asked_at, hurried = round_.platform.clock.now(), round_.hurried
    try:
        found = round_.page.counts_of_many(
            [str(clip.post_id) for clip in clips], kinds=not hurried,
            within=LAST_S if hurried else USUAL_S,
        )
    except NotThere:
        half = len(clips) // 2
        if not half:
            return set()
        return _read_together(round_, clips[:half]) | _read_together(round_, clips[half:])
    told = [(clip, found[str(clip.post_id)]) for clip in clips if str(clip.post_id) in found]
    return {
        clip.publication_id for clip, counts in told if _store(round_, clip, counts, asked_at)
    }


def _spare_the_limit(round_: _Round) -> None:
    """Near the limit of calls a regular round leaves what is left to the last minutes before the
    cut-off and to posting: raises ``Later``."""
    usage = round_.page.usage
    if usage.percent >= NEAR_LIMIT and not round_.hurried:
        again = round_.platform.clock.now() + (usage.wait or AGAIN * 5)
        raise Later(again, f"{usage.percent} % of the Page's calls are used")


def _read(round_: _Round, clip: Posted) -> None:
    asked_at = round_.platform.clock.now()
    counts = _counts(round_, clip)
    if counts is None:
        return  # the board says why there is no post to read
    if not _store(round_, clip, counts, asked_at):
        _say(round_, clip, None, readings.NO_NUMBERS)


def _store(round_: _Round, clip: Posted, counts: Counts, asked_at: datetime) -> bool:
    """Keep what the Page tells of a clip; False where that is no number at all."""
    at = round_.platform.clock.now()  # after the answer: the counts are not newer than this
    reading = Reading(
        reactions=counts.reactions, shares=counts.shares, comments=counts.comments,
        by_kind=counts.by_kind, raw=counts.raw,
    )
    if (reading.reactions, reading.shares, reading.comments) == (None, None, None):
        return False
    with round_.platform.db.write() as session:
        submission = session.get_one(Publication, clip.publication_id).submission
        polling.keep(session, submission, reading, begun=round_.begun, asked_at=asked_at, at=at)
        readings.was_read(session, clip.publication_id)
    return True


def _counts(round_: _Round, clip: Posted) -> Counts | None:
    """The counts of the clip's post, which is looked for where it is not known or not there."""
    if clip.post_id is not None and clip.publication_id not in round_.unconfirmed:
        try:
            return _ask(round_, clip.post_id)
        except NotPermitted:
            if clip.video_id is None:
                raise
            post_id = _found(round_, clip)
            if post_id in (None, clip.post_id):
                raise
    else:
        post_id = _found(round_, clip)
    return _ask(round_, post_id) if post_id else None


def _ask(round_: _Round, post_id: str) -> Counts:
    hurried = round_.hurried
    return round_.page.counts(post_id, kinds=not hurried, within=LAST_S if hurried else USUAL_S)


def _found(round_: _Round, clip: Posted) -> str | None:
    """The id of the post that the clip's video or link means; the board says where there is none"""
    with round_.platform.db.read() as session:
        work = publishing.read(session, clip.publication_id)
    if work is None:
        return None
    found = link_checks.look_up(round_.page, work.video_id, work.link, work.marker)
    with round_.platform.db.write() as session:
        return link_checks.checked(session, clip.publication_id, found)


def _stop(
    round_: _Round, error: Throttled | CredentialRefused | PolicyBlocked, left: Sequence[Posted]
) -> None:
    """The Page refuses every call: say so of each clip left, and raise ``Later`` for a day."""
    at, wait = round_.platform.clock.now(), AGAIN * 10
    for clip in left:
        _say(round_, clip, error, readings.later(error))
    if isinstance(error, Throttled):
        wait = error.wait
    else:
        kind = "credential" if isinstance(error, CredentialRefused) else "policy"
        with round_.platform.db.write() as session:
            contest = session.get_one(Contest, round_.contest_id)
            page_pause.pause(session, contest, kind, actor=SYSTEM, at=at, reason=str(error))
    if at < round_.begun + REFUSED_FOR:
        raise Later(at + wait, str(error)) from None


def _go_on_later(round_: _Round, missing: Unread) -> None:
    """Say of each clip that it was not read; raise ``Later`` while the round has time."""
    at = round_.platform.clock.now()
    first = next((error for _, error in missing if error), None)
    for clip, error in missing:
        _say(round_, clip, error or first, readings.later(error or first))
    if at < round_.begun + ROUND_FOR:
        codes = ", ".join(clip.code for clip, _ in missing)
        raise Later(at + (SOON if round_.hurried else AGAIN), f"{codes}: {first}")


def _say(
    round_: _Round, clip: Posted, error: PageError | None, said: dict[str, str]
) -> None:
    with round_.platform.db.write() as session:
        readings.unread(
            session, clip.publication_id, str(error or ""), said,
            at=round_.platform.clock.now(), gone=isinstance(error, NotThere),
        )


HANDLERS = {polling.KIND: poll}
