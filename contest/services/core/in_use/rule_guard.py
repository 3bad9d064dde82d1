"""What a change of the rules does to what is there already: refused, carried over, or only told.

Rules in use are not changed under somebody's hands. What cannot be right is refused, and the
sentence names the way; what moves ballots is shown first and done when it was agreed to
(``rule_carrying``); what only counts differently is told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from contest.languages import counted
from contest.models import Ballot, Contest, Mark, Result, Submission, Unit
from contest.profile import Profile
from contest.profile.judging import Criterion
from contest.services.core import appraisal
from contest.services.core.appraisal import Board, Standing
from contest.services.core.in_use import categories, dates, kinds, questions
from contest.services.core.in_use.effects import CARRIED, REFUSED, TOLD, Effect
from contest.services.core.search import sortable
from contest.states import IN_CONTEST, REPLACEABLE

NAMED = 3  # units named in a refusal


@dataclass(frozen=True)
class Given:
    """What the jury has given so far: by criterion how many marks and the highest; ballots handed
    in; whether the round is locked and whether a result was ever frozen."""

    marks: Mapping[str, tuple[int, int]]
    submitted: int
    locked: bool
    frozen: bool


def effects(
    session: Session, contest: Contest, old: Profile, new: Profile, *, at: datetime
) -> list[Effect]:
    """The consequences of putting ``new`` in force now, refusals first."""
    given = given_so_far(session, contest)
    found = [
        *_final(session, contest, old, new), *dates.effects(session, contest, old, new, at),
        *_criteria(given, old, new, at),
        *_quota(session, contest, old, new, at), *_kinds(session, contest, old, new),
        *categories.effects(session, contest, old, new), *kinds.effects(session, contest, old, new),
        *_weights(given, old, new), *_sharing(given, old, new),
        *_board(session, contest, old, new, at),
        *questions.effects(session, contest, old, new),
    ]
    return sorted(found, key=lambda one: (REFUSED, CARRIED, TOLD).index(one.kind))


def given_so_far(session: Session, contest: Contest) -> Given:
    of_contest = Submission.contest_id == contest.id
    marks = (
        select(Mark.criterion, func.count(), func.max(Mark.value))
        .join(Mark.ballot).join(Ballot.submission).where(of_contest).group_by(Mark.criterion)
    )
    submitted = select(func.count(Ballot.id)).join(Ballot.submission)
    frozen = select(Result.id).where(
        Result.contest_id == contest.id, Result.frozen_at.is_not(None)
    )
    return Given(
        {row[0]: (row[1], row[2]) for row in session.execute(marks)},
        session.scalar(submitted.where(of_contest, Ballot.state == "submitted")) or 0,
        contest.jury_locked_at is not None, session.scalars(frozen.limit(1)).first() is not None,
    )


# ---------------------------------------------------------------------------- results


def _final(session: Session, contest: Contest, old: Profile, new: Profile) -> Iterator[Effect]:
    query = select(Result.number, Result.state).where(Result.contest_id == contest.id)
    newest = session.execute(query.order_by(Result.number.desc()).limit(1)).first()
    if newest is None or _counting(old) == _counting(new):
        return
    if newest.state == "computed":
        yield Effect(TOLD, f"Bản kết quả {newest.number} cần được tính lại theo thể lệ mới.",
                     f"Revision {newest.number} of the result has to be computed again.")
        return
    yield Effect(
        REFUSED,
        f"Kết quả bản {newest.number} đã chốt theo thể lệ đang áp dụng, nên cách tính điểm không "
        "đổi được nữa. Hãy lập bản kết quả mới (có lý do) ở trang Kết quả, rồi đổi thể lệ trong "
        "lúc bản đó chưa chốt.",
        f"Revision {newest.number} of the result is final under the rules in force, so scoring "
        "cannot change now. First compute a new revision (with its reason) on the page Results, "
        "then change the rules before that one is frozen.",
    )


def _counting(profile: Profile) -> tuple[dict[str, object], bool]:
    """All of the rules that a result depends on."""
    return profile.scoring_rules(), profile.jury.assigned


def _sharing(given: Given, old: Profile, new: Profile) -> Iterator[Effect]:
    """Clips become everybody's, or are shared out, while the jury marks."""
    if old.jury.assigned == new.jury.assigned:
        return
    if given.locked:
        yield Effect(
            REFUSED,
            "Vòng chấm đã khoá nên không đổi được ai chấm clip nào. Hãy mở lại vòng chấm ở trang "
            "Giám khảo, rồi đổi thể lệ.",
            "The jury round is locked, so who marks which clip cannot change. Reopen the round on "
            "the page Jurors, then change the rules.",
        )
    elif new.jury.assigned:
        yield Effect(
            TOLD,
            "Từ nay mỗi giám khảo chỉ chấm clip được giao: hãy phân công ở trang Giám khảo. Người "
            "đã nộp phiếu cho clip nào thì được giao clip đó khi phân công.",
            "From now on each juror marks only the clips that they are given: give them out on "
            "the page Jurors. Who has handed in a ballot is given that clip by the step.",
        )
    else:
        yield Effect(TOLD, "Từ nay mọi giám khảo chấm mọi clip: ai còn thiếu phiếu sẽ thấy thêm.",
                     "From now on every juror marks every clip: they will see those they owe.")


# ---------------------------------------------------------------------------- the rubric


def renamed(given: Given, old: Profile, new: Profile) -> dict[str, str]:
    """Criteria that have marks and go under another id: old -> new. In their order, each with the
    same maximum; empty where what went cannot be told from what came."""
    before, after = _by_id(old), _by_id(new)
    gone = [c for c in old.jury.criteria if c.id not in after and c.id in given.marks]
    come = [c for c in new.jury.criteria if c.id not in before]
    if len(gone) > len(come):
        return {}
    pairs = _paired(old, new, gone, come)
    return {one.id: other.id for one, other in pairs} if len(pairs) == len(gone) else {}


def _paired(
    old: Profile, new: Profile, gone: list[Criterion], come: list[Criterion]
) -> list[tuple[Criterion, Criterion]]:
    """By the same place in the rubric, else by the same name, with the same maximum."""
    pairs = []
    free = list(come)
    for one in gone:
        place = old.jury.criteria.index(one)
        for other in free:
            same = new.jury.criteria.index(other) == place or other.name == one.name
            if same and other.max == one.max:
                pairs.append((one, other))
                free.remove(other)
                break
    return pairs


def added(given: Given, old: Profile, new: Profile) -> list[Criterion]:
    """Criteria that nobody has marked yet, because they are new."""
    known = set(_by_id(old)) | set(renamed(given, old, new).values())
    return [c for c in new.jury.criteria if c.id not in known]


def _by_id(profile: Profile) -> dict[str, Criterion]:
    return {c.id: c for c in profile.jury.criteria}


def _criteria(given: Given, old: Profile, new: Profile, at: datetime) -> Iterator[Effect]:
    after, names = _by_id(new), renamed(given, old, new)
    for criterion in old.jury.criteria:
        count, highest = given.marks.get(criterion.id, (0, 0))
        if not count:
            continue
        if criterion.id in names:
            yield _rename(given, criterion, names[criterion.id], count)
        elif criterion.id not in after:
            yield _removal(criterion, count)
        elif after[criterion.id].max != criterion.max:
            yield _maximum(given, criterion, after[criterion.id].max, count, highest)
    if given.submitted or given.frozen:  # freezing has locked what was handed in
        for criterion in added(given, old, new):
            yield _addition(given, criterion, new, at)


def _rename(given: Given, criterion: Criterion, name: str, count: int) -> Effect:
    if given.frozen:
        return Effect(
            REFUSED,
            f"Kết quả đã chốt ghi tiêu chí “{criterion.id}”, nên mã này không đổi được nữa. Hãy "
            "giữ mã (id) và chỉ sửa tên hiển thị (name).",
            f'A frozen result names the criterion "{criterion.id}", so its id stays. Keep the id '
            "and change only the name that is shown.",
        )
    return Effect(
        CARRIED,
        f"Tiêu chí “{criterion.id}” đổi mã thành “{name}”: {count} điểm đã chấm được giữ nguyên và "
        "chuyển sang mã mới.",
        f'The criterion "{criterion.id}" becomes "{name}": its {count} marks are kept and carried '
        "over.",
    )


def _removal(criterion: Criterion, count: int) -> Effect:
    return Effect(
        REFUSED,
        f"Tiêu chí “{criterion.name.vi}” ({criterion.id}) đã có {count} điểm nên không bỏ được. "
        "Hãy giữ tiêu chí; để đổi mã, hãy thay mã ngay tại chỗ và giữ nguyên điểm tối đa.",
        f'The criterion "{criterion.name.en}" ({criterion.id}) has {count} marks and cannot be '
        "removed. Keep it; to give it another id, change the id in its place and keep its maximum.",
    )


def _maximum(
    given: Given, criterion: Criterion, most: int, count: int, highest: int
) -> Effect:
    if most < highest and given.frozen:
        return Effect(
            REFUSED,
            f"Tiêu chí “{criterion.name.vi}” đã có điểm {highest} trong kết quả đã chốt, mà phiếu "
            f"đã khoá hẳn; điểm tối đa mới là {most}. Hãy chọn ít nhất {highest}.",
            f'The criterion "{criterion.name.en}" has a mark of {highest} in a frozen result, and '
            f"ballots stay locked; the new maximum is {most}. Choose at least {highest}.",
        )
    if most < highest:
        return Effect(
            REFUSED,
            f"Tiêu chí “{criterion.name.vi}” đã có điểm {highest}; điểm tối đa mới là {most}. Hãy "
            f"chọn ít nhất {highest}, hoặc nhờ giám khảo chấm lại các điểm cao hơn trước.",
            f'The criterion "{criterion.name.en}" has a mark of {highest}; the new maximum is '
            f"{most}. Choose at least {highest}, or have the jurors mark again first.",
        )
    return Effect(
        CARRIED,
        f"Tiêu chí “{criterion.name.vi}” đổi điểm tối đa từ {criterion.max} thành {most}: {count} "
        "điểm đã chấm giữ nguyên số và được tính trên thang mới.",
        f"The criterion “{criterion.name.en}” has {counted(most, 'point', 'points')} instead of "
        f"{criterion.max}; the marks that were given ({count}) count on the new scale.",
    )


def _addition(given: Given, criterion: Criterion, new: Profile, at: datetime) -> Effect:
    vi, en = f"Tiêu chí mới “{criterion.name.vi}”", f'The new criterion "{criterion.name.en}"'
    if given.frozen:
        return Effect(
            REFUSED, f"{vi} chưa ai chấm, mà phiếu đã khoá hẳn từ khi chốt kết quả. Hãy giữ các "
            "tiêu chí đang có; tiêu chí mới dành cho hội thi sau.",
            f"{en} has no marks, and ballots stay locked since a result was frozen. Keep the "
            "criteria that there are; a new one is for the next contest.",
        )
    if given.locked:
        return Effect(
            REFUSED, f"{vi} chưa ai chấm mà vòng chấm đã khoá. Hãy mở lại vòng chấm trước.",
            f"{en} has no marks and the round is locked. Reopen the round first.",
        )
    if new.schedule.ballots_close <= at:
        return Effect(
            REFUSED, f"{vi} chưa ai chấm mà hạn chấm đã qua. Hãy dời hạn chấm "
            "(schedule.jury_closes) trong cùng lần lưu này.",
            f"{en} has no marks and the jury's deadline has passed. Move it "
            "(schedule.jury_closes) in this same change.",
        )
    return Effect(
        CARRIED, f"{vi}: {given.submitted} phiếu đã nộp được mở lại để giám khảo chấm thêm.",
        f"{en}: {counted(given.submitted, 'ballot', 'ballots')} handed in before "
        f"{'is' if given.submitted == 1 else 'are'} reopened, to be marked in it.",
    )


def _weights(given: Given, old: Profile, new: Profile) -> Iterator[Effect]:
    before, after = ({k: v for k, v in p.scoring_rules().items() if k != "criteria"}
                     for p in (old, new))
    weights = [{c.id: c.weight for c in p.jury.criteria} for p in (old, new)]
    if given.marks and (before != after or weights[0] != weights[1]):
        count = max(count for count, _ in given.marks.values())
        yield Effect(
            TOLD, f"Cách tính điểm thay đổi khi đã có {count} phiếu có điểm: mọi phiếu được tính "
            "theo cách mới.",
            f"Scoring changes while ballots have marks ({count}): all count in the new way.",
        )


# ---------------------------------------------------------------------------- entries


def _quota(
    session: Session, contest: Contest, old: Profile, new: Profile, at: datetime
) -> Iterator[Effect]:
    most = new.quota.maximum
    if most < old.quota.maximum and (over := _over(session, contest, most)):
        named = ", ".join(f"{name} ({count})" for name, count in over[:NAMED])
        named += ", …" if len(over) > NAMED else ""
        yield Effect(
            REFUSED,
            f"Có đơn vị đã gửi nhiều hơn {most} bài: {named}. Hãy giữ chỉ tiêu tối đa ít nhất "
            f"{over[0][1]}, hoặc để các đơn vị rút bớt bài trước.",
            f"Units have sent more than {most} entries: {named}. Keep a maximum of at least "
            f"{over[0][1]}, or have these units withdraw entries first.",
        )
    if new.quota.minimum > old.quota.minimum and new.schedule.entries_close <= at:
        yield Effect(
            REFUSED,
            "Đã hết hạn nhận clip nên không tăng số clip tối thiểu được: đơn vị không còn gửi "
            "được. Hãy dời hạn nhận clip trong cùng lần lưu này.",
            "Entries are closed, so the least number of clips cannot grow: no unit could send "
            "one. Move the deadline for clips in this same change.",
        )


def _over(session: Session, contest: Contest, most: int) -> list[tuple[str, int]]:
    count: ColumnElement[int] = func.count(Submission.id)
    query = (
        select(Unit.name, count).join(Submission, Submission.unit_id == Unit.id)
        .where(Submission.contest_id == contest.id, Submission.state.in_(IN_CONTEST))
        .group_by(Unit.id, Unit.name).having(count > most)
        .order_by(count.desc(), sortable(Unit.name))
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def _kinds(
    session: Session, contest: Contest, old: Profile, new: Profile
) -> Iterator[Effect]:
    gone = set(old.form.kinds) - set(new.form.kinds)
    query = select(func.count()).where(
        Submission.contest_id == contest.id, Submission.kind.in_(gone),
        Submission.state.in_(REPLACEABLE),
    )
    if gone and (count := session.scalar(query) or 0):
        yield Effect(
            REFUSED,
            f"{count} bài đang dự thi theo hình thức định bỏ ({', '.join(sorted(gone))}). Hãy giữ "
            "hình thức này.",
            f"Entries of the kind to be removed ({', '.join(sorted(gone))}): {count}. Keep it.",
        )


# ---------------------------------------------------------------------------- appraisal


def _board(
    session: Session, contest: Contest, old: Profile, new: Profile, at: datetime
) -> Iterator[Effect]:
    """What clips before the board come to by the new numbers, and a board too small for them."""
    if not appraisal.concerned(old, new):
        return
    before = appraisal.boards(session, contest, old, at=at)
    after = appraisal.boards(session, contest, new, at=at)
    decided = [one for one in after.values() if one.standing == Standing.DECIDED]
    if decided:
        yield Effect(
            CARRIED,
            f"{len(decided)} clip đã đủ phiếu theo số mới và được kết luận ngay: "
            f"{_named(session, decided)}.",
            f"Clips that have enough votes by the new numbers and are decided at once: "
            f"{len(decided)} ({_named(session, decided)}).",
        )
    voted = sum(1 for one in before.values() if one.votes)
    if voted > len(decided):
        yield Effect(
            TOLD, f"{voted} clip đã có phiếu: các phiếu được giữ và tính theo số mới.",
            f"Clips that have votes: {voted}. Votes are kept and counted by the new numbers.",
        )
    yield from _too_few(len(appraisal.members(session, contest)), new)


def _named(session: Session, boards: list[Board]) -> str:
    ids = [one.submission_id for one in boards[:NAMED]]
    codes = session.scalars(
        select(Submission.code).where(Submission.id.in_(ids)).order_by(Submission.code)
    )
    return ", ".join(codes) + (", …" if len(boards) > NAMED else "")


def _too_few(members: int, new: Profile) -> Iterator[Effect]:
    needed = max(new.review.approvals, new.review.quorum)
    if new.review.by_board and members < needed:
        yield Effect(
            TOLD,
            f"Thể lệ cần {needed} phiếu mà Tổ thẩm định có {members} người: hãy thêm người ở trang "
            "Nhân sự, nếu không mỗi clip phải chờ Chủ tịch quyết định.",
            f"The rules ask for {counted(needed, 'vote', 'votes')} and the board has "
            f"{counted(members, 'member', 'members')}: add people on the page Staff, "
            "or every clip has to wait for the chair's word.",
        )
