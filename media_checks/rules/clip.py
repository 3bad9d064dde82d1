"""Rules about the file as a whole: length, completeness, container."""

from __future__ import annotations

from typing import Any

from ..coding_names import one_of, plain_name, plain_names, preferred
from ..probing.allowed import AUDIO_CODECS, VIDEO_CODECS, takes
from ..probing.facts import Facts
from ..words import (
    NOTHING,
    Text,
    at_least,
    exact_length,
    length,
    length_beside,
    length_range,
    same,
    stretches,
    time_code,
)
from . import damage
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
    shown = length_beside(seconds, low - slack, high + slack, 1 if near else 0)
    range_ = length_range(low, high)
    message = _how_long(facts, shown, range_)
    remedy = NOTHING
    if whole > high + slack:
        cut = at_least(whole - high)
        remedy = Text(f"Hãy cắt bớt ít nhất {cut.vi}.", f"Cut at least {cut.en}.")
    elif seen < low - slack:
        add = at_least(low - seen)
        message += _sound_goes_on(facts)
        remedy = Text(f"Hãy thêm ít nhất {add.vi} nội dung.", f"Add at least {add.en} of content.")
    elif not low <= round(seconds, 1) <= high:
        message += _slack(slack)
    alone = _alone(facts)
    allowed = {"min_s": low, "max_s": high, "tolerance_s": slack}
    spans = sorted((*facts.only_sound, *facts.only_picture)) if facts.audio else []
    return Judgement(
        remedy == NOTHING, seconds, allowed, message + alone, remedy, shown, range_, at=spans
    )


def _slack(seconds: float) -> Text:
    by = exact_length(seconds)
    return Text(
        f"Chênh không quá {by.vi} vẫn được nhận.", f"Up to {by.en} more or less is accepted."
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
        again = Text("Hãy gửi lại tệp. Nếu vẫn báo lỗi:", "Send it again. If that fails:")
        remedy = again + Text(_begun_small(remedy.vi), _begun_small(remedy.en))
    return Judgement(
        False,
        [problem.kind for problem in facts.problems],
        [],
        damage.told(worst, facts),
        remedy,
        damage.NAMES.get(worst.kind, damage.NAMES["damaged"]),
        whole,
        at=[(p.at, p.at) for p in facts.problems if p.at is not None],
    )


def _begun_small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _remark(facts: Facts) -> Text:
    """A fault that hardly anybody meets is told and counts for nothing."""
    if not facts.remarks:
        return NOTHING
    at = time_code(facts.remarks[0].at or 0.0)
    return Text(
        f"(Tiếng hỏng một chút ở {at}, hầu như không nghe ra.)",
        f"(A trace of the sound is damaged at {at}; hardly anybody will hear it.)",
    )


def _container(facts: Facts, limits: Limits) -> Judgement:
    """Of a file, its picture and its sound, what is not accepted is told with what is."""
    found: dict[str, Any] = {
        "container": facts.container,
        "video_codec": facts.video.codec,
        "audio_codec": facts.audio.codec if facts.audio else None,
    }
    allowed = {key: limits[key] for key in ("containers", "video_codecs", "audio_codecs")}
    wrong = [
        (part, name, words)
        for part, name, words in zip(PARTS, found.values(), allowed.values(), strict=True)
        if name is not None and not takes(words, name)
    ]
    names = [name for name in found.values() if name]
    seen = same(", ".join(plain_name(name) for name in names))
    listed = same("; ".join(", ".join(plain_names(words)) for words in allowed.values()))
    if not wrong:
        return Judgement(True, found, allowed, _stored(names), seen=seen, permitted=listed)
    message = NOTHING
    for part, name, words in wrong:
        accepted = one_of(words)
        message += Text(
            f"{part.vi} {plain_name(name)}; chỉ nhận {accepted.vi}.",
            f"{part.en} {plain_name(name)}; {accepted.en} is accepted.",
        )
    return Judgement(False, found, allowed, message, _export_as(limits), seen, listed)


PARTS = (
    Text("Tệp thuộc loại", "The kind of file is"),
    Text("Hình được lưu theo kiểu", "The picture is stored as"),
    Text("Tiếng được lưu theo kiểu", "The sound is stored as"),
)


def _stored(names: list[str]) -> Text:
    file, picture, *sound = (plain_name(name) for name in names)
    if not sound:
        return Text(f"Tệp {file}, hình {picture}.", f"File: {file}, picture: {picture}.")
    return Text(
        f"Tệp {file}, hình {picture}, tiếng {sound[0]}.",
        f"File: {file}, picture: {picture}, sound: {sound[0]}.",
    )


def _export_as(limits: Limits) -> Text:
    """The best known kinds of those that this policy takes."""
    file = preferred(limits["containers"], "mp4", "mov")
    picture = preferred(limits["video_codecs"], "h264", "hevc")
    sound = preferred(limits["audio_codecs"], "aac", "mp3")
    return Text(
        f"Khi xuất, hãy chọn tệp {file}, hình {picture}, tiếng {sound}.",
        f"When exporting, choose {file} as the file, {picture} for the picture and {sound} for the "
        "sound.",
    )


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
