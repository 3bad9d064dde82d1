"""Which passwords are taken, and how they are kept (ASVS 5.0, V6.2)."""

from time import process_time

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from contest.errors import Invalid
from contest.services.people import passwords

SHIPPED = passwords.HASHER
PERSON = ("Nguyễn Văn Tuấn", "tuan.nguyen@quandoan11.vn")


@pytest.mark.parametrize(
    "password",
    ["con mèo trèo cây cau", "kỳ lân nhảy dây 7 lần", "xkcdvlQw92ma", "x" * 3 + "mưa rơi mái ngói",
     "ngựa hồng uống trà " * 6],
)
def test_it_takes_a_sentence_or_a_random_one(password):
    passwords.check(password, context=PERSON)


@pytest.mark.parametrize(
    "password",
    ["password1234", "matkhau123456", "Mật khẩu 123456", "Hoithi@2023!!!", "Quan11@2023!!",
     "aaaaaaaaaaaa", "abcabcabcabc", "qwertyuiop12", "P@ssw0rd!2023", "tuannguyen1995",
     "Văn Tuấn 11/1995", "quandoan11quandoan11", "123456789012345", "asdfghjkl;'12",
     "NguyenVanTuan.HoiThi.Quan11", "Giadinh.KHONGBIET.matkhau2023", "qu@nd0@n11Zxcv1234567",
     "drowssap654321", "anhyeuem.zxcvbn.0987654321", "trustno1trustno1", "google.winter.princess1"],
)
def test_it_refuses_what_is_easily_guessed(password):
    with pytest.raises(Invalid) as refused:
        passwords.check(password, context=PERSON)
    assert "dễ đoán" in refused.value.vi


@pytest.mark.parametrize("block", ["a1B", "1", "4@8({[</369&#!1|0$5+7%2"])
def test_a_long_one_is_judged_without_delay(block):
    began = process_time()
    with pytest.raises(Invalid):
        passwords.check((block * 128)[:128])
    assert process_time() - began < 5  # seconds of one core


def test_it_refuses_a_short_one_and_says_how_short():
    with pytest.raises(Invalid) as refused:
        passwords.check("mèo trèo cau")  # 12 letters are taken
        passwords.check("mèo trèo ca")
    assert refused.value.vi.startswith("Mật khẩu có 11 ký tự; cần ít nhất 12.")


def test_it_refuses_more_than_128_characters():
    passwords.check("trời cao " * 14)
    with pytest.raises(Invalid, match="longer than 128"):
        passwords.check("trời cao " * 14 + "xanh")


def test_the_same_letters_typed_on_another_keyboard_are_the_same_password():
    stored = passwords.hash_password("con m\u00e8o tr\u00e8o c\u00e2y cau")
    assert stored.startswith("$argon2id$")
    assert passwords.verify(stored, "con me\u0300o tre\u0300o ca\u0302y cau")
    assert not passwords.verify(stored, "con mèo trèo cây cam")


def test_no_password_is_never_right():
    assert not passwords.verify("", "")
    assert not passwords.verify("", "nobody has this password")


def test_the_settings_are_those_of_rfc_9106():
    """The tests of this folder hash with less (``conftest.quick_hashes``)."""
    assert extract_parameters(SHIPPED.hash("x")) == RFC_9106_LOW_MEMORY
    assert SHIPPED.verify(SHIPPED.hash("x"), "x")


def test_a_hash_with_weaker_settings_is_outdated(monkeypatch):
    monkeypatch.setattr(passwords, "HASHER", SHIPPED)
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("x")
    assert passwords.outdated(weak)
    assert not passwords.outdated(passwords.hash_password("x"))
