"""``hoithi user``: the first account of an installation, links, sessions."""

import os
import re

import pytest
from sqlalchemy import select

from contest.clock import SystemClock
from contest.models import Passkey, RecoveryCode, RoleGrant, User
from contest.services.people import passwords, people, second_factor, sessions
from tests import forks
from tests.contest.people.authenticator import Device
from tests.contest.people.passkey_steps import actions, give, mails, rows
from tests.contest.signing import give_recovery_codes

PASSWORD = "con mèo trèo cây cau"


@pytest.fixture
def database_url(sqlite_url):
    """One kind of database is enough: the services are tested on both."""
    return sqlite_url


@pytest.fixture
def run(settings):
    """Run the command as a shell would: its exit code and what it wrote."""
    names = ("data_dir", "database_url", "redis_url", "secret_key", "base_url")
    environ = {f"HOITHI_{name.upper()}": str(getattr(settings, name)) for name in names}

    def call(*arguments, stdin=""):
        done = forks.command_text("user", *arguments, environ=os.environ | environ, stdin=stdin)
        return done.returncode, done.stdout, done.stderr

    return call


def test_it_prints_a_link_where_no_password_is_given(run, visit):
    code, out, _ = run("add", "An@example.vn", "--name", "Nguyễn An", "--role", "organiser",
                       "--role", "juror", "--contest", "quan11-2023")
    assert code == 0
    assert re.fullmatch(r"http://localhost/account/invitation#[\w-]{43}\n", out)
    assert run("list")[1] == (
        "an@example.vn\tNguyễn An\tinvited\tquan11-2023:juror quan11-2023:organiser\n"
    )


def test_it_takes_a_password_from_standard_input_and_prints_nothing(run, platform, contest):
    code, out, _ = run("add", "an@example.vn", "--name", "Nguyễn An", "--admin",
                       "--password-stdin", stdin=PASSWORD + "\n")
    assert (code, out) == (0, "")
    with platform.db.read() as session:
        user = session.scalars(select(User)).one()
    assert passwords.verify(user.password_hash, PASSWORD)
    assert run("list")[1] == "an@example.vn\tNguyễn An\tactive+admin\t\n"
    assert run("list", "--contest", "quan11-2023")[1] == ""


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "said"),
    [
        (("add", "an@example.vn"), "", 2, "Please give the name."),
        (("add", "an", "--name", "An"), "", 2, "not an e-mail address"),
        (("add", "an@example.vn", "--name", "An", "--role", "juror"), "", 3, "needs --contest"),
        (("add", "an@example.vn", "--name", "An", "--role", "king", "--contest", "x"), "", 3,
         "is not one of"),
        (("add", "an@example.vn", "--name", "An", "--role", "juror", "--contest", "x"), "", 2,
         "could not be found"),
        (("add", "an@example.vn", "--name", "An", "--role", "juror", "--contest", "quan11-2023",
          "--unit", "Nowhere"), "", 2, 'no unit "Nowhere"'),
        (("add", "an@example.vn", "--name", "An", "--password-stdin"), "short\n", 2,
         "at least 12 are needed"),
        (("revoke-sessions", "ai@example.vn"), "", 2, "no account"),
        (("link", "ai@example.vn"), "", 2, "no account"),
    ],
)
def test_it_refuses_with_a_sentence_and_stores_nothing(  # noqa: PLR0917 - a table's columns
    run, platform, contest, arguments, stdin, code, said
):
    answered, out, err = run(*arguments, stdin=stdin)
    assert (answered, out) == (code, "")
    assert said in err
    with platform.db.read() as session:
        assert session.scalars(select(User)).all() == []


def test_a_role_is_added_to_those_held(run, make, contest, platform):
    unit = make.unit(contest, "Đoàn Phường 5")
    user = make.user("reviewer", contest=contest, email="an@example.vn", password_hash="kept")
    code, out, _ = run("add", "an@example.vn", "--role", "juror", "--contest", contest.slug,
                       "--unit", unit.name)
    assert (code, out) == (0, "")
    with platform.db.read() as session:
        grants = session.scalars(select(RoleGrant).where(RoleGrant.user_id == user.id))
        assert {(g.role, g.unit_id) for g in grants} == {("reviewer", None), ("juror", unit.id)}


def test_sessions_end_and_links_are_made_from_the_shell(run, make, contest, platform):
    user = make.user("juror", contest=contest, email="an@example.vn")
    with platform.db.write() as session:  # the command runs at the machine's own time
        token = sessions.start(session, user, at=SystemClock().now())
    assert run("revoke-sessions", "an@example.vn")[1] == "1\n"
    with platform.db.read() as session:
        assert people.actor_of_token(session, token, at=SystemClock().now()) is None
    out = run("link", "an@example.vn", "--sign-in")[1]
    assert re.fullmatch(r"http://localhost/account/link#[\w-]{43}\n", out)
    assert run("reset-second-factor", "an@example.vn")[0] == 0


def test_resetting_a_lost_factor_takes_passkeys_and_recovery_codes_too(
    run, make, contest, platform
):
    user = make.user("organiser", contest=contest, email="an@example.vn", password_hash="kept")
    for _ in range(2):
        give(make, user, Device())
    with platform.db.write() as session:  # the command runs at the machine's own time
        person, at = session.get_one(User, user.id), SystemClock().now()
        second_factor.begin(session, person, keys=platform.keys)
        person.totp_confirmed_at = at
        give_recovery_codes(session, person, at=at)
        token = sessions.start(session, person, at=at, second_factor=True)
    assert "\tactive+second-factor\t" in run("list")[1]
    assert run("reset-second-factor", "an@example.vn")[0] == 0
    with platform.db.read() as session:
        person = session.get_one(User, user.id)
        assert (person.second_factor_on, person.totp_secret) == (False, "")
        assert people.session_of_token(session, token, at=SystemClock().now()) is None
    assert (rows(platform, Passkey), rows(platform, RecoveryCode)) == ([], [])
    assert actions(platform)[-2:] == ["person.second_factor_off", "person.sessions_revoked"]
    assert mails(platform) == ["reset"]
    assert "\tactive\t" in run("list")[1]
