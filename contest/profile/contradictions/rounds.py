"""Rules of rounds that cannot stand together (``contradictions.py``)."""

from collections import Counter
from collections.abc import Iterator

from contest.profile.contradictions.judging import Fault
from contest.profile.rounds import LARGEST_SLUG, OWN, NextRound
from contest.profile.schema import Profile


def rounds(profile: Profile) -> Iterator[Fault]:
    """Every contradiction about what comes before and after this round."""
    if profile.next_round is not None:
        yield from _who_goes_on(profile, profile.next_round)
        yield from _of_the_chair(profile, profile.next_round)
        yield from _own_alone(profile.next_round)
        yield from _named(profile, profile.next_round)
    yield from _carried(profile)
    before = profile.previous_round
    if before is not None and before.contest == profile.contest.slug:
        yield (
            "previous_round.contest",
            "một vòng không thể là vòng trước của chính nó; hãy ghi mã của hội thi vòng trước",
            "a round cannot come before itself; name the contest of the round before",
        )


def between(profile: Profile, after: Profile) -> Iterator[Fault]:
    """What only both rounds' rules together show. ``after``: the next round's."""
    ends = {"schedule.counts_close": profile.schedule.counts_close}
    if profile.scoring.jury_weight:
        ends["schedule.jury_closes"] = profile.schedule.ballots_close
    last = max(ends, key=lambda key: ends[key])
    if after.schedule.entries_open < ends[last]:
        yield (
            "next_round.rules.schedule.entries_open",
            f"vòng sau bắt đầu trước khi vòng này chốt điểm ({last}) nên chưa có ai được vào; hãy "
            "đặt từ giờ chốt trở đi",
            f"the next round begins before this one is decided ({last}), so nobody has gone on "
            "yet; put it at that hour or later",
        )
    opens = after.schedule.entries_open
    for key, moment in (("schedule.jury_closes", after.schedule.ballots_close),
                        ("publication.release_at", after.release_at)):
        if moment < opens:
            yield (
                f"next_round.rules.{key}",
                "mốc này của vòng sau lấy theo vòng này nên đã qua khi vòng sau bắt đầu; hãy ghi "
                "một giờ của vòng sau",
                "is this round's, so that it has passed when the next one begins; give the next "
                "round an hour of its own",
            )
    if profile.next_round is not None:
        yield from _prizes(profile, profile.next_round, after)


def _prizes(profile: Profile, said: NextRound, after: Profile) -> Iterator[Fault]:
    """More prizes by one measure than units that go on."""
    if said.count is None:
        return
    wins: Counter[str] = Counter()
    for one in after.prizes:
        wins[f"chair:{one.id}" if one.by == "chair" else one.by] += one.count
    whole = said.count * (len(profile.categories) if said.by == "category" else 1)
    for by, prizes in wins.items():
        alone = by.startswith("category:") and said.clip == "same"
        most = said.count if alone else whole
        if prizes > most:
            yield (
                "next_round.count",
                f"chỉ {most} đơn vị vào vòng sau mà vòng sau có {prizes} giải theo {_by(by)[0]}; "
                "hãy tăng số này, hoặc bớt giải trong next_round.rules.prizes",
                f"only {most} units go on, but the next round has {prizes} prizes by {_by(by)[1]}; "
                "raise this, or take prizes out of next_round.rules.prizes",
            )


def _by(measure: str) -> tuple[str, str]:
    return ("thứ hạng", "rank") if measure == "overall" else (f"“{measure}”", f'"{measure}"')


def _who_goes_on(profile: Profile, said: NextRound) -> Iterator[Fault]:
    wanted = {"best": "count", "category": "count", "above": "least", "chair": ""}[said.by]
    if wanted and getattr(said, wanted) is None:
        yield (
            f"next_round.{wanted}",
            f"thiếu khoá này mà next_round.by là “{said.by}” nên không ai vào vòng sau; hãy thêm "
            "vào",
            f'is missing, but next_round.by is "{said.by}", so that nobody would go on; please add '
            "it",
        )
    for key in {"count", "least"} - {wanted}:
        if getattr(said, key) is not None:
            yield (
                f"next_round.{key}",
                f"next_round.by là “{said.by}” nên không dùng khoá này; hãy bỏ đi, hoặc đổi by",
                f'next_round.by is "{said.by}", which has no use for this; take it out, or change '
                "by",
            )
    if said.by == "category" and not profile.categories:
        yield (
            "next_round.by",
            "chọn theo mảng (“category”) mà không có [[categories]] nào; hãy thêm mảng, hoặc chọn "
            "“best”, “above”, “chair”",
            'goes by "category", but there are no [[categories]]; add some, or choose "best", '
            '"above" or "chair"',
        )


def _of_the_chair(profile: Profile, said: NextRound) -> Iterator[Fault]:
    """A tie that is left to the chair, where the chair decides none."""
    if said.ties == "none" and said.by not in ("best", "category"):
        yield (
            "next_round.ties",
            f"next_round.by là “{said.by}” nên không có chỗ cuối để cùng đứng; hãy bỏ khoá này",
            f'next_round.by is "{said.by}", so there is no last place to share; take this out',
        )
    elif said.ties == "none" and "chair" not in profile.tie_breaks:
        yield (
            "next_round.ties",
            "“none” để Trưởng ban phân định, mà tie_breaks không có “chair”; hãy thêm “chair” vào "
            "tie_breaks, hoặc chọn “all”",
            '"none" leaves it to the chair, but tie_breaks lacks "chair"; add "chair" there, or '
            'choose "all"',
        )


def _own_alone(said: NextRound) -> Iterator[Fault]:
    for key in (key for key in OWN if key in said.rules):
        yield (
            f"next_round.rules.{key}",
            "phần này giống nhau ở mọi vòng; hãy bỏ khỏi next_round.rules",
            "is the same in every round; take it out of next_round.rules",
        )
    for key in (key for key in said.without if key.partition(".")[0] in OWN):
        yield (
            "next_round.without",
            f"“{key}” giống nhau ở mọi vòng; hãy bỏ khỏi next_round.without",
            f'"{key}" is the same in every round; take it out of next_round.without',
        )


def _named(profile: Profile, said: NextRound) -> Iterator[Fault]:
    """A name of the next round's that is cut off (``rounds.changes``), and may be this one's."""
    name = f"{profile.contest.slug}-{said.suffix}"
    if len(name) > LARGEST_SLUG:
        yield (
            "next_round.suffix",
            f"địa chỉ của vòng sau, “{name}”, dài {len(name)} ký tự; hãy đặt ngắn hơn để còn nhiều "
            f"nhất {LARGEST_SLUG}",
            f'the next round\'s address, "{name}", has {len(name)} characters; make it shorter, '
            f"{LARGEST_SLUG} at most",
        )


def _carried(profile: Profile) -> Iterator[Fault]:
    """A part of a total that can be more than 100, or of a result that there is not."""
    sides = (("next_round", profile.next_round), ("previous_round", profile.previous_round))
    for key, one in sides:
        if one is None or not one.carried or profile.scoring.unit_score != "sum":
            continue
        yield (
            f"{key}.carried",
            "scoring.unit_score là “sum” nên tổng có thể vượt 100, không tính thành phần trăm "
            "được; hãy đặt 0, hoặc đổi unit_score thành “best”",
            'scoring.unit_score is "sum", so totals may exceed 100 and there is no per cent of '
            'them; put 0, or change unit_score to "best"',
        )
