"""A new secret key: what the old one made goes on working, also when the old one is gone."""

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from cryptography.fernet import InvalidToken
from sqlalchemy import select

import scoring
from contest.actors import SYSTEM
from contest.cli import keys as commands
from contest.clock import FixedClock, SystemClock
from contest.config import Settings
from contest.db import upgrade
from contest.errors import ConfigError
from contest.models import (
    Base,
    Contest,
    Invitation,
    PageConnection,
    StoredKey,
    Unit,
    UnitLink,
    User,
)
from contest.services.core import keys as stored
from contest.services.core.keys import Keys
from contest.services.core.sealing import FANPAGE, SECOND_FACTOR, Keyring
from contest.services.people import invitations, second_factor
from contest.services.results import scoring_input
from contest.services.results.bundles import Signer
from contest.services.units import unit_links
from contest.tokens import hash_code
from contest.web import create_app
from contest.wiring import Platform
from tests.contest.conftest import SECRET_KEY, Client, Visits
from tests.contest.stage import AFTER, Stage

NEW = "a newer secret key that only tests know, longer"
NOW = datetime(2023, 6, 1, tzinfo=UTC)


def with_keys(platform: Platform, *secret_keys: str) -> Platform:
    """The same installation, started with these secret keys."""
    other = Platform(replace(platform.settings, secret_key="\n".join(secret_keys)))
    other.__dict__["clock"] = platform.clock
    return other


def rotate(platform: Platform) -> Result:
    """The command, run as the installation's own process would."""
    names = ("database_url", "data_dir", "secret_key", "redis_url")
    env = {f"HOITHI_{name.upper()}": str(getattr(platform.settings, name)) for name in names}
    return CliRunner().invoke(commands.command, ["rotate"], env=env)


class Made:
    """What an installation has made with its keys, and whether it all still works."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.platform = stage, stage.platform
        _, self.token, self.code = stage.make.unit_link(stage.units[0])
        self.user = stage.make.user("organiser", contest=stage.contest)
        with self.platform.db.write() as session:
            self.printed = unit_links.issue(
                session, session.get_one(Unit, stage.units[0].id), keys=self.platform.keys,
                key=self.platform.keys.unit_codes(session), actor=SYSTEM, at=AFTER,
            )
            user = session.get_one(User, self.user.id)
            second_factor.begin(session, user, keys=self.platform.keys)
            user.totp_confirmed_at = NOW
            self.totp = second_factor.secret_of(user, keys=self.platform.keys)
            key = self.platform.keys.invitations(session)
            self.invitation = invitations.create(
                session, user, purpose="password", actor=SYSTEM, at=AFTER, key=key
            )
            self.link = invitations.token_of(self.invitation, key=key)
            session.add(PageConnection(
                contest_id=stage.contest.id, page_id="1", page_name="Trang", checked_at=NOW,
                token=self.platform.keys.seal(FANPAGE, "EAAB-token"), created_by="user:1",
                app_secret=self.platform.keys.seal(FANPAGE, "app-secret"), created_at=NOW,
            ))
        self.frozen = stage.freeze(stage.compute())
        self.fingerprint = stage.fingerprint

    def holds_with(self, platform: Platform) -> None:
        with platform.db.write() as session:
            unit_links.by_token(session, self.token, at=AFTER)
            code_key = platform.keys.unit_codes(session)
            assert unit_links.by_code(session, self.code, key=code_key, at=AFTER).id
            again = unit_links.printed_again(
                session, session.get_one(UnitLink, self.printed.link.id), keys=platform.keys,
                actor=SYSTEM, at=AFTER,
            )
            assert (again.token, again.code) == (self.printed.token, self.printed.code)
            user, wall = session.get_one(User, self.user.id), SystemClock().now()
            user.totp_last_step = 0
            session.flush()
            code = pyotp.TOTP(self.totp).at(wall)
            assert second_factor.check(
                session, user, code, at=AFTER, wall=wall, keys=platform.keys
            )
            key = platform.keys.invitations(session)
            assert invitations.token_of(self.invitation, key=key) == self.link
            assert invitations.find(session, self.link, purpose="password", at=AFTER)
            row = session.scalars(select(PageConnection)).one()
            assert platform.keys.unseal(FANPAGE, row.token) == "EAAB-token"
            assert platform.keys.unseal(FANPAGE, row.app_secret) == "app-secret"
            prepared = scoring_input.prepare(
                session, self.stage.contest_now(session), keys=platform.keys
            )
            assert prepared.sha256 == self.frozen.input_sha256
            vault = replace(self.stage.vault, keys=platform.keys)
            assert vault.signer(session).fingerprint == self.fingerprint
        bundle = platform.blobs.path(self.frozen.bundle_sha256)
        checks = scoring.bundle.verify(bundle, key=self.fingerprint)
        assert [check for check in checks if check.holds is not True] == []


@pytest.fixture
def made(platform: Platform, make, contest, clock: FixedClock) -> Made:
    stage = Stage(platform, make, contest)
    clock.moment = AFTER
    return Made(stage)


@pytest.fixture
def both(platform: Platform) -> Iterator[Platform]:
    found = with_keys(platform, NEW, SECRET_KEY)
    yield found
    found.db.engine.dispose()


@pytest.fixture
def only_new(platform: Platform) -> Iterator[Platform]:
    found = with_keys(platform, NEW)
    yield found
    found.db.engine.dispose()


def test_all_that_was_made_works_beside_the_old_key_and_after_it(
    made: Made, both: Platform, only_new: Platform
) -> None:
    made.holds_with(both)
    done = rotate(both)
    assert (done.exit_code, done.stdout.splitlines()) == (0, [
        "stored_key.sealed\t5\t0", "user.totp_secret\t1\t0", "page_connection.token\t1\t0",
        "page_connection.app_secret\t1\t0", "unit_link.sealed\t1\t0",
    ])
    assert "The old keys may be removed" in done.stderr
    made.holds_with(both)
    made.holds_with(only_new)
    again = rotate(only_new)
    assert [line.split("\t")[1:] for line in again.stdout.splitlines()] == [["0", "0"]] * 5
    assert 'begin with "hoithi keys new"' in again.stderr


def test_a_rotation_that_was_stopped_is_finished_by_the_next(
    made: Made, both: Platform, only_new: Platform
) -> None:
    with both.db.write() as session:
        stored.reseal(session, stored.SEALED[0][0], stored.SEALED[0][1], keys=both.keys, at=NOW)
    made.holds_with(both)
    assert rotate(both).stdout.splitlines()[:2] == [
        "stored_key.sealed\t0\t0", "user.totp_secret\t1\t0",
    ]
    made.holds_with(only_new)


def test_the_trail_tells_of_a_rotation_and_no_secret(made: Made, both: Platform) -> None:
    rotate(both)
    with both.db.read() as session:
        rows = session.execute(sa.text("SELECT action, after FROM audit")).all()
        sealed = [key.sealed for key in session.scalars(select(StoredKey))]
    told = [str(after) for action, after in rows if action == "keys.rotated"]
    assert len(told) == 5
    assert not [s for s in (*sealed, "EAAB", made.totp, NEW, SECRET_KEY) if s in str(rows)]


def test_without_the_old_key_nothing_begins_and_the_sentence_says_what_to_do(
    made: Made, only_new: Platform
) -> None:
    with only_new.db.read() as session, pytest.raises(ConfigError, match="Add the old key after"):
        only_new.keys.check(session)
    done = rotate(only_new)
    assert isinstance(done.exception, ConfigError)
    assert done.stdout == ""
    made.holds_with(made.platform)  # nothing was changed


def test_what_no_key_opens_is_named_and_the_rest_is_done(
    made: Made, both: Platform, only_new: Platform
) -> None:
    stranger = Keyring(["a key of another installation, long enough"])
    with both.db.write() as session:
        lost = made.stage.make.user("reviewer", contest=made.stage.contest)
        session.get_one(User, lost.id).totp_secret = stranger.seal(SECOND_FACTOR, "JBSWY3DP")
    done = rotate(both)
    assert (done.exit_code, done.stdout.splitlines()[1]) == (1, "user.totp_secret\t1\t1")
    assert f"user.totp_secret {lost.id}: không khoá nào mở được" in done.stderr
    assert "keep the old keys" in done.stderr
    made.holds_with(only_new)


def test_an_open_form_is_taken_while_its_key_is_still_there(
    platform: Platform, contest, make, both: Platform, only_new: Platform
) -> None:
    page = browser(platform, make, contest).get("/account/sign-in")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    [cookie] = [c for c in page.headers.getlist("Set-Cookie") if "form" in c]
    name, value = cookie.split(";")[0].split("=", 1)
    answers = []
    for started in (both, only_new):
        client = browser(started, make, contest)
        client.set_cookie(name, value)
        answers.append(client.post(
            "/account/sign-in", csrf=False,
            data={"email": "a@example.vn", "password": "x", "csrf_token": token and token[1]},
        ).status_code)
    assert answers == [422, 400]


def browser(platform: Platform, make, contest) -> Client:
    app = create_app(platform)
    app.test_client_class = Client
    return Visits(app, make, contest).public()


def test_the_first_who_need_a_key_at_once_get_the_same(platform: Platform) -> None:
    found, gate = [], threading.Barrier(4)

    def ask(writes: bool) -> None:
        keys = Keys(platform.settings.secret_keys, platform.db.write)
        gate.wait()
        with (platform.db.write if writes else platform.db.read)() as session:
            found.append(keys.unit_codes(session))

    threads = [threading.Thread(target=ask, args=(n % 2 == 0,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(found), len(set(found))) == (4, 1)


def test_a_key_whose_transaction_failed_is_used_by_nobody(platform: Platform) -> None:
    with pytest.raises(RuntimeError), platform.db.write() as session:
        lost = platform.keys.unit_codes(session)
        raise RuntimeError
    with platform.db.read() as session:
        assert platform.keys.unit_codes(session) != lost


def test_each_purpose_has_a_key_of_its_own(platform: Platform) -> None:
    with platform.db.read() as session:
        keys = platform.keys
        found = {keys.unit_codes(session), keys.invitations(session),
                 keys.ledger(session).decode(), keys.signature(session).hex()}
    found |= {keys.signing("pages")[-1], keys.signing("qr-sheet")[-1], SECRET_KEY}
    assert len(found) == 7
    with pytest.raises(InvalidToken):
        keys.unseal(FANPAGE, keys.seal(SECOND_FACTOR, "x"))


def test_every_sealed_column_is_rotated() -> None:
    """Columns named after secrets, and those said to be sealed, stand in the list."""
    sealed = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if re.search(r"secret|sealed|^token$|private", column.name)
    }
    assert sealed == {f"{c.class_.__tablename__}.{c.key}" for _, c in stored.SEALED}


# ------------------------------------------------------------ databases of the release before


@pytest.fixture
def older(empty_database_url: str, tmp_path: Path) -> Iterator[Platform]:
    """A database of the form before keys were stored, with rows that its secret key made."""
    upgrade(empty_database_url, "0003")
    platform = Platform(Settings(
        data_dir=tmp_path, database_url=empty_database_url, redis_url="",
        storage_url=f"file://{tmp_path}/clips", base_url="http://localhost", secret_key=SECRET_KEY,
    ))
    with platform.db.write() as session:
        contest = "INSERT INTO contest (slug, created_at, publishing_paused) VALUES ('x', :at, '')"
        session.execute(sa.text(contest), {"at": str(NOW)})
    yield platform
    platform.db.engine.dispose()


# What the secret key above gave in that release, written down from it.
CODE_HASH = "36e284fbd789359e6732349ca518608c6d11653240b0287daba3fe022286a56b"  # of ABCD-EFGH
INVITATION = "v0uyoWkrCIC_RyG6pleMkRDx2FLn0G_T8wa5EfMKtkc"  # of the nonce "nonce"
SALT = "76403534a89a0105c1815f1b341d46cdce1c3216cc769f7e7e6742aa7ce5d209"  # of the contest "x"
FINGERPRINT = "2eb0 f8ad ae4f 7051 120e 5c08 117a 84c5 bf64 bd7f 8caf 0eda 5c9f 09b7 a403 e544"
SECOND_FACTOR_BOX = (  # of JBSWY3DPEHPK3PXP
    "gAAAAABrCGPLUaiTbfy_MpRI7Yx0fxphJucuzYd1WSCeuRzsZAyobpVgOhuDK4Gp9Ov6tD3tPKwjBPXA0NuCGZTnW_oc"
    "4O8AFNFkBBqAJg-_8GNdMsYDdXA="
)


@pytest.mark.parametrize("rotated", [False, True])
def test_a_database_of_before_keeps_codes_salt_invitations_and_signature(
    older: Platform, rotated: bool
) -> None:
    older.db.upgrade()
    if rotated:
        between, now = with_keys(older, NEW, SECRET_KEY), with_keys(older, NEW)
        assert rotate(between).exit_code == 0
    else:
        now = with_keys(older, SECRET_KEY)
    with now.db.read() as session:
        keys, contest = now.keys, session.scalars(select(Contest)).one()
        assert hash_code("ABCD-EFGH", keys.unit_codes(session)) == CODE_HASH
        nonce = Invitation(nonce="nonce")
        assert invitations.token_of(nonce, key=keys.invitations(session)) == INVITATION
        assert scoring_input.salt_of(session, contest, keys).hex() == SALT
        assert Signer(keys.signature(session)).fingerprint == FINGERPRINT
    user = User(totp_secret=SECOND_FACTOR_BOX)
    assert second_factor.secret_of(user, keys=older.keys) == "JBSWY3DPEHPK3PXP"
    now.db.engine.dispose()


def test_a_new_database_has_keys_that_the_secret_key_does_not_give(platform: Platform) -> None:
    with platform.db.read() as session:
        assert Signer(platform.keys.signature(session)).fingerprint != FINGERPRINT
        assert hash_code("ABCD-EFGH", platform.keys.unit_codes(session)) != CODE_HASH


# ------------------------------------------------------------------------------- a new key


def test_a_new_key_is_put_first_where_the_platform_keeps_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOITHI_SECRET_KEY", raising=False)
    env = {"HOITHI_DATA_DIR": str(tmp_path)}
    before = Settings.from_env(env).secret_keys
    done = CliRunner().invoke(commands.command, ["new"], env=env)
    after = Settings.from_env(env).secret_keys
    assert (done.exit_code, done.stdout) == (0, "")
    assert (len(after), after[1:]) == (2, before)
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert not [key for key in after if key in done.output]


def test_a_new_key_is_printed_where_the_setting_is_given(platform: Platform) -> None:
    env = {"HOITHI_SECRET_KEY": SECRET_KEY, "HOITHI_DATA_DIR": str(platform.settings.data_dir)}
    done = CliRunner().invoke(commands.command, ["new"], env=env)
    assert len(done.stdout.strip()) == 64
    assert Settings.from_env(
        env | {"HOITHI_SECRET_KEY": f"{done.stdout.strip()},{'o' * 40}"}
    ).secret_keys == (done.stdout.strip(), "o" * 40)
