"""The ceremony: what the big screen shows, third prize to first, and where it stands.

It may be shown from a frozen result on, before that is public, and to organisers alone. A phone
moves it after it was paired: the key in the QR code lives five minutes and for one phone, which
gets a token of its own for the evening. The phone is told where the show stands and never who won.
The same screen and phone show a round that is marked live (``services/live``), until its result is
final.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from contest.actors import Actor
from contest.errors import Conflict, Gone, Invalid
from contest.models import Contest, Derivative, Result, StageShow, Submission
from contest.permissions import require
from contest.services.core import locks, profiles
from contest.services.live import running
from contest.services.results import moved_since, results, standings
from contest.services.results.standings import Line
from contest.tokens import hash_token, new_token

KEY_LIFE, REMOTE_LIFE = timedelta(minutes=5), timedelta(hours=8)
ACTS = ("next", "prev", "black", "play", "stop", "first")


@dataclass(frozen=True)
class Slide:
    """``kind``: title, prize (what comes now), winner, or end. ``files``: kind of file (poster,
    rendition) -> its hash; ``version``: the clip's number in addresses."""

    kind: str
    prize: str = ""
    line: Line | None = None
    version: int = 0
    files: Mapping[str, str] | None = None


def result_of(session: Session, contest: Contest, *, actor: Actor) -> Result:
    """The revision that the ceremony shows: the newest, once it is frozen. Raises ``NotAllowed``
    for all but organisers, ``Conflict`` before that, or where a clip has left since."""
    require(actor, "organiser.read", contest)
    result = results.current(session, contest)
    if result is None or result.state not in results.FINAL:
        raise Conflict(
            "Lễ trao giải mở được sau khi chốt kết quả. Hãy chốt kết quả trước.",
            "The ceremony can be opened once the result is frozen. Freeze the result first.",
            mend="freeze",
        )
    moved_since.require_unmoved(session, result)
    return result


def slides(session: Session, result: Result, language: str) -> list[Slide]:
    """The title, then for each prize from the last to the first its name and its winner, and all
    of them at the end."""
    won = standings.winners(session, result, results.profile_of(result), language)
    clips = _clips(session, result, [line.code for line in won])
    shown = [Slide("title")]
    for line in reversed(won):
        version, files = clips.get(line.code, (0, {}))
        prize = str(line.prize)
        shown += [Slide("prize", prize), Slide("winner", prize, line, version, files)]
    return [*shown, Slide("end")]


def _clips(
    session: Session, result: Result, codes: Sequence[str]
) -> dict[str, tuple[int, dict[str, str]]]:
    """Of each clip its version's number and the files that people watch."""
    query = select(Submission).where(
        Submission.contest_id == result.contest_id, Submission.code.in_(codes)
    ).options(joinedload(Submission.version))
    found = {one.version_id: one for one in session.scalars(query) if one.version_id}
    made = select(Derivative).where(
        Derivative.version_id.in_(found), Derivative.kind.in_(("poster", "rendition"))
    )
    files: dict[int, dict[str, str]] = {}
    for row in session.scalars(made):
        files.setdefault(row.version_id, {})[row.kind] = row.sha256
    return {
        one.code: (one.version.number, files.get(version_id, {}))
        for version_id, one in found.items() if one.version is not None
    }


def is_live(session: Session, contest: Contest) -> bool:
    """Whether the screen shows marks as they fall: until the result is final, where the rules have
    the round marked before everybody."""
    if not profiles.profile_of(contest).jury.live:
        return False
    result = results.current(session, contest)
    return result is None or result.state not in results.FINAL


def require_open(session: Session, contest: Contest, *, actor: Actor) -> Result | None:
    """The revision of the ceremony, None while a round is marked live. Raises ``NotAllowed`` for
    all but organisers, ``Conflict`` where nothing can be shown yet."""
    require(actor, "organiser.read", contest)
    if is_live(session, contest):
        return None
    return result_of(session, contest, actor=actor)


def length(session: Session, contest: Contest, result: Result | None) -> int:
    """How many slides there are; of a live round one for each clip, between title and standing."""
    if result is None:
        return 2 + len(running.entries(session, contest))
    profile = results.profile_of(result)
    return 2 + 2 * len(standings.winners(session, result, profile, "vi"))


# ---------------------------------------------------------------------------- where it stands


def standing(session: Session, contest: Contest) -> StageShow | None:
    """Where the show stands; None where it never began. ``position`` is that of its own show."""
    return session.scalars(_of(contest)).one_or_none()


def position(row: StageShow | None, *, live: bool) -> int:
    """At which slide the show stands: a ceremony begins with its title, wherever the round that was
    marked live ended."""
    return row.position if row is not None and row.live == live else 0


def _of(contest: Contest) -> Select[StageShow]:
    return select(StageShow).where(StageShow.contest_id == contest.id)


def _locked(session: Session, contest: Contest, at: datetime) -> StageShow:
    """The show's row, made at its first use."""
    locks.lock(session, contest)
    row = standing(session, contest)
    if row is None:
        row = StageShow(contest_id=contest.id, updated_at=at)
        session.add(row)
        session.flush()
    return row


def put(
    session: Session, contest: Contest, position: int, *, black: bool, playing: bool,
    actor: Actor, at: datetime,
) -> StageShow:
    """The screen says where it stands, after a key there. Raises ``NotAllowed``, ``Conflict``
    before anything can be shown, ``Invalid`` for a slide that there is not."""
    result = require_open(session, contest, actor=actor)
    if not 0 <= position < length(session, contest, result):
        raise Invalid("Không có trang này.", "There is no such slide.")
    row = _of_this_show(_locked(session, contest, at), live=result is None)
    return _move(row, position, black, playing, at)


def _of_this_show(row: StageShow, *, live: bool) -> StageShow:
    """The row, from the beginning where the other show stood there."""
    row.position = position(row, live=live)
    row.live = live
    return row


def act(
    session: Session, contest: Contest, do: str, token: str, *, at: datetime
) -> tuple[StageShow, Result | None]:
    """A paired phone moves the show. Raises ``Gone`` where its token does not hold, ``Invalid`` for
    an act that is none of ``ACTS``."""
    result = by_phone(session, contest, token, at=at)
    if do not in ACTS:
        raise Invalid("Không có nút này.", "There is no such button.")
    row = _of_this_show(_locked(session, contest, at), live=result is None)
    last, place = length(session, contest, result) - 1, row.position
    step = {"next": 1, "prev": -1}.get(do, 0)
    black = not row.black if do == "black" else row.black and not step
    playing = {"play": True, "stop": False}.get(do, row.playing and not step)
    place = 0 if do == "first" else min(max(place + step, 0), last)
    return _move(row, place, black, playing, at), result


def _move(
    row: StageShow, position: int, black: bool, playing: bool, at: datetime
) -> StageShow:
    row.position, row.black, row.playing = position, black, playing
    row.version += 1
    row.updated_at = at
    return row


# ---------------------------------------------------------------------------- the phone


def pair(session: Session, contest: Contest, *, actor: Actor, at: datetime) -> str:
    """A key for one phone, good for ``KEY_LIFE``; an earlier key is void, a paired phone goes on
    until another takes its place. Raises ``NotAllowed``, ``Conflict`` before anything can be shown.
    """
    require_open(session, contest, actor=actor)
    row, key = _locked(session, contest, at), new_token()
    row.pairing_hash, row.pairing_until, row.updated_at = hash_token(key), at + KEY_LIFE, at
    return key


def claim(session: Session, contest: Contest, key: str, *, at: datetime) -> str:
    """A phone's token for its key, once. Raises ``Gone`` for a key that is used, void or old."""
    row = _locked(session, contest, at)
    good = row.pairing_hash and row.pairing_hash == hash_token(key)
    if not good or row.pairing_until is None or row.pairing_until <= at:
        raise Gone(
            "Mã này đã dùng hoặc hết hạn. Hãy tạo mã mới ở trang Lễ trao giải rồi quét lại.",
            "This code is used or expired. Make a new one on the page Ceremony and scan it.",
        )
    token = new_token()
    row.pairing_hash, row.pairing_until = "", None
    row.remote_hash, row.remote_until, row.updated_at = hash_token(token), at + REMOTE_LIFE, at
    return token


def unpair(session: Session, contest: Contest, *, actor: Actor, at: datetime) -> None:
    """End keys and phones. Raises ``NotAllowed``."""
    require(actor, "organiser.read", contest)
    row = _locked(session, contest, at)
    row.pairing_hash = row.remote_hash = ""
    row.pairing_until = row.remote_until = None
    row.updated_at = at


def by_phone(session: Session, contest: Contest, token: str, *, at: datetime) -> Result | None:
    """The shown revision, to a paired phone, None while a round is marked live. Raises ``Gone``
    where its token does not hold."""
    row = standing(session, contest)
    held = row and token and row.remote_hash == hash_token(token)
    if row is None or not held or row.remote_until is None or row.remote_until <= at:
        raise Gone(
            "Điện thoại này chưa nối, hoặc đã bị ngắt. Hãy quét mã mới ở trang Lễ trao giải.",
            "This phone is not paired, or was unpaired. Scan a new code on the page Ceremony.",
        )
    if is_live(session, contest):
        return None
    result = results.current(session, contest)
    if result is None or result.state not in results.FINAL:
        raise Gone("Kết quả đang được tính lại.", "The result is being computed anew.")
    return result


def paired(row: StageShow | None, *, at: datetime) -> bool:
    """Whether a phone moves the show now."""
    return row is not None and row.remote_until is not None and row.remote_until > at
