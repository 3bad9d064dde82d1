"""What is looked at and who takes part: the appraisal's checklist, kinds of entries, content lines.

The checklist knows the usual demands and says each in the house's words, in both languages; what it
does not know is left to the organiser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..draft import Doubt, Reading
from ..passages import Sentence

# id, folded words, Vietnamese, English, required
DEMANDS = (
    (
        "names",
        r"co (?:ho )?ten (?:\w+ )?tac gia|ten (?:nhom )?tac gia|ten don vi (?:du thi|thuc hien)",
        "Trong clip có tên tác giả (hoặc nhóm tác giả) và tên đơn vị",
        "The clip names its author (or team) and unit",
        True,
    ),
    (
        "union_image",
        (
            r"(?:hinh anh|logo|huy hieu|bieu trung|co) (?:\w+ ){0,3}(?:doan tncs|doan thanh nien|to"
            r" chuc doan)|huy hieu doan|logo doan"
        ),
        "Có hình ảnh của Đoàn TNCS Hồ Chí Minh",
        "The Ho Chi Minh Communist Youth Union is shown",
        True,
    ),
    (
        "union_shirt",
        r"(?:mac|trang phuc)[^.;]{0,30}ao (?:thanh nien|doan|xanh)",
        "Thí sinh mặc áo Thanh niên Việt Nam",
        "Participants wear the Vietnam Youth shirt",
        True,
    ),
    (
        "theme",
        r"tinh giao duc|dung chu de|bam sat chu de|gan voi chu de|phu hop (?:voi )?chu de",
        "",
        "",
        True,
    ),
    (
        "new_work",
        (
            r"tac pham moi|khong (?:duoc )?sao chep|chua (?:tung )?(?:duoc )?(?:dang|cong bo)|khong"
            r" vi pham ban quyen"
        ),
        "Là tác phẩm mới, không sao chép, chưa đăng ở đâu",
        "New work, not copied, not published before",
        True,
    ),
    (
        "decency",
        r"thuan phong|ngon ngu trong sang|khong vi pham phap luat",
        "Ngôn ngữ trong sáng, không vi phạm thuần phong, mỹ tục",
        "Decent language and content",
        True,
    ),
    (
        "sound",
        r"tap am|am thanh[^.;]{0,30}ro",
        "Âm thanh rõ, không có tạp âm khó chịu",
        "Clear sound without disturbing noise",
        False,
    ),
)
DEMANDING = re.compile(r"phai|dam bao|yeu cau|khong|can |la |co |mac ")
MOVEMENT = re.compile(r"phong trào [\"“]([^\"“”]{2,80})[\"”]", re.IGNORECASE)
KIND = re.compile(r"ca nhan|tap the|nhom")
ABOUT_ENTRANTS = re.compile(r"hinh thuc|tham gia|du thi|doi tuong|tham du")
MEMBERS = re.compile(
    r"(?:moi )?(?:nhom|doi|tap the)[^.;\d]{0,30}(?:khong qua|toi da)[^.;\d]{0,8}(\d{1,3})"
    r" (?:nguoi|thanh vien|tac gia|thi sinh)"
)
NOT_APPRAISED = re.compile(r"can cu|noi nhan|giai ")
MOST_PARTS = 12


def read(sentences: list[Sentence]) -> Iterator[Reading | Doubt]:
    """``review.checklist``, ``form.…``, and the lines of content as ``beside.content``."""
    yield from _checklist(sentences)
    for sentence in sentences:
        yield from _entrants(sentence)
    yield from _parts(sentences)


def _checklist(sentences: list[Sentence]) -> Iterator[Reading]:
    found: dict[str, Sentence] = {}
    for sentence in sentences:
        if NOT_APPRAISED.match(sentence.flat) or not DEMANDING.search(sentence.flat):
            continue
        for id_, words, *_ in DEMANDS:
            if id_ not in found and re.search(words, sentence.flat):
                found[id_] = sentence
    if found:
        movement = _movement(sentences)
        demands = [demand for demand in DEMANDS if demand[0] in found]
        items = [_item(demand, movement) for demand in demands]
        parts = tuple(found[demand[0]].text for demand in demands)
        source = "\n".join(dict.fromkeys(sentence.text for sentence in found.values()))
        place = next(iter(found.values())).place
        yield Reading("review.checklist", items, source, place, parts=parts)


def _movement(sentences: list[Sentence]) -> str:
    for sentence in sentences:
        if "phong trao" in sentence.flat and (found := MOVEMENT.search(sentence.text)):
            return f" phong trào “{found[1]}”"
    return ""


def _item(demand: tuple[str, str, str, str, bool], movement: str) -> dict[str, Any]:
    id_, _, vi, en, required = demand
    if id_ == "theme":
        vi = f"Đúng chủ đề{movement}; có tính giáo dục, tuyên truyền"
        en = "Fits the contest's theme; educational"
    return {"id": id_, "text": {"vi": vi, "en": en}, "required": required}


def _entrants(sentence: Sentence) -> Iterator[Reading]:
    flat = sentence.flat
    kinds = set(KIND.findall(flat))
    if kinds and ABOUT_ENTRANTS.search(flat) and "tap the ban thuong vu" not in flat:
        both = ["individual"] * ("ca nhan" in kinds) + ["team"] * bool(kinds - {"ca nhan"})
        rank = 1 if "hinh thuc" in flat else 4
        yield Reading("form.kinds", both, sentence.text, sentence.place, rank)
    if found := MEMBERS.search(flat):
        yield Reading("form.max_authors", int(found[1]), sentence.text, sentence.place)


def _parts(sentences: list[Sentence]) -> Iterator[Reading]:
    """Lines under the heading "Nội dung"."""
    inside = [
        s
        for s in sentences
        if re.search(r"\| noi dung[^|]{0,30}$", f"| {s.lead}") and not s.flat.startswith("noi dung")
    ]
    for sentence in inside[:MOST_PARTS]:
        yield Reading("beside.content", sentence.text, sentence.text, sentence.place)
