"""The ``hoithi`` command. Each module here has a ``command``; data on stdout, messages on stderr.

Only the requested module is imported, and most import the platform when they need it: a container's
health check asks every few seconds, and importing everything cost it more than two.

Exit codes: 0 done, 1 refused by a rule, 2 bad input or setting, 3 usage.
"""

import gc
import importlib
import os
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from typing import NoReturn

import click

from contest.cli import log_lines
from contest.errors import DomainError

YOUNG_OBJECTS = 50_000  # before the collector of cycles looks; Python's own number is 700


class Commands(click.Group):
    """The commands of this package's modules; most modules are named like their command."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(str(command.name) for command in _commands(_modules().values()))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        modules = _modules()
        likely = [modules[cmd_name]] if cmd_name in modules else modules.values()
        return next((found for found in _commands(likely) if found.name == cmd_name), None)


def _modules() -> dict[str, str]:
    """The modules of this package and its subpackages: name -> full name."""
    found = pkgutil.walk_packages(__path__, f"{__name__}.")
    return {module.name.rpartition(".")[2]: module.name for module in found}


def _commands(modules: Iterable[str]) -> Iterator[click.Command]:
    for module in map(importlib.import_module, modules):
        if hasattr(module, "command"):
            yield module.command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def root() -> None:
    """hoithi: runs a video-clip contest, from the QR code to the published result."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command; every ``DomainError`` becomes a message on stderr and an exit code.

    What it and its processes write, databases and clips above all, is for their own user alone.
    """
    os.umask(0o077)
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)
    log_lines.begin()
    try:
        root.main(arguments, prog_name="hoithi", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.UsageError as error:
        error.show()
        sys.exit(3)
    except DomainError as error:
        _refuse(error)
    except Exception as error:
        if (said := _lost(error)) is None:
            raise
        _refuse(said)


def _lost(error: Exception) -> DomainError | None:
    """The refusal for a transaction that lost to another; None for any other error."""
    if "sqlalchemy" not in sys.modules:
        return None
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415 - most commands end without an error

    from contest.db import refusal  # noqa: PLC0415

    return refusal(error) if isinstance(error, DBAPIError) else None


def _refuse(error: DomainError) -> NoReturn:
    click.echo(f"{error.vi}\n{error.en}", err=True)
    sys.exit(1 if error.code in ("busy", "conflict", "not_allowed", "too_late") else 2)
