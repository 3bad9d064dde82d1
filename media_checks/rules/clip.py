"""Rules about the file as a whole: length, completeness, container."""

from __future__ import annotations

from typing import Any

from ..probing.allowed import AUDIO_CODECS, VIDEO_CODECS, takes
from ..probing.facts import Facts, Problem
from ..words import (
    NOTHING,
    Text,
    at_least,
    length,
    length_range,
    number,
    same,
    stretches,
    time_code,
)
from .kinds import Judgement, Limit, Limits, Rule

CONTAINERS = ("mp4", "mov", "matroska", "webm", "avi", "mpegts", "mpeg")
NEAR_S = 10.0


def _duration(facts: Facts, limits: Limits) -> Judgement:
    """Plan III.2: "độ dài từ 03 đến 05 phút".

    A player shows the time from the first of picture and sound to the last: that must not be too
    long, and the picture by itself not too short.
    """
    seen, whole = facts.video.duration_s, max(facts.duration_s, facts.video.duration_s)
    low, high, slack = limits["min_s"], limits["max_s"], limits["tolerance_s"]
    seconds = whole if whole > high + slack else seen
    near = min(abs(seconds - low), abs(seconds - high)) < NEAR_S
    shown, range_ = length(seconds, places=1 if near else 0), length_range(low, high)
    message = _how_long(facts, shown, range_)
    remedy = NOTHING
    if whole > high + slack:
        cut = at_least(whole - high)
        remedy = Text(f"Hãy cắt bớt ít nhất {cut.vi}.", f"Cut at least {cut.en}.")
    elif seen < low - slack:
        add = at_least(low - seen)
        message += _sound_goes_on(facts)
        remedy = Text(f"Hãy thêm ít nhất {add.vi} nội dung.", f"Add at least {add.en} of content.")
    alone = _alone(facts)
    allowed = {"min_s": low, "max_s": high, "tolerance_s": slack}
    spans = sorted((*facts.only_sound, *facts.only_picture)) if facts.audio else []
    return Judgement(
        remedy == NOTHING, seconds, allowed, message + alone, remedy, shown, range_, at=spans
    )


def _how_long(facts: Facts, shown: Text, allowed: Text) -> Text:
    if facts.complete:
        return Text(
            f"Clip dài {shown.vi}; cho phép {allowed.vi}.",
            f"The clip is {shown.en} long; {allowed.en} is allowed.",
        )
    return Text(
        f"Clip dài hơn {shown.vi} (chỉ đếm tới đó); cho phép {allowed.vi}.",
        f"The clip is longer than {shown.en} (counting stopped there); {allowed.en} is allowed.",
    )


def _alone(facts: Facts) -> Text:
    """Names the stretches with a picture only or sound only."""
    if facts.audio is None or not facts.audio.duration_s:
        return NOTHING
    told = NOTHING
    if facts.only_sound:
        at = stretches(facts.only_sound)
        told += Text(f"{at.vi}: có tiếng mà không có hình.", f"{at.en}: sound without a picture.")
    if facts.only_picture:
        at = stretches(facts.only_picture)
        told += Text(f"{at.vi}: có hình mà không có tiếng.", f"{at.en}: a picture without sound.")
    return told


def _sound_goes_on(facts: Facts) -> Text:
    if facts.audio is None or facts.audio.duration_s <= facts.video.duration_s + NEAR_S:
        return NOTHING
    sound = length(facts.audio.duration_s)
    return Text(
        f"Âm thanh dài {sound.vi} nhưng chỉ tính phần có hình.",
        f"The sound lasts {sound.en}, but only the part with a picture counts.",
    )


def _intact(facts: Facts, _limits: Limits) -> Judgement:
    whole = Text("tệp đầy đủ", "a complete file")
    if not facts.problems:
        message = Text("Tệp đầy đủ, không hỏng.", "The file is complete.") + _remark(facts)
        return Judgement(True, [], [], message, seen=whole, permitted=whole)
    worst = facts.problems[0]
    remedy = Text(
        "Hãy xuất lại clip từ ứng dụng dựng phim, mở xem thử đến hết rồi gửi lại.",
        "Export the clip from the editing app again, play it to the end, then send it again.",
    )
    if worst.kind in ("truncated", "hole"):
        remedy = Text("Hãy gửi lại tệp; nếu vẫn báo lỗi:", "Send it again; if that fails:") + remedy
    return Judgement(
        False,
        [problem.kind for problem in facts.problems],
        [],
        _problem(worst, facts),
        remedy,
        NAMES.get(worst.kind, NAMES["damaged"]),
        whole,
        at=[(p.at, p.at) for p in facts.problems if p.at is not None],
    )


def _remark(facts: Facts) -> Text:
    """A fault that hardly anybody meets is told and counts for nothing."""
    if not facts.remarks:
        return NOTHING
    at = time_code(facts.remarks[0].at or 0.0)
    return Text(
        f"(Tiếng hỏng một chút ở {at}, hầu như không nghe ra.)",
        f"(A trace of the sound is damaged at {at}; hardly anybody will hear it.)",
    )


NAMES = {
    "truncated": Text("tệp bị cắt cụt", "cut off"),
    "short": Text("thiếu một phần", "a part is missing"),
    "hole": Text("tệp bị thủng", "a hole in the file"),
    "header": Text("phần đầu tệp sai", "a false header"),
    "jump": Text("mốc thời gian bị nhảy", "the clock jumps"),
    "unfinished": Text("không đọc hết được", "not readable to its end"),
    "damaged": Text("dữ liệu bị hỏng", "damaged data"),
}


def _problem(problem: Problem, facts: Facts) -> Text:
    at = time_code(problem.at or 0.0)
    real = length(facts.video.duration_s)
    if problem.kind == "truncated":
        lost = number(int(problem.detail) / 1_000_000, 1)
        return Text(
            f"Tệp bị cắt cụt: thiếu {lost.vi} MB ở cuối, chỉ còn {real.vi} có hình.",
            f"The file is cut off: {lost.en} MB are missing at the end, {real.en} are left.",
        )
    if problem.kind == "hole":
        lost = number(int(problem.detail) / 1000)
        return Text(
            f"Tệp bị thủng: khoảng {lost.vi} kB dữ liệu hình trống từ {at}.",
            f"The file has a hole: some {lost.en} kB of picture data are blank from {at}.",
        )
    if problem.kind in ("header", "short"):
        claim, there = length(float(problem.detail)), length(problem.at or 0.0)
        return Text(
            f"Phần đầu tệp ghi dài {claim.vi} nhưng thực tế chỉ có {there.vi}.",
            f"The header says {claim.en} but {there.en} are really there.",
        )
    return {
        "jump": Text(
            f"Mốc thời gian trong tệp bị nhảy tại {at}.", f"The clip's clock jumps at {at}."
        ),
        "unfinished": Text(
            f"Không đọc được phần sau {at}.", f"What follows {at} could not be read."
        ),
    }.get(
        problem.kind,
        Text(
            f"Dữ liệu hình hoặc tiếng bị hỏng ({problem.detail} chỗ).",
            f"Picture or sound data are damaged ({problem.detail} places).",
        ),
    )


def _container(facts: Facts, limits: Limits) -> Judgement:
    found: dict[str, Any] = {
        "container": facts.container,
        "video_codec": facts.video.codec,
        "audio_codec": facts.audio.codec if facts.audio else None,
    }
    allowed = {key: limits[key] for key in ("containers", "video_codecs", "audio_codecs")}
    wrong = [
        name
        for name, words in zip(found.values(), allowed.values(), strict=True)
        if name is not None and not takes(words, name)
    ]
    seen = same(", ".join(name for name in found.values() if name))
    listed = same("; ".join(", ".join(words) for words in allowed.values()))
    if not wrong:
        message = Text(f"Định dạng tệp: {seen.vi}.", f"File format: {seen.en}.")
        return Judgement(True, found, allowed, message, seen=seen, permitted=listed)
    message = Text(
        f"Tệp dùng {', '.join(wrong)}; cho phép {listed.vi}.",
        f"The file uses {', '.join(wrong)}; allowed: {listed.en}.",
    )
    remedy = Text("Hãy xuất lại dạng MP4 (H.264, AAC).", "Export it as MP4 (H.264, AAC) again.")
    return Judgement(False, found, allowed, message, remedy, seen, listed)


RULES = (
    Rule(
        "duration",
        (
            Limit("min_s", "number"),
            Limit("max_s", "number", low=0.001),
            Limit("tolerance_s", "number", default=0),
        ),
        _duration,
        checked_together=(("min_s", "max_s"),),
    ),
    Rule("intact", (), _intact),
    Rule(
        "container",
        (
            Limit("containers", "words", default=list(CONTAINERS), choices=CONTAINERS),
            Limit("video_codecs", "words", default=list(VIDEO_CODECS), choices=VIDEO_CODECS),
            Limit("audio_codecs", "words", default=list(AUDIO_CODECS), choices=AUDIO_CODECS),
        ),
        _container,
    ),
)
