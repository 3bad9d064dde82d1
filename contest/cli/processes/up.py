"""``hoithi up``: everything on this machine, until Ctrl-C."""

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import select

from contest.actors import SYSTEM
from contest.cli.support import check_box, check_keys, tighten_modes
from contest.clock import FileClock
from contest.config import Settings
from contest.demo import cast, sample
from contest.errors import Conflict
from contest.models import User
from contest.running.front import Listen, allow_many_lines
from contest.running.processes import FRONT, SAMPLE, Machine
from contest.running.supervisor import StartError, Supervisor
from contest.services.people import invitations, people
from contest.wiring import Platform


@click.command("up")
@click.option("--sample", "with_sample", is_flag=True, help="Load the sample contest first, once.")
@click.option("--listen", "listen_at", help="HOST:PORT; otherwise as HOITHI_BASE_URL says.")
@click.option("--page-simulator", is_flag=True, help="Post on a simulated Page of this machine.")
@click.option("--workers", default=1, show_default=True, help="Processes for background work.")
def command(with_sample: bool, listen_at: str | None, page_simulator: bool, workers: int) -> None:
    """Run the whole platform on this machine; Ctrl-C ends it, a second Ctrl-C at once."""
    settings = Settings.from_env()
    allow_many_lines()
    check_box(settings)
    listen = Listen.parse(listen_at) if listen_at else Listen.for_base_url(settings.base_url)
    machine = Machine(
        settings, listen, workers=workers, sample=with_sample, page_simulator=page_simulator
    )
    with _alone(settings.data_dir), _standing_clock(machine):
        listen.check_free()
        greeting = _prepare(machine)
        supervisor = Supervisor(
            machine.programs(), environ=machine.environ(), run_dir=machine.run_dir, say=_say
        )
        supervisor.handle_signals()
        try:
            supervisor.start(FRONT)
            if not supervisor.ending:
                click.echo("\n".join(["", *greeting, "", "  Ctrl-C: dừng / stop", ""]), err=True)
            supervisor.start(SAMPLE)
            supervisor.run()
        except StartError as error:
            click.echo(f"hoithi: {error}", err=True)
            sys.exit(1)
        finally:
            supervisor.stop()
    click.echo("hoithi: đã dừng / stopped", err=True)


def _prepare(machine: Machine) -> list[str]:
    """Upgrade the database and load the sample or a first account; returns lines to print."""
    platform = Platform(machine.settings)
    platform.db.upgrade()
    tighten_modes(machine.settings)
    check_keys(platform)
    ways = sample.load(platform) if machine.sample else None
    first = [] if ways else _first_account(platform)
    platform.db.engine.dispose()
    return [f"  {machine.settings.base_url}", "", *(_of_sample(machine, ways) if ways else first)]


def _of_sample(machine: Machine, ways: sample.WaysIn) -> list[str]:
    """Lines on how each role signs in to the sample, and what in it is simulated."""
    base, shown = machine.settings.base_url, dict[str, cast.Person]()
    for person in cast.STAFF:
        shown.setdefault(person.roles[0], person)
    lines = [f"  {role:<10} {p.email:<28} {p.name}" for role, p in shown.items()]
    lines += [f"  mật khẩu / password: {ways.password}   ({base}/account/sign-in)", ""]
    if machine.without_second_factor:
        lines[-1:] = ["  Tài khoản mẫu không cần mã thứ hai (HOITHI_SECOND_FACTOR=optional)."]
        lines += ["  The sample's accounts need no second factor; a real installation's do.", ""]
    lines += [f"  {code}  {unit}" for unit, code in list(ways.codes.items())[-3:]]
    lines += [f"  mã đơn vị / unit codes: {base}/u", ""]
    lines += [f"  Giờ mô phỏng; chuyển bằng: {_this_command()} clock '2023-06-12 08:00'"]
    lines += ["  Simulated time; move it with the command above."]
    if machine.simulated_page:
        lines += ["", f"  Fanpage: http://127.0.0.1:{machine.simulator_port()}"]
        lines += ["  Fanpage và thư là mô phỏng: không có gì ra ngoài máy này."]
        lines += ["  The Page and the mails are simulated: nothing leaves this machine."]
    return lines


def _this_command() -> str:
    """How this command was called, so that a printed line can be copied."""
    return sys.argv[0] if Path(sys.argv[0]).name == "hoithi" else "python -m contest"


def _first_account(platform: Platform) -> list[str]:
    """Without any account, prompt for the first one; returns lines on how to sign in."""
    with platform.db.read() as session:
        if session.scalars(select(User)).first() is not None:
            return []
    command = f"{_this_command()} user add you@example.org --name 'Họ Tên' --admin"
    if not sys.stdin.isatty():
        return ["  Tài khoản đầu tiên / the first account:", f"    {command}"]
    click.echo("\nTài khoản đầu tiên, để lập hội thi / the first account:", err=True)
    email = click.prompt("  Email", err=True)
    name = click.prompt("  Họ tên / name", err=True)
    at = platform.clock.now()
    with platform.db.write() as session:
        key = platform.keys.invitations(session)
        user = people.create(session, email=email, name=name, admin=True, actor=SYSTEM, at=at)
        invitation = invitations.create(
            session, user, purpose="password", actor=SYSTEM, at=at, key=key
        )
        token = invitations.token_of(invitation, key=key)
    base = platform.settings.base_url
    return [
        "  Mở đường dẫn này để đặt mật khẩu / open this link to set your password:",
        f"    {base}/account/invitation#{token}",
        f"  rồi lập hội thi / then set up the contest:  {base}/setup",
    ]


@contextmanager
def _standing_clock(machine: Machine) -> Iterator[None]:
    """Stop the simulated clock while nothing runs, so that the sample stays as it was left."""
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
    """Allow one `hoithi up` per data folder. Raises ``Conflict`` while another runs."""
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
