"""What changed questions and filings do to answers that were given already.

An answer was given to certain words, for certain readers. A question that has answers is neither
removed nor made another; it may be asked no more (``retired = true``), and its answers stay.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from contest.models import Attachment, Contest, Submission
from contest.models import Filing as FilingRow
from contest.profile import Profile
from contest.profile.filings import Filing
from contest.profile.questions import CHOOSING, Question
from contest.services.core.in_use.effects import REFUSED, TOLD, Effect

READERS = {"reviewers": ("Ban thẩm định", "reviewers"), "jurors": ("giám khảo", "jurors"),
           "public": ("mọi người", "everybody")}
BATCH = 500


@dataclass
class Given:
    """How many answers each question has, and how often each option was chosen."""

    answers: Counter[str] = field(default_factory=Counter)
    options: Counter[tuple[str, str]] = field(default_factory=Counter)


def effects(session: Session, contest: Contest, old: Profile, new: Profile) -> Iterator[Effect]:
    """The consequences of changed questions."""
    if old.questions != new.questions:
        yield from _compared(old.questions, new.questions, _given(session, contest, old))
    after = {one.id: one for one in new.filings}
    for filing in old.filings:
        if filing.id in after and filing.asks == after[filing.id].asks:
            continue
        given, count = _filed(session, contest, filing)
        if filing.id in after:
            yield from _compared(filing.asks, after[filing.id].asks, given)
        elif count:
            yield Effect(
                REFUSED,
                f"{count} đơn vị đã nộp “{filing.name.vi}” nên không bỏ được. Hãy giữ lại; muốn "
                "thôi nhận thì để hạn nộp đã qua và không nhận khi trễ hạn.",
                f'"{filing.name.en}" was filed by units ({count}) and cannot be removed. Keep it; '
                "to end it, leave its deadline in the past and refuse what is late.",
            )


def _compared(
    old: Sequence[Question], new: Sequence[Question], given: Given
) -> Iterator[Effect]:
    after = {one.id: one for one in new}
    demanded = {one.id for one in old if one.required and one.asked}
    for one in old:
        if not given.answers[one.id]:
            continue
        if one.id not in after:
            yield _removed(one, given.answers[one.id])
        else:
            yield from _changed(one, after[one.id], given)
    for one in new:
        if one.asked and one.required and one.id not in demanded and given.answers:
            yield Effect(
                TOLD,
                f"“{one.label.vi}” thành câu hỏi bắt buộc: bài đã gửi chỉ được hỏi khi đơn vị sửa "
                "phiếu lần sau.",
                f'"{one.label.en}" becomes required: entries that were sent are asked only when '
                "their form is changed the next time.",
            )


def _given(session: Session, contest: Contest, profile: Profile) -> Given:
    query = select(Submission.answers).where(Submission.contest_id == contest.id)
    files = select(Attachment.question, func.count()).where(
        Attachment.contest_id == contest.id, Attachment.submission_id.is_not(None)
    )
    return _counted(session, query, files, profile.questions)


def _filed(session: Session, contest: Contest, rule: Filing) -> tuple[Given, int]:
    """Of one filing, and how many units filed it."""
    mine = [FilingRow.contest_id == contest.id, FilingRow.filing == rule.id,
            FilingRow.filed_at.is_not(None)]
    files = select(Attachment.question, func.count()).where(Attachment.filing_id.in_(
        select(FilingRow.id).where(*mine)))
    given = _counted(session, select(FilingRow.answers).where(*mine), files, rule.asks)
    return given, session.scalar(select(func.count(FilingRow.id)).where(*mine)) or 0


def _counted(
    session: Session, answered: Select[dict[str, Any]], files: Select[str, int],
    questions: Sequence[Question],
) -> Given:
    found, choosing = Given(), {one.id for one in questions if one.kind in CHOOSING}
    for answers in session.scalars(answered.execution_options(yield_per=BATCH)):
        for key, value in answers.items():
            found.answers[key] += 1
            if key in choosing:
                found.options.update(
                    (key, one) for one in (value if isinstance(value, list) else [value])
                )
    for key, count in session.execute(files.group_by(Attachment.question)):
        found.answers[key] += count
    return found


def _removed(one: Question, count: int) -> Effect:
    return Effect(
        REFUSED,
        f"Câu hỏi “{one.label.vi}” đã có {count} câu trả lời nên không bỏ được. Hãy giữ lại và "
        "chọn “Thôi hỏi” (retired = true): không ai bị hỏi nữa, câu trả lời vẫn còn.",
        f'The question "{one.label.en}" has answers ({count}) and cannot be removed. Keep it and '
        "set \"Asked\" to no (asked = false): nobody is asked any more, the answers stay.",
    )


def _changed(old: Question, new: Question, given: Given) -> Iterator[Effect]:
    count = given.answers[old.id]
    if new.kind != old.kind:
        yield Effect(
            REFUSED,
            f"Câu hỏi “{old.label.vi}” đã có {count} câu trả lời nên không đổi loại được. Hãy thôi "
            "hỏi câu này (retired = true) và thêm một câu mới.",
            f'The question "{old.label.en}" has answers ({count}), so its kind cannot change. Ask '
            "it no more (retired = true) and add a new one.",
        )
        return
    yield from _options(old, new, given)
    yield from _readers(old, new, count)
    if new.label != old.label:
        yield Effect(
            TOLD,
            f"{count} câu trả lời đã có là cho lời hỏi cũ: “{old.label.vi}”.",
            f'Answers that were given to the former words, "{old.label.en}": {count}.',
        )


def _options(old: Question, new: Question, given: Given) -> Iterator[Effect]:
    for option in old.named("vi"):
        chosen = given.options[old.id, option]
        if chosen and option not in new.named("vi"):
            yield Effect(
                REFUSED,
                f"“{option}” ở câu “{old.label.vi}” đã được chọn {chosen} lần nên không bỏ hay đổi "
                "được. Hãy giữ lại, và thêm lựa chọn mới bên cạnh.",
                f'"{option}" of "{old.label.en}" was chosen ({chosen}), so it cannot be removed or '
                "renamed. Keep it and add the new option beside it.",
            )


def _readers(old: Question, new: Question, count: int) -> Iterator[Effect]:
    for reader in sorted(set(new.seen_by) - set(old.seen_by)):
        vi, en = READERS[reader]
        yield Effect(
            REFUSED,
            f"{count} câu trả lời cho “{old.label.vi}” được đưa ra khi câu này không dành cho "
            f"{vi}. Hãy giữ người xem như cũ, và thêm một câu mới nếu cần.",
            f'"{old.label.en}" has answers ({count}) that were given when it was not meant for '
            f"{en}. Keep its readers, and add a new question if need be.",
        )
