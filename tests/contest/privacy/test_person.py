"""A person is found however they are spelt, and nobody else is."""

import unicodedata

import pytest

from contest.services.privacy.person import DigestFinder, Finder, Person, digest_of, spelt, words_in

PERSON = Person(("Nguyễn Văn Hoà", "Đỗ Thúy"), ("0907 713 999",), ("Hoa.Nguyen@example.vn",),
                ("https://www.facebook.com/hoa.nguyen.99",))
HERS = [
    "Nguyễn Văn Hoà", "NGUYỄN VĂN HOÀ", "em nguyễn  văn\nhoà nhé", "Nguyễn\u00a0Văn\u00a0Hoà",
    "Nguyễn Văn Hòa", "NGUYỄN VĂN HÒA", "Đỗ Thuý", "ĐỖ THÚY", "DO THUY",
    "clip-nguyen-van-hoa.mp4", "NguyenVanHoa", "clip_Nguyễn_Văn_Hòa.mp4", "Nguyễn-Văn-Hoà",
    "0907713999", "0907.713.999", "(0907) 713-999", "+84 907 713 999", "84907713999",
    "0084907713999", "tel:+84907713999", "hoa.nguyen@EXAMPLE.vn", "<hoa.nguyen@example.vn>",
    "m.facebook.com/hoa.nguyen.99", "https://facebook.com/hoanguyen99?mibextid=x",
    "https://x.vn/?q=Nguy%E1%BB%85n%20V%C4%83n%20Ho%C3%A0", "/unit?mail=hoa.nguyen%40example.vn",
]
OTHERS = [
    "Nguyễn Văn Hoàng", "Nguyễn Văn Hoa", "Đỗ Thụy", "Nguyễn Văn", "10907713999", "0907713998",
    "xhoa.nguyen@example.vn", "hoa.nguyen@example.vnx", "hoa.nguyen.991", "100% Nguyễn", "",
]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("text", HERS)
def test_she_is_found_and_taken_out(text: str, form: str) -> None:
    finder, said = Finder(PERSON), unicodedata.normalize(form, f"Gửi {text}.")
    assert finder.finds(said)
    left = finder.without(said)
    assert not finder.finds(left) and left.startswith("G") and left.endswith(".")
    key = b"k" * 32
    digests: dict[int, frozenset[str]] = {}
    for one in finder.seen:
        size = words_in(spelt(one))
        digests[size] = digests.get(size, frozenset()) | {digest_of(key, spelt(one))}
    again = DigestFinder(key, digests)
    assert again.finds(said), "after a restore, by digests alone"
    assert not finder.finds(again.without(said))


@pytest.mark.parametrize("text", OTHERS)
def test_nobody_else_is(text: str) -> None:
    finder = Finder(PERSON)
    assert not finder.finds(f"Gửi {text}.")
    assert finder.without(f"Gửi {text}.") == f"Gửi {text}."
