"""Giving clips out to jurors: a step with a preview, drawn by a seed; then by hand, clip by clip.

A step gives out what is still lacking; what a juror has stays, unless it is asked to begin anew
with what nobody has begun to mark. The trail keeps the seed and the hash of all that was given
out, so that the step can be done again and compared.
"""

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from contest import canonical
from contest.actors import Actor
from contest.errors import Conflict, Invalid, not_found
from contest.models import Assignment, AuditRow, Contest, JurorCategory, JurorDeparture, Submission
from contest.permissions import require
from contest.services.core import audit, locks, profiles
from contest.services.jury import assignments, jurors, jury_counts, sharing_out
from contest.services.jury.jurors import Seat

SEED = 8  # letters and digits of a seed


@dataclass(frozen=True)
class Draft:
    """What the step would do: ``jurors`` of every clip by codes, of these ``fresh`` ones; how many
    each juror would have; ``sha256`` of it all; clips that still lack somebody (code -> has)."""

    seed: str
    again: bool
    jurors: Mapping[str, list[str]]
    fresh: Mapping[str, list[str]]
    loads: Mapping[str, int]
    short: Mapping[str, int]

    @property
    def sha256(self) -> str:
        return canonical.sha256(dict(self.jurors))

    @property
    def given(self) -> int:
        """How many clips would be given to somebody, each counted for each juror."""
        return sum(len(codes) for codes in self.fresh.values())


def new_seed() -> str:
    return secrets.token_hex(SEED // 2)


def draft(
    session: Session, contest: Contest, *, seed: str, again: bool = False, actor: Actor
) -> Draft:
    """What the step would give out with this seed; the same for the same seed, clips and jurors.

    ``again``: clips that nobody has begun to mark are taken back first. Raises ``NotAllowed``
    without ``result.close``, ``Conflict`` where the rules share nothing out, ``Invalid`` for an
    empty or overlong seed.
    """
    require(actor, "result.close", contest)
    jury = profiles.profile_of(contest).jury
    if not jury.assigned:
        raise _all_mark_all()
    if not 0 < len(seed.strip()) <= 4 * SEED:
        raise Invalid(f"Mã bốc thăm cần từ 1 đến {4 * SEED} ký tự.",
                      f"A seed has 1 to {4 * SEED} characters.")
    clips, people = _clips(session, contest, again=again), _jurors(session, contest)
    result = sharing_out.share_out(clips, people, jury.jurors_per_clip, seed.strip())
    has = _has(session, contest)
    loads = Counter(code for codes in result.values() for code in codes)
    return Draft(
        seed.strip(), again, result,
        {clip: sorted(set(codes) - has.get(clip, set())) for clip, codes in result.items()},
        {juror.code: loads[juror.code] for juror in people},
        {clip: len(codes) for clip, codes in result.items() if len(codes) < jury.fewest_jurors},
    )


def _has(session: Session, contest: Contest) -> dict[str, set[str]]:
    """Clip's code -> the codes of the jurors it is given to now."""
    codes = {seat.user.id: seat.code for seat in jurors.counted(session, contest)}
    query = (
        select(Submission.code, Assignment.juror_id)
        .join(Assignment, Assignment.submission_id == Submission.id)
        .where(Submission.contest_id == contest.id, Assignment.juror_id.in_(codes))
    )
    found: dict[str, set[str]] = {}
    for clip, juror in session.execute(query):
        found.setdefault(clip, set()).add(codes[juror])
    return found


def _clips(session: Session, contest: Contest, *, again: bool) -> list[sharing_out.Clip]:
    """The clips to be marked, each with those who have it and keep it. Who has handed in a ballot
    (before clips were shared out, say) has the clip: no mark is dropped unseen."""
    codes = {seat.user.id: seat.code for seat in jurors.counted(session, contest)}
    has, begun = assignments.by_clip(session, contest), assignments.begun(session, contest)
    done: dict[int, set[int]] = {}
    for (clip, juror), state in begun.items():
        if state != "open":
            done.setdefault(clip, set()).add(juror)
    query = select(Submission.id, Submission.code, Submission.unit_id, Submission.category)
    found = []
    for number, code, unit, category in session.execute(
        query.where(*jury_counts.markable(contest)).order_by(Submission.code)
    ):
        kept = {juror for juror in has.get(number, ()) if not again or (number, juror) in begun}
        kept |= done.get(number, set())
        mine = frozenset(codes[juror] for juror in kept if juror in codes)
        found.append(sharing_out.Clip(code, unit, category, mine))
    return found


def _jurors(session: Session, contest: Contest) -> list[sharing_out.Juror]:
    by_category = profiles.profile_of(contest).jury.assignment == "category"
    theirs = assignments.categories(session, contest)
    return [
        sharing_out.Juror(
            seat.code, seat.unit_id,
            frozenset(theirs.get(seat.user.id, ())) if by_category else None,
        )
        for seat in jurors.sitting(session, contest)
    ]


def share_out(
    session: Session, contest: Contest, *, seed: str, again: bool = False, sha256: str | None,
    actor: Actor, at: datetime,
) -> Draft:
    """Do the step. ``sha256``: of the preview that somebody looked at, None for whoever needs none.

    Raises what ``draft`` raises, and ``Conflict`` once the round is locked or where the step would
    now give out something else than the preview said.
    """
    require(actor, "result.close", contest)
    _hold(session, contest)
    found = draft(session, contest, seed=seed, again=again, actor=actor)
    if sha256 not in (None, found.sha256):
        raise Conflict(
            "Danh sách clip hoặc giám khảo vừa thay đổi nên kết quả chia không còn như bản xem "
            "trước. Hãy xem lại rồi xác nhận.",
            "Clips or jurors have changed since, so this is no longer what you were shown. Look "
            "at it again, then confirm.",
        )
    _store(session, contest, found, at)
    audit.record(
        session, "jury.assigned", contest, actor=actor, at=at, contest_id=contest.id,
        after={"seed": found.seed, "again": again, "given": found.given,
               "clips": len(found.jurors), "jurors": sorted(found.loads),
               "sha256": found.sha256},
    )
    return found


def _store(session: Session, contest: Contest, found: Draft, at: datetime) -> None:
    people = {seat.code: seat.user.id for seat in jurors.counted(session, contest)}
    query = select(Submission.code, Submission.id).where(Submission.contest_id == contest.id)
    ids = dict(session.execute(query).all())
    wanted = {(ids[clip], people[code]) for clip, codes in found.jurors.items() for code in codes}
    there = {(clip, juror) for clip, theirs in assignments.by_clip(session, contest).items()
             for juror in theirs}
    marked = {ids[clip] for clip in found.jurors}  # clips that have left keep what they had
    for clip, juror in sorted(pair for pair in there - wanted if pair[0] in marked):
        session.execute(_pair(clip, juror))
    rows = [{"submission_id": clip, "juror_id": juror, "given_at": at}
            for clip, juror in sorted(wanted - there)]
    if rows:
        session.execute(insert(Assignment), rows)


def _pair(clip: int, juror: int) -> Any:
    return delete(Assignment).where(
        Assignment.submission_id == clip, Assignment.juror_id == juror
    )


def last(session: Session, contest: Contest) -> AuditRow | None:
    """The newest step, as the trail has it: seed, how much was given, hash."""
    query = select(AuditRow).where(
        AuditRow.contest_id == contest.id, AuditRow.action == "jury.assigned"
    )
    return session.scalars(query.order_by(AuditRow.seq.desc()).limit(1)).one_or_none()


# ---------------------------------------------------------------------------- by hand


def move(
    session: Session, contest: Contest, code: str, *, giver: int | None, taker: int, actor: Actor,
    at: datetime,
) -> None:
    """Give a clip to ``taker`` (a person's id), and take it from ``giver`` unless that is None.

    A giver who has refused to mark the clip with a reason keeps it, so that the refusal stays in
    the result. Raises ``NotAllowed`` without ``result.close``; ``NotFound`` for a clip that is not
    marked here or a person who is no juror; ``Conflict`` once the round is locked, where the rules
    share nothing out, where the giver has handed in a ballot or has not got the clip, and where
    the taker has it already or it is of the own unit.
    """
    require(actor, "result.close", contest)
    _hold(session, contest)
    clip = _clip(session, contest, code)
    seats = {seat.user.id: seat for seat in jurors.sitting(session, contest)}
    if taker not in seats or (giver is not None and giver not in seats):
        raise not_found()
    has = assignments.by_clip(session, contest).get(clip.id, set())
    _may_take(clip, seats[taker], has)
    if giver is not None:
        _take(session, contest, clip, seats[giver], has)
    session.add(Assignment(submission_id=clip.id, juror_id=taker, given_at=at))
    audit.record(
        session, "jury.moved", clip, actor=actor, at=at, contest_id=contest.id,
        after={"from": seats[giver].code if giver is not None else None,
               "to": seats[taker].code},
    )


def _clip(session: Session, contest: Contest, code: str) -> Submission:
    if not assignments.shared_out(contest):
        raise _all_mark_all()
    query = select(Submission).where(
        *jury_counts.markable(contest), Submission.code == code.strip().upper()
    )
    clip = session.scalars(query).one_or_none()
    if clip is None:
        raise not_found()
    return clip


def _may_take(clip: Submission, seat: Seat, has: set[int]) -> None:
    if seat.unit_id is not None and seat.unit_id == clip.unit_id:
        raise Conflict(
            f"{seat.user.name} thuộc đơn vị gửi clip {clip.code} nên không chấm clip này. Hãy "
            "chọn giám khảo khác.",
            f"{seat.user.name} belongs to the unit that sent clip {clip.code}, so does not mark "
            "it. Choose another juror.",
        )
    if seat.user.id in has:
        raise Conflict(
            f"{seat.user.name} đã được giao clip {clip.code}.",
            f"{seat.user.name} has been given clip {clip.code} already.",
        )


def _take(
    session: Session, contest: Contest, clip: Submission, seat: Seat, has: set[int]
) -> None:
    if seat.user.id not in has:
        raise Conflict(
            f"{seat.user.name} không được giao clip {clip.code} nên không có gì để chuyển.",
            f"{seat.user.name} was not given clip {clip.code}, so there is nothing to move.",
        )
    state = assignments.begun(session, contest).get((clip.id, seat.user.id))
    if state == "submitted":
        raise Conflict(
            f"{seat.user.name} đã nộp phiếu cho clip {clip.code}; chuyển đi thì phiếu đó không "
            "còn được tính. Hãy giao thêm cho người khác, hoặc nhờ giám khảo mở lại phiếu trước.",
            f"{seat.user.name} has handed in a ballot for clip {clip.code}, which would no longer "
            "count. Give the clip to somebody besides, or ask the juror to take the ballot back.",
        )
    if state in (None, "open"):
        session.execute(_pair(clip.id, seat.user.id))


def choose_categories(
    session: Session, contest: Contest, chosen: Mapping[int, set[str]], *, actor: Actor,
    at: datetime,
) -> None:
    """Say which categories each juror marks (juror's id -> ids of categories). Clips given out
    already stay where they are. Raises ``NotAllowed`` without ``result.close``, ``Conflict`` once
    the round is locked, ``NotFound`` for a person who is no juror, ``Invalid`` for a category that
    the rules do not know."""
    require(actor, "result.close", contest)
    _hold(session, contest)
    known = {one.id for one in profiles.profile_of(contest).categories}
    seats = {seat.user.id: seat.code for seat in jurors.sitting(session, contest)}
    if not chosen.keys() <= seats.keys():
        raise not_found()
    if unknown := set().union(*chosen.values()) - known:
        raise Invalid(f"Thể lệ không có mảng “{min(unknown)}”.",
                      f'The rules know no category "{min(unknown)}".')
    session.execute(delete(JurorCategory).where(
        JurorCategory.contest_id == contest.id, JurorCategory.juror_id.in_(chosen)
    ))
    session.add_all(
        JurorCategory(contest_id=contest.id, juror_id=juror, category=category)
        for juror, categories in chosen.items() for category in sorted(categories)
    )
    audit.record(
        session, "jury.categories", contest, actor=actor, at=at, contest_id=contest.id,
        after={"jurors": {seats[juror]: sorted(chosen[juror]) for juror in sorted(chosen)}},
    )


def retire(
    session: Session, contest: Contest, user_id: int, *, keep: bool, reason: str, actor: Actor,
    at: datetime,
) -> tuple[JurorDeparture, int]:
    """A juror leaves (``jurors.retire``, which says what is raised), and the clips that nobody
    marks instead are given out again at once; also returns how many. Where clips are every
    juror's there are none."""
    left = jurors.retire(session, contest, user_id, keep=keep, reason=reason, actor=actor, at=at)
    if not assignments.shared_out(contest) or last(session, contest) is None:
        return left, 0
    found = share_out(session, contest, seed=new_seed(), sha256=None, actor=actor, at=at)
    return left, found.given


def _hold(session: Session, contest: Contest) -> None:
    """Lock the contest: waits for every ballot that is being stored."""
    locks.lock(session, contest)
    if contest.jury_locked_at is not None:
        raise Conflict(
            "Vòng chấm đã khoá nên không phân công lại được nữa.",
            "The jury round is locked, so clips can no longer be given out.",
        )


def _all_mark_all() -> Conflict:
    return Conflict(
        "Theo thể lệ, mọi giám khảo chấm mọi clip nên không cần phân công. Muốn chia clip, hãy "
        "đổi jury.assignment ở trang Thể lệ.",
        "By the rules every juror marks every clip, so there is nothing to give out. To share "
        "clips out, change jury.assignment on the rules page.",
    )
