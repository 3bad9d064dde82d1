"""What is read out of a subtitle file, and which files are refused, with the line."""

import pytest

from contest.errors import Invalid
from contest.services.captions.cues import MOST_BYTES, Cue, read, written

SRT = """1
00:00:01,500 --> 00:00:04,000
<i>Xin chào</i> &amp; chúc mừng
{\\an8}Quận 11

2
00:00:04,000 --> 00:00:05,250
<font color="red">Hết</font>

3
00:00:06,000 --> 00:00:07,000

"""
VTT = """WEBVTT - một tệp
Kind: captions

STYLE
::cue { background: url(https://evil.example/a.png) }

NOTE
ghi chú

mở đầu
00:02.000 --> 00:03.500 line:0 position:20%
<v Lan>Hai <script>alert(1)</script>

01:00:00.000 --> 01:00:01.000
Một giờ
"""
READ = [Cue(1500, 4000, "Xin chào & chúc mừng\nQuận 11"), Cue(4000, 5250, "Hết")]


def test_times_and_plain_words_are_kept_of_either_kind_of_file() -> None:
    assert read(SRT.encode()) == READ
    for coding in ("utf-8-sig", "utf-16"):
        assert read(SRT.replace("\n", "\r\n").encode(coding)) == READ
    assert read(VTT.encode()) == [Cue(2000, 3500, "Hai alert(1)"), Cue(3600000, 3601000, "Một giờ")]
    late_first = "2\n00:00:09,000 --> 00:00:10,000\nb\n\n1\n00:00:01,000 --> 00:00:02,000\na\n"
    assert [cue.text for cue in read(late_first.encode())] == ["a", "b"]


def test_what_is_written_is_webvtt_that_is_read_as_the_same_and_starts_nothing() -> None:
    text = written([*READ, Cue(3723004, 3724000, "a < b --> c")])
    assert text.startswith("WEBVTT\n\n00:00:01.500 --> 00:00:04.000\nXin chào &amp; chúc mừng\n")
    assert "01:02:03.004 --> 01:02:04.000\na &lt; b --&gt; c\n" in text
    assert read(text.encode()) == [*READ, Cue(3723004, 3724000, "a < b --> c")]


@pytest.mark.parametrize(("content", "said"), [
    (b"", "Không thấy câu phụ đề nào"),
    (b"WEBVTT\n", "Không thấy câu phụ đề nào"),
    ("Chào các bạn\nđây là lời bình".encode(), "Dòng 1 không đọc được"),
    (SRT.replace("00:00:04,000 --> 00:00:05,250", "4s --> 5s").encode(), "Dòng 7 không đọc được"),
    (SRT.replace("--> 00:00:05,250", "--> 00:00:03,000").encode(), "Dòng 7: câu phụ đề kết thúc"),
    (b"1\n00:00:01,000 --> 00:00:02,000\nTi\xea\xccng Vi\xea\xf2t", "không ghi bằng Unicode"),
    (b"\x89PNG\r\n\x1a\n\x00\xff\xfe", "không ghi bằng Unicode"),
    (b"x" * (MOST_BYTES + 1), "nặng quá 500 kB"),
    (b"1\n00:00:01,000 --> 00:00:02,000\n" + b"a" * 501, "dài quá 500 ký tự"),
    (b"1\n00:00:01,000 --> 00:00:02,000\na\n\n" * 2001, "nhiều nhất 2000"),
    (SRT.replace("00:00:04,000 --> 00:00:05,250", "00:05:00,000 --> 00:05:03,000").encode(),
     "Phụ đề chạy đến 00:05:03 mà clip chỉ dài 00:03:01"),
])
def test_what_is_no_subtitle_file_is_refused_with_the_line(content: bytes, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(content, 181.0)
    assert said in refused.value.vi
    assert refused.value.en
