"""Rules about a text."""

from __future__ import annotations

from ...files.facts import DocumentFile, TextFile
from ...words import NOTHING, Text, beside, exact
from ..kinds import Judgement, Limit, Limits, Rule
from .shared import Words, range_limits, size_rule, within

WORDS = Words("Có {} chữ (đếm theo khoảng trắng)", "chữ", "word", "words")
CHARACTERS = Words("Có {} ký tự", "ký tự", "character", "characters")
SHORTER = Text("Hãy gửi riêng phần dự thi.", "Send the entry alone.")


def judge_words(file: TextFile | DocumentFile, limits: Limits) -> Judgement:
    """Words as people count: what stands between spaces and has a letter or a digit."""
    return within(file.words, limits, "min", "max", WORDS)


def judge_characters(file: TextFile | DocumentFile, limits: Limits) -> Judgement:
    """Characters, white space between words included."""
    return within(file.characters, limits, "min", "max", CHARACTERS)


def judge_letters(file: TextFile | DocumentFile, limits: Limits) -> Judgement:
    """Whether the letters are letters."""
    most = limits["max_odd_pct"]
    ok = file.odd_pct <= most and not file.old_code
    shown = beside(file.odd_pct, None, most, 1)
    allowed = exact(most)
    message = Text("Chữ đọc được.", "The letters can be read.")
    if file.old_code:
        message = Text(
            "Chữ theo bảng mã cũ (TCVN3 hoặc VNI), máy khác hiện thành ký hiệu lạ.",
            "The letters are of an old encoding (TCVN3 or VNI); elsewhere they are odd signs.",
        )
    elif not ok:
        message = Text(
            f"Có {shown.vi} % ký tự không đọc được (cho phép đến {allowed.vi} %): chữ thành ô "
            "vuông hoặc ký hiệu lạ.",
            f"Of the characters {shown.en} % cannot be read (up to {allowed.en} % is allowed): "
            "they are boxes or odd signs.",
        )
    remedy = Text(
        "Hãy chuyển sang bảng mã Unicode (ví dụ bằng UniKey: Ctrl+Shift+F6) rồi gửi lại.",
        "Change it to Unicode (such as with UniKey: Ctrl+Shift+F6) and send it again.",
    )
    seen = Text(f"{shown.vi} %", f"{shown.en} %")
    if file.old_code:
        seen = Text("bảng mã cũ", "an old encoding")
    upto = Text(f"đến {allowed.vi} %", f"up to {allowed.en} %")
    return Judgement(
        ok, file.odd_pct, {"max_odd_pct": most}, message, NOTHING if ok else remedy, seen, upto
    )


def _repeated(file: TextFile, limits: Limits) -> Judgement | None:
    """Few different words in a text of some length: something was pasted again and again."""
    least = limits["min_distinct_pct"]
    if not file.words:
        return None
    # Even a long text of one subject has some hundred different words.
    different = round(file.words * file.distinct_pct / 100)
    ok = file.distinct_pct >= least or different >= limits["enough_words"]
    shown = beside(file.distinct_pct, least, None, 1)
    message = Text("Nội dung không lặp đi lặp lại.", "The text does not repeat itself.")
    if not ok:
        message = Text(
            f"Văn bản lặp đi lặp lại: chỉ {different} chữ khác nhau trong {file.words} chữ "
            f"({shown.vi} %; nên từ {exact(least).vi} %).",
            f"The text repeats itself: only {different} different words among {file.words} "
            f"({shown.en} %; better from {exact(least).en} %).",
        )
    remedy = Text("Hãy xem lại đã dán đúng bài chưa.", "See whether the right text was pasted.")
    allowed = {name: limits[name] for name in ("min_distinct_pct", "enough_words")}
    return Judgement(
        ok,
        file.distinct_pct,
        allowed,
        message,
        NOTHING if ok else remedy,
        Text(f"{shown.vi} %", f"{shown.en} %"),
        Text(f"từ {exact(least).vi} %", f"from {exact(least).en} %"),
    )


def _blank(file: TextFile, _limits: Limits) -> Judgement:
    some = Text("có chữ", "words")
    if file.words:
        message = Text("Văn bản có nội dung.", "There are words in it.")
        return Judgement(True, file.words, 1, message, seen=some, permitted=some)
    message = Text("Văn bản không có chữ nào.", "There are no words in the text.")
    remedy = Text("Hãy viết hoặc dán nội dung bài.", "Write or paste the entry's text.")
    return Judgement(False, 0, 1, message, remedy, Text("trống", "empty"), some)


LETTERS = Rule("letters", (Limit("max_odd_pct", "number", 2, high=100),), judge_letters)
WORDS_RULE = Rule(
    "words", range_limits("min", "max"), judge_words, (("min", "max"),), open_end=True
)
CHARACTERS_RULE = Rule(
    "characters", range_limits("min", "max"), judge_characters, (("min", "max"),), open_end=True
)
RULES = (
    Rule("blank", (), _blank),
    size_rule(SHORTER),
    WORDS_RULE,
    CHARACTERS_RULE,
    LETTERS,
    Rule(
        "repeated",
        (Limit("min_distinct_pct", "number", 15, high=100), Limit("enough_words", "number", 150)),
        _repeated,
    ),
)
