"""Texts by recipe, each with the verdict that was decided before it was made."""

from __future__ import annotations

import unicodedata

from tests.media_checks.files.made import Made

POLICY = {
    "name": "essays",
    "kind": "text",
    "rules": {
        "blank": {"level": "hard"},
        "file_size": {"level": "hard", "max_mb": 0.05},
        "words": {"level": "hard", "min": 8, "max": 400},
        "characters": {"level": "hard", "max": 3000},
        "letters": {"level": "hard"},
        "repeated": {"level": "soft"},
    },
}
SAID = "Mỗi thanh niên một ý tưởng, sáng kiến cải cách hành chính."  # twelve words
EIGHT = "Đoàn Thanh niên Cộng sản Hồ Chí Minh"


def _utf(text: str, coding: str = "utf-8") -> bytes:
    return text.encode(coding)


TEXTS = [
    Made("good.txt", "pass", "", lambda: _utf(SAID)),
    Made("eight.txt", "pass", "", lambda: _utf(EIGHT)),
    Made("seven.txt", "fail", "words", lambda: _utf("Thanh niên Cộng sản Hồ Chí Minh")),
    Made("dashes.txt", "fail", "words", lambda: _utf("Một – hai – ba – bốn – năm")),
    Made("marked.txt", "pass", "", lambda: _utf(SAID, "utf-8-sig")),
    Made("notepad.txt", "pass", "", lambda: _utf(SAID, "utf-16")),
    Made("taken-apart.txt", "pass", "", lambda: _utf(unicodedata.normalize("NFD", SAID))),
    Made("lines.txt", "pass", "", lambda: _utf(SAID.replace(" ", "\r\n\r\n"))),
    Made("spaces.txt", "fail", "blank words", lambda: _utf(" \n\t\u00a0 ")),
    Made("marks-alone.txt", "fail", "blank words", lambda: _utf("... --- !!!")),
    Made("long.txt", "fail", "words characters", lambda: _utf(" ".join(map(str, range(1000))))),
    Made("again-and-again.txt", "look", "repeated", lambda: _utf("hay quá đi " * 30)),
    Made("boxes.txt", "fail", "letters", lambda: _utf(f"{SAID} \ue010\ue011\ufffd\ufffd")),
    Made("tcvn3.txt", "fail", "letters", lambda: _utf("§oµn Thanh niªn Céng s¶n Hå ChÝ Minh")),
    Made("vni.txt", "fail", "letters", lambda: _utf("Ñoaøn Thanh nieân Coäng saûn Hoà Chí Minh")),
    Made("foreign.txt", "pass", "", lambda: _utf(f"{SAID} Müller và Señor Æsop dự thi năm 2023")),
    Made(
        "quoted.txt", "pass", "", lambda: _utf("«Mỗi» «thanh» «niên» «một» «ý» «tưởng» ½ ® §3 m² x")
    ),
    Made("heavy.txt", "fail", "file_size characters", lambda: _utf(SAID + " " * 60_000 + ".")),
    Made("empty.txt", "unreadable", "", lambda: b""),
    Made("old-letters.txt", "unreadable", "", lambda: _utf("Ä\xd6 \xb5\xc7", "latin-1")),
    Made("zeros.txt", "unreadable", "", lambda: bytes(400)),
    Made("program.txt", "unreadable", "", lambda: b"MZ\x90\0\3\0\0\0" + bytes(100)),
    Made("word.txt", "unreadable", "", lambda: b"PK\x03\x04\x14\0\x08\xff\xfe" + bytes(50)),
]
