"""Wrong answers are counted before they are judged; right ones are not refused for others' sake."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from contest.actors import SYSTEM
from contest.models import AuditRow, Contest, Submission, User
from contest.services.people import second_factor, sign_in
from contest.services.people.sign_in import FREE_ATTEMPTS
from contest.tokens import ALPHABET
from tests.security.site import Person, Site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
WRONG = [f"AB{a}{b}" for a in ALPHABET[:4] for b in ALPHABET[:3]]
PASSWORD = "sona-bike-luvo-tami"


def at_once(work: Callable[[int], int], times: int = 12) -> Counter[int]:
    """The statuses of as many requests at the same time."""
    with ThreadPoolExecutor(times) as pool:
        return Counter(pool.map(work, range(times)))


def staff(site: Site, contest: Contest, email: str) -> User:
    user = site.make.user("organiser", contest=contest, email=email)
    with site.platform.db.write() as session:
        row = session.get_one(User, user.id)
        sign_in.set_password(session, row, PASSWORD, actor=SYSTEM, at=site.make.at)
    return user


def sign(person: Person, email: str, password: str = PASSWORD) -> int:
    return person.post("/account/sign-in", email=email, password=password).status


def test_twelve_wrong_codes_at_once_are_ten_judged(site: Site, contest: Contest) -> None:
    people = [Person(site, "127.0.1.1") for _ in range(12)]
    answers = at_once(lambda n: people[n].post("/u", code=f"{WRONG[n]}-EFGH").status)
    assert answers == {422: 10, 429: 2}


def test_a_right_code_comes_in_where_others_have_used_up_the_address(
    site: Site, contest: Contest
) -> None:
    crowd, honest = "127.0.1.2", Person(site, "127.0.1.2")
    _, token, code = site.make.unit_link(site.make.unit(contest))
    guesser = Person(site, crowd)
    answers = [guesser.post("/u", code=f"BCDE-FGH{n % 10}").status for n in range(14)]
    assert answers == [422] * 10 + [429] * 4
    for _ in range(15):  # each with a browser of its own
        assert Person(site, crowd).post("/u", code="CDEF-GHJK").status == 429
    assert honest.post("/u", code=code).status == 303
    assert Person(site, crowd).post("/u", token=token).status == 303
    assert guesser.post("/u", code=code).status == 429  # one's own wrong ones do count
    assert guesser.post("/u", token=token).status == 303  # but nobody guesses a link


def test_right_codes_count_for_nothing(site: Site, contest: Contest) -> None:
    codes = [site.make.unit_link(site.make.unit(contest))[2] for _ in range(14)]
    assert [Person(site, "127.0.1.3").post("/u", code=c).status for c in codes] == [303] * 14


def test_a_stranger_cannot_lock_an_account(site: Site, contest: Contest) -> None:
    """From elsewhere the owner comes in; at the strangers' own address by the browser that knows
    the account; the strangers wait."""
    boss = staff(site, contest, "boss@example.vn")
    owner = Person(site, "127.0.1.4")
    assert sign(owner, "boss@example.vn") == 303
    with site.platform.db.write() as session:  # guesses all night: the next one waits minutes
        session.get_one(User, boss.id).failed_sign_ins = 20
    owner.cookies.pop("hoithi_staff")
    strangers = [Person(site, "127.0.1.40") for _ in range(12)]
    for stranger in strangers:
        assert sign(stranger, "boss@example.vn", "a wrong password") == 422
    assert sign(Person(site, "127.0.1.40"), "boss@example.vn") == 422  # must wait, though right
    assert sign(Person(site, "127.0.1.5"), "boss@example.vn") == 303  # from a place of one's own
    for stranger in strangers:
        sign(stranger, "boss@example.vn", "a wrong password")
    owner.address = "127.0.1.40"
    assert sign(owner, "boss@example.vn") == 303


def guessed_at_all_night(site: Site, user: User) -> None:
    """The next one who may be made to wait waits minutes, however busy this machine is."""
    with site.platform.db.write() as session:
        session.get_one(User, user.id).failed_sign_ins = 20


def test_of_twelve_wrong_passwords_at_once_five_are_judged(site: Site, contest: Contest) -> None:
    user = staff(site, contest, "twelve@example.vn")
    guessed_at_all_night(site, user)
    people = [Person(site, "127.0.1.6") for _ in range(12)]
    answers = at_once(lambda n: sign(people[n], "twelve@example.vn", f"a wrong password {n}"))
    assert answers == {422: 12}
    assert site.make.fresh(user).failed_sign_ins == 20 + FREE_ATTEMPTS  # the others had to wait
    with site.platform.db.read() as session:
        refused = session.scalar(
            select(func.count()).where(AuditRow.action == "person.sign_in_failed",
                                       AuditRow.subject == f"user:{user.id}")
        )  # fmt: skip
    assert refused == 12


def test_of_twelve_wrong_second_codes_at_once_five_are_judged(
    site: Site, contest: Contest
) -> None:
    user = staff(site, contest, "codes@example.vn")
    with site.platform.db.write() as session:
        row = session.get_one(User, user.id)
        second_factor.begin(session, row, keys=site.platform.keys)
        row.totp_confirmed_at = site.make.at
    guessed_at_all_night(site, user)
    people = [Person(site, "127.0.1.8") for _ in range(12)]
    for person in people:
        person.cookies["hoithi_staff"] = site.make.staff_token(user)
    answers = at_once(lambda n: people[n].post("/account/sign-in/code", code="000000").status)
    assert answers == {422: 12}
    assert site.make.fresh(user).failed_sign_ins == 20 + FREE_ATTEMPTS


def test_guesses_at_one_code_from_many_addresses_are_thirty_and_lock_nobody_out(
    site: Site, contest: Contest
) -> None:
    unit = site.make.unit(contest)
    _, token, code = site.make.unit_link(unit)
    inside = Person(site, "127.0.2.200")
    inside.cookies["hoithi_unit"] = site.make.unit_token(unit)
    ends = [f"{a}{b}22" for a in ALPHABET[:6] for b in ALPHABET[:6]]
    people = [Person(site, f"127.0.2.{n + 1}") for n in range(len(ends))]
    answers = at_once(
        lambda n: people[n].post("/u", code=code[:4] + ends[n]).status, len(people)
    )
    assert answers == {422: 30, 429: 6}
    assert inside.get(f"/c/{contest.slug}/unit").status == 200
    assert inside.post("/u", code=code).status == 303
    assert Person(site, "127.0.2.201").post("/u", token=token).status == 303


def test_colleagues_behind_one_address_do_not_share_their_right_sign_ins(
    site: Site, contest: Contest
) -> None:
    staff(site, contest, "many@example.vn")
    answers = [sign(Person(site, "127.0.1.7"), "many@example.vn") for _ in range(23)]
    assert answers == [303] * 23


def test_twelve_entries_at_once_against_a_quota_of_five_are_five(
    site: Site, contest: Contest
) -> None:
    unit = site.make.unit(contest)
    token = site.make.unit_token(unit)

    def create(n: int) -> int:
        person = Person(site, f"127.0.1.{60 + n}")
        person.cookies["hoithi_unit"] = token
        return person.post(
            f"/c/{contest.slug}/unit/entries/new", title=f"Clip {n}", kind="individual",
            authors="Nguyễn Văn A", contact_name="Nguyễn Văn A", contact_phone="0901234567",
            consent_originality="y", consent_publicity="y", consent_personal_data="y",
        ).status  # fmt: skip

    assert at_once(create)[303] == 5
    with site.platform.db.read() as session:
        made = session.scalar(select(func.count()).where(Submission.unit_id == unit.id))
    assert made == 5
