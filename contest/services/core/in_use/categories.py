"""What follows for clips that are in a category when the categories change."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.models import Contest, Submission, Unit
from contest.profile import Profile
from contest.profile.winning import open_to
from contest.services.core.in_use.effects import REFUSED, TOLD, Effect
from contest.states import IN_CONTEST


def effects(session: Session, contest: Contest, old: Profile, new: Profile) -> Iterator[Effect]:
    """Refused: a category that clips are in goes. Told: clips that are in none or in one that is
    not open to their unit any more."""
    if old.categories == new.categories:
        return
    rows = _in_use(session, contest)
    kept = {one.id for one in new.categories}
    names = {one.id: one.name for one in old.categories}
    for key in sorted({key for key, _, _ in rows if key in names} - kept):
        count = sum(found for one, _, found in rows if one == key)
        yield Effect(
            REFUSED,
            f"Mảng “{names[key].vi}” ({key}) đang có {count} bài dự thi nên không bỏ hay đổi mã "
            "được. Hãy giữ mã (id) và chỉ sửa tên hiển thị (name), hoặc chuyển các bài đó sang "
            "mảng khác trước (trang của từng bài).",
            f'The category "{names[key].en}" ({key}) has {count} entries and can neither go nor '
            "get another id. Keep the id and change only the name that is shown, or move them to "
            "another category first (on each entry's page).",
        )
    stray = sum(found for key, group, found in rows if key in kept | {""} and new.categories
                and key not in {one.id for one in open_to(new.categories, group)})
    if stray:
        yield Effect(
            TOLD,
            f"{stray} bài không thuộc mảng nào dành cho đơn vị của chúng theo thể lệ mới; hãy xếp "
            "mảng trên trang của từng bài.",
            f"Entries that are in no category open to their unit under the new rules: {stray}. Put "
            "each into one on its page.",
        )


def _in_use(session: Session, contest: Contest) -> list[tuple[str, str, int]]:
    """Category, the unit's group, how many clips in the contest."""
    query = (
        select(Submission.category, Unit.group, func.count()).join(Submission.unit)
        .where(Submission.contest_id == contest.id, Submission.state.in_(IN_CONTEST))
        .group_by(Submission.category, Unit.group)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]
