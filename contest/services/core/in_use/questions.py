"""What changed questions do to answers that were given already.

An answer was given to certain words, for certain readers. A question that has answers is neither
removed nor made another; it may be asked no more (``retired = true``), and its answers stay.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.models import Attachment, Contest, Submission
from contest.profile import Profile
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
    if old.questions == new.questions:
        return
    given, after = _given(session, contest, old), {one.id: one for one in new.questions}
    for one in old.questions:
        if not given.answers[one.id]:
            continue
        if one.id not in after:
            yield _removed(one, given.answers[one.id])
        else:
            yield from _changed(one, after[one.id], given)
    for one in new.questions:
        if one.asked and one.required and not _demanded(old, one):
            yield Effect(
                TOLD,
                f"“{one.label.vi}” thành câu hỏi bắt buộc: bài đã gửi chỉ được hỏi khi đơn vị sửa "
                "phiếu lần sau.",
                f'"{one.label.en}" becomes required: entries that were sent are asked only when '
                "their form is changed the next time.",
            )


def _demanded(old: Profile, question: Question) -> bool:
    return any(one.id == question.id and one.required and one.asked for one in old.questions)


def _given(session: Session, contest: Contest, profile: Profile) -> Given:
    found, choosing = Given(), {one.id for one in profile.questions if one.kind in CHOOSING}
    query = select(Submission.answers).where(Submission.contest_id == contest.id)
    for answers in session.scalars(query.execution_options(yield_per=BATCH)):
        for key, value in answers.items():
            found.answers[key] += 1
            if key in choosing:
                found.options.update(
                    (key, one) for one in (value if isinstance(value, list) else [value])
                )
    files = select(Attachment.question, func.count()).where(Attachment.contest_id == contest.id)
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
