"""Passwords: hashed with argon2id, refused when they are easily guessed.

The rules are those of ASVS 5.0, V6.2 (level 2): at least 12 characters and no upper bound below
128, every character allowed, nothing demanded of their kinds, no expiry, compared with common
passwords and with words of the context. What is left of a password without the words of this place
and the person's own is judged by zxcvbn, which knows the world's words, keyboard runs, dates and
repetitions.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from contest.errors import Invalid

SHORTEST, LONGEST = 12, 128
UNGUESSABLE = 3  # zxcvbn's scale of 0 to 4: more than 10^8 guesses
JUDGED = 100  # characters: the effort grows with the square of the length

# Library defaults (RFC 9106, low memory): argon2id, 64 MiB, 3 rounds, 4 lanes.
HASHER = PasswordHasher()

# Used most everywhere; in Viet Nam, without marks; in this place and work.
_COMMON = """
    password passw0rd pass welcome letmein iloveyou admin administrator root login user guest
    master secret dragon monkey football superman batman princess sunshine shadow michael
    qwerty qwertyuiop asdfghjkl zxcvbnm azerty qazwsx abc abcd abcdef changeme default test demo
    hello love baby angel lucky computer internet google facebook samsung iphone
    spring summer autumn winter january february march april june july august september october
    november december
    matkhau khongco anhyeuem emyeuanh yeuem yeuanh anhnhoem nhoem iuanh iuem vietnam saigon hanoi
    danang hochiminh tphcm bacho hoilamgi khongbiet conyeu giadinh bame chaoban xinchao zalo
    nguyen tran pham hoang phan thang nam ngay mua xuan
    hoithi cuocthi quandoan quan phuong thanhdoan doanthanhnien thanhnien doanvien tuoitre
    trachnhiem chuyendoiso bantochuc giamkhao thamdinh giam khao chamdiem videoclip video clip
"""
COMMON = tuple(_COMMON.split())
LEET = str.maketrans("013457@$!", "oieastasi")


@cache
def _nobody() -> str:
    """A hash to verify against without an account or password, so that the answer takes as long."""
    return HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The argon2id hash of a password, with today's settings."""
    return HASHER.hash(_normal(password))


def verify(password_hash: str, password: str) -> bool:
    """Whether ``password`` is right; an empty hash takes as long to check and never matches."""
    stand_in = _nobody()  # made at the first call of either kind
    try:
        HASHER.verify(password_hash or stand_in, _normal(password)[:4096])
    except (VerificationError, InvalidHashError):
        return False
    return bool(password_hash)


def outdated(password_hash: str) -> bool:
    """Whether the hash was made with other settings than today's and should be replaced."""
    return HASHER.check_needs_rehash(password_hash)


def check(password: str, *, context: Iterable[str] = ()) -> None:
    """Raises ``Invalid`` for a password that is too short, too long or easily guessed.
    ``context``: name, e-mail."""
    length = len(_normal(password))
    if length < SHORTEST:
        raise Invalid(
            f"Mật khẩu có {length} ký tự; cần ít nhất {SHORTEST}. "
            "Hãy ghép vài từ không liên quan thành một câu dễ nhớ.",
            f"The password has {length} characters; at least {SHORTEST} are needed. "
            "Join a few unrelated words into a sentence that you remember.",
        )
    if length > LONGEST:
        raise Invalid(f"Mật khẩu dài quá {LONGEST} ký tự. Hãy rút ngắn.",
                      f"The password is longer than {LONGEST} characters. Please shorten it.")
    if _is_leaked(password) or _score(password, context) < UNGUESSABLE:
        raise Invalid(
            "Mật khẩu này dễ đoán: chủ yếu gồm từ thông dụng, tên riêng hoặc dãy ký tự liền nhau. "
            "Hãy thêm vài từ không liên quan.",
            "This password is easily guessed: mostly common words, names or runs of characters. "
            "Add a few unrelated words.",
        )


def _is_leaked(password: str) -> bool:
    """Whether it is one of zxcvbn's thirty thousand from leaks: its score takes the rarest of them,
    alone, for hard to guess."""
    return {password.lower(), _plain(password)} & _leaked() != set()


@cache
def _leaked() -> frozenset[str]:
    return frozenset(FREQUENCY_LISTS["passwords"])


def _normal(password: str) -> str:
    """One form for a letter however a keyboard composes it (``ế`` has several)."""
    return unicodedata.normalize("NFC", password)


def _plain(text: str) -> str:
    """Lower case, without marks: ``Mật khẩu`` -> ``mat khau``."""
    letters = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(c for c in letters if not unicodedata.combining(c))


def _score(password: str, context: Iterable[str]) -> int:
    """zxcvbn's score of the letters that are left without common words and the person's own names.

    Scored as typed and with ``@`` read as ``a`` and so on, with longer numbers and without; the
    lowest score counts. Symbols and digits between letters are left out: zxcvbn would take each for
    a guess of its own.
    """
    own = {w for text in context for w in re.findall(r"[a-z0-9]{3,}", _plain(text))}
    words = sorted({*COMMON, *own}, key=len, reverse=True)
    known = re.compile("|".join(words))
    plain = _plain(password)
    forms = (plain, plain.translate(LEET), re.sub(r"\d{2,}", "", plain).translate(LEET))
    left = {re.sub(r"\d", "", known.sub("", re.sub(r"[\W_]", "", f)))[:JUDGED] for f in forms}
    return min(zxcvbn(rest, max_length=JUDGED)["score"] if rest else 0 for rest in left)
