"""``hoithi up``: everything on this machine, until Ctrl-C."""

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from contest.clock import FileClock
from contest.config import Settings
from contest.demo import cast, sample
from contest.errors import Conflict
from contest.front import Listen
from contest.processes import FRONT, SAMPLE, SERVICES, Machine
from contest.supervisor import StartError, Supervisor
from contest.wiring import Platform


@click.command("up")
@click.option("--sample", "with_sample", is_flag=True, help="Load the sample contest first, once.")
@click.option("--listen", "listen_at", help="HOST:PORT; otherwise as HOITHI_BASE_URL says.")
@click.option("--page-simulator", is_flag=True, help="Post on a simulated Page of this machine.")
@click.option("--workers", default=1, show_default=True, help="Processes for background work.")
def command(with_sample: bool, listen_at: str | None, page_simulator: bool, workers: int) -> None:
    """Run the whole platform on this machine; Ctrl-C ends it, a second Ctrl-C at once."""
    settings = Settings.from_env()
    listen = Listen.parse(listen_at) if listen_at else Listen.for_base_url(settings.base_url)
    machine = Machine(
        settings, listen, workers=workers, sample=with_sample, page_simulator=page_simulator
    )
    with _alone(settings.data_dir), _standing_clock(machine):
        listen.check_free()
        supervisor = Supervisor(
            machine.programs(), environ=machine.environ(), run_dir=machine.run_dir, say=_say
        )
        supervisor.handle_signals()
        try:
            _bring_up(supervisor, machine)
            supervisor.run()
        except StartError as error:
            click.echo(f"hoithi: {error}", err=True)
            sys.exit(1)
        finally:
            supervisor.stop()
    click.echo("hoithi: đã dừng / stopped", err=True)


def _bring_up(supervisor: Supervisor, machine: Machine) -> None:
    """Services first, then the database's form, then everything else."""
    supervisor.start(SERVICES)
    platform = Platform(machine.settings)
    platform.db.upgrade()
    ways = sample.load(platform) if machine.sample else None
    platform.db.engine.dispose()
    supervisor.start(FRONT)
    if supervisor.ending:
        return
    welcome(machine, ways)
    supervisor.start(SAMPLE)


def welcome(machine: Machine, ways: sample.WaysIn | None) -> None:
    """Say where everything is, and how each role signs in."""
    base = machine.settings.base_url
    lines = ["", f"  {base}", ""]
    if ways:
        shown: dict[str, cast.Person] = {}
        for person in cast.STAFF:
            shown.setdefault(person.roles[0], person)
        lines += [f"  {role:<10} {p.email:<28} {p.name}" for role, p in shown.items()]
        lines += [f"  mật khẩu / password: {ways.password}   ({base}/account/sign-in)", ""]
        lines += [f"  {code}  {unit}" for unit, code in list(ways.codes.items())[-3:]]
        lines += [f"  mã đơn vị / unit codes: {base}/u", ""]
        lines += ["  Giờ mô phỏng; chuyển bằng: hoithi clock 2023-06-12 08:00"]
        lines += ["  Simulated time; move it with the command above.", ""]
    if machine.simulated_page:
        lines += [f"  Fanpage: http://127.0.0.1:{machine.simulator_port()}", ""]
        lines += [
            "  Fanpage và thư là mô phỏng: không có gì ra ngoài máy này.",
            "  The Page and the mails are simulated: nothing leaves this machine.",
            "",
        ]
    if not ways:
        lines += ["  Tài khoản đầu tiên / the first account:  hoithi user add --help", ""]
    click.echo("\n".join([*lines, "  Ctrl-C: dừng / stop", ""]), err=True)


@contextmanager
def _standing_clock(machine: Machine) -> Iterator[None]:
    """A simulated clock stands while nothing runs: the sample is found as it was left."""
    file = machine.clock_file
    stopped = file.with_suffix(".stopped") if file else None
    if file and stopped and stopped.exists():
        FileClock(file).set(datetime.fromisoformat(stopped.read_text()))
        stopped.unlink()
    yield
    if file and stopped and file.exists():
        stopped.write_text(FileClock(file).now().isoformat())


def _say(name: str, line: str) -> None:
    click.echo(f"{name:>8} │ {line}", err=True)


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """One `hoithi up` for each data folder."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "up.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(
                f"hoithi đang chạy với thư mục {data_dir}. Hãy dừng nó trước (Ctrl-C).",
                f"hoithi is running with the folder {data_dir} already. Stop it first (Ctrl-C).",
            ) from None
        yield
