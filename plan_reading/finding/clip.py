"""What a clip must be: length, shape, size of the picture, sound, file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from ..draft import Doubt, Reading, Words
from ..passages import Sentence

ABOUT_CLIPS = re.compile(r"clip|video|do dai|thoi luong|tac pham|san pham|phim|bai du thi")
NUMBERS = {
    "mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
    "muoi": 10,
}
NUMBER = rf"(?:\d{{1,3}}(?:[.,]\d)?|{'|'.join(NUMBERS)})"
BEFORE = rf"(?:(?:{'|'.join(NUMBERS)}) ?\( ?)?"  # ba (03) phút
IN_WORDS = r"(?: ?\))?(?: ?\([a-z ]{2,12}\))?"  # 03 (ba) phút
AMOUNT = rf"{BEFORE}({NUMBER}){IN_WORDS} ?(phut|giay|')(?: ?(\d{{1,2}}) ?(?:giay|\"|s\b))?"
RANGE = re.compile(
    rf"(?<![\d.,/]){BEFORE}({NUMBER}){IN_WORDS} ?(?:(phut|giay|')(?: ?(\d{{1,2}}) ?giay)?)? ?"
    rf"(?:den|-|toi) ?(?:duoi |khong qua |toi da )?{AMOUNT}"
)
UPPER = re.compile(
    r"(?:khong qua|toi da|khong vuot qua|duoi|nhieu nhat|dai nhat|khong dai qua|khong dai hon"
    rf"|khong hon|nho hon|<=?|≤)(?: la| khong qua)? ?{AMOUNT}|{AMOUNT} ?(?:tro xuong|tro lai)"
)
LOWER = re.compile(
    rf"(?:toi thieu|it nhat|tren|khong duoi|tu|ngan nhat|>=?|≥)(?: la)? ?{AMOUNT}(?! ?(?:tro"
    r" xuong|tro lai))"
    rf"|{AMOUNT} ?tro len"
)
PLAIN = re.compile(rf"(?:do dai|thoi luong|dai|khoang)[^\d.;]{{0,25}}?{AMOUNT}")
TOLERANCE = re.compile(rf"(?:±|\+ ?/ ?-|chenh lech|sai so)[^\d.;]{{0,25}}{AMOUNT}")
A_TIME = re.compile(r"(?:gio|\d[gh]) ?$")

SHAPES = ("16:9", "9:16", "4:3", "3:4", "1:1", "4:5", "21:9")
SHAPE = re.compile(r"(?<![\d.:/x])(\d{1,2}) ?([:/x]) ?(\d{1,2})(?![\d:/])")
SHAPE_WORD = re.compile(
    r"(?<!chieu )(?:khung(?: hinh)?|khuon hinh|man hinh|quay|video|clip|dinh"
    r" dang|dang|kho|chieu)(?: theo)?"
    r"(?: chieu)? (?P<word>doc|ngang|vuong)\b"
)
WORD_SHAPES = {"doc": "9:16", "ngang": "16:9", "vuong": "1:1"}
NOT = re.compile(r"(?:khong|tranh|cam|han che)(?: \w+){0,3} ?$")

PIXELS = re.compile(r"(?<!\d)(\d{3,4}) ?(?:x|\*) ?(\d{3,4})(?!\d)")
LINES = re.compile(
    r"\b(?:(?P<l1080>full ?-?hd|fhd|1080 ?[pi]?)|(?P<l2160>4k|uhd|2160 ?p)|(?P<l1440>2k|1440 ?p)"
    r"|(?P<l720>hd|720 ?p?))\b"
)
ABOUT_PICTURE = re.compile(r"chat luong|do phan giai|hinh anh|clip|video|kich thuoc|full|quay")
WISHED = re.compile(r"khuyen khich|uu tien|neu co the")

SIZE = re.compile(
    r"(?:dung luong|kich thuoc|file|tep|do lon)[^.;\d]{0,40}(\d{1,4}(?:[.,]\d)?)"
    r" ?(mb|gb|megabyte|gigabyte)"
)
KINDS = re.compile(r"\b(mp4|mov|m4v|mkv|webm|avi|wmv|mpeg|mpg|3gp)\b")
FPS = re.compile(r"(\d{2}) ?(?:fps|(?:khung )?hinh ?/ ?(?:giay|s\b))")


def read(sentences: list[Sentence]) -> Iterator[Reading | Doubt]:
    """Readings of ``media.rules.…`` and ``upload.…``."""
    shapes = [reading for s in sentences for reading in _shapes(s)]
    yield from shapes
    shape = shapes[0].value if shapes else ""
    for sentence in sentences:
        if ABOUT_CLIPS.search(sentence.around):
            yield from _length(sentence)
        yield from _picture(sentence, shape)
        yield from _sound(sentence)
        yield from _file(sentence)


def _reading(
    key: str, value: object, sentence: Sentence, note: Words | None = None, rank: int = 1
) -> Reading:
    return Reading(key, value, sentence.text, sentence.place, rank, note)


def _length(sentence: Sentence) -> Iterator[Reading]:
    flat = sentence.flat
    if "phut" not in flat and "giay" not in flat and "'" not in flat:
        return
    low, high, note = _bounds(flat)
    rank = 1 if ABOUT_CLIPS.search(flat) else 2
    if low is not None:
        yield _reading("media.rules.duration.min_s", low, sentence, rank=rank)
    if high is not None:
        yield _reading("media.rules.duration.max_s", high, sentence, note, rank)
    found = TOLERANCE.search(flat)
    if found and (low or high):
        yield _reading("media.rules.duration.tolerance_s", _seconds(*found.groups()), sentence)


def _bounds(flat: str) -> tuple[int | None, int | None, Words | None]:
    """The shortest and the longest clip in seconds, and what was assumed."""
    for found in RANGE.finditer(flat):
        if not A_TIME.search(flat[: found.start()]):
            first, unit, more, *second = found.groups()
            shortest, longest = _seconds(first, unit or second[1], more), _seconds(*second)
            if 0 < shortest < longest:
                return shortest, longest, None
    low, high = _first(LOWER, flat), _first(UPPER, flat)
    if low is None and high is None and (plain := _first(PLAIN, flat)):
        return None, plain, ABOUT
    return low, high, None


ABOUT = Words(
    "Kế hoạch ghi một độ dài; đọc là độ dài nhất.",
    "The plan names one length; it is read as the longest.",
)


def _first(pattern: re.Pattern[str], flat: str) -> int | None:
    for found in pattern.finditer(flat):
        groups = found.groups()
        amount = groups[:3] if groups[0] else groups[3:]
        if amount and not re.search(r"\d ?(?:gio|g|h) ?$", flat[: found.start()]):
            return _seconds(*amount)
    return None


def _seconds(number: str, unit: str, more: str | None = None) -> int:
    amount = Fraction(NUMBERS[number]) if number in NUMBERS else Fraction(number.replace(",", "."))
    return int(amount * (1 if unit == "giay" else 60)) + int(more or 0)


def _shapes(sentence: Sentence) -> Iterator[Reading]:
    flat = sentence.flat
    named = re.search(r"ti le|ty le|khung|kich thuoc|kho hinh", flat)
    ratios = [
        f"{int(m[1])}:{int(m[3])}"
        for m in SHAPE.finditer(flat)
        if named or (m[2] == ":" and ABOUT_CLIPS.search(sentence.around))
    ]
    ratios = [ratio for ratio in dict.fromkeys(ratios) if ratio in SHAPES]
    for ratio in ratios:
        yield _reading("media.rules.aspect_ratio.ratio", ratio, sentence)
    if ratios:
        return
    for found in SHAPE_WORD.finditer(flat):
        if not NOT.search(flat[: found.start()]):
            shape = WORD_SHAPES[found["word"]]
            note = Words(
                f"Kế hoạch ghi bằng chữ; đọc là {shape}.", f"Written as a word; read as {shape}."
            )
            yield _reading("media.rules.aspect_ratio.ratio", shape, sentence, note, rank=2)


def _picture(sentence: Sentence, shape: str) -> Iterator[Reading]:
    flat = sentence.flat
    if WISHED.search(flat) and not re.search(r"toi thieu|tro len", flat):
        return
    note = None
    if pixels := PIXELS.search(flat):
        size = int(pixels[1]), int(pixels[2])
    elif (found := LINES.search(flat)) and ABOUT_PICTURE.search(flat):
        lines = int((found.lastgroup or "l0")[1:])
        size = _size(lines, shape or "16:9")
        if shape not in ("", "16:9"):
            note = Words(
                f"{lines} dòng ở khung hình {shape} là {size[0]}×{size[1]}.",
                f"{lines} lines at {shape} are {size[0]}×{size[1]}.",
            )
    else:
        return
    yield _reading("media.rules.resolution.min_width", size[0], sentence, note)
    yield _reading("media.rules.resolution.min_height", size[1], sentence, note)
    if FPS.search(flat):
        fps = int(FPS.search(flat)[1])  # type: ignore[index]
        yield _reading("media.rules.frame_rate.min_fps", fps, sentence)


def _size(lines: int, shape: str) -> tuple[int, int]:
    """``lines`` are the picture's short side, as "1080p" names it."""
    across, down = (int(part) for part in shape.split(":"))
    if across < down:
        return lines, round(lines * down / across)
    return round(lines * across / down), lines


def _sound(sentence: Sentence) -> Iterator[Reading]:
    if re.search(r"am thanh[^.;]{0,40}(?:ro|trong)", sentence.flat):
        yield _reading("media.rules.audio_present.level", "hard", sentence)
    if re.search(r"khong (?:co |bi )?(?:tap am|nhieu|on)|tap am", sentence.flat):
        yield _reading("media.rules.audio_noise.level", "soft", sentence)


def _file(sentence: Sentence) -> Iterator[Reading]:
    flat = sentence.flat
    if found := SIZE.search(flat):
        unit = 10**9 if found[2].startswith("g") else 10**6
        size = int(Fraction(found[1].replace(",", ".")) * unit)
        yield _reading("upload.max_bytes", size, sentence)
    if re.search(r"dinh dang|duoi file|duoi tep|file|tep", flat):
        kinds = list(dict.fromkeys(KINDS.findall(flat)))
        if kinds:
            yield _reading("upload.extensions", kinds, sentence)
