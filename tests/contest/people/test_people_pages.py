"""Invitations and one-time links over HTTP, and the organisers' list of people."""

import pytest
from sqlalchemy import select

from contest.models import AuditRow, Invitation, RoleGrant, User
from contest.services.people import invitations, people
from tests.contest.conftest import SECRET_KEY
from tests.contest.signing import NEW, errors, is_in, recorded, sign_in


@pytest.fixture
def juror(make, contest):
    return make.user("juror", contest=contest, email="gk@example.vn", name="Giám Khảo Một")


@pytest.fixture
def token_for(platform, contest, make, boss):
    def make_one(user, purpose):
        with platform.db.write() as session:
            made = people.invite(session, contest, session.get_one(User, user.id), purpose=purpose,
                                 actor=make.actor(boss), at=platform.clock.now(), key=SECRET_KEY)
            return invitations.token_of(made, key=SECRET_KEY)

    return make_one


def test_an_invitation_sets_the_password_once(visit, juror, token_for, platform):
    token, client = token_for(juror, "password"), visit.public()
    assert client.get("/account/invitation").status_code == 200  # a preview uses nothing up
    weak = client.post("/account/invitation", data={"token": token, "password": "matkhau123456"})
    assert weak.status_code == 422  # and neither does a refused password
    assert "value=\"" + token in weak.text
    answer = client.post("/account/invitation", data={"token": token, "password": NEW})
    assert answer.status_code == 303
    assert is_in(client)
    again = visit.public().post("/account/invitation", data={"token": token, "password": NEW})
    assert again.status_code == 410
    assert sign_in(visit.public(), "gk@example.vn", NEW).status_code == 303
    assert recorded(platform)[-3:] == [
        "password_changed", "signed_in:invitation", "signed_in:password"
    ]


def test_a_jurors_link_signs_in_once(visit, juror, token_for):
    token, client = token_for(juror, "sign_in"), visit.public()
    assert client.get("/account/link").status_code == 200
    assert client.post("/account/link", data={"token": f" {token} "}).status_code == 303
    assert is_in(client)
    again = visit.public().post("/account/link", data={"token": token})
    assert again.status_code == 410
    assert "đã được dùng" in errors(again)[0]


def test_a_wrong_token_says_no_more_than_a_used_one(visit, boss):
    answer = visit.public().post("/account/link", data={"token": "x" * 43})
    assert answer.status_code == 410
    assert "đã được dùng, đã hết hạn hoặc đã được thay" in errors(answer)[0]


# ---------------------------------------------------------------------------- the organisers' pages


def test_an_organiser_adds_a_juror_and_never_sees_the_link(visit, contest, platform):
    client = visit.role("organiser")
    base = f"/c/{contest.slug}/organiser/people"
    refused = client.post(f"{base}/new", data={"name": "Mới", "email": "moi", "roles": "juror",
                                               "unit": "0", "language": "vi"})
    assert (refused.status_code, errors(refused)) == (
        422, ["“moi” không phải địa chỉ email. Ví dụ: ten@example.vn."])
    added = client.post(f"{base}/new", data={"name": "Mới", "email": "moi@example.vn",
                                             "roles": "juror", "unit": "0", "language": "vi"})
    page = client.get(added.location)
    token = newest(platform)[0]
    assert "moi@example.vn" in page.text
    assert token not in page.text
    assert "/account/invitation" not in page.text
    assert visit.public().post("/account/invitation",
                               data={"token": token, "password": NEW}).status_code == 303
    assert "Mới" in client.get(f"{base}/").text


def newest(platform):
    """What the newest invitation's mail holds: token and code; and what the screen's QR holds."""
    with platform.db.write() as session:
        key = platform.keys.invitations(session)
        made = session.scalars(select(Invitation).order_by(Invitation.id.desc()).limit(1)).one()
        return (invitations.token_of(made, key=key), invitations.code_of(made, key=key),
                invitations.screen_token_of(made, key=key))


@pytest.fixture
def shown(visit, contest, juror, platform):
    """A juror is invited to sign in; returns the organiser's page, token, code, screen's token."""
    client = visit.role("organiser")
    where = f"/c/{contest.slug}/organiser/people/{juror.id}"
    assert client.post(f"{where}/invite", data={"purpose": "sign_in"}).status_code == 303
    return client.get(where).text, *newest(platform)


def test_the_screens_qr_code_signs_in_with_the_code_from_the_mail(visit, juror, shown, platform):
    page, token, code, screen = shown
    assert "<svg class=\"qr\"" in page
    assert token not in page
    assert code not in page
    client = visit.public()
    client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Linux; Android 13) Chrome/120.0"
    assert client.get("/account/here").status_code == 200
    typed = f"{code[:3]} {code[3:]}"
    assert client.post("/account/here", data={"token": screen, "code": typed}).status_code == 303
    assert is_in(client)
    assert recorded(platform)[-1] == "signed_in:on_the_spot"
    with platform.db.read() as session:
        last = session.scalars(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1)).one()
    assert last.after["device"] == "Chrome, Android"
    for path, data in (("here", {"token": screen, "code": code}), ("link", {"token": token})):
        assert visit.public().post(f"/account/{path}", data=data).status_code == 410


def test_what_an_organiser_sees_opens_nothing(visit, shown, platform):
    _, token, code, screen = shown
    wrong = f"{(int(code) + 1) % 10**6:06}"
    assert visit.public().post("/account/link", data={"token": screen}).status_code == 410
    assert visit.public().post("/account/here", data={"token": token, "code": code}
                               ).status_code == 410
    answers = [visit.public().post("/account/here", data={"token": screen, "code": wrong})
               for _ in range(invitations.WRONG_CODES)]
    assert {a.status_code for a in answers} == {422}
    assert visit.public().post("/account/here", data={"token": screen, "code": code}
                               ).status_code == 410
    assert "signed_in:on_the_spot" not in recorded(platform)


@pytest.mark.parametrize("token", ["x", "1", "1.", "99999999999.x", "0.abc", "²." + "a" * 24])
def test_a_made_up_screen_token_is_gone(visit, shown, token):
    answer = visit.public().post("/account/here", data={"token": token, "code": "123456"})
    assert answer.status_code == 410


def test_a_person_of_another_contest_does_not_exist_here(visit, make, contest):
    stranger = make.user("juror", contest=make.contest("quan-3-2024"))
    where = f"/c/{contest.slug}/organiser/people/{stranger.id}"
    client = visit.role("organiser")
    assert client.get(where).status_code == 404
    assert client.post(f"{where}/invite").status_code == 404


def test_roles_are_saved_and_taken_away_on_the_page(visit, make, contest, juror):
    client, unit = visit.role("organiser"), make.unit(contest)
    where = f"/c/{contest.slug}/organiser/people/{juror.id}"
    client.post(f"{where}/roles", data={"roles": ["juror", "reviewer"], "unit": unit.id})
    actor = make.actor(juror)
    assert (actor.roles[contest.id], actor.unit_id) == ({"juror", "reviewer"}, unit.id)
    assert client.post(f"{where}/roles", data={"unit": "0"}).status_code == 422
    client.post(f"{where}/retire")
    assert make.actor(juror).roles == {}


def test_a_locked_person_is_out_at_once(visit, contest, juror):
    client, theirs = visit.role("organiser"), visit.user(juror)
    where = f"/c/{contest.slug}/organiser/people/{juror.id}"
    client.post(f"{where}/active", data={"active": "0"})
    assert not is_in(theirs)
    assert "Đã khoá" in client.get(where).text


# Everything under the people of a contest, asked for by an organiser of another one, about somebody
# of this contest and, at their own contest's address, about the same person.
ABOUT = (("GET", ""), ("POST", "/roles"), ("POST", "/retire"), ("POST", "/invite"),
         ("POST", "/sign-out"), ("POST", "/active"))


@pytest.fixture
def stranger_at(visit, make, contest, platform):
    """An organiser of another contest, with this contest's slug and their own; records nothing."""
    other = make.contest("quan-3-2024")
    yield visit.role("organiser", contest=other), (contest.slug, other.slug)
    assert recorded(platform) == []


@pytest.mark.parametrize(("method", "what"), ABOUT)
def test_a_foreign_organiser_neither_reads_nor_touches_anybody(
    visit, stranger_at, juror, method, what
):
    (client, slugs), theirs = stranger_at, visit.user(juror)
    data = {"roles": "juror", "unit": "0", "active": "0", "purpose": "sign_in"}
    for slug, status in zip(slugs, (403, 404), strict=True):
        answer = client.open(f"/c/{slug}/organiser/people/{juror.id}{what}", method=method,
                             data=data if method == "POST" else None)
        assert answer.status_code == status
        assert "Giám Khảo Một" not in answer.text
        assert "gk@example.vn" not in answer.text
    assert is_in(theirs)


def test_where_somebody_works_elsewhere_too_only_the_role_here_is_told(visit, make, contest):
    """When and how they sign in to another contest is none of this one's business."""
    other = make.contest("quan-3-2024")
    shared = make.user("organiser", contest=other, name="Người Nơi Khác")
    make.staff_token(shared)
    make.add(RoleGrant(user_id=shared.id, contest_id=contest.id, role="juror",
                       created_at=make.at))
    client = visit.role("organiser")
    for path in ("/", f"/{shared.id}"):
        page = client.get(f"/c/{contest.slug}/organiser/people{path}").text
        assert "Người Nơi Khác" in page
        assert page.count("Dùng lần cuối") == (path == "/")  # the organiser's own line
    where = f"/c/{contest.slug}/organiser/people/{shared.id}"
    assert f"{where}/sign-out" not in client.get(where).text
