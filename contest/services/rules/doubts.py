"""What a rule file may say and yet is hardly meant: weights that do not add up, dates in a strange
order, a limit that nothing can meet. Told while rules are written; nothing of it is refused.

Pure. What cannot be in force at all is refused by the schema (``profile``); here the order of dates
is only said in better words, at the date that is out of order.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from contest.profile import Profile
from contest.services.rules.changes import in_words
from contest.services.rules.words import label_of

# The dates of a contest as they follow one another (``profile/schema.py``: ``_in_order``).
ORDER = ("schedule.entries_open", "schedule.entries_close", "schedule.publicity_opens",
         "schedule.counts_close", "schedule.awards")
WHOLE = 100  # what weights and the points of a rubric are usually parts of


@dataclass(frozen=True)
class Doubt:
    """One sentence in both languages, at the rule that it is about (a key with dots)."""

    key: str
    vi: str
    en: str

    def __getitem__(self, language: str) -> str:
        return self.en if language == "en" else self.vi


def out_of_order(dates: Mapping[str, datetime | None], zone: ZoneInfo) -> Iterator[Doubt]:
    """Each date that comes before the one that it follows. ``dates``: by key, as far as known."""
    known = [(key, at) for key in ORDER if (at := dates.get(key)) is not None]
    for (first, before), (then, after) in pairwise(known):
        if after < before:
            one, other = label_of(first), label_of(then)
            a, b = in_words(before, zone, first), in_words(after, zone, then)
            yield Doubt(
                then,
                f"{other.vi} ({b[0]}) đang trước {one.vi} ({a[0]}). Hãy chọn ngày giờ muộn hơn.",
                f"{other.en} ({b[1]}) comes before {one.en} ({a[1]}). Choose a later moment.",
            )


def doubts(profile: Profile) -> list[Doubt]:
    """Everything that is worth another look, in the schema's order."""
    return [*_dates(profile), *_board(profile), *_rubric(profile), *_weights(profile)]


def _dates(profile: Profile) -> Iterator[Doubt]:
    schedule, release = profile.schedule, profile.release_at
    if not schedule.publicity_opens <= schedule.ballots_close <= schedule.awards:
        yield Doubt(
            "schedule.jury_closes",
            "Hạn chấm của giám khảo không nằm giữa lúc bắt đầu tuyên truyền và lúc trao giải.",
            "The jury's deadline is not between the beginning of publicity and the prizes.",
        )
    if not schedule.entries_close <= release < schedule.counts_close:
        yield Doubt(
            "publication.release_at",
            "Giờ đăng clip không nằm giữa hạn nhận clip và giờ chốt tương tác.",
            "Clips are posted at a moment that is not between the deadline and the counts' close.",
        )


def _board(profile: Profile) -> Iterator[Doubt]:
    review = profile.review
    if review.quorum and review.by_board and review.quorum < review.approvals:
        yield Doubt(
            "review.quorum",
            f"Số thành viên phải có ý kiến ({review.quorum}) ít hơn số phiếu để duyệt "
            f"({review.approvals}), nên không có tác dụng.",
            f"Fewer members have to vote ({review.quorum}) than it takes to approve "
            f"({review.approvals}), so the number does nothing.",
        )


def _rubric(profile: Profile) -> Iterator[Doubt]:
    whole = sum(one.max * one.weight for one in profile.jury.criteria)
    if whole != WHOLE:
        yield Doubt(
            "jury.criteria",
            f"Các tiêu chí cộng lại {whole} điểm, không phải {WHOLE}. Điểm vẫn được quy về tỉ lệ.",
            f"The criteria add up to {whole} points, not {WHOLE}. Marks still count in proportion.",
        )
    # Not refused: the forms change a criterion's maximum, and only the file its levels.
    for one in profile.jury.criteria:
        most = max((level.points for level in one.levels), default=0)
        if most > one.max:
            yield Doubt(
                "jury.criteria",
                f"Tiêu chí “{one.name.vi}” có mức {most} điểm, mà tối đa chỉ {one.max} điểm.",
                f'"{one.name.en}" says what {most} points stand for, but has {one.max} at most.',
            )


def _weights(profile: Profile) -> Iterator[Doubt]:
    scoring = profile.scoring
    whole = scoring.jury_weight + scoring.interaction_weight
    if whole != WHOLE:
        share = float(100 * scoring.jury_share)
        yield Doubt(
            "scoring.interaction_weight",
            f"Hai tỉ trọng cộng lại {whole}, không phải {WHOLE}: giám khảo được tính "
            f"{share:.1f} %.".replace(".", ",", 1),
            f"The weights add up to {whole}, not {WHOLE}: the jury counts {share:.1f} %.",
        )
    earns = scoring.points_per_share + scoring.points_per_reaction
    if scoring.interaction_weight and not (earns or any(one.pays for one in profile.platforms)):
        yield Doubt(
            "scoring.points_per_reaction",
            "Tương tác có tỉ trọng nhưng chia sẻ và cảm xúc đều 0 điểm.",
            "Interactions have a weight, but shares and reactions earn nothing.",
        )
