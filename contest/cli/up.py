"""``hoithi up``: everything on this machine, until Ctrl-C."""

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from contest.config import Settings
from contest.db import Database
from contest.errors import Conflict
from contest.front import Listen
from contest.processes import FRONT, SERVICES, Machine
from contest.supervisor import StartError, Supervisor


@click.command("up")
@click.option("--sample", is_flag=True, help="Load the sample contest first, once.")
@click.option("--listen", "listen_at", help="HOST:PORT; otherwise as HOITHI_BASE_URL says.")
@click.option("--workers", default=1, show_default=True, help="Processes for background work.")
def command(sample: bool, listen_at: str | None, workers: int) -> None:
    """Run the whole platform on this machine; Ctrl-C ends it, a second Ctrl-C at once."""
    settings = Settings.from_env()
    listen = Listen.parse(listen_at) if listen_at else Listen.for_base_url(settings.base_url)
    simulated = sample and not settings.page_token
    machine = Machine(settings, listen, workers=workers, simulated_page=simulated)
    with _alone(settings.data_dir):
        listen.check_free()
        supervisor = Supervisor(
            machine.programs(), environ=machine.environ(), run_dir=machine.run_dir, say=_say
        )
        supervisor.handle_signals()
        try:
            _bring_up(supervisor, settings, sample)
            supervisor.run()
        except StartError as error:
            click.echo(f"hoithi: {error}", err=True)
            sys.exit(1)
        finally:
            supervisor.stop()
    click.echo("hoithi: đã dừng / stopped", err=True)


def _bring_up(supervisor: Supervisor, settings: Settings, sample: bool) -> None:
    """Services first, then the database's form, then everything else."""
    supervisor.start(SERVICES)
    Database(settings.database_url).upgrade()
    supervisor.start(FRONT)
    if not supervisor.ending:
        click.echo(f"hoithi: {settings.base_url}", err=True)


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
