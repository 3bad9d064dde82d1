"""Passkeys over HTTP: added, named, counted as the second factor, removed."""

import re
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from contest.clock import SystemClock
from contest.jobs import mail as mail_jobs
from contest.models import AuditRow, Mail, Passkey, RecoveryCode, StaffSession, User
from contest.services.people import invitations, passkeys, people
from tests.contest.conftest import SECRET_KEY
from tests.contest.people.authenticator import Device, b64
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
from tests.contest.people.test_second_factor import switch_on
from tests.contest.signing import HASH, PASSWORD, errors, is_in, recorded, sign_in

FACTOR = "/account/second-factor/"
ROOT = Path(__file__).parents[3]


@pytest.fixture
def strict(app, platform):
    """The platform as it is installed: staff must have a second factor."""
    platform.__dict__["settings"] = replace(platform.settings, second_factor="required")


def codes_of(response):
    return re.findall(r"[2-9A-Z]{4}(?:-[2-9A-Z]{4}){3}", response.text)


@pytest.mark.both_databases
def test_the_first_passkey_is_added_after_the_password_and_brings_recovery_codes(
    visit, boss, platform
):
    client, other, device = visit.user(boss), visit.user(boss), Device(synced=True)
    wrong = client.post(BEGIN, data={"name": "Máy", "old": "không phải"}, headers=JSON)
    assert (wrong.status_code, wrong.json["message"]) == (422, "Mật khẩu hiện tại chưa đúng.")
    done = enrol(client, device, name="  Điện thoại  của An ", old=PASSWORD)
    assert (done.status_code, len(codes_of(done))) == (200, 10)
    assert (is_in(client), is_in(other)) == (True, False)
    [kept] = rows(platform, Passkey)
    assert (kept.name, kept.credential_id) == ("Điện thoại của An", b64(device.id))
    assert (kept.synced, kept.sign_count, kept.last_used_at) == (True, 1, None)
    assert kept.transports == ["internal"]
    assert actions(platform)[0] == "person.passkey_added"
    assert mails(platform) == ["passkey_added"]
    shown = client.get(FACTOR).text
    assert "Điện thoại của An" in shown
    assert "Đồng bộ qua tài khoản" in shown


def test_what_is_asked_of_the_device_names_us_and_nothing_that_tells_who_it_is(visit, boss):
    client, device = visit.user(boss), Device()
    enrol(client, device, old=PASSWORD)
    options = ask(client, BEGIN, name="Khoá thứ hai", old=PASSWORD)
    assert options["rp"] == {"name": "hoithi", "id": "localhost"}
    assert options["user"]["id"] == device.handle
    assert boss.email not in device.handle
    assert [c["id"] for c in options["excludeCredentials"]] == [b64(device.id)]
    wanted = options["authenticatorSelection"]
    assert (wanted["residentKey"], wanted["userVerification"]) == ("preferred", "preferred")
    assert (options["attestation"], options["timeout"]) == ("none", 300_000)


@pytest.mark.both_databases
def test_after_the_password_a_passkey_is_the_second_factor(visit, boss, make, platform):
    device = Device(verifies=False)  # the password was the other factor
    give(make, boss, device)
    client = visit.public()
    assert client.post(f"{SECOND}/begin", headers=JSON).status_code == 409
    assert sign_in(client).location == "/account/sign-in/code"
    assert client.get("/account/").status_code == 401
    assert "Dùng khoá truy cập" in client.get("/account/sign-in/code").text
    options = ask(client, f"{SECOND}/begin")
    assert [c["id"] for c in options["allowCredentials"]] == [b64(device.id)]
    assert (options["rpId"], options["userVerification"]) == ("localhost", "preferred")
    done = client.post(SECOND, data={"credential": device.get(options)})
    assert (done.status_code, done.location) == (303, "/c/quan11-2023/organiser/")
    assert is_in(client)
    assert recorded(platform) == ["first_step:password", "signed_in:passkey"]
    [kept] = rows(platform, Passkey)
    assert (kept.sign_count, kept.last_used_at) == (1, make.at)


@pytest.mark.both_databases
def test_a_passkey_signs_in_alone_and_goes_on_to_the_page_that_was_asked_for(
    visit, boss, make, platform
):
    device = Device(counts=0, synced=True)  # as phones that sync: they count nothing
    give(make, boss, device)
    for _ in range(2):
        client = visit.public()
        options = ask(client, f"{ALONE}/begin")
        assert options.get("allowCredentials", []) == []
        assert options["userVerification"] == "required"
        where = f"{ALONE}?next=/c/quan11-2023/organiser/people/"
        done = client.post(where, data={"credential": device.get(options)})
        assert done.location == "/c/quan11-2023/organiser/people/"
        assert is_in(client)
    assert recorded(platform) == ["signed_in:passkey", "signed_in:passkey"]
    assert [s.second_factor_at for s in rows(platform, StaffSession)] == [make.at, make.at]


@pytest.mark.parametrize("way", [ALONE, SECOND])
def test_it_is_the_second_factor_that_staff_must_have(visit, boss, make, strict, way):
    device = Device()
    give(make, boss, device)
    client = visit.public()
    if way == SECOND:
        sign_in(client)
    assert answer(client, device, way).status_code == 303
    assert client.get("/c/quan11-2023/organiser/").status_code == 200
    assert client.get("/account/").status_code == 200


def test_staff_without_a_factor_may_begin_with_a_passkey(visit, boss, strict):
    client = visit.user(boss)
    assert client.get("/account/").location == FACTOR
    assert "cần mã thứ hai hoặc khoá truy cập" in client.get(FACTOR).text
    assert client.get(NEW).status_code == 200
    assert enrol(client, Device(), old=PASSWORD).status_code == 200
    assert client.get("/account/").status_code == 200


def test_a_recovery_code_stands_in_for_a_lost_device(visit, boss, make):
    client = visit.user(boss)
    codes = codes_of(enrol(client, Device(), old=PASSWORD))
    other = visit.public()
    sign_in(other)
    page = other.get("/account/sign-in/code").text
    assert "Nhập mã khôi phục" in page
    sent = [other.post("/account/sign-in/code", data={"code": c}) for c in ("123456", codes[0])]
    assert [s.status_code for s in sent] == [422, 303]
    assert is_in(other)


def test_recovery_codes_are_renewed_after_the_password_where_there_is_no_app(visit, boss):
    client = visit.user(boss)
    first = codes_of(enrol(client, Device(), old=PASSWORD))
    wrong = client.post(FACTOR + "codes", data={"old": "không phải"})
    assert (wrong.status_code, errors(wrong)) == (422, ["Mật khẩu hiện tại chưa đúng."])
    fresh = codes_of(client.post(FACTOR + "codes", data={"old": PASSWORD}))
    assert len(set(first) | set(fresh)) == 20


@pytest.mark.both_databases
def test_the_second_kind_brings_no_new_recovery_codes_and_either_goes_alone(
    visit, boss, make, platform
):
    client = visit.user(boss)
    enrol(client, Device(), old=PASSWORD)
    before = {c.code_hash for c in rows(platform, RecoveryCode)}
    assert client.post(FACTOR + "begin", data={"old": PASSWORD}).status_code == 303
    page = BeautifulSoup(client.get(FACTOR + "confirm").text, "html.parser")
    totp = pyotp.TOTP(page.select_one("main .code").text.replace(" ", ""))
    done = client.post(FACTOR + "confirm", data={"code": totp.now()})
    assert (done.status_code, done.location) == (303, FACTOR)
    assert {c.code_hash for c in rows(platform, RecoveryCode)} == before
    used = totp.at(totp.timecode(SystemClock().now()) * 30 + 30)
    assert client.post(FACTOR + "off", data={"code": used}).status_code == 303
    assert {c.code_hash for c in rows(platform, RecoveryCode)} == before
    assert make.fresh(boss).totp_confirmed_at is None
    assert client.get("/account/").status_code == 200
    other = visit.public()
    assert sign_in(other).location == "/account/sign-in/code"  # the passkey is still asked for
    assert mails(platform) == ["passkey_added", "codes_on", "codes_off"]


def test_who_has_an_app_shows_its_code_before_a_passkey_is_added(visit, boss, make):
    totp, _ = switch_on(make, boss)
    client = visit.user(boss, second_factor=True)
    for given in ({"old": PASSWORD}, {"code": "000000"}, {}):
        refused = client.post(BEGIN, data={"name": "Máy", **given}, headers=JSON)
        assert refused.status_code == 422
    done = enrol(client, Device(), code=totp.now())
    assert (done.status_code, done.location) == (303, FACTOR)  # the recovery codes are there


def test_a_passkey_is_renamed(visit, boss, make, platform):
    kept = give(make, boss, Device(), name="Khoá cũ")
    client, where = visit.user(boss, second_factor=True), f"/account/passkeys/{kept.id}"
    assert "Khoá cũ" in client.get(where).text
    for name in ("", " ", "x" * 61, "tên\x00lạ"):
        assert client.post(f"{where}/rename", data={"name": name}).status_code == 422
    assert client.post(f"{where}/rename", data={"name": "Máy bàn"}).status_code == 303
    assert [p.name for p in rows(platform, Passkey)] == ["Máy bàn"]
    assert actions(platform) == ["person.passkey_renamed"]


@pytest.mark.both_databases
def test_removing_one_takes_the_password_and_signs_out_everywhere_else(
    visit, boss, make, platform
):
    device, other_device = Device(), Device()
    kept = give(make, boss, device)
    give(make, boss, other_device)
    client, other = visit.public(), visit.public()
    for browser, its in ((client, other_device), (other, device)):
        assert answer(browser, its).status_code == 303
    where = f"/account/passkeys/{kept.id}/remove"
    assert client.post(where, data={"old": "không phải"}).status_code == 422
    assert len(rows(platform, Passkey)) == 2
    assert client.post(where, data={"old": PASSWORD}).status_code == 303
    assert (is_in(client), is_in(other)) == (True, False)
    assert "person.passkey_removed" in actions(platform)
    assert mails(platform) == ["passkey_removed"]
    assert answer(visit.public(), device).status_code == 422  # it opens nothing any more
    assert client.get(f"/account/passkeys/{kept.id}").status_code == 410


def test_the_last_factor_that_is_demanded_is_not_removed(visit, boss, make, strict, platform):
    kept = give(make, boss, Device())
    client = visit.user(boss, second_factor=True)
    where = f"/account/passkeys/{kept.id}/remove"
    refused = client.post(where, data={"old": PASSWORD})
    assert refused.status_code == 409
    assert "Hãy thêm khoá truy cập khác hoặc bật mã 6 số trước." in errors(refused)[0]
    assert len(rows(platform, Passkey)) == 1
    give(make, boss, Device())
    assert client.post(where, data={"old": PASSWORD}).status_code == 303
    assert client.get("/account/").status_code == 200


def test_the_rules_of_a_contest_demand_it_of_a_role_too(visit, make, platform):
    rules = make.contest("quan-3-2024", edit=lambda t: t.replace(
        "second_factor = []", 'second_factor = ["juror"]'))
    juror = make.user("juror", contest=rules, password_hash=HASH)
    kept = give(make, juror, Device())
    client = visit.user(juror, second_factor=True)
    removed = client.post(f"/account/passkeys/{kept.id}/remove", data={"old": PASSWORD})
    assert (removed.status_code, len(rows(platform, Passkey))) == (409, 1)


def test_where_none_is_demanded_the_last_one_goes_with_the_recovery_codes(
    visit, make, contest, platform
):
    juror = make.user("juror", contest=contest, email="an@example.vn", password_hash=HASH)
    client = visit.user(juror)
    enrol(client, Device(), old=PASSWORD)
    [kept] = rows(platform, Passkey)
    assert client.post(f"/account/passkeys/{kept.id}/remove",
                       data={"old": PASSWORD}).status_code == 303
    assert rows(platform, RecoveryCode) == []
    assert is_in(client)
    assert sign_in(visit.public()).location != "/account/sign-in/code"


def test_somebody_without_a_password_may_have_one_and_then_shows_a_recovery_code(
    visit, make, contest, platform
):
    juror = make.user("juror", contest=contest)  # signs in by one-time links
    client = visit.user(juror)
    codes = codes_of(enrol(client, Device()))
    [kept] = rows(platform, Passkey)
    where = f"/account/passkeys/{kept.id}/remove"
    assert client.post(where).status_code == 422
    assert client.post(where, data={"code": codes[0]}).status_code == 303


def test_ten_passkeys_and_no_more(visit, boss, make, platform):
    for number in range(passkeys.MOST):
        give(make, boss, Device(), name=f"Khoá {number}")
    client = visit.user(boss, second_factor=True)
    full = client.post(BEGIN, data={"name": "Một nữa", "old": PASSWORD}, headers=JSON)
    assert (full.status_code, full.json["error"]) == (409, "conflict")
    assert "là mức nhiều nhất" in client.get(FACTOR).text
    assert len(rows(platform, Passkey)) == passkeys.MOST


@pytest.mark.both_databases
def test_one_passkey_is_kept_once_whosever_it_is(visit, boss, make, contest, platform):
    device = Device()
    give(make, boss, device)
    thief = visit.user(make.user("juror", contest=contest))
    refused = enrol(thief, device)
    assert (refused.status_code, errors(refused)) == (409, ["Khoá truy cập này đã được thêm rồi."])
    assert len(rows(platform, Passkey)) == 1


def test_nobody_sees_changes_or_removes_anothers(visit, boss, make, contest, platform):
    kept = give(make, boss, Device())
    other = visit.role("juror")
    where = f"/account/passkeys/{kept.id}"
    assert [other.get(where).status_code, other.get("/account/passkeys/999").status_code,
            other.post(f"{where}/rename", data={"name": "Của tôi"}).status_code,
            other.post(f"{where}/remove").status_code] == [410] * 4
    assert [p.name for p in rows(platform, Passkey)] == ["Khoá"]


def test_links_and_invitations_do_not_go_around_it(visit, boss, make, contest, platform):
    give(make, boss, Device())
    operator = make.actor(make.user(admin=True))
    for purpose, where in (("sign_in", "/account/link"), ("password", "/account/invitation")):
        with platform.db.write() as session:
            made = people.invite(
                session, contest, session.get_one(User, boss.id), purpose=purpose, at=make.at,
                actor=operator, key=SECRET_KEY,
            )
            token = invitations.token_of(made, key=SECRET_KEY)
        client = visit.public()
        sent = client.post(where, data={"token": token, "password": "kỳ lân nhảy dây bảy lần"})
        assert sent.location == "/account/sign-in/code"
        assert client.get("/account/").status_code == 401


def test_a_locked_account_is_not_opened_by_a_passkey(visit, boss, make, platform):
    device = Device()
    give(make, boss, device)
    with platform.db.write() as session:
        session.get_one(User, boss.id).active = False
    client = visit.public()
    assert answer(client, device).status_code == 422
    assert not is_in(client)


def test_the_person_is_told_in_words_and_the_trail_names_no_passkey(visit, boss, platform):
    enrol(visit.user(boss), Device(), name="Máy <b>An</b>", old=PASSWORD)
    [mail] = [m for m in rows(platform, Mail) if m.template == "second_factor"]
    letter = mail_jobs.write(platform, mail)
    assert letter.subject == "Xác thực hai lớp của bạn vừa thay đổi"
    assert "tên “Máy <b>An</b>” vừa được thêm" in letter.text
    assert "<b>An" not in letter.html
    assert "http://localhost/account/second-factor/" in letter.text
    assert mail.to == "an@example.vn"
    with platform.db.read() as session:
        told = session.scalars(select(AuditRow.after)).all()
    assert "passkey" in str(told)
    assert "<b>An" not in str(told)


def test_no_page_but_ours_may_ask_for_passkeys(visit):
    given = visit.public().get("/account/sign-in").headers["Permissions-Policy"]
    assert "publickey-credentials-create=(self), publickey-credentials-get=(self)" in given
    front = (ROOT / "docker/nginx.conf").read_text()
    assert f'add_header Permissions-Policy "{given}";' in front  # on what it sends by itself


class TestAnAddressWithoutPasskeys:
    @pytest.fixture(params=["http://127.0.0.1:8000", "http://hoithi.example",
                            "https://203.0.113.7", "https://[2001:db8::1]"])
    def settings(self, settings, request):
        return replace(settings, base_url=request.param)

    def test_the_page_says_so_and_offers_codes(self, visit, boss, settings):
        client = visit.public()
        client.set_cookie(settings.cookie_name("staff"), visit.make.staff_token(boss))
        where = {"base_url": "https://localhost" if settings.https else "http://localhost"}
        page = client.get(FACTOR, **where).text
        assert f"Địa chỉ {settings.base_url} không dùng được khoá truy cập" in page
        assert "Mã 6 số trong ứng dụng" in page
        assert NEW not in page
        for path, data in ((BEGIN, {"name": "Máy", "old": PASSWORD}), (f"{ALONE}/begin", {})):
            told = JSON | {"Referer": where["base_url"]}
            sent = client.post(path, data=data, headers=told, **where)
            assert (sent.status_code, sent.json["error"]) == (409, "conflict"), sent.text
        assert "data-passkey" not in visit.public().get("/account/sign-in", **where).text
