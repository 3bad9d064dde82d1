"""Where two clips show or say the same: stretches with their seconds in both.

Both comparisons let pairs of alike moments vote for how far one clip is shifted against the other,
then follow the clips along the shifts with the most votes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..sound.chromaprint import SOUND_STEP_S
from .fingerprint import MIRROR, Fingerprint, Frame

ALIKE = 72  # of 255 bits; unrelated pictures differ in about 128, hardly ever in less than 90
NEAR_S = 2.6  # frames are 2 to 5 s apart, and not the same ones in both clips
BRIDGE_S = 12.1  # a stretch goes on over frames that differ: titles, a cut
SHIFTS = 4  # tried, the ones with the most votes
LEAST_PICTURE_S, LEAST_SCENES = 8.0, 3
LEAST_SOUND_S = 8.0

ALIGN_SHIFT = 20  # the 12 highest bits of a sound value find its equals
WINDOW = 16  # sound values (2 s) over which errors are averaged
SOUND_ERROR = 0.30  # of all bits; other sound differs in 0.45 and more
STILL_RUN = 8  # the same sound value for a second: silence or one tone
FULL_TURN_S = 4.0  # repeats closer than this are motion, not a loop
LOOP_SHARE, LOOP_NEAR_S = 0.8, 1.1


@dataclass(frozen=True)
class Match:
    """``seconds`` from ``start`` in the first clip are found from ``other`` on in the second.

    ``differ`` is the mean share of bits that differ, 0 for the very same.
    """

    start: float
    other: float
    seconds: float
    differ: float

    def to_dict(self) -> dict[str, float]:
        return {name: round(value, 3) for name, value in self.__dict__.items()}


@dataclass(frozen=True)
class Comparison:
    """Stretches that two clips share; the longest first. ``mirrored``: seen in a mirror."""

    picture: list[Match] = field(default_factory=list)
    sound: list[Match] = field(default_factory=list)
    mirrored: bool = False
    seconds: float = 0.0  # of the shorter clip

    @property
    def kind(self) -> str:
        """``both``, ``picture``, ``sound``, or nothing when no stretch is shared."""
        if self.picture and self.sound:
            return "both"
        return "picture" if self.picture else "sound" if self.sound else ""

    @property
    def score(self) -> float:
        """The share (0 to 1) of the shorter clip that is in the other one, seen or heard."""
        longest = max(_covered(self.picture), _covered(self.sound))
        return round(min(1.0, longest / self.seconds), 3) if self.seconds else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "kind": self.kind,
            "score": self.score,
            "mirrored": self.mirrored,
            "picture": [match.to_dict() for match in self.picture],
            "sound": [match.to_dict() for match in self.sound],
        }


def compare(first: Fingerprint, second: Fingerprint) -> Comparison:
    """What ``second`` has in common with ``first``; tens of milliseconds for five minutes."""
    plain = _picture_matches(first.frames, second.frames)
    turned = [Frame(f.at, f.hash ^ MIRROR) for f in second.frames]
    mirror = _picture_matches(first.frames, turned)
    mirrored = _covered(mirror) > _covered(plain)
    return Comparison(
        picture=mirror if mirrored else plain,
        sound=_sound_matches(first, second),
        mirrored=mirrored,
        seconds=min(first.seconds, second.seconds),
    )


def _covered(matches: list[Match]) -> float:
    return sum(match.seconds for match in matches)


# ---------------------------------------------------------------------------- picture


def _picture_matches(first: list[Frame], second: list[Frame]) -> list[Match]:
    votes: Counter[int] = Counter()
    alike: dict[int, list[Frame]] = {}
    for index, frame in enumerate(first):
        near = [other for other in second if (frame.hash ^ other.hash).bit_count() <= ALIKE]
        if near:
            alike[index] = near
            votes.update({round(other.at - frame.at) for other in near})
    found: list[Match] = []
    for shift in _best_shifts(votes, 2):
        pairs = list(_along(first, alike, shift))
        found += [m for run in _runs(pairs) if (m := _picture_match(run)) is not None]
    return _apart(found)


def _best_shifts(votes: Counter[int], reach: int) -> list[int]:
    """Shifts with the most votes, counting those ``reach`` steps around, far from one another."""
    summed = {s: sum(votes[s + d] for d in range(-reach, reach + 1)) for s in votes}
    best: list[int] = []
    for shift, _ in sorted(summed.items(), key=lambda item: (-item[1], abs(item[0]))):
        if all(abs(shift - other) > 2 * reach for other in best):
            best.append(shift)
        if len(best) == SHIFTS:
            break
    return best


def _along(
    first: list[Frame], alike: dict[int, list[Frame]], shift: float
) -> Iterator[tuple[Frame, Frame]]:
    """Frames of the first clip, each with the most alike of the second near the shifted time."""
    for index, candidates in alike.items():
        frame = first[index]
        near = [o for o in candidates if abs(o.at - frame.at - shift) <= NEAR_S]
        if near:
            yield frame, min(near, key=lambda o: (frame.hash ^ o.hash).bit_count())


def _runs(pairs: list[tuple[Frame, Frame]]) -> Iterator[list[tuple[Frame, Frame]]]:
    run: list[tuple[Frame, Frame]] = []
    for pair in pairs:
        if run and pair[0].at - run[-1][0].at > BRIDGE_S:
            yield run
            run = []
        run.append(pair)
    if run:
        yield run


def _picture_match(run: list[tuple[Frame, Frame]]) -> Match | None:
    """A stretch counts when several scenes agree: one still card proves nothing."""
    start, end = run[0][0], run[-1][0]
    if end.at - start.at < LEAST_PICTURE_S or _scenes(frame for frame, _ in run) < LEAST_SCENES:
        return None
    differ = sum((a.hash ^ b.hash).bit_count() for a, b in run) / len(run) / 255
    return Match(start.at, run[0][1].at, end.at - start.at, differ)


def _scenes(frames: Iterator[Frame]) -> int:
    """How many pictures among ``frames`` are unlike each other, up to what is asked for."""
    seen: list[int] = []
    for frame in frames:
        if all((frame.hash ^ other).bit_count() > ALIKE for other in seen):
            seen.append(frame.hash)
        if len(seen) == LEAST_SCENES:
            break
    return len(seen)


def _apart(matches: list[Match]) -> list[Match]:
    """The longest ones, without those that a longer one covers by half or more."""
    kept: list[Match] = []
    for match in sorted(matches, key=lambda m: (-m.seconds, m.start)):
        if all(_overlap(match, other) < 0.5 * match.seconds for other in kept):
            kept.append(match)
    return kept


def _overlap(match: Match, other: Match) -> float:
    end = min(match.start + match.seconds, other.start + other.seconds)
    return end - max(match.start, other.start)


# ---------------------------------------------------------------------------- sound


def _sound_matches(first: Fingerprint, second: Fingerprint) -> list[Match]:
    places: dict[int, list[int]] = defaultdict(list)
    for index in _eventful(second):
        places[second.sound[index] >> ALIGN_SHIFT].append(index)
    votes: Counter[int] = Counter()
    eventful = set(_eventful(first))
    for index in eventful:
        votes.update([other - index for other in places[first.sound[index] >> ALIGN_SHIFT]])
    found = [m for shift in _best_shifts(votes, 1) for m in _heard(first, second, shift, eventful)]
    return _apart(found)


def _eventful(clip: Fingerprint) -> list[int]:
    """Places in the sound where something happens: no silence, no single tone."""
    result, run = [], 0
    for index, value in enumerate(clip.sound):
        run = run + 1 if index and value == clip.sound[index - 1] else 0
        if run < STILL_RUN:
            result.append(index)
    return result


def _heard(
    first: Fingerprint, second: Fingerprint, shift: int, eventful: set[int]
) -> Iterator[Match]:
    """Stretches of little difference along one shift."""
    low = max(0, -shift)
    high = min(len(first.sound), len(second.sound) - shift)
    errors = [
        (first.sound[i] ^ second.sound[i + shift]).bit_count() if i in eventful else 16
        for i in range(low, high)
    ]
    limit = SOUND_ERROR * 32
    for first_low, end in _quiet_runs(errors, limit):
        # The average falls before the stretch begins.
        start = next((at for at in range(first_low, end) if errors[at] <= limit), end)
        seconds = (end - start) * SOUND_STEP_S
        if seconds >= LEAST_SOUND_S:
            differ = sum(errors[start:end]) / (end - start) / 32
            begin = low + start
            yield Match(begin * SOUND_STEP_S, (begin + shift) * SOUND_STEP_S, seconds, differ)


def _quiet_runs(errors: list[int], limit: float) -> Iterator[tuple[int, int]]:
    """Where the average over ``WINDOW`` values stays below ``limit``."""
    start: int | None = None
    total = sum(errors[:WINDOW])
    for at in range(len(errors) - WINDOW + 1):
        if at:
            total += errors[at + WINDOW - 1] - errors[at - 1]
        if total <= limit * WINDOW:
            start = at if start is None else start
        elif start is not None:
            yield start, at + WINDOW - 1
            start = None
    if start is not None:
        yield start, len(errors)


# ---------------------------------------------------------------------------- a clip with itself


@dataclass(frozen=True)
class Loop:
    """The picture comes again every ``lag`` seconds in ``share`` (0 to 1) of the clip."""

    lag: float
    share: float


def loop(clip: Fingerprint) -> Loop | None:
    """How a clip repeats itself; None when it does not, or when its picture hardly changes."""
    if _scenes(iter(clip.frames)) < LEAST_SCENES:
        return None
    least = 1.0
    for lag in range(int(FULL_TURN_S), int(clip.seconds / 2) + 1):
        share, exact = _repeated(clip.frames, lag)
        if share >= LOOP_SHARE and least <= share / 2:
            return Loop(round(exact, 3), round(share, 3))
        least = min(least, share)
    return None


def _repeated(frames: list[Frame], lag: float) -> tuple[float, float]:
    """The share of frames that look the same about ``lag`` seconds later, and the mean of that."""
    times = [frame.at for frame in frames]
    followed = [f for f in frames if f.at + lag <= times[-1]]
    later: list[float] = []
    for frame in followed:
        low = bisect_left(times, frame.at + lag - LOOP_NEAR_S)
        high = bisect_right(times, frame.at + lag + LOOP_NEAR_S)
        like = [o.at for o in frames[low:high] if (o.hash ^ frame.hash).bit_count() <= ALIKE]
        if like:
            later.append(min(like, key=lambda at: abs(at - frame.at - lag)) - frame.at)
    if not later:
        return 0.0, lag
    return len(later) / len(followed), sum(later) / len(later)
