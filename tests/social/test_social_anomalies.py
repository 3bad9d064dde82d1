"""Each kind of flag at its limit and just below; a calm contest raises none."""

import random
from datetime import UTC, datetime, timedelta, timezone
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from social.anomalies import Flag, Point, Series, _Gains, find

ZONE = timezone(timedelta(hours=7))
NOON = datetime(2023, 6, 13, 12, tzinfo=ZONE)
HOURS = timedelta(hours=1)


def series(clip: str, *totals: int, step: float = 1, begin: datetime = NOON) -> Series:
    points = [Point(begin + n * step * HOURS, total) for n, total in enumerate(totals)]
    return Series(clip, points)


def flags(*clips: Series) -> list[Flag]:
    return find(clips, zone=ZONE)


def kinds(*clips: Series) -> list[tuple[str, str]]:
    return [(flag.clip, flag.kind) for flag in flags(*clips)]


CALM = [series(f"CALM{n}", 10, 16, 22, 29) for n in range(3)]


def test_a_jump_is_held_against_the_other_clips_and_the_clip_itself() -> None:
    found = flags(*CALM, series("JUMP", 10, 15, 115, 121))
    assert [(f.clip, f.kind) for f in found] == [("JUMP", "jump")]
    assert found[0].numbers == {"gain": 100, "others": 6.0, "own": 5.5, "hours": 1.0}
    assert (found[0].since, found[0].until) == (NOON + HOURS, NOON + 2 * HOURS)


@pytest.mark.parametrize("totals", [
    (10, 15, 44, 50),  # 29 is too little to ask about
    (10, 50, 90, 131),  # always faster than the others: a clip that people like
])
def test_what_is_no_jump(totals: tuple[int, ...]) -> None:
    assert kinds(*CALM, series("X", *totals)) == []


def test_when_all_jump_nobody_does() -> None:
    assert kinds(*[series(f"C{n}", 10, 15, 150 + n, 155 + n) for n in range(4)]) == []


def test_without_others_to_compare_there_is_no_jump() -> None:
    assert kinds(series("A", 10, 15, 115, 121), series("B", 10, 16, 22, 29)) == []


def test_clips_read_minutes_apart_are_compared() -> None:
    late = [series(f"L{n}", 10, 16, 22, 29, begin=NOON + n * HOURS / 20) for n in range(3)]
    assert kinds(*late, series("JUMP", 10, 15, 115, 121)) == [("JUMP", "jump")]


@pytest.mark.parametrize(
    ("total", "asked"), [(200, True), (1300, True), (100, False), (201, False)]
)
def test_round_totals(total: int, asked: bool) -> None:
    assert (kinds(series("A", total)) == [("A", "round")]) is asked


def test_a_round_total_of_shares_names_shares() -> None:
    found = flags(Series("A", [Point(NOON, 901, 300)]))
    assert [flag.numbers for flag in found] == [{"what": "shares", "total": 300}]


@pytest.mark.parametrize(("reactions", "shares", "asked"), [
    (30, 31, True), (30, 30, False), (3, 19, False), (0, 20, True), (30, None, False),
])
def test_more_shares_than_reactions(reactions: int, shares: int | None, asked: bool) -> None:
    found = kinds(Series("A", [Point(NOON, reactions, shares)]))
    assert (found == [("A", "shares_ratio")]) is asked


def test_a_burst_at_night_by_the_clocks_of_the_contest() -> None:
    begin = datetime(2023, 6, 13, 23, tzinfo=ZONE)
    burst = series("A", 10, 70, 75, 80, step=6, begin=begin.astimezone(UTC))
    found = flags(burst)
    assert [flag.kind for flag in found] == ["night"]
    assert found[0].numbers == {"night": 50, "total": 70, "night_hours": 5.0, "hours": 18.0}
    by_day = series("A", 10, 70, 75, 80, step=6, begin=begin - 12 * HOURS)
    assert kinds(by_day) == []


def test_of_a_long_interval_nobody_knows_when_it_gained() -> None:
    assert kinds(series("A", 10, 100, step=24)) == []


def test_a_steady_clip_has_no_burst() -> None:
    begin = datetime(2023, 6, 13, tzinfo=ZONE)
    assert kinds(series("A", *range(0, 1000, 31), begin=begin)) == []


@pytest.mark.parametrize(("after", "asked"), [(296, False), (294, True), (250, True)])
def test_a_drop_of_five_and_two_per_cent(after: int, asked: bool) -> None:
    found = flags(series("A", 301, after))
    assert [flag.kind for flag in found] == ["drop"] * asked
    if asked:
        assert found[0].numbers == {"what": "reactions", "before": 301, "after": after}


def test_a_number_that_is_not_told_is_no_drop_and_hides_none() -> None:
    told = [Point(NOON, 90, 40), Point(NOON + HOURS, 91, None), Point(NOON + 2 * HOURS, 92, 20)]
    assert kinds(Series("A", told[:2])) == []
    assert kinds(Series("A", told)) == kinds(Series("A", told[::2])) == [("A", "drop")]
    unread = [Point(NOON, 90, 40), Point(NOON + HOURS, None, 41), Point(NOON + 2 * HOURS, 91, 42)]
    assert kinds(Series("A", unread)) == []
    assert kinds(Series("A", [*unread[:2], Point(NOON + 2 * HOURS, 60, 42)])) == [("A", "drop")]


@pytest.mark.parametrize(("kept", "shares", "asked"), [
    (10, 10, False), (11, 10, True), (1, 0, True), (5, None, False), (0, 0, False),
])
def test_a_ledger_with_more_shares_than_the_page_shows(
    kept: int, shares: int | None, asked: bool
) -> None:
    found = flags(Series("A", [Point(NOON, 90, shares), Point(NOON + HOURS, 91)], kept=kept))
    assert [flag.kind for flag in found] == ["ledger"] * asked
    if asked:
        assert (found[0].key, found[0].numbers) == (
            f"ledger:{kept}:{shares}", {"kept": kept, "total": shares}
        )


@pytest.mark.parametrize(
    ("count", "rest", "asked"), [(10, 40, True), (9, 0, False), (10, 41, False)]
)
def test_one_account_in_the_ledger(count: int, rest: int, asked: bool) -> None:
    ledger = {"Hà": count} | {f"a{n}": 1 for n in range(rest)}
    found = flags(Series("A", [], ledger))
    assert [flag.kind for flag in found] == ["account"] * asked
    if asked:
        assert found[0].numbers == {"account": "Hà", "count": 10, "total": 50}


def test_keys_stay_and_are_all_different() -> None:
    clips = [*CALM, series("J", 10, 15, 115, 20), Series("A", [Point(NOON, 300, 400)], {"x": 12})]
    first, second = flags(*clips), flags(*clips)
    assert [f.key for f in first] == [f.key for f in second]
    assert len({(f.clip, f.key) for f in first}) == len(first) > 4


def test_a_calm_contest_raises_almost_no_flag() -> None:
    """300 clips read every six hours for a week, each with its own speed."""
    rng = random.Random(6)
    clips = []
    for number in range(300):
        speed, total, points = rng.lognormvariate(1, 0.7), 0, []
        for n in range(28):
            at = NOON + n * 6 * HOURS
            chances = round(speed * (1 if n % 4 != 3 else 0.2))
            total += sum(rng.random() < 0.5 for _ in range(chances))
            points.append(Point(at, total, total // 5))
        clips.append(Series(f"C{number}", points))
    assert len(flags(*clips)) <= 3


# Gains are counts, or lie between two of them: 64ths tell apart what is told apart in life.
GAINS = st.integers(-5, 40).map(float) | st.integers(-640, 3200).map(lambda part: part / 64)


@given(
    st.lists(GAINS, min_size=3, max_size=40),
    st.integers(-5, 45),
)
def test_the_median_of_the_others_is_that_of_a_look_at_every_clip(
    gains: list[float], own: int
) -> None:
    nearest = min(range(len(gains)), key=lambda index: abs(gains[index] - own))
    rest = gains[:nearest] + gains[nearest + 1:]
    assert _Gains(gains).median_without_nearest(own) == median(rest)
