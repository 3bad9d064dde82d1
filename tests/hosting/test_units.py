"""The systemd units of hosting/: systemd itself takes them, and finds them closed enough."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
UNITS = ROOT / "hosting/systemd"
OURS = "/opt/hoithi/current/.venv/bin/hoithi"
ALWAYS = ("redis", "migrate", "web@1", "web@2", "uploads", "relay", "worker@1", "front", "doctor")
# Of 10. The worker has what a box around FFmpeg needs: namespaces, and nothing over /proc.
OPEN_AT_MOST = dict.fromkeys(ALWAYS, 2.0) | {"worker@1": 3.5}


@pytest.fixture
def laid(tmp_path: Path) -> Path:
    """The units as they are laid, with a program that exists here."""
    folder = tmp_path / "units"
    shutil.copytree(UNITS, folder)
    program = tmp_path / "hoithi"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for unit in folder.rglob("*.service"):
        unit.write_text(unit.read_text().replace(OURS, str(program)))
    return folder


def test_systemd_takes_every_unit(laid: Path) -> None:
    services = [f"hoithi-{name}.service" for name in ALWAYS]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "hoithi.target", "hoithi-doctor.timer",
         *services],
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{laid}:"}, cwd=laid,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    about_us = [line for line in done.stderr.splitlines() if "hoithi" in line]
    assert about_us == []


@pytest.mark.parametrize("name", ["web@1", "worker@1", "front", "redis"])
def test_nobody_may_more_than_it_needs(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "etc/systemd/system"
    shutil.copytree(UNITS, folder)
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--root={tmp_path}", "--json=short",
         f"--threshold={OPEN_AT_MOST[name] * 10:.0f}", f"hoithi-{name}.service"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    open_at = {line["name"]: line["set"] for line in json.loads(done.stdout)}
    assert open_at["User=/DynamicUser="]
    assert open_at["NoNewPrivileges="]


def test_each_process_gets_the_secrets_that_it_needs_and_no_other() -> None:
    secrets = {
        unit.name: set(re.findall(r"^LoadCredential=(\w+):", unit.read_text(), re.MULTILINE))
        for unit in UNITS.glob("*.service")
    }
    assert {name: held for name, held in secrets.items() if held} == {
        "hoithi-web@.service": {"secret_key", "page_token", "app_secret"},
        "hoithi-worker@.service": {
            "secret_key", "page_token", "app_secret", "smtp_url", "backup_passphrase",
            "backup_keys",
        },
        "hoithi-doctor.service": {"secret_key", "backup_passphrase"},
    }
    for unit in UNITS.glob("*.service"):
        named = set(re.findall(r"/run/credentials/%n/(\w+)$", unit.read_text(), re.MULTILINE))
        assert named == secrets[unit.name]


@pytest.mark.parametrize("script", [
    "scripts/install.sh", "hosting/steps.sh", "hosting/questions.sh", "hosting/hoithi",
])  # fmt: skip
def test_the_scripts_are_read_by_a_shell(script: str) -> None:
    subprocess.run(["bash", "-n", ROOT / script], check=True)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("DOMAIN", "", "is no domain name"),
        ("DOMAIN", "127.0.0.1", "is no domain name"),
        ("DOMAIN", "https://thi.example.vn", "is no domain name"),
        ("DOMAIN", "thi.example.vn; rm -rf /", "is no domain name"),
        ("MAIL", "an", "is no e-mail address"),
        ("NAME", "", "name is missing"),
        ("SMTP", "smtp.example.vn", "smtps://"),
        ("BACKUP_TO", "backups", "outside /var/lib/hoithi"),
        ("BACKUP_TO", "/var/lib/hoithi/backups", "outside /var/lib/hoithi"),
        ("BACKUP_TO", "/mnt/../var/lib/hoithi", "outside /var/lib/hoithi"),
        ("BACKUP_TO", "sftp:backup.example:/srv", "sftp:user@host:/folder"),
        ("BACKUP_TO", "sftp:an@backup.example:/srv;id", "sftp:user@host:/folder"),
        ("BACKUP_TO", "s3:https://an:secret@s3.example/b", "s3:https://server/bucket"),
        ("BACKUP_TO", "s3:https://s3.example", "s3:https://server/bucket"),
        ("BACKUP_TO", "s3:https://s3.example/bucket", "needs BACKUP_KEYS"),
        ("BACKUP_TO", "dropbox:hoithi", "sftp:…, s3:…"),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_is_refused_before_anything_is_done(
    tmp_path: Path, key: str, value: str, said: str
) -> None:
    good = {"DOMAIN": "thi.example.vn", "MAIL": "an@example.vn", "NAME": "An", "SMTP": ""}
    given = tmp_path / "answers"
    given.write_text("".join(f"{name}={told}\n" for name, told in (good | {key: value}).items()))
    wrote = tmp_path / "conf"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c",
         f'SOURCE={ROOT} DATA=/var/lib/hoithi CONF={wrote} ANSWERS={wrote}/answers GIVEN={given}; '
         '. "$SOURCE/hosting/steps.sh"; read_answers; echo "$NAME"'],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, said in done.stderr, wrote.exists()) == (1, True, False), done


@pytest.mark.parametrize(("place", "keys"), [
    ("/mnt/backup/hoithi", ""), ("sftp:hoithi@backup.example:/srv/hoithi", ""),
    ("s3:https://s3.example:9000/bucket/hoithi", "id:a+secret/with=signs"),
])  # fmt: skip
def test_a_place_elsewhere_is_asked_for_kept_and_told_to_the_units(
    tmp_path: Path, place: str, keys: str
) -> None:
    typed = ["thi.example.vn", "an@example.vn", "An", "", place, *([keys] if keys else [])]
    made = tmp_path / "made"
    script = (
        f"SOURCE={ROOT} DATA={made} CONF={made}/conf UNITS={made}/units ASK=1; ANSWERS=$CONF/a; "
        '. "$SOURCE/hosting/steps.sh"; run_init() { :; }; chgrp() { :; }; has() { false; }; '
        'install() { [[ ${!#} == /usr/* ]] || command install "$@"; }; '
        'read_answers; install -d "$CONF/secrets" "$UNITS"; write_settings; write_units; packages'
    )
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], input="\n".join([*typed, ""]),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert f"HOITHI_BACKUP_TO={place}\n" in (made / "conf/hoithi.env").read_text()
    assert (made / "conf/secrets/backup_keys").read_text() == keys
    assert keys == "" or keys not in (made / "conf/hoithi.env").read_text()
    drops = list((made / "units").glob("*/30-backup.conf"))
    assert [drop.read_text() for drop in drops] == (
        [f"[Service]\nReadWritePaths={place}\n"] * 2 if place[0] == "/" else [])
    assert ("restic" in done.stdout) == (place[0] != "/")


def test_answers_are_kept_word_for_word_and_never_run(tmp_path: Path) -> None:
    given = tmp_path / "answers"
    smtp = "smtps://an:p$(id>pwned)'\"\\n@smtp.example.vn"
    given.write_text(
        "DOMAIN=thi.example.vn\nMAIL=an@example.vn\nNAME=Nguyễn Văn An\n" f"SMTP={smtp}\nPATH=/x\n"
    )
    wrote = tmp_path / "conf"
    script = (
        f'SOURCE={ROOT} DATA=/var/lib/hoithi CONF={wrote} ANSWERS={wrote}/answers; '
        '. "$SOURCE/hosting/steps.sh"; '
    )
    for more in (f"GIVEN={given}; ", ""):  # from a file, and the second time from what was kept
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c",
             script + more + 'read_answers; printf "%s|%s|%s" "$NAME" "$SMTP" "$BACKUP_TO"'],
            cwd=tmp_path, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout == f"Nguyễn Văn An|{smtp}|/var/backups/hoithi"
    assert not (tmp_path / "pwned").exists()
    assert (wrote / "answers").stat().st_mode & 0o077 == 0
