"""Processes of ours that begin at once: forks of one that has imported what commands and jobs use.

To start Python and import costs each 1.5 s of processor time, as much as all else that a test of a
command does. A fork has an environment, a folder, an input and outputs of its own and ends with an
exit code, as a process that a shell has started. That commands start from nothing, too, is seen in
``contest/test_light_commands.py``, ``faults/`` and ``docker/``.
"""

import gc
import io
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from sqlalchemy.orm import configure_mappers

import contest.web  # noqa: F401 - what the forks begin with
from contest import cli
from contest.jobs import handlers
from contest.services.people import passwords
from media_checks import checking
from tests import compiled_once

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["pytest", "tests.ready_to_fork"])
LONGEST_S = 300
STREAMS = ("stdin", "stdout", "stderr")


def import_all() -> None:
    """What is imported only when it is wanted; none of it is looked at by the collector again.
    Passwords are hashed with the least effort (``contest/people/test_passwords.py`` has today's).
    """
    passwords.HASHER = compiled_once.QUICK_HASHER
    cli.root.list_commands(None)  # type: ignore[arg-type]  # it asks nothing of the context
    handlers()
    checking.import_all()
    configure_mappers()
    gc.freeze()


def begin(work: Callable[..., None], *arguments: object) -> ForkServerProcess:
    """``work(*arguments)`` in a process of its own."""
    process = FORKS.Process(target=work, args=arguments)
    process.start()
    return process


def command(
    *arguments: str, environ: Mapping[str, str], stdin: str = ""
) -> "subprocess.CompletedProcess[bytes]":
    """What the ``hoithi`` command with these arguments answers; it sees ``environ`` alone."""
    with tempfile.TemporaryDirectory(prefix="hoithi-command-") as name:
        folder = Path(name)
        process = begin_command(*arguments, environ=environ, folder=folder, stdin=stdin)
        process.join(LONGEST_S)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(arguments, LONGEST_S)
        out, err = (folder / "stdout").read_bytes(), (folder / "stderr").read_bytes()
    return subprocess.CompletedProcess(arguments, process.exitcode, out, err)


def begin_command(
    *arguments: str, environ: Mapping[str, str], folder: Path, stdin: str = ""
) -> ForkServerProcess:
    """The same command at work: to be killed, say, it leads a group of its own. Its input and
    outputs are files in ``folder``."""
    (folder / "stdin").write_text(stdin)
    templates = compiled_once.templates_folder()
    return begin(_main, arguments, dict(environ), Path.cwd(), folder, templates)


def command_text(
    *arguments: str, environ: Mapping[str, str], stdin: str = ""
) -> "subprocess.CompletedProcess[str]":
    """The same as text, its lines ending as Python's do."""
    done = command(*arguments, environ=environ, stdin=stdin)
    out, err = (io.TextIOWrapper(io.BytesIO(b), "utf-8").read() for b in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def _main(
    arguments: tuple[str, ...], environ: dict[str, str], where: Path, folder: Path,
    templates: Path | None,
) -> None:
    os.setsid()
    if templates:
        compiled_once.share_templates(templates)
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(where)
    for number, name in enumerate(STREAMS):
        flags = os.O_CREAT | os.O_WRONLY if number else os.O_RDONLY
        opened = os.open(folder / name, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
        mode = "w" if number else "r"
        setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
    cli.main(list(arguments))
