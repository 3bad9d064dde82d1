"""Which categories a unit's clips may be in, and how many of them."""

from sqlalchemy.orm import Session

from contest.errors import Invalid
from contest.models import Submission, Unit
from contest.profile import Profile
from contest.profile.winning import open_to
from contest.services.core import locks
from contest.services.units import units


def chosen(profile: Profile, unit: Unit, category: str) -> str:
    """The category that a clip of ``unit`` is in: what was chosen, or the only one that it may be
    in; "" where the rules have none.

    Raises ``Invalid`` for any other, and where the unit's group is in no category.
    """
    if not profile.categories:
        return ""
    may = open_to(profile.categories, unit.group)
    if not may:
        raise Invalid(
            f"Đơn vị thuộc khối “{unit.group or '–'}”, không có mảng nội dung nào dành cho khối "
            "này. Hãy nhờ Ban Tổ chức ghi lại khối của đơn vị hoặc thêm mảng vào thể lệ.",
            f'The unit is in the group "{unit.group or "–"}", for which there is no category. Ask '
            "the organisers to set the unit's group right, or to add a category to the rules.",
        )
    if len(may) == 1 and category in ("", may[0].id):
        return may[0].id
    if category not in [one.id for one in may]:
        vi, en = (", ".join(one.name[language] for one in may) for language in ("vi", "en"))
        raise Invalid(f"Hãy chọn một mảng nội dung dành cho đơn vị: {vi}.",
                      f"Choose a category that is open to the unit: {en}.")
    return category


def rechosen(session: Session, submission: Submission, profile: Profile, category: str) -> str:
    """The category that the entry comes to by another choice; locks its unit where it is a new one.

    Raises ``Invalid`` as ``chosen``, and where that category is full for the unit.
    """
    found = chosen(profile, submission.unit, category)
    if found != submission.category:
        locks.lock(session, submission.unit)
        require_room(session, submission.unit, profile, found)
    return found


def require_room(session: Session, unit: Unit, profile: Profile, category: str) -> None:
    """Raises ``Invalid`` where the unit has as many clips in ``category`` as the rules allow.

    Whoever calls holds the unit's row.
    """
    one = next((c for c in profile.categories if c.id == category), None)
    if one is None or one.maximum is None:
        return
    count = units.counted(session, unit.id, category=one.id)
    if count >= one.maximum:
        raise Invalid(
            f"Đơn vị đã có {count} bài trong mảng “{one.name.vi}”; tối đa là {one.maximum}. Hãy "
            "chọn mảng khác, hoặc rút một bài của mảng này.",
            f'The unit has {count} entries in the category "{one.name.en}"; at most {one.maximum} '
            "are allowed. Choose another category, or withdraw one of these.",
        )
