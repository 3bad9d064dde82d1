"""Who and what: title, theme, organiser, Fanpage, whom to ask."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ..draft import Doubt, Reading
from ..letters.folding import folded
from ..passages import Sentence

TOP = 40  # sentences in which the title stands
TITLE = re.compile(r"hoi thi|cuoc thi|lien hoan|hoi thao|ngay hoi|giai\b|\bthi\b")
IN_FRONT = re.compile(r"^(?:(?:ve viec|ve|v/v|to chuc|phat dong|trien khai|ke hoach)[ :]+)+")
NAMED = re.compile(
    r"(?:(?:ke hoach|the le|to chuc|phat dong)[ :]+)*(?:hoi thi|cuoc thi|lien hoan|ngay"
    r" hoi)\b(?! ?:)"
)
TITLE_END = re.compile(
    r",? (?:voi chu de|chu de|trong doan vien|trong can bo|trong thanh nien|danh cho)\b"
)
NO_TITLE = re.compile(r"can cu|i\. |muc dich|thuc hien (?:ke hoach|chi dao)|nham |-{3}|so:|\d+\. ")
QUOTED = r"[\"“”«]([^\"“”«»]{4,200})[\"“”»]"
THEME = re.compile(rf"chủ đề(?: hội thi| cuộc thi)?(?: là)?[ :]{{1,3}}{QUOTED}", re.IGNORECASE)
PLAIN_THEME = re.compile(
    r"^chủ đề(?: hội thi| cuộc thi)?[ :]{1,3}(\S.{3,200}?)[.;]?$", re.IGNORECASE
)
CAPITAL = (
    "["
    + "".join(
        c
        for c in map(chr, range(0x41, 0x1F00))
        if c.isalpha() and c.isupper() and folded(c).isascii()
    )
    + "]"
)
PROPER = rf"(?:\d+|{CAPITAL}\w*)(?: (?:\d+|{CAPITAL}\w*)){{0,4}}"
# A Page's name may begin with small words: "Tuổi trẻ Bình Thọ", "Đoàn phường 5".
PAGE_NAME = (
    rf"(?:(?:Tuổi trẻ|Thanh niên|Đoàn (?:[Tt]hanh niên|phường|xã|trường|khối)) )?{PROPER}"
)
BODY = re.compile(
    rf"\b((?:Quận|Huyện|Thành|Tỉnh|Thị|Xã|Phường) [Đđ]oàn {PROPER}"
    rf"|Đoàn (?:[Tt]hanh niên )?(?:phường|xã|trường|khối|quận|huyện|Phường|Xã|Trường|Khối)"
    rf"(?: THPT| THCS| Đại học| Cao đẳng)? {PROPER})"
)
ORGANISER = re.compile(
    r"(?:đơn vị|cơ quan) (?:tổ chức|chủ trì|chủ trì tổ chức)[ ]?: ?([^.;(]{4,100})", re.IGNORECASE
)
SCHOOLS = (" THPT", " THCS")  # a kind of school, no school's name
PAGE = re.compile(
    r"fanpage\)?(?: facebook)?(?: chính thức)?(?: của)?[:"
    rf" ]*(?:[\"“]([^\"“”]{{3,80}})[\"”]|((?-i:{PAGE_NAME})))",
    re.IGNORECASE,
)
URL = re.compile(
    r"(?:https?://)?(?:www\.|m\.|web\.)?(?:facebook|fb)\.com/[\w.\-/?=&%]{2,150}", re.IGNORECASE
)
OFFICE = re.compile(
    r"(?:gửi|nộp|liên hệ)(?: \w+){0,4}? (?:về|với|tại)(?: địa chỉ)?[: ]+((?:Ban|Văn"
    r" phòng|Tổ|Phòng|Bộ phận|VP) [^,;()]{2,80}?)"
    r"(?= (?:để|trước|chậm|theo|qua|bằng|nhằm|tổng|từ|đến|hạn)\b|[,;()]|\.(?: |$)|$)"
)
CONTACT = re.compile(r"(?:liên hệ|đầu mối|thắc mắc)[^:]{0,60}: ?(.{6,160}?)[.;]?$", re.IGNORECASE)
PHONE = re.compile(r"(?<![\d.])(?:\+84|0)[ .]?\d{2,3}(?:[ .]?\d{2,4}){2,3}(?!\d)")
MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,3}")
HASHTAG = re.compile(r"#\w{2,60}")
DOTTED = re.compile(r"(?<=[A-ZĐ])\.(?=[A-ZĐ]{2})")


def read(sentences: list[Sentence]) -> Iterator[Reading | Doubt]:
    """Readings of ``contest.…``; telephone, mail and hashtags as ``beside.…``."""
    title = _title(sentences[:TOP])
    if title:
        whole, sentence = title
        if name := short_title(whole):
            yield Reading("contest.title.vi", name, whole, sentence.place)
    yield from _theme(title, sentences)
    organiser, readings = _organiser(sentences)
    yield from readings
    for sentence in sentences:
        yield from _page(sentence)
        yield from _contact(sentence, organiser)
        yield from _beside(sentence)


def _title(top: list[Sentence]) -> tuple[str, Sentence] | None:
    """The lines under "KẾ HOẠCH", joined; else the first line that names a contest."""
    start = next(
        (n for n, s in enumerate(top) if s.flat.strip(' "') in ("ke hoach", "the le", "thong bao")),
        -1,
    )
    lines: list[Sentence] = []
    for sentence in top[start + 1 : start + 6] if start >= 0 else []:
        if NO_TITLE.match(sentence.flat) or sentence.place.section:
            break
        lines.append(sentence)
    if not any(TITLE.search(line.flat) for line in lines):
        lines = [s for s in top if NAMED.match(s.flat)][:1]
    return (" ".join(line.text for line in lines), lines[0]) if lines else None


def short_title(whole: str) -> str:
    """The contest's name out of the plan's long title, with curly quotation marks."""
    flat = folded(whole)
    front = IN_FRONT.match(flat)
    start = front.end() if front else 0
    end = TITLE_END.search(flat, start)
    name = whole[start : end.start() if end else None].strip(" .:-,")
    return curly(name[:1].upper() + name[1:])


def curly(text: str) -> str:
    """Straight quotation marks in pairs as “ and ”."""
    return re.sub(r'"([^"]*)"', "“\\1”", text)


def _theme(title: tuple[str, Sentence] | None, sentences: list[Sentence]) -> Iterator[Reading]:
    if title and (found := THEME.search(title[0])):
        yield Reading("contest.theme.vi", found[1].strip(), title[0], title[1].place)
        return
    for sentence in sentences:
        if "chu de" not in sentence.flat:
            continue
        if found := THEME.search(sentence.text) or PLAIN_THEME.search(sentence.text):
            yield Reading("contest.theme.vi", found[1].strip(' "“”'), sentence.text, sentence.place)
            return


def _organiser(sentences: list[Sentence]) -> tuple[str, list[Reading]]:
    """Named outright, else the body that the plan names most often."""
    count: Counter[str] = Counter()
    first: dict[str, Sentence] = {}
    for sentence in sentences:
        if found := ORGANISER.search(sentence.text):
            name = found[1].strip()
            return name, [Reading("contest.organiser.vi", name, sentence.text, sentence.place)]
        if "doan" in sentence.flat and not sentence.flat.startswith("can cu"):
            for body in (b for b in BODY.findall(sentence.text) if not b.endswith(SCHOOLS)):
                count[body] += 1
                first.setdefault(body, sentence)
    if not count:
        return "", []
    name = max(count, key=lambda body: (count[body], -list(count).index(body)))
    return name, [Reading("contest.organiser.vi", name, first[name].text, first[name].place, 2)]


def _page(sentence: Sentence) -> Iterator[Reading]:
    if found := URL.search(sentence.text):
        rest = re.sub(r"^(?:https?://)?", "", found[0], flags=re.IGNORECASE).rstrip("./")
        yield Reading("contest.page_url", f"https://{rest}", sentence.text, sentence.place)
    if "fanpage" in sentence.flat and (found := PAGE.search(sentence.text)):
        name = (found[1] or found[2]).strip(" .")
        yield Reading("contest.page_name", name, sentence.text, sentence.place)


def _contact(sentence: Sentence, organiser: str) -> Iterator[Reading]:
    if not re.search(r"gui|nop|lien he|dau moi|thac mac", sentence.flat):
        return
    if found := CONTACT.search(sentence.text):
        yield Reading(
            "contest.contact.vi", hyphenated(found[1].strip()), sentence.text, sentence.place
        )
    elif (found := OFFICE.search(sentence.text)) and folded(found[1]) != "ban to chuc":
        office = _with_body(hyphenated(found[1].strip()), organiser)
        yield Reading("contest.contact.vi", office, sentence.text, sentence.place, 5)


def hyphenated(text: str) -> str:
    """Offices' initials as papers write them elsewhere: MT.ANQP.ĐBDC -> MT-ANQP-ĐBDC."""
    return DOTTED.sub("-", text)


def _with_body(office: str, organiser: str) -> str:
    """ "Ban X Quận Đoàn" of "Quận Đoàn 11" is "Ban X, Quận Đoàn 11"."""
    words = organiser.split()
    for taken in range(len(words), 1, -1):
        ending = " ".join(words[:taken])
        if office.endswith(ending):
            return f"{office[: -len(ending)].strip(' ,')}, {organiser}"
    return office


def _beside(sentence: Sentence) -> Iterator[Reading]:
    digits = sum(c.isdigit() for c in sentence.text)
    found = (
        [("hashtags", tag) for tag in HASHTAG.findall(sentence.text)]
        if "#" in sentence.text
        else []
    )
    found += [("mail", m) for m in MAIL.findall(sentence.text)] if "@" in sentence.text else []
    if digits > 8:  # noqa: PLR2004 - a telephone number has nine at least
        found += [("phone", m.strip()) for m in PHONE.findall(sentence.text)]
    for key, value in found:
        yield Reading(f"beside.{key}", value, sentence.text, sentence.place)
