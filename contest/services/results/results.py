"""Results: computed from the tables, tallied a second time, frozen, published, never changed.

A revision is recomputed in place until it is frozen; freezing locks the ballots, stores the
evidence bundle and ends all change. A correction is a new revision with its reason.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, event, func, inspect, select, update
from sqlalchemy.orm import Mapper, Session

import scoring
from contest.actors import Actor
from contest.errors import Conflict, Invalid
from contest.models import (
    ChairDecision,
    Contest,
    PlannedRelease,
    ProfileRevision,
    Result,
)
from contest.models.base import LOCK
from contest.permissions import require
from contest.profile import Profile
from contest.services.core import audit, bulk, outbox, profiles
from contest.services.core.keys import Keys
from contest.services.core.transitions import move
from contest.services.following import followers
from contest.services.jury import jury_round
from contest.services.results import (
    closing,
    moved_since,
    prospects,
    ranking_rows,
    scoring_input,
    standings,
    tally,
    unheld,
)
from contest.services.results.bundles import BundleStore
from contest.services.results.ranking_rows import Picked
from contest.services.results.scoring_input import Prepared
from contest.services.results.steps import freezing, telling
from contest.services.results.steps.freezing import Proved
from contest.services.results.unheld import Ahead, Told, quietly

FINAL = ("frozen", "published")
Computed = tuple[Prepared, dict[str, Any]]  # input, output


@event.listens_for(Result, "before_update")
def _never_changed(mapper: Mapper[Result], connection: object, result: Result) -> None:
    """Refuse, in the ORM, every change of a frozen revision except its publication."""
    state = inspect(result).attrs
    before = state.state.history.deleted or [result.state]
    changed = {c.key for c in mapper.column_attrs if state[c.key].history.has_changes()}
    if before[0] in FINAL and not changed <= {"state", "published_at"}:
        raise RuntimeError(f"result {result.id} is final: {sorted(changed)} cannot change")


# ---------------------------------------------------------------------------- reading


def all_of(session: Session, contest: Contest) -> list[Result]:
    """Every revision, the newest first; empty before the jury round is locked.

    The large columns (input, output, names) are deferred: read at their first use, while the
    session lasts.
    """
    if contest.jury_locked_at is None:
        return []
    return list(session.scalars(_revisions(contest)))


def current(session: Session, contest: Contest) -> Result | None:
    """The newest revision, whatever its state; None before the jury round is locked."""
    if contest.jury_locked_at is None:
        return None
    return session.scalars(_revisions(contest).limit(1)).first()


def numbered(session: Session, contest: Contest, number: int) -> Result | None:
    """The revision of this number; None before the jury round is locked."""
    if contest.jury_locked_at is None:
        return None
    return session.scalars(_revisions(contest).where(Result.number == number)).first()


def _revisions(contest: Contest) -> Select[Result]:
    query = select(Result).where(Result.contest_id == contest.id)
    return query.options(*standings.LIGHT).order_by(Result.number.desc())


def published(session: Session, contest: Contest) -> Result | None:
    """The published revision in force."""
    return standings.newest(session, contest)


def lines(result: Result, language: str) -> list[standings.Line]:
    """A result as people read it, under the profile that it was computed with."""
    return standings.lines(result, profile_of(result), language)


def some_lines(result: Result, language: str, wanted: Picked) -> list[standings.Line]:
    """Some of its lines; the rest of a long ranking stays in the database."""
    return standings.some_lines(_session(result), result, profile_of(result), language, wanted)


def profile_of(result: Result) -> Profile:
    """The rules that the result was computed with."""
    return profiles.profile_at(revision_of(result))


def revision_of(result: Result) -> ProfileRevision:
    return _session(result).get_one(ProfileRevision, result.profile_revision_id)


def _session(result: Result) -> Session:
    session = Session.object_session(result)
    if session is None:
        raise ValueError("the result is detached")
    return session


def tied(session: Session, result: Result) -> list[list[dict[str, Any]]]:
    """Groups of lines that share a rank: where the chair may decide. A tie that the chair has
    broken is still a group."""
    groups: dict[int, list[dict[str, Any]]] = {}
    for row in ranking_rows.ties(session, result):
        groups.setdefault(row["first"], []).append(row)
    return [group for group in groups.values() if len(group) > 1]


# ---------------------------------------------------------------------------- computing


def compute(
    session: Session, contest: Contest, *, keys: Keys, actor: Actor, at: datetime,
    reason: str = "", known: Ahead[Computed] | None = None,
) -> Result:
    """Compute the result from what the tables say now.

    After the jury's deadline this locks an open round. A revision that is not frozen is computed
    again in place; after a final one a new revision begins, with its reason: a published one
    stays, one that is only frozen is discarded and stays readable. ``known``: what ``work_out``
    found in a session of its own, worth nothing where the contest has changed since. Raises
    ``NotAllowed`` without ``result.close``, ``Conflict`` while the round is open or where the
    second tally differs, ``Invalid`` for a new revision without a reason or an input that cannot be
    scored.
    """
    require(actor, "result.close", contest)
    require_locked(session, contest, actor=actor, at=at)
    prepared, output = unheld.answer(
        session, contest, lambda: work_out(session, contest, keys=keys), known
    )
    require_locked(session, contest, actor=actor, at=at)
    result = _open_revision(session, contest, reason=reason, actor=actor, at=at)
    result.profile_revision_id = contest.revision_id or 0
    result.names = prepared.names
    result.input_sha256 = bulk.put_json(session, result, "input", prepared.data)
    result.output_sha256 = bulk.put_json(session, result, "output", output)
    result.gaps = closing.as_rows(closing.gaps(session, contest, at=at))
    result.reason = reason.strip() or result.reason
    result.created_by, result.created_at = actor.label, at
    prospects.enqueue(session, result, length=len(output["ranking"]), at=at)
    audit.record(
        session, "result.computed", result, actor=actor, at=at,
        after={"number": result.number, "input_sha256": result.input_sha256, "reason": reason},
    )
    return result


def work_out(session: Session, contest: Contest, *, keys: Keys, told: Told = quietly) -> Computed:
    """The input, and the output to which the second tally agrees. ``told``: the share that is done.
    Raises ``Invalid`` for an input that cannot be scored, ``Conflict`` where the tallies differ."""
    prepared = scoring_input.prepare(session, contest, keys=keys,
                                     told=lambda share: told(0.6 * share))
    output = _scored(prepared)
    told(0.8)
    tally.require_agreement(session, contest, output)
    told(0.95)
    return prepared, output


def require_locked(session: Session, contest: Contest, *, actor: Actor, at: datetime) -> None:
    """Lock the round where the jury's deadline is over. Raises ``Conflict`` before that."""
    if contest.jury_locked_at is not None:
        return
    if at >= profiles.profile_of(contest).schedule.ballots_close:
        jury_round.lock(session, contest, actor=actor, at=at)
        return
    raise Conflict(
        "Vòng chấm còn mở: điểm được giữ kín. Hãy khoá vòng chấm rồi mới tính kết quả.",
        "The jury round is open and its marks are sealed. Lock the round, then compute.",
        mend="round",
    )


def _scored(prepared: Prepared) -> dict[str, Any]:
    try:
        return scoring.compute(prepared.data)
    except scoring.InputError as error:
        raise Invalid(
            f"Chưa tính được: {error.path}: {error.vi}", f"Cannot compute: {error.path}: {error.en}"
        ) from error


def require_reason(latest: Result | None, reason: str) -> None:
    """Raises ``Invalid`` for a new revision without a reason. ``latest``: the newest one."""
    if latest is not None and latest.state != "computed" and not reason.strip():
        raise Invalid(
            f"Bản {latest.number} đã chốt: một bản mới cần có lý do, ví dụ một clip bị loại.",
            f"Revision {latest.number} is final: a new one needs a reason, such as a "
            "disqualification.", mend="reason",
        )


def _open_revision(
    session: Session, contest: Contest, *, reason: str, actor: Actor, at: datetime
) -> Result:
    """The revision in the making, or a new one."""
    latest = session.scalars(
        _revisions(contest).limit(1).with_for_update(**LOCK)
    ).first()
    if latest is not None and latest.state == "computed":
        return latest
    require_reason(latest, reason)
    if latest is not None and latest.state == "frozen":
        move(session, latest, "discarded", actor=actor, at=at, reason=reason.strip())
    last = session.scalar(
        select(func.max(Result.number)).where(Result.contest_id == contest.id)
    )
    result = Result(
        contest_id=contest.id, number=(last or 0) + 1, reason=reason.strip(), input={}, output={},
        names={}, input_sha256="", output_sha256="", created_by=actor.label, created_at=at,
        profile_revision_id=contest.revision_id,
    )
    session.add(result)
    session.flush()
    return result


# ---------------------------------------------------------------------------- freezing


def freeze(
    session: Session, result: Result, *, vault: BundleStore, actor: Actor, at: datetime,
    known: Ahead[Proved] | None = None,
) -> Result:
    """End all change: lock the ballots, store the bundle. Of two who freeze at once one succeeds.

    ``known``: what ``freezing.prove`` found in a session of its own. Raises ``Conflict`` if it is
    frozen, the round was reopened, the tables or rules have changed since it was computed or the
    tallies differ; where something was missing ``Invalid`` without a reason and ``NotAllowed`` for
    whoever computed it; ``NotAllowed`` without ``result.close``.
    """
    contest = result.contest
    require(actor, "result.close", contest)
    freezing.require_ready(result, actor)
    input_sha256, bundle_sha256 = unheld.answer(
        session, contest, lambda: freezing.prove(session, result, revision_of(result), vault), known
    )
    session.refresh(result, with_for_update=LOCK)
    freezing.require_ready(result, actor)
    if input_sha256 != result.input_sha256:
        raise freezing.changed()
    jury_round.lock_ballots(session, contest, actor=actor, at=at)
    result.second_by = actor.label if result.gaps else None
    result.bundle_sha256, result.frozen_at = bundle_sha256, at
    contest.closed_at = contest.closed_at or at
    move(
        session, result, "frozen", actor=actor, at=at, number=result.number,
        output_sha256=result.output_sha256, bundle_sha256=result.bundle_sha256,
    )
    return result


# ---------------------------------------------------------------------------- publishing


def agreed(session: Session, result: Result) -> Ahead[None]:
    """That the second tally agrees with it once more, which takes seconds for a large one. Raises
    ``Conflict`` where it does not, or a clip has left or come back since."""
    def agree() -> None:
        totals = ranking_rows.totals(session, result)
        tally.require_agreement(session, result.contest, totals, profile_of(result),
                                lambda codes: ranking_rows.names(session, result, codes))

    moved_since.require_unmoved(session, result)
    return unheld.ahead(session, result.contest, agree)


def publish(
    session: Session, result: Result, *, actor: Actor, at: datetime,
    known: Ahead[None] | None = None,
) -> Result:
    """Make a frozen revision public, after the second tally has agreed once more (``known``: what
    ``agreed`` said in a session of its own). Raises ``NotAllowed`` without ``result.publish``,
    ``Conflict`` if it is not frozen, a clip has left or come back since (``replacement``), or the
    tallies differ."""
    contest = result.contest
    require(actor, "result.publish", contest)
    known = known or agreed(session, result)
    unheld.answer(session, contest, lambda: agreed(session, result).found, known)
    moved_since.require_unmoved(session, result)
    move(session, result, "published", actor=actor, at=at, number=result.number)
    result.published_at = at
    hour = update(PlannedRelease).where(
        PlannedRelease.contest_id == contest.id, PlannedRelease.outcome == "waiting"
    )
    session.execute(hour.values(outcome="published", ended_by=actor.label, ended_at=at))
    outbox.enqueue(
        session, "pages.render", contest.id, at=at, contest_id=contest.id, priority="high",
        key=f"pages.render:{contest.id}:{result.number}",
    )
    telling.begin(session, result, at=at)
    followers.result_is_out(session, result, at=at)
    return result


def decide(
    session: Session, contest: Contest, codes: list[str], *, reason: str, actor: Actor,
    at: datetime,
) -> ChairDecision:
    """Record the chair's order of tied clips, best first; takes effect at the next computation.
    Raises ``NotAllowed`` without ``result.close``, ``Invalid`` without a reason or two different
    clips."""
    require(actor, "result.close", contest)
    if len(set(codes)) < 2 or len(set(codes)) != len(codes):  # noqa: PLR2004
        raise Invalid(
            "Hãy xếp thứ tự khác nhau cho từng đơn vị đang bằng điểm.",
            "Please give each of the tied units a place of its own.",
        )
    if not reason.strip():
        raise Invalid(
            "Hãy ghi số biên bản hoặc lý do quyết định.", "Please state the minutes or the reason."
        )
    decision = ChairDecision(
        contest_id=contest.id, ordering=codes, reason=reason.strip(), created_by=actor.label,
        created_at=at,
    )
    session.add(decision)
    audit.record(
        session, "result.decided", contest, actor=actor, at=at, contest_id=contest.id,
        after={"ordering": codes, "reason": reason.strip()},
    )
    return decision
