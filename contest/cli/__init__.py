"""The ``hoithi`` command. Each module here offers ``command``; data on stdout, talk on stderr.

Exit codes: 0 done, 1 refused by a rule, 2 bad input or setting, 3 usage.
"""

import importlib
import pkgutil
import sys
from typing import NoReturn

import click
from sqlalchemy.exc import DBAPIError

from contest.db import refusal
from contest.errors import DomainError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def root() -> None:
    """hoithi: runs a video-clip contest, from the QR code to the published result."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command; every refusal is one sentence on stderr and an exit code."""
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        found = importlib.import_module(module.name)
        if hasattr(found, "command"):
            root.add_command(found.command)
    try:
        root.main(arguments, prog_name="hoithi", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.UsageError as error:
        error.show()
        sys.exit(3)
    except DomainError as error:
        _refuse(error)
    except DBAPIError as error:
        if (said := refusal(error)) is None:
            raise
        _refuse(said)


def _refuse(error: DomainError) -> NoReturn:
    click.echo(f"{error.vi}\n{error.en}", err=True)
    sys.exit(1 if error.code in ("busy", "conflict", "not_allowed", "too_late") else 2)
