"""A release of scripts/release.sh, laid by scripts/install.sh in a fresh Debian 12 and a fresh 13,
as far as it goes without an init: the processes are started by the units' own lines; a second time
it upgrades and asks nothing; then it is taken back."""

import os
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.processes import free_port

ROOT = Path(__file__).parent.parent.parent
UNITS = ROOT / "hosting/systemd"
DOMAIN = "thi.quan11.example.vn"
ANSWERS = f"DOMAIN={DOMAIN}\nMAIL=an@quan11.example.vn\nNAME=Nguyễn Văn An\nSMTP=\nBACKUP_TO=\n"
BARE = {"HOME": "/root", "PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
CERTIFICATES = ("PIP_CERT", "SSL_CERT_FILE")
LENT = ("/etc/pip.conf", "/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt")
STOP = "pg_lsclusters -h | while read -r version name _; do pg_ctlcluster $version $name stop; done"

pytestmark = [pytest.mark.long, pytest.mark.slow, pytest.mark.timeout(3600)]


class FreshRoot:
    """A Debian of its own in a folder, with this machine's ways to packages lent to it."""

    def __init__(self, root: Path, suite: str) -> None:
        self.root = root
        subprocess.run(
            ["debootstrap", "--variant=minbase", "--include=systemd,ca-certificates", suite, root],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        for name in LENT:
            if Path(name).exists():
                shutil.copy(name, self.path(name))
        source = self.path("/srv/hoithi")
        source.mkdir()
        subprocess.run([ROOT / "scripts/release.sh"], check=True, stdout=subprocess.DEVNULL)
        (packed,) = (ROOT / "build").glob("hoithi-*.tar.gz")
        subprocess.run(["tar", "-xf", packed, "--strip-components=1", "-C", source], check=True)
        self.path("/root/answers").write_text(ANSWERS)

    def path(self, name: str) -> Path:
        return self.root / name.lstrip("/")

    def command(self, *words: str, told: dict[str, str] | None = None) -> list[str]:
        lent = {name: value for name, value in os.environ.items() if name in CERTIFICATES}
        set_to = [f"{name}={value}" for name, value in (lent | BARE | (told or {})).items()]
        return ["chroot", str(self.root), "/usr/bin/env", "-i", *set_to, *words]

    def run(self, *words: str, given: str = "") -> str:
        done = subprocess.run(
            self.command(*words), input=given, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{words}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def start(self, unit: str, **instead: str) -> "subprocess.Popen[bytes]":
        """Its ``ExecStart``, with its environment and secrets, as its account."""
        name, at, instance = unit.partition("@")
        text = (UNITS / f"{name}{at}.service").read_text()
        text = text.replace("%n", f"{unit}.service").replace("%i", instance)
        folder = self.path(f"/run/credentials/{unit}.service")
        folder.mkdir(parents=True, mode=0o755)
        for secret, lent in re.findall(r"^LoadCredential=([\w.]+):(\S+)", text, re.MULTILINE):
            shutil.copyfile(self.path(lent), folder / secret)
        told = dict(re.findall(r"^Environment=(\w+)=(\S+)", text, re.MULTILINE))
        settings = self.path("/etc/hoithi/hoithi.env").read_text()
        lines = re.findall(r"^(\w+)=(.+)", settings, re.MULTILINE)
        told |= {name: shlex.split(value)[0] for name, value in lines}
        (line,) = re.findall(r"^ExecStart=(.+)", text, re.MULTILINE)
        for old, new in instead.items():
            line = line.replace(old, new)
        words = ["setpriv", "--reuid=hoithi", "--regid=hoithi", "--init-groups", *shlex.split(line)]
        return subprocess.Popen(self.command(*words, told=told))


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def root(request: pytest.FixtureRequest) -> Iterator[FreshRoot]:
    with tempfile.TemporaryDirectory(prefix="hoithi-install-") as folder, ExitStack() as left:
        Path(folder).chmod(0o755)  # other accounts live in it
        fresh = FreshRoot(Path(folder), request.param)
        for name in ("proc", "dev"):
            subprocess.run(["mount", "--bind", f"/{name}", f"{folder}/{name}"], check=True)
            left.callback(subprocess.run, ["umount", f"{folder}/{name}"], check=True)
        stop = fresh.command("sh", "-c", STOP)
        left.callback(subprocess.run, stop)
        yield fresh


def test_it_installs_runs_upgrades_and_is_taken_back(root: FreshRoot) -> None:
    said = root.run("bash", "/srv/hoithi/scripts/install.sh", "--answers", "/root/answers")
    assert f"https://{DOMAIN}/account/invitation#" in said
    secret = root.path("/etc/hoithi/secrets/secret_key").read_text()
    first = root.run("readlink", "/opt/hoithi/current")
    _the_platform_answers(root)
    again = root.run("bash", "/srv/hoithi/scripts/install.sh")  # asks nothing: the answers are kept
    assert "invitation#" not in again
    assert root.path("/etc/hoithi/secrets/secret_key").read_text() == secret
    assert root.run("readlink", "/opt/hoithi/current") != first
    assert "allow tcp 443" in root.path("/etc/ufw/user.rules").read_text()
    assert "allow tcp 22" in root.path("/etc/ufw/user.rules").read_text()
    root.run("bash", "/srv/hoithi/scripts/install.sh", "--remove")
    assert list(root.path("/etc/systemd/system").rglob("hoithi*")) == []
    assert not root.path("/opt/hoithi").exists()
    assert not root.path("/usr/local/bin/hoithi").exists()
    assert root.path("/var/lib/hoithi").exists()
    root.run("bash", "/srv/hoithi/scripts/install.sh", "--purge", given="xoa\n")
    assert not root.path("/var/lib/hoithi").exists()
    assert not root.path("/etc/hoithi").exists()
    assert root.path("/var/backups/hoithi").exists()


def _the_platform_answers(root: FreshRoot) -> None:
    port = free_port()
    units = ["redis", "web@1", "web@2", "uploads", "relay", "front"]
    began = [root.start(f"hoithi-{unit}", **{"0.0.0.0:443": f"127.0.0.1:{port}"}) for unit in units]
    try:
        until = time.monotonic() + 120
        while _asked(port, "/readyz", "--fail").returncode:
            assert time.monotonic() < until, "the platform does not answer"
            time.sleep(1)
        assert "Đăng nhập" in _asked(port, "/account/sign-in").stdout
        assert "Tus-Version" in _asked(port, "/uploads/", "-X", "OPTIONS", "-i").stdout.title()
    finally:
        for process in reversed(began):
            process.terminate()
        for process in reversed(began):
            process.wait(60)


def _asked(port: int, path: str, *more: str) -> "subprocess.CompletedProcess[str]":
    found = ["--resolve", f"{DOMAIN}:{port}:127.0.0.1", f"https://{DOMAIN}:{port}{path}"]
    return subprocess.run(
        ["curl", "--silent", "--insecure", *more, *found],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
