"""A second, independent S3 server for the long form: Ceph's gateway in front of a cluster of one
monitor and one store of objects, all in memory. Debian's packages (``scripts/system.sh long``).

Nobody proves who they are to whom within the cluster, for it listens on this machine alone; S3's
own signatures are checked as ever. There is no manager: nothing asks for its figures.
"""

import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from contest.running.devservices import ending_with_parent
from tests.processes import free_port
from tests.s3_server import ACCESS, SECRET, S3Server, is_ready

MEMORY = Path("/dev/shm")  # a folder of its own in it
CONFIG = """
[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{mon}]
public network = 127.0.0.0/8
ms bind ipv6 = false
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 2
osd pool default pgp num = 2
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = 4294967296
mon data avail crit = 1
run dir = {folder}
admin socket = {folder}/$name.asok
pid file = {folder}/$name.pid
log file = {folder}/$name.log
crash dir = {folder}/crash
mon cluster log file = {folder}/cluster.log
mon data = {folder}/mon
osd data = {folder}/osd
rgw frontends = beast endpoint=127.0.0.1:{gateway}
"""


def is_here() -> bool:
    """Whether this machine has Ceph's programs."""
    return all(map(shutil.which, ("ceph-mon", "ceph-osd", "radosgw", "radosgw-admin")))


@contextmanager
def running() -> Iterator[S3Server]:
    """Start a cluster and its gateway, some ten seconds, and end them."""
    folder = Path(tempfile.mkdtemp(prefix="hoithi-ceph-", dir=MEMORY if MEMORY.is_dir() else None))
    try:
        with ExitStack() as processes:
            yield Cluster(folder, processes).begun()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Cluster:
    """The programs of one cluster; each ends with the stack that it was begun in."""

    def __init__(self, folder: Path, processes: ExitStack) -> None:
        self.folder, self._processes = folder, processes
        self.fsid, self.mon, self.gateway = str(uuid.uuid4()), free_port(), free_port()
        told = CONFIG.format(fsid=self.fsid, folder=folder, mon=self.mon, gateway=self.gateway)
        (folder / "ceph.conf").write_text(told)
        for name in ("mon", "osd"):
            (folder / name).mkdir()

    def begun(self) -> S3Server:
        """Raises AssertionError with what the gateway said where it does not come up."""
        self._monitor()
        self._store()
        keys = (f"--access-key={ACCESS}", f"--secret-key={SECRET}")
        self._ask("radosgw-admin", "user", "create", "--uid=tests", "--display-name=tests", *keys)
        gateway = self._begin("radosgw", "-n", "client.admin")
        server = S3Server(f"http://127.0.0.1:{self.gateway}")
        if not is_ready(server, lambda: gateway.poll() is None):
            raise AssertionError((self.folder / "radosgw.out").read_text(errors="replace")[-2000:])
        return server

    def _monitor(self) -> None:
        known = self.folder / "monmap"
        address = f"[v2:127.0.0.1:{self.mon}]"
        self._run("monmaptool", "--create", "--fsid", self.fsid, "--addv", "a", address, str(known))
        self._ask("ceph-mon", "--mkfs", "-i", "a", "--monmap", str(known))
        self._begin("ceph-mon", "-i", "a")

    def _store(self) -> None:
        name = str(uuid.uuid4())
        self._ask("ceph", "osd", "create", name)
        self._ask("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", name)
        self._begin("ceph-osd", "-i", "0")
        deadline = time.monotonic() + 60
        while "1 up" not in self._ask("ceph", "osd", "stat"):
            assert time.monotonic() < deadline, "the store of objects did not come up"
            time.sleep(0.2)

    def _begin(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [program, "-c", str(self.folder / "ceph.conf"), "-f", *arguments]
        with (self.folder / f"{program}.out").open("wb") as out:
            process = subprocess.Popen(ending_with_parent("KILL", command), stdout=out, stderr=out)
        self._processes.callback(process.wait)
        self._processes.callback(process.kill)
        return process

    def _ask(self, program: str, *arguments: str) -> str:
        return self._run(program, "-c", str(self.folder / "ceph.conf"), *arguments)

    def _run(self, *command: str) -> str:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=90)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout
