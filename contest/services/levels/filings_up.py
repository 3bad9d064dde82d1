"""What a unit here has filed becomes the filing that this contest owes the one above.

The contest above has confirmed as which of its units this one stands (``links``), so nothing waits
to be accepted: it is that unit's filing from the moment it is handed up, late by that moment, and
may be given back as any other. The stored files are the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from contest.actors import Actor
from contest.errors import Conflict, Invalid, TooLarge, not_found
from contest.models import Attachment, Contest, Filing, Unit
from contest.permissions import require
from contest.profile.filings import Filing as Rule
from contest.profile.questions import Question
from contest.services.core import audit, locks, profiles
from contest.services.filings import filings
from contest.services.filings.filings import Given, Standing, rule_of, standing
from contest.services.handover import in_the_way
from contest.services.levels import links
from contest.services.questions import attachments
from contest.services.questions.attachments import Sent

MOST = 500  # filings to choose from


@dataclass(frozen=True)
class Owed:
    """What the contest above asks of this one. ``source``: the filing here that it was made of;
    ``changed``: that one was filed anew since."""

    standing: Standing
    source: Filing | None

    @property
    def changed(self) -> bool:
        row = self.standing.row
        return bool(self.source and row and row.filed_at and self.source.filed_at
                    and self.source.filed_at > row.filed_at)


def owed(session: Session, contest: Contest, *, at: datetime) -> list[Owed]:
    """What the contest above asks of the unit as which this one stands; empty before the link is
    confirmed."""
    link = links.of_child(session, contest)
    if link is None or link.state != "confirmed" or link.unit is None:
        return []
    found = filings.of_unit(session, link.unit, at=at)
    ids = [one.row.source_id for one in found if one.row and one.row.source_id]
    query = select(Filing).where(Filing.contest_id == contest.id, Filing.id.in_(ids))
    sources = {row.id: row for row in session.scalars(query.options(joinedload(Filing.unit)))}
    return [Owed(one, sources.get(one.row.source_id or 0) if one.row else None) for one in found]


def sources(session: Session, contest: Contest, *, at: datetime) -> list[tuple[Unit, Standing]]:
    """What units here have filed and was not given back, the newest first, ``MOST`` of it."""
    rules = {one.id: one for one in profiles.profile_of(contest).filings}
    rows = session.scalars(
        select(Filing).where(Filing.contest_id == contest.id, Filing.filing.in_(rules),
                             Filing.filed_at.is_not(None))
        .options(joinedload(Filing.unit)).order_by(Filing.filed_at.desc(), Filing.id).limit(MOST)
    )
    return [(row.unit, standing(rules[row.filing], row, at=at)) for row in rows
            if row.state == "filed"]


def hand_up(
    session: Session, contest: Contest, key: str, filing_id: int, *, actor: Actor, at: datetime
) -> Filing:
    """Make a filing of a unit here the one that ``key`` of the rules above asks for; in place of
    what was filed there before. Returns the filing above.

    Raises ``NotAllowed`` without ``handover.offer``; ``Conflict`` before the link is confirmed,
    where the filing was given back, and between a dry run and a real contest; ``NotFound``;
    ``TooLate`` where the rules above refuse what is late; ``Invalid`` where they ask for what is
    not in it; ``TooLarge`` for a file beyond what they take.
    """
    require(actor, "handover.offer", contest)
    unit = _unit_above(session, contest)
    source, rule = _source(session, contest, filing_id), _rule_above(unit, key)
    given = _given(session, source, rule, _before(session, unit, key))
    said = f"{profiles.profile_of(contest).contest.title.vi}: {source.unit.name}"
    made = filings.put(session, unit, key, given, actor=actor, at=at,
                       reason=said[:filings.MOST_WORDS], source_id=source.id)
    audit.record(session, "filing.handed_up", source, actor=actor, at=at, contest_id=contest.id,
                 after={"unit": source.unit_id, "filing": source.filing, "to": made.id})
    return made


def take_back(
    session: Session, contest: Contest, key: str, *, actor: Actor, at: datetime
) -> None:
    """What was handed up is filed no more; its files there go. Raises ``NotAllowed``; ``Conflict``
    for what did not come from here, or once the rules above take no more."""
    require(actor, "handover.offer", contest)
    unit = _unit_above(session, contest)
    locks.lock(session, unit)
    now = filings.find(session, unit, key, at=at)
    source = session.get(Filing, now.row.source_id) if now.row and now.row.source_id else None
    if now.row is None or source is None or source.contest_id != contest.id:
        raise Conflict("Nội dung này không được gửi lên từ hội thi này. Hãy tải lại trang.",
                       "This was not handed up from this contest. Please reload the page.")
    if not now.rule.taken_at(at, now.state, now.due):
        raise Conflict("Cấp trên đã hết hạn nhận nên không thu lại được. Hãy liên hệ cấp trên.",
                       "The contest above takes no more, so it cannot be taken back. Ask them.")
    for file in attachments.of(session, now.row):
        session.delete(file)
    row = now.row
    row.answers, row.source_id, row.reason = {}, None, ""
    row.filed_at = row.first_at = row.returned_at = None
    for owner, contest_id in ((row, row.contest_id), (source, contest.id)):
        audit.record(session, "filing.taken_back", owner, actor=actor, at=at,
                     contest_id=contest_id, after={"filing": key})


def above(session: Session, rows: Sequence[int]) -> list[Filing]:
    """Filings further up that were made of these, the nearest first."""
    found: list[Filing] = []
    waiting = list(rows)
    while waiting:
        made = session.scalars(select(Filing).where(Filing.source_id.in_(waiting))
                               .options(joinedload(Filing.unit)).order_by(Filing.id)).all()
        found += made
        waiting = [one.id for one in made]
    return found


# ---------------------------------------------------------------------------- parts


def _unit_above(session: Session, contest: Contest) -> Unit:
    link = links.confirmed_above(session, contest)
    assert link.unit is not None  # noqa: S101 - it is confirmed as one of its units
    if why := in_the_way.of_contests(contest, link.contest, with_clip=False):
        raise why
    return link.unit


def _rule_above(unit: Unit, key: str) -> Rule:
    rule = rule_of(profiles.profile_of(unit.contest), key)
    if not rule.owed_by(unit.group):
        raise not_found()
    return rule


def _source(session: Session, contest: Contest, filing_id: int) -> Filing:
    row = session.get(Filing, filing_id)
    if row is None or row.contest_id != contest.id:
        raise not_found()
    if row.state != "filed":
        raise Conflict("Đơn vị chưa nộp, hoặc báo cáo đã được trả lại. Hãy tải lại trang.",
                       "It was not filed, or was given back already. Please reload the page.")
    return row


def _before(session: Session, unit: Unit, key: str) -> frozenset[int]:
    """The files of what was filed there before: all are replaced."""
    row = session.scalars(select(Filing).where(
        Filing.unit_id == unit.id, Filing.filing == key)).one_or_none()
    return frozenset(one.id for one in attachments.of(session, row)) if row else frozenset()


def _given(session: Session, source: Filing, rule: Rule, before: frozenset[int]) -> Given:
    """Answers by the question's id, files by theirs; where each side asks for files once, those."""
    asked = [one for one in rule.asks if one.asked]
    said = {one.id: source.answers[one.id] for one in asked if one.id in source.answers}
    return Given(said, _files(attachments.of(session, source), asked), before)


def _files(
    found: Sequence[Attachment], asked: Sequence[Question]
) -> Mapping[str, Sequence[Sent]]:
    wanted = [one for one in asked if one.kind == "file"]
    names = {file.question for file in found}
    other = {wanted[0].id: next(iter(names))} if len(wanted) == len(names) == 1 else {}
    return {
        one.id: [_sent(file, one) for file in found if file.question == other.get(one.id, one.id)]
        for one in wanted
    }


def _sent(file: Attachment, question: Question) -> Sent:
    if file.kind not in question.file_kinds:
        kinds = [attachments.kinds_in_words(question, language) for language in ("vi", "en")]
        raise Invalid(
            f"Tệp “{file.filename}” không thuộc loại cấp trên nhận ({kinds[0]}).",
            f'The file "{file.filename}" is of no kind that the contest above takes ({kinds[1]}).',
        )
    if file.size > question.bytes:
        raise TooLarge(f"Tệp “{file.filename}” lớn hơn mức cấp trên nhận.",
                       f'The file "{file.filename}" is larger than the contest above takes.')
    return Sent(file.kind, file.sha256, file.size, file.filename)
