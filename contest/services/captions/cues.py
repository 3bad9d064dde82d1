"""A subtitle file (SubRip or WebVTT) read into cues, and cues written as WebVTT.

Of a file from outside only times and plain words are kept: styles, positions, notes and tags go.
"""

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from contest.errors import Invalid

MOST_BYTES, MOST_CUES, LONGEST = 500_000, 2000, 500  # LONGEST: characters of a cue
SLACK_S = 2.0  # by which the last cue may outlast the clip
MARKS = ("utf-8-sig", b"\xef\xbb\xbf"), ("utf-16", b"\xff\xfe"), ("utf-16", b"\xfe\xff")
CLOCK = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
TIMES = re.compile(rf"^\s*{CLOCK}\s*-->\s*{CLOCK}(?:\s.*)?$")
APART = re.compile(r"^(WEBVTT|NOTE|STYLE|REGION)\b")
TAGS = re.compile(r"<[^<>]*>|\{\\[^{}]*\}")


@dataclass(frozen=True)
class Cue:
    """Words on the screen from ``begin`` to ``end``, in milliseconds of the clip."""

    begin: int
    end: int
    text: str

    @property
    def at(self) -> str:
        """``1:05``, as players show it."""
        minutes, seconds = divmod(self.begin // 1000, 60)
        return f"{minutes}:{seconds:02}"


def read(content: bytes, clip_s: float | None = None) -> list[Cue]:
    """The cues of a file, in the order of their beginnings.

    ``clip_s``: the clip's length, where it is known. Raises ``Invalid``, with the line, for what is
    no subtitle file, a time that runs backwards, and cues beyond the clip's end.
    """
    if len(content) > MOST_BYTES:
        raise Invalid("Tệp phụ đề nặng quá 500 kB. Hãy kiểm tra có chọn đúng tệp .srt hoặc .vtt.",
                      "The subtitle file is larger than 500 kB. Is it the right .srt or .vtt file?")
    found = [cue for number, block in _blocks(_text(content)) for cue in _cue(number, block)]
    if not found:
        raise Invalid(
            "Không thấy câu phụ đề nào trong tệp. Hãy chọn tệp .srt hoặc .vtt có thời gian dạng "
            "00:01:02,500 --> 00:01:05,000.",
            "No subtitle was found in the file. Choose an .srt or .vtt file with times such as "
            "00:01:02,500 --> 00:01:05,000.",
        )
    if len(found) > MOST_CUES:
        raise Invalid(f"Tệp có {len(found)} câu phụ đề; cho phép nhiều nhất {MOST_CUES}.",
                      f"The file has {len(found)} subtitles; at most {MOST_CUES} are allowed.")
    last = max(cue.end for cue in found)
    if clip_s is not None and last > (clip_s + SLACK_S) * 1000:
        long, clip = _clock(last)[:-4], _clock(int(clip_s * 1000))[:-4]
        raise Invalid(
            f"Phụ đề chạy đến {long} mà clip chỉ dài {clip}. Hãy chọn đúng tệp của clip này.",
            f"The subtitles go on to {long}, the clip ends at {clip}. Choose this clip's own file.",
        )
    return sorted(found, key=lambda cue: (cue.begin, cue.end))


def written(cues: Sequence[Cue]) -> str:
    """The cues as WebVTT."""
    parts = (f"{_clock(cue.begin)} --> {_clock(cue.end)}\n{html.escape(cue.text, quote=False)}\n"
             for cue in cues)
    return "\n".join(("WEBVTT\n", *parts))


def _text(content: bytes) -> str:
    coding = next((name for name, mark in MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(coding)
    except UnicodeDecodeError:
        raise Invalid(
            "Tệp phụ đề không ghi bằng Unicode (UTF-8). Hãy lưu lại tệp với mã UTF-8 rồi chọn lại.",
            "The subtitle file is not Unicode (UTF-8). Save it as UTF-8 and choose it again.",
        ) from None
    clean = "".join(c for c in text if c in "\r\n\t" or unicodedata.category(c)[0] != "C")
    return unicodedata.normalize("NFC", clean)


def _blocks(text: str) -> list[tuple[int, list[str]]]:
    """What stands between empty lines: the number of its first line, and its lines."""
    found: list[tuple[int, list[str]]] = []
    open_ = False
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            open_ = False
        elif open_:
            found[-1][1].append(line)
        else:
            found.append((number, [line]))
            open_ = True
    return found


def _cue(number: int, lines: list[str]) -> list[Cue]:
    """The cue of a block; none where it has no words or is no cue."""
    place = next((n for n, line in enumerate(lines[:2]) if "-->" in line), None)
    if place is None:
        if APART.match(lines[0]):
            return []
        raise _unreadable(number)
    times = TIMES.match(lines[place])
    if times is None:
        raise _unreadable(number + place)
    begin, end = _ms(times.groups()[:4]), _ms(times.groups()[4:])
    if end <= begin:
        raise Invalid(
            f"Dòng {number + place}: câu phụ đề kết thúc trước khi bắt đầu. Hãy sửa thời gian.",
            f"Line {number + place}: the subtitle ends before it begins. Correct the times there.",
        )
    words = "\n".join(filter(None, (_plain(line) for line in lines[place + 1:])))
    if len(words) > LONGEST:
        raise Invalid(f"Dòng {number}: câu phụ đề dài quá {LONGEST} ký tự. Hãy tách ra nhiều câu.",
                      f"Line {number}: the subtitle is longer than {LONGEST} characters. Split it.")
    return [Cue(begin, end, words)] if words else []


def _unreadable(number: int) -> Invalid:
    return Invalid(
        f"Dòng {number} không đọc được: cần một dòng thời gian dạng 00:01:02,500 --> 00:01:05,000.",
        f"Line {number} cannot be read: a line such as 00:01:02,500 --> 00:01:05,000 is needed.",
    )


def _plain(line: str) -> str:
    return html.unescape(TAGS.sub("", line)).strip()


def _ms(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds, rest = parts
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return whole * 1000 + int((rest or "0").ljust(3, "0"))


def _clock(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"
