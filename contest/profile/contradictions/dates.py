"""Dates on which nothing can happen any more, or not yet (``contradictions``). The order of the
main ones is the schema's; what is only odd is told while rules are written
(``services/rules/doubts.py``)."""

from collections.abc import Iterator

from contest.profile.contradictions.judging import Fault
from contest.profile.schema import Profile


def dates(profile: Profile) -> Iterator[Fault]:
    """Every such contradiction."""
    yield from _of_the_jury(profile)
    yield from _of_posts(profile)


def _of_the_jury(profile: Profile) -> Iterator[Fault]:
    schedule, closes = profile.schedule, profile.schedule.jury_closes
    if closes is None or not profile.scoring.jury_weight:
        return
    # A next round that takes this hour from the round before is told so by ``between``.
    if closes <= schedule.entries_open and profile.previous_round is None:
        yield (
            "schedule.jury_closes",
            "giám khảo phải chấm xong trước khi nhận bài (schedule.entries_open) nên không có gì "
            "để chấm; hãy đặt sau hạn nhận bài",
            "the jury would have to be done before entries are taken (schedule.entries_open), with "
            "nothing to mark; put it after the deadline for entries",
        )
    if closes > schedule.awards:
        yield (
            "schedule.jury_closes",
            "giám khảo còn chấm sau giờ trao giải (schedule.awards) nên khi trao giải chưa có kết "
            "quả; hãy đặt sớm hơn, hoặc lùi giờ trao giải",
            "the jury would still be marking when the prizes are given (schedule.awards), so there "
            "is no result to give them by; put it earlier, or the awards later",
        )


def _of_posts(profile: Profile) -> Iterator[Fault]:
    """Posts that come too late to be counted."""
    if (profile.on_page and profile.counts_on_page
            and profile.release_at >= profile.schedule.counts_close):
        yield (
            "publication.release_at",
            "clip được đăng khi đã chốt tương tác (schedule.counts_close) nên không có số nào để "
            "đếm; hãy đặt sớm hơn, hoặc lùi giờ chốt",
            "clips are posted when the counts have closed (schedule.counts_close), so there is "
            "nothing to count; put it earlier, or the close later",
        )
