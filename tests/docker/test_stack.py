"""The processes of compose.yaml with docker/nginx.conf, a real PostgreSQL and a real Redis."""

import http.client
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import redis

from contest import ready_pages
from contest.actors import SYSTEM
from contest.config import Settings
from contest.demo import acts, script
from contest.demo.acts import SLUG, Stage
from contest.demo.browser import insist_on, wait_until
from contest.demo.play import LAST_DAY, OPENING, local
from contest.running import devservices
from contest.safekeeping import proof
from contest.safekeeping.backup import Wishes, back_up
from contest.safekeeping.restore import Wanted
from contest.services.core import profiles
from contest.services.people import people, sign_in
from contest.wiring import Platform
from tests import forks
from tests.clip_cache import cached
from tests.demo.films import SMALL, film
from tests.docker.stack import COMPOSE, SERVICE, Stack, commands, networks, secrets
from tests.processes import free_port

PASSWORD = "sona-bike-luvo-tami"
PART = script.PARTS[0]  # its line drops while the clip is sent
SECURITY = (
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Permissions-Policy",
    "Cross-Origin-Opener-Policy",
    "Vary",
    "Cache-Control",
    "Content-Type",
)


@pytest.fixture(scope="module")
def stack(postgres_server: str, redis_server: str, short_dir: Path) -> Iterator[Stack]:
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS hoithi WITH (FORCE)")
        connection.execute("DROP ROLE IF EXISTS hoithi")
    url = init_database(postgres_server, short_dir)
    stack = Stack(short_dir / "stack", url, redis_server)
    stack.clock(local(LAST_DAY))
    stack.hoithi("migrate")
    _people(stack)
    stack.start_all()
    yield stack
    stack.stop()


def init_database(server: str, folder: Path) -> str:
    """Run docker/init_database.sh as the image does; the address for the platform's own user."""
    (folder / "postgres_password").write_text("of-hoithi")
    host = server.partition("host=")[2]
    Stack.run([str(COMPOSE.with_name("init_database.sh"))], os.environ | {
        "POSTGRES_USER": "postgres", "PGHOST": host,
        "POSTGRES_APP_PASSWORD_FILE": str(folder / "postgres_password"),
    })
    return server.replace("://postgres@", "://hoithi:of-hoithi@").replace("/postgres?", "/hoithi?")


def _people(stack: Stack) -> None:
    platform = Platform(Settings.from_env(stack.environ))
    at = local(OPENING)
    with platform.db.write() as session:
        contest, _ = profiles.import_profile(session, SMALL.source, actor=SYSTEM, at=at)
        for email in (script.ORGANISER, script.REVIEWER):
            user = people.create(
                session, email=email, name=script.NAMES[email], actor=SYSTEM, at=at
            )
            people.change_roles(
                session,
                contest,
                user,
                roles=[script.ROLES[email]],
                unit_id=None,
                actor=SYSTEM,
                at=at,
            )
            sign_in.set_password(session, user, PASSWORD, actor=SYSTEM, at=at)
    platform.db.engine.dispose()


@pytest.fixture(scope="module")
def stage(stack: Stack, short_dir: Path) -> Stage:
    """The contest after a unit has sent its clip through nginx and the worker has checked it."""
    folder = short_dir / "films"
    folder.mkdir()
    kept = cached("demo/film.mp4", film, SMALL.filmed(acts.sample(1, PART, 0)))
    shutil.copyfile(kept, folder / acts.film_name(1, 0))
    stage = Stage(stack.base_url, PASSWORD, folder, print, parts=[PART])
    acts.import_units(stage)
    acts.send_clips(stage)
    return stage


def ask(address: str, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(address, timeout=30)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.body = answer.read()  # type: ignore[attr-defined]
    connection.close()
    return answer


def test_a_clip_sent_in_two_pieces_through_the_front_is_checked(stage: Stage) -> None:
    page = insist_on(lambda: acts.submission_page(stage, PART))
    assert "Chờ thẩm định" in page.text


def test_the_front_sends_the_clip_to_those_who_may_see_it(stack: Stack, stage: Stage) -> None:
    code, film = stage.codes[PART.title], stage.files(1, PART, 0)[0]
    path = f"/c/{SLUG}/media/{code}/1/original"
    stranger = ask(stack.front, path, Range="bytes=0-99")
    assert stranger.status in (401, 403, 404)
    reviewer = stage.person(script.REVIEWER)
    answer = reviewer.session.get(stack.base_url + path, headers={"Range": "bytes=1000-1999"})
    assert (answer.status_code, answer.content) == (206, film.read_bytes()[1000:2000])
    assert "X-Accel-Redirect" not in answer.headers


def test_a_ready_result_has_the_headers_that_the_pages_give_it(stack: Stack) -> None:
    ready_pages.write(stack.data_dir, SLUG, {"vi": b"<p>vi", "en": b"<p>en"})
    path = f"/c/{SLUG}/results"
    front, pages = ask(stack.front, path), ask(stack.address("web-1"), path)
    assert front.body == pages.body == b"<p>vi"  # type: ignore[attr-defined]
    assert {h: front.getheader(h) for h in SECURITY} == {h: pages.getheader(h) for h in SECURITY}
    ready_pages.remove(stack.data_dir, SLUG)


@pytest.mark.parametrize("service", [*commands()])
def test_every_service_is_well_by_its_own_health_check(stack: Stack, service: str) -> None:
    """And by the command that tells it to people."""
    if service == "migrate":
        assert stack.hoithi("migrate") == ""
        return
    wait_until(lambda: stack.is_well(service), service, 60)
    address = stack.address(service) if service in stack.ports else "127.0.0.1:1"
    asked = [service.partition("-")[0], "--at", address]
    said = forks.command_text("health", *asked, environ=stack.environ)
    assert (said.returncode, said.stderr) == (0, "")


def test_one_of_two_pages_processes_is_enough(stack: Stack) -> None:
    stack.kill("web-1")
    assert [ask(stack.front, "/readyz").status for _ in range(4)] == [200] * 4
    stack.start("web-1")
    stack.wait_for("web-1")


def test_who_strangers_reach_holds_no_secret_that_it_does_not_need(stack: Stack) -> None:
    """The processes of the other tests here are started without what they do not mount."""
    known = secrets()
    assert known["front"] == []
    assert known["uploads"] == known["migrate"] == ["database_url"]
    assert known["relay"] == ["database_url", "redis_url"]
    assert known["web-1"] == known["web-2"] == [
        "database_url", "redis_url", "secret_key", "page_token", "app_secret"]
    holders = {name for name, held in known.items() if "postgres_superuser_password" in held}
    assert holders == {"postgres"}
    assert known["worker-1"] == known["worker-2"] == [
        *known["web-1"], "smtp_url", "backup_passphrase", "backup_keys"]
    assert "secrets:" not in COMPOSE.read_text().partition("x-app:")[2].partition("services:")[0]
    assert not (stack.data_dir / "secret_key").exists()  # nor has one made itself a key


def test_only_who_must_talk_to_the_outside_has_a_way_there() -> None:
    """The front has the port, pages and workers the Page; PostgreSQL and Redis are named beside."""
    out = {name for name, held in networks().items() if "outside" in held}
    assert out == {"front", "web-1", "web-2", "worker-1", "worker-2"}
    assert all("inside" in held for held in networks().values())
    text = COMPOSE.read_text()
    assert text.count("networks: [inside]\n") == 5  # uploads, relay, migrate, postgres, redis
    assert "inside: {internal: true}" in text


def test_every_secret_that_a_service_is_told_of_is_mounted() -> None:
    text = COMPOSE.read_text().partition("\nservices:\n")[2]
    for name, body in SERVICE.findall(text):
        told = set(re.findall(r"_FILE: /run/secrets/(\w+)", body))
        assert told <= set(secrets()[name]), name
    assert "_FILE" not in COMPOSE.read_text().partition("\nservices:\n")[0]


def test_secrets_are_made_once_and_by_chance(tmp_path: Path) -> None:
    script = tmp_path / "docker" / "make_secrets.sh"
    script.parent.mkdir()
    source = Path(__file__).parent.parent.parent / "docker" / "make_secrets.sh"
    shutil.copy(source, script)
    made = []
    for _ in range(2):
        Stack.run([str(script)])
        made.append({p.name: p.read_text() for p in (script.parent / "secrets").iterdir()})
    first, second = made
    assert first == second
    assert len(first["secret_key"]) == 48
    assert first["postgres_password"] in first["database_url"]
    assert Settings.from_env(
        {"HOITHI_DATA_DIR": str(tmp_path)}
        | {
            f"HOITHI_{n.upper()}_FILE": str(script.parent / "secrets" / n)
            for n in ("secret_key", "database_url", "page_token", "smtp_url")
        }
    ).database_url.startswith("postgresql://hoithi:")


def test_the_platforms_database_user_is_no_superuser(stack: Stack) -> None:
    with psycopg.connect(stack.environ["HOITHI_DATABASE_URL"]) as connection:
        row = connection.execute(
            "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls "
            "FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert row == ("hoithi", False, False, False, False, False)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("COPY (SELECT 1) TO PROGRAM 'true'")
    settings = replace(Settings.from_env(stack.environ), backup_passphrase="a long passphrase")
    backups = stack.data_dir.parent / "backups"
    platform = Platform(settings)
    back_up(platform, backups, Wishes())
    platform.db.engine.dispose()
    assert proof.prove(settings, backups, Wanted()).holds, "a backup of it can be proved"


def test_redis_asks_for_a_password_and_knows_no_dangerous_command(
    tmp_path: Path, short_dir: Path
) -> None:
    """Valkey itself reads the configuration that make_secrets.sh writes."""
    (tmp_path / "docker").mkdir()
    shutil.copy(COMPOSE.with_name("make_secrets.sh"), tmp_path / "docker")
    Stack.run([str(tmp_path / "docker" / "make_secrets.sh")])
    made = tmp_path / "docker" / "secrets"
    port, password = free_port(), (made / "redis_url").read_text().split(":")[2].partition("@")[0]
    command = [devservices._redis_binary(), str(made / "redis_conf"), "--port", str(port),
               "--bind", "127.0.0.1", "--dir", str(tmp_path), "--save", ""]
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    with subprocess.Popen(devservices.ending_with_parent("TERM", command)) as process:
        while not devservices.redis_answers(url):
            assert process.poll() is None
            time.sleep(0.05)
        with redis.Redis.from_url(url) as known, redis.Redis(port=port) as stranger:
            assert known.set("a", "b")
            with pytest.raises(redis.AuthenticationError):
                stranger.get("a")
            for word in ("CONFIG GET dir", "FLUSHALL", "DEBUG SLEEP 0", "MODULE LIST", "KEYS *",
                         "REPLICAOF NO ONE", "SHUTDOWN NOSAVE", "ACL LIST"):
                with pytest.raises(redis.ResponseError, match="unknown command"):
                    known.execute_command(*word.split())
        process.terminate()


def test_the_private_redis_knows_no_dangerous_command(redis_server: str) -> None:
    with redis.Redis.from_url(redis_server) as known:
        for word in ("MODULE LIST", "MONITOR", "REPLICAOF NO ONE", "ACL LIST"):
            with pytest.raises(redis.ResponseError, match="unknown command"):
                known.execute_command(*word.split())


def test_a_box_works_under_the_workers_profile_and_what_it_forbids_fails() -> None:
    """libseccomp loads the profile as an engine does; then bubblewrap, then a forbidden call."""
    profile = COMPOSE.with_name("seccomp_worker.json")
    assert f"seccomp={profile.name}" in COMPOSE.read_text()
    script = (
        "import ctypes, json, os, subprocess, sys\n"
        "lib = ctypes.CDLL('libseccomp.so.2')\n"
        "lib.seccomp_init.restype = ctypes.c_void_p\n"
        "allow, refuse = 0x7FFF0000, 0x00050000 | 1\n"
        "box = ctypes.c_void_p(lib.seccomp_init(allow))\n"
        "for rule in json.load(open(sys.argv[1]))['syscalls']:\n"
        "    for name in rule['names']:\n"
        "        number = lib.seccomp_syscall_resolve_name(name.encode())\n"
        "        if number >= 0:\n"
        "            assert lib.seccomp_rule_add(box, refuse, number, 0) == 0, name\n"
        "assert lib.seccomp_load(box) == 0\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "print(libc.ptrace(0, 0, 0, 0), libc.syscall(321, 0, 0, 0), ctypes.get_errno())\n"
        "from media_checks import sandbox\n"
        "print(sandbox.describe())\n"
    )
    said = Stack.run([sys.executable, "-c", script, str(profile)])
    assert said.split() == ["-1", "-1", "1", "bubblewrap"]


def test_the_private_redis_cannot_be_made_to_write_elsewhere(redis_server: str) -> None:
    with redis.Redis.from_url(redis_server) as known:
        for name in ("dir", "dbfilename"):
            with pytest.raises(redis.ResponseError, match="protected config"):
                known.config_set(name, "/tmp")
