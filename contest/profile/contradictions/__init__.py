"""Rules that are each well said and cannot stand together: which key, why, and what to do.

They are looked at when a rule file is read or written, never when a stored revision is opened: what
was in force stays readable.
"""

from collections.abc import Iterator

from contest.profile import filings, platforms, questions
from contest.profile.contradictions.bounds import bounds
from contest.profile.contradictions.dates import dates
from contest.profile.contradictions.idle import idle
from contest.profile.contradictions.judging import Fault, judging
from contest.profile.contradictions.kind import of_kind
from contest.profile.contradictions.level import levels
from contest.profile.contradictions.rounds import rounds
from contest.profile.schema import Profile


def contradictions(profile: Profile) -> list[Fault]:
    """Every contradiction, in the order of the file."""
    return [*of_kind(profile), *_shown(profile), *_weightless(profile), *_amounts(profile),
            *_unknown(profile), *_without_prize(profile), *_most_in_one(profile),
            *_measures(profile), *_questions(profile), *judging(profile), *_elsewhere(profile),
            *levels(profile), *rounds(profile), *idle(profile), *bounds(profile), *dates(profile)]


def _shown(profile: Profile) -> Iterator[Fault]:
    """A Page without its name and address; interactions where there is no Page to count them on,
    nor another platform."""
    if not profile.entry.is_clip:
        return  # a Page is no remedy there (``kind.py``)
    paid = any(one.pays for one in profile.platforms)
    if not profile.on_page and profile.scoring.interaction_weight and not paid:
        yield (
            "scoring.interaction_weight",
            "tương tác có tỉ trọng, mà showing.where không có “fanpage” nên không có nơi đếm; hãy "
            "thêm “fanpage” vào showing.where, hoặc đặt tỉ trọng tương tác là 0",
            "interactions have a weight, but showing.where lacks \"fanpage\", so there is nowhere "
            "to count them; add \"fanpage\" to showing.where, or put the weight to 0",
        )
    for key in ("page_name", "page_url"):
        if profile.on_page and not getattr(profile.contest, key):
            yield (
                f"contest.{key}",
                "thiếu khoá này mà clip được đăng trên Fanpage; hãy thêm vào, hoặc bỏ “fanpage” "
                "khỏi showing.where",
                "is missing, but clips are posted on the Fanpage; please add it, or take "
                "\"fanpage\" out of showing.where",
            )


def _weightless(profile: Profile) -> Iterator[Fault]:
    """A prize by what nobody counts: a jury or interactions of weight 0 (plan III.3)."""
    scoring = profile.scoring
    for place, prize in enumerate(profile.prizes):
        kind = prize.by.partition(":")[0]
        if kind in ("jury", "criterion") and not scoring.jury_weight:
            yield (
                f"prizes.{place}.by",
                f"giải “{prize.name.vi}” xét theo giám khảo, mà scoring.jury_weight là 0 nên không "
                "có phiếu chấm; hãy cho giám khảo một tỉ trọng, hoặc đổi by",
                f'the prize "{prize.name.en}" goes by the jury, but scoring.jury_weight is 0, so '
                "nobody marks; give the jury a weight, or change by",
            )
        if kind == "interactions" and not scoring.interaction_weight:
            yield (
                f"prizes.{place}.by",
                f"giải “{prize.name.vi}” xét theo tương tác, mà scoring.interaction_weight là 0 "
                "nên không có số đếm; hãy cho tương tác một tỉ trọng, hoặc đổi by",
                f'the prize "{prize.name.en}" goes by interactions, but scoring.interaction_weight '
                "is 0, so nobody counts; give interactions a weight, or change by",
            )


def _amounts(profile: Profile) -> Iterator[Fault]:
    """An amount of cash for a prize without cash."""
    for place, prize in enumerate(profile.prizes):
        if prize.amount and not prize.cash:
            yield (
                f"prizes.{place}.amount",
                f"giải “{prize.name.vi}” có số tiền mà cash là false; hãy đặt cash = true, hoặc bỏ "
                "số tiền",
                f'the prize "{prize.name.en}" has an amount, but cash is false; put cash to true, '
                "or take the amount out",
            )


def _unknown(profile: Profile) -> Iterator[Fault]:
    """A prize by a criterion, category or measure that there is not."""
    known = {
        "criterion": ("jury.criteria", [one.id for one in profile.jury.criteria]),
        "category": ("categories", [one.id for one in profile.categories]),
        "measure": ("measures", [one.id for one in profile.measures]),
    }
    for place, prize in enumerate(profile.prizes):
        kind, _, key = prize.by.partition(":")
        table, keys = known.get(kind, ("", [key]))
        if key not in keys:
            listed = ", ".join(keys) or "–"
            yield (
                f"prizes.{place}.by",
                f"“{key}” không có trong {table}; hãy thêm vào đó hoặc chọn một trong: {listed}",
                f'"{key}" is not in {table}; add it there or choose one of: {listed}',
            )


def _without_prize(profile: Profile) -> Iterator[Fault]:
    won = {prize.by for prize in profile.prizes}
    for place, one in enumerate(profile.categories):
        if f"category:{one.id}" not in won:
            yield (
                f"categories.{place}",
                f"mảng “{one.name.vi}” không có giải nào; hãy thêm một [[prizes]] có "
                f'by = "category:{one.id}", hoặc bỏ mảng này',
                f'the category "{one.name.en}" has no prize; add a [[prizes]] with '
                f'by = "category:{one.id}", or take the category out',
            )


def _most_in_one(profile: Profile) -> Iterator[Fault]:
    """More clips of one category than a unit may send at all."""
    most = profile.quota.maximum
    for place, one in enumerate(profile.categories):
        if one.maximum is not None and one.maximum > most:
            yield (
                f"categories.{place}.maximum",
                f"mảng “{one.name.vi}” cho mỗi đơn vị {one.maximum} clip, mà quota.maximum chỉ là "
                f"{most}; hãy đặt nhiều nhất {most} ở đây, hoặc nâng quota.maximum",
                f'the category "{one.name.en}" allows {one.maximum} clips a unit, but '
                f"quota.maximum is {most}; put at most {most} here, or raise quota.maximum",
            )


def _measures(profile: Profile) -> Iterator[Fault]:
    """A measure of nothing, or of what has no weight in the contest."""
    scoring = profile.scoring
    for place, one in enumerate(profile.measures):
        if not one.jury_weight + one.interaction_weight:
            yield (f"measures.{place}", "hai tỉ trọng không thể cùng bằng 0",
                   "both weights cannot be 0")
        for weight in ("jury_weight", "interaction_weight"):
            if getattr(one, weight) and not getattr(scoring, weight):
                yield (
                    f"measures.{place}.{weight}",
                    f"scoring.{weight} là 0 nên không có số liệu; hãy đặt 0 ở đây, hoặc cho "
                    f"scoring.{weight} lớn hơn 0",
                    f"scoring.{weight} is 0, so there is nothing to measure; put 0 here, or raise "
                    f"scoring.{weight}",
                )


def _questions(profile: Profile) -> Iterator[Fault]:
    for place, one in enumerate(profile.questions):
        for key, vi, en in questions.faults(one):
            yield f"questions.{place}.{key}", vi, en
    for place, filing in enumerate(profile.filings):
        for key, vi, en in filings.contradictions(filing):
            yield f"filings.{place}.{key}", vi, en


def _elsewhere(profile: Profile) -> Iterator[Fault]:
    """What other platforms earn; points on a Page that is not there."""
    scoring = profile.scoring
    yield from platforms.contradictions(
        profile.platforms, weighs=bool(scoring.interaction_weight), on_page=profile.on_page
    )
    paid = scoring.interaction_weight and any(one.pays for one in profile.platforms)
    for key in ("points_per_share", "points_per_reaction"):
        if getattr(scoring, key) and paid and not profile.on_page:
            yield (
                f"scoring.{key}",
                "có tính điểm trên Fanpage mà showing.where không có “fanpage” nên không có số nào "
                "để đếm; hãy đặt 0, hoặc thêm “fanpage” vào showing.where",
                'earns points on the Fanpage, but showing.where lacks "fanpage", so there is '
                'nothing to count; put 0, or add "fanpage" to showing.where',
            )
