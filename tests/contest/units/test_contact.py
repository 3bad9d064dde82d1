"""Whom a unit asks: the rules' telephone and Zalo, and numbers within the contact's text."""

from html import unescape

import pytest

from contest import profile as profiles
from contest.errors import Invalid
from contest.views.shared.clips import coder
from contest.views.shared.entries.contact import callable_numbers, tel, zalo
from tests.contest.factory import QUAN11

HERE = "page_name = "


def test_numbers_call_and_zalo_opens() -> None:
    assert tel("028 3963 0000") == "tel:02839630000"
    assert tel("+84 (28) 3963-0000") == "tel:+842839630000"
    assert zalo("0903.123.456") == "https://zalo.me/0903123456"
    assert zalo("https://zalo.me/g/abc123") == "https://zalo.me/g/abc123"


@pytest.mark.parametrize(("text", "links"), [
    ("Văn phòng, ĐT 028 3963 0000 hoặc 0903.123.456", 2),
    ("Ban MT-ANQP-ĐBDC, Quận Đoàn 11", 0),
    ("Hỏi trước 16g00 ngày 19/6/2023, phòng 0211", 0),
    ("A & B <+84 903 123 456>", 1),
])
def test_only_telephone_numbers_of_a_text_become_links(text: str, links: int) -> None:
    found = callable_numbers(text)
    assert found.count('<a href="tel:') == links and "<+" not in found
    assert unescape(found.striptags()) == text


def test_time_codes_within_the_clip_become_links_and_times_of_day_do_not() -> None:
    found = coder("/clip.mp4", 240)("Xem 1:23 và 3:59–4:00, gửi trước 16:00; <i>0:61</i>")
    assert found.count("data-seek=") == 3 and 'data-seek="83"' in found and "<i>" not in found
    assert coder("", 240)("Xem 1:23") == coder("/clip.mp4", None)("Xem 1:23") == "Xem 1:23"


def test_the_keys_are_optional_and_leave_rules_without_them_as_they_were() -> None:
    source = QUAN11.read_text()
    plain = profiles.load(source)
    assert "phone" not in plain.content["contest"] and "zalo" not in plain.content["contest"]
    keys = 'phone = "028 3963 0000"\nzalo = "0903 123 456"\n'
    named = profiles.load(source.replace(HERE, keys + HERE, 1)).profile.contest
    assert (named.phone, named.zalo) == ("028 3963 0000", "0903 123 456")
    for key, wrong in (("phone", "gọi Lan"), ("zalo", "javascript:alert(1)"),
                       ("zalo", "https://zalo.me.example/x")):
        with pytest.raises(Invalid) as refusal:
            profiles.load(source.replace(HERE, f'{key} = "{wrong}"\n{HERE}', 1))
        assert f"contest.{key}" in refusal.value.vi
