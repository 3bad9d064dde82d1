"""No password that thousands use is taken (ASVS 5.0: 6.2.4, 6.2.11, 6.2.12)."""

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from contest.errors import Invalid
from contest.services.people import passwords

LEAKED = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= passwords.SHORTEST]


def taken(password: str) -> bool:
    try:
        passwords.check(password)
    except Invalid:
        return False
    return True


def test_no_leaked_password_is_taken() -> None:
    """Of zxcvbn's thirty thousand all that are long enough."""
    assert len(FREQUENCY_LISTS["passwords"]) > 25_000
    assert LEAKED
    assert [word for word in LEAKED if taken(word) or taken(word.title())] == []


def test_nor_one_with_a_year_or_a_mark_behind_it() -> None:
    words = [*FREQUENCY_LISTS["passwords"][:300], *passwords.COMMON[:60]]
    longer = [word.capitalize() + end for word in words for end in ("2023", "12345678", "!@#$2024")]
    found = [word for word in longer if len(word) >= passwords.SHORTEST and taken(word)]
    assert found == []


@pytest.mark.parametrize(
    "word", ["quandoan11hoithi", "QuậnĐoàn11@2023", "hoithiquan11!!", "PhườngĐoàn5 2024"]
)
def test_nor_one_of_the_words_of_this_place(word: str) -> None:
    assert not taken(word)
