"""What is missing from a file or damaged in it, in words for the person who sent it."""

from __future__ import annotations

from ..probing.facts import Facts, Problem
from ..words import Text, counted, data_size, number, roughly, time_code

NAMES = {
    "truncated": Text("tệp bị cắt cụt", "cut off"),
    "short": Text("thiếu một phần", "a part is missing"),
    "hole": Text("mất một khoảng dữ liệu", "a blank stretch in the data"),
    "header": Text("ghi sai độ dài", "a false length"),
    "jump": Text("thời gian bị nhảy", "the time jumps"),
    "unfinished": Text("không đọc hết được", "not readable to its end"),
    "damaged": Text("dữ liệu bị hỏng", "damaged data"),
}


def told(problem: Problem, facts: Facts) -> Text:
    """One sentence on ``problem``; a number that a file of this size makes absurd is left out."""
    how = {
        "truncated": _cut_off,
        "hole": _hole,
        "header": _false_length,
        "short": _false_length,
        "jump": _jump,
        "unfinished": _unfinished,
    }
    return how.get(problem.kind, _damaged)(problem, facts)


def _cut_off(problem: Problem, facts: Facts) -> Text:
    lost, real = _count(problem), roughly(facts.video.duration_s)
    left = Text(f"chỉ còn {real.vi} có hình", f"{real.en} of picture are left")
    if not 0 < lost <= facts.size:
        return Text(
            f"Tệp bị cắt cụt: phần sau không có trong tệp, {left.vi}.",
            f"The file is cut off: its later part is not there, {left.en}.",
        )
    size = data_size(lost)
    return Text(
        f"Tệp bị cắt cụt: thiếu {size.vi} ở cuối, {left.vi}.",
        f"The file is cut off: {size.en} missing at the end, {left.en}.",
    )


def _hole(problem: Problem, facts: Facts) -> Text:
    at, lost = time_code(problem.at or 0.0), _count(problem)
    if not 0 < lost <= facts.size:
        return Text(
            f"Tệp bị hỏng: dữ liệu hình bị mất từ {at}.",
            f"The file is damaged: picture data are missing from {at} on.",
        )
    size = data_size(lost)
    return Text(
        f"Tệp bị hỏng: khoảng {size.vi} dữ liệu hình bị mất từ {at}.",
        f"The file is damaged: about {size.en} of picture data are missing from {at} on.",
    )


def _false_length(problem: Problem, _facts: Facts) -> Text:
    claim, there = _seconds(problem), problem.at or 0.0
    if roughly(claim) == roughly(there) or claim < there:
        real = roughly(there)
        return Text(
            f"Độ dài ghi trong tệp không đúng: thực tế có {real.vi}.",
            f"The length written in the file is wrong: {real.en} are really there.",
        )
    said, real = roughly(claim), roughly(there)
    return Text(
        f"Phần đầu tệp ghi dài {said.vi} nhưng thực tế chỉ có {real.vi}.",
        f"The file says that it lasts {said.en}, but only {real.en} are really there.",
    )


def _jump(problem: Problem, _facts: Facts) -> Text:
    at = time_code(problem.at or 0.0)
    return Text(
        f"Thời gian của clip bị nhảy tại {at}: trình phát có thể đứng hình hoặc bỏ qua một đoạn. "
        "Thường là do nối các đoạn với nhau mà không xuất lại.",
        f"The time of the clip jumps at {at}: players may stop or skip there. That happens when "
        "parts are joined without exporting them.",
    )


def _unfinished(problem: Problem, _facts: Facts) -> Text:
    at = problem.at or 0.0
    if at < 1:
        return Text("Không đọc được clip từ đầu.", "The clip could not be read from its start on.")
    return Text(
        f"Không đọc được phần sau {time_code(at)}.",
        f"What follows {time_code(at)} could not be read.",
    )


def _damaged(problem: Problem, _facts: Facts) -> Text:
    places = max(1, _count(problem))
    where = Text(f"({number(places).vi} chỗ)", f"({counted(places, 'place', 'places')})")
    if problem.at is not None:
        at = time_code(problem.at)
        where = Text(f"lúc {at}", f"at {at}")
        if places > 1:
            more = counted(places, "place", "places")
            several = number(places)
            where = Text(f"ở {several.vi} chỗ, đầu tiên lúc {at}", f"in {more}, first at {at}")
    return Text(
        f"Dữ liệu hình hoặc tiếng bị hỏng {where.vi}.",
        f"Picture or sound data are damaged {where.en}.",
    )


def _count(problem: Problem) -> int:
    return int(problem.detail) if problem.detail.isdigit() else 0


def _seconds(problem: Problem) -> float:
    try:
        return float(problem.detail)
    except ValueError:
        return 0.0
