"""What a passkey's answer must not be: another's, an old one, one for elsewhere, a copied one."""

import json
import threading
from datetime import timedelta

import pytest

from contest.models import AuditRow, Passkey, StaffSession, UsedChallenge, User
from contest.services.core import sweep
from contest.services.people import passkey_challenges, passkeys
from contest.services.people import sign_in as signing_in
from contest.services.people.passkey_protocol import Site
from tests.contest.people.authenticator import Device, b64, raw
from tests.contest.people.passkey_steps import (
    ALONE,
    BEGIN,
    JSON,
    NEW,
    SECOND,
    actions,
    answer,
    ask,
    enrol,
    give,
    mails,
    rows,
)
from tests.contest.signing import PASSWORD, errors, is_in, recorded, sign_in

SITE = Site("localhost", "http://localhost")


def kinds(app):
    """What waits to be stored for the security page."""
    return [refusal.kind for refusal in app.extensions["refusals"].found]


def test_an_answer_for_another_origin_is_refused(visit, boss, make, app):
    device = Device(origin="http://localhost.evil.example")
    give(make, boss, device)
    client = visit.public()
    refused = answer(client, device)
    assert refused.status_code == 422
    assert "chưa được chấp nhận" in errors(refused)[0]
    assert not is_in(client)
    assert kinds(app) == ["passkey"]


@pytest.mark.parametrize("wrong", [
    {"host": "evil.example"}, {"origin": "http://localhost:8000"}, {"origin": "https://localhost"},
    {"verifies": False},
])
@pytest.mark.parametrize("way", [ALONE, SECOND])
def test_an_answer_for_another_site_or_without_a_person_opens_nothing(
    visit, boss, make, wrong, way
):
    device = Device(**wrong)
    give(make, boss, device)
    client = visit.public()
    if way == SECOND:
        sign_in(client)
    beside_the_password = way == SECOND and "verifies" in wrong
    assert answer(client, device, way).status_code == (303 if beside_the_password else 422)
    assert is_in(client) == beside_the_password


@pytest.mark.parametrize("way", [ALONE, SECOND])
@pytest.mark.parametrize("client_data", [
    {"challenge": b64(b"another challenge of 32 bytes...")}, {"type": "webauthn.create"},
    {"challenge": ""}, {"origin": None}, {"type": 7},
])
def test_an_answer_to_another_question_opens_nothing(visit, boss, make, client_data, way):
    device = Device()
    give(make, boss, device)
    client = visit.public()
    if way == SECOND:
        sign_in(client)
    assert answer(client, device, way, client=client_data).status_code == 422
    assert not is_in(client)


@pytest.mark.both_databases
def test_an_answer_is_taken_once_even_by_a_browser_that_keeps_its_cookie(
    visit, boss, make, platform
):
    device = Device(counts=0)  # no count would give a replay away
    give(make, boss, device)
    client = visit.public()
    sent = {"credential": device.get(ask(client, f"{ALONE}/begin"))}
    cookie = client.get_cookie("hoithi_form")
    assert client.post(ALONE, data=sent).status_code == 303
    for name in ("hoithi_staff", "hoithi_form"):
        client.delete_cookie(name)
    client.set_cookie("hoithi_form", cookie.value)
    again = client.post(ALONE, data=sent)
    assert (again.status_code, is_in(client)) == (422, False)
    assert "đã hết hạn hoặc đã dùng" in errors(again)[0]
    assert len(rows(platform, StaffSession)) == 1


def test_a_wrong_answer_uses_the_challenge_up(visit, boss, make):
    device = Device()
    give(make, boss, device)
    client = visit.public()
    options = ask(client, f"{ALONE}/begin")
    cookie = client.get_cookie("hoithi_form").value
    wrong = device.get(options, client={"origin": "http://evil.example"})
    assert client.post(ALONE, data={"credential": wrong}).status_code == 422
    client.set_cookie("hoithi_form", cookie)
    assert client.post(ALONE, data={"credential": device.get(options)}).status_code == 422


@pytest.mark.parametrize(("after", "status"), [(299, 303), (300, 422), (-1, 422)])
def test_a_challenge_is_good_for_five_minutes(visit, boss, make, clock, *, after, status):
    device = Device()
    give(make, boss, device)
    client = visit.public()
    options = ask(client, f"{ALONE}/begin")
    clock.moment += timedelta(seconds=after)
    assert client.post(ALONE, data={"credential": device.get(options)}).status_code == status


def test_a_challenge_serves_the_browser_and_the_purpose_that_it_was_given_for(visit, boss, make):
    device = Device()
    give(make, boss, device)
    mine, other = visit.public(), visit.public()
    options = ask(mine, f"{ALONE}/begin")
    ask(other, f"{ALONE}/begin")
    stolen = {"credential": device.get(options)}
    assert other.post(ALONE, data=stolen).status_code == 422
    assert visit.public().post(ALONE, data=stolen).status_code == 422  # never asked for one
    sign_in(mine)
    options = ask(mine, f"{SECOND}/begin")
    assert mine.post(ALONE, data={"credential": device.get(options)}).status_code == 422
    assert not is_in(mine)


def test_a_challenge_ends_with_the_session_that_asked(visit, boss, make, platform):
    client = visit.user(boss)
    options = ask(client, BEGIN, name="Máy", old=PASSWORD)
    client.set_cookie("hoithi_staff", make.staff_token(boss))  # signed in anew meanwhile
    sent = {"name": "Máy", "credential": Device().create(options)}
    refused = client.post(NEW, data=sent)
    assert (refused.status_code, rows(platform, Passkey)) == (422, [])


@pytest.mark.both_databases
def test_a_passkey_of_somebody_else_is_no_second_factor(visit, boss, make, contest):
    mallory = make.user("juror", contest=contest)
    device = Device()
    give(make, mallory, device)
    give(make, boss, Device())
    client = visit.public()
    sign_in(client)  # Mallory knows the password of the organiser
    assert answer(client, device, SECOND).status_code == 422
    assert not is_in(client)
    assert make.fresh(boss).failed_sign_ins == 2 - 1  # the password's was given back


@pytest.mark.parametrize("handle", ["", b64(b"somebody else")])
def test_the_person_whom_a_device_names_is_the_one_whose_passkey_it_is(
    visit, boss, make, handle
):
    device = Device()
    give(make, boss, device)
    client = visit.public()
    assert answer(client, device, handle=handle).status_code == 422
    assert not is_in(client)


@pytest.mark.parametrize("garbage", [
    "", "{}", "[]", "null", "7", '"text"', "{" * 9000, "[" * 16_000, "x" * 16_385, '{"id": 7}',
    '{"id":"a","rawId":"a","type":"public-key","response":{}}',
    '{"id":"YQ","rawId":"YQ","type":"public-key","response":{"clientDataJSON":"!!","signature":"",'
    '"authenticatorData":"é","attestationObject":"oA"}}',
    '{"id":"YQ","rawId":"YQ","type":"public-key","response":{"clientDataJSON":"e30",'
    '"attestationObject":"oA","authenticatorData":"oA","signature":"oA","transports":7}}',
])
def test_what_is_no_answer_is_refused_with_a_sentence(visit, boss, make, garbage, platform):
    give(make, boss, Device())
    client, signed_in = visit.public(), visit.user(boss, second_factor=True)
    ask(client, f"{ALONE}/begin")
    assert client.post(ALONE, data={"credential": garbage}).status_code == 422
    sign_in(client)
    ask(client, f"{SECOND}/begin")
    assert client.post(SECOND, data={"credential": garbage}).status_code == 422
    ask(signed_in, BEGIN, name="Máy", old=PASSWORD)
    made = signed_in.post(NEW, data={"name": "Máy", "credential": garbage})
    assert made.status_code == 422
    assert len(rows(platform, Passkey)) == 1


@pytest.mark.parametrize("part", ["signature", "authenticatorData", "clientDataJSON"])
def test_a_changed_bit_is_noticed(visit, boss, make, part):
    device = Device()
    give(make, boss, device)
    client = visit.public()
    told = json.loads(device.get(ask(client, f"{ALONE}/begin")))
    changed = bytearray(raw(told["response"][part]))
    changed[-1] ^= 1
    told["response"][part] = b64(bytes(changed))
    assert client.post(ALONE, data={"credential": json.dumps(told)}).status_code == 422


@pytest.mark.both_databases
@pytest.mark.parametrize("way", [ALONE, SECOND])
@pytest.mark.parametrize("counts", [0, -3])
def test_a_count_that_goes_back_or_stands_still_is_refused_logged_and_told(
    visit, boss, make, platform, app, *, way, counts
):
    device = Device(count=7)
    kept = give(make, boss, device)
    device.counts = counts  # a copy, made before
    client = visit.public()
    if way == SECOND:
        sign_in(client)
    assert answer(client, device, way).status_code == 422
    assert not is_in(client)
    [row] = [r for r in rows(platform, AuditRow) if r.action == "person.passkey_copied"]
    assert row.before == {"passkey": kept.id, "count": 7}
    assert row.after == {"passkey": kept.id, "count": 7 + counts}
    assert mails(platform) == ["passkey_copied"]
    assert kinds(app) == ["copied"]
    assert rows(platform, Passkey)[0].sign_count == 7
    device.count, device.counts = 7, 1  # the true one goes on
    assert answer(client, device, way).status_code == 303


def test_a_passkey_that_counted_once_counts_always(visit, boss, make):
    device = Device(count=7)
    give(make, boss, device)
    device.count, device.counts = 0, 0
    assert answer(visit.public(), device).status_code == 422


def test_wrong_answers_are_counted_like_wrong_codes(visit, boss, make, platform):
    client, stranger = visit.public(), Device()  # of no account
    answers = [answer(client, stranger).status_code for _ in range(20)]
    assert set(answers) == {422}
    assert client.post(ALONE, data={"credential": "{}"}).status_code == 429
    assert set(recorded(platform)) == {"sign_in_failed:passkey"}


def test_strangers_failures_are_no_wait_for_whoever_has_the_passkey(visit, boss, make):
    device = Device()
    give(make, boss, device)
    for _ in range(8):
        sign_in(visit.public(), password="không phải mật khẩu")
    assert answer(visit.public(), device).status_code == 303


def test_nobody_learns_who_has_passkeys(visit, boss, make, contest):
    give(make, boss, Device())
    asked = []
    for _ in range(2):
        client = visit.public()
        sign_in(client, password="không phải mật khẩu")  # that it is wrong is all one is told
        options = ask(client, f"{ALONE}/begin")
        assert client.post(f"{SECOND}/begin", headers=JSON).status_code == 409
        asked.append({k: v for k, v in options.items() if k != "challenge"})
    assert asked[0] == asked[1]
    assert "allowCredentials" not in asked[0] or asked[0]["allowCredentials"] == []


def test_a_passkey_made_elsewhere_is_not_kept(visit, boss, platform):
    client = visit.user(boss)
    for device in (Device(origin="http://evil.example"), Device(host="evil.example"),
                   Device(id=b"x" * 1024)):
        assert enrol(client, device, old=PASSWORD).status_code == 422
    options = ask(client, BEGIN, name="Máy", old=PASSWORD)
    other = Device().create(options, client={"challenge": b64(b"another")})
    assert client.post(NEW, data={"name": "Máy", "credential": other}).status_code == 422
    assert rows(platform, Passkey) == []


def test_looking_and_asking_store_nothing(visit, boss, make, platform):
    give(make, boss, Device())
    client = visit.user(boss, second_factor=True)
    for path in ("/account/second-factor/", NEW, "/account/passkeys/1"):
        assert client.get(path).status_code == 200
    for _ in range(3):
        ask(visit.public(), f"{ALONE}/begin")
    assert (rows(platform, UsedChallenge), actions(platform)) == ([], [])


def in_parallel(work, times):
    results = []
    ready = threading.Barrier(times)

    def run():
        ready.wait()
        try:
            results.append(work())
        except passkeys.Invalid as error:
            results.append(error)
    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_the_same_answer_at_once_opens_one_session(boss, make, platform):
    device, challenge = Device(counts=0), passkey_challenges.new()
    give(make, boss, device)
    sent = device.get({"challenge": b64(challenge)})

    def once():
        with platform.db.write() as session:
            passkey_challenges.use(session, challenge, given_at=make.at, at=make.at)
            return signing_in.by_passkey(
                session, sent, site=SITE, challenge=challenge, browser=signing_in.Browser(),
                at=make.at,
            )

    tokens = [r for r in in_parallel(once, 6) if isinstance(r, str)]
    assert len(tokens) == len(rows(platform, StaffSession)) == 1


def test_passkeys_added_at_once_are_no_more_than_allowed(boss, make, platform):
    for _ in range(passkeys.MOST - 1):
        give(make, boss, Device())

    def once():
        challenge, device = passkey_challenges.new(), Device()
        with platform.db.write() as session:
            user = session.get_one(User, boss.id)
            options = {"challenge": b64(challenge), "user": {"id": user.passkey_handle}}
            try:
                passkeys.add(session, user, device.create(options), name="Máy", site=SITE,
                             challenge=challenge, actor=make.actor(boss), at=make.at)
            except passkeys.Conflict:
                return False
        return True

    assert sum(in_parallel(once, 4)) == 1
    assert len(rows(platform, Passkey)) == passkeys.MOST


def test_challenges_are_swept_once_they_are_too_old_to_be_answered(make, platform):
    old, young = passkey_challenges.new(), passkey_challenges.new()
    with platform.db.write() as session:
        passkey_challenges.use(session, old, given_at=make.at - timedelta(minutes=4), at=make.at)
        passkey_challenges.use(session, young, given_at=make.at, at=make.at)
    with platform.db.write() as session:
        sweep.sweep(session, at=make.at + timedelta(minutes=2))
    assert len(rows(platform, UsedChallenge)) == 1
