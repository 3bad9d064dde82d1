"""What a run of tests compiles once a process; each test has its own application and engines.

Addresses, templates and statements depend on the code alone, a contest's rules on their text,
whether a password fits on its hash.
Compiling them anew was a quarter of the processor time of a test of posting.
"""

import pickle
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from flask import Blueprint, Flask
from flask.blueprints import BlueprintSetupState
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine

from contest import db, profile, views
from contest.profile import Loaded
from tests import kept_lines

MOST_STATEMENTS = 10_000
# Argon2id with the least that it allows: a hash with today's settings takes 0.1 s of the processor
# and 64 MB, ten recovery codes a second.
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Routes:
    """Stands for all blueprints: the first application adds their routes, the others have the same.
    To add 350 to each was most of making an application. All else is registered with each."""

    def __init__(self, blueprints: Callable[[], Iterable[Blueprint]]) -> None:
        self.blueprints, self.kept = blueprints, dict[str, Any]()

    def register(self, app: Flask, options: dict[str, Any]) -> None:
        with pytest.MonkeyPatch.context() as patch:
            if self.kept:
                app.url_map = self.kept["url_map"]
                app.view_functions = dict(self.kept["view_functions"])
                patch.setattr(BlueprintSetupState, "add_url_rule", lambda *_, **__: None)
            for blueprint in self.blueprints():
                blueprint.register(app, options)
        if not self.kept:
            self.kept = {"url_map": app.url_map, "view_functions": dict(app.view_functions)}


def routes(patch: pytest.MonkeyPatch) -> None:
    """Those of the pages."""
    once = Routes(views.blueprints)
    patch.setattr(views, "blueprints", lambda: (once,))


def templates(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Jinja's, of every application, in ``folder``, which workers may share: each file is put in
    its place whole."""
    patch.setattr(Flask, "jinja_options", Flask.jinja_options)  # put back at the end
    share_templates(folder)


def share_templates(folder: Path) -> None:
    """The same in a process of its own (``forks.py``)."""
    Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(str(folder))}


def templates_folder() -> Path | None:
    """Where this process shares them; None before the first test."""
    shared = Flask.jinja_options.get("bytecode_cache")
    return Path(shared.directory) if shared else None


def statements(patch: pytest.MonkeyPatch) -> None:
    """SQL: engines of one kind share their dialect, by which SQLAlchemy knows what it has compiled.

    A dialect knows its server once it has met one: an engine that never did lends none.
    """
    first: dict[str, Engine] = {}
    make: Callable[[str], Engine] = db.make_engine

    def sharing(url: str) -> Engine:
        engine = make(url)
        if engine.dialect.name == "postgresql":
            kept_lines.of(engine.dialect)
        lender = first.get(engine.dialect.name)
        if lender is None or lender.dialect.default_schema_name is None:
            engine._compiled_cache.capacity = MOST_STATEMENTS
            first[engine.dialect.name] = engine
        else:
            engine.dialect.initialize = _known  # type: ignore[method-assign]
            engine.dialect = engine.pool._dialect = lender.dialect
            engine._compiled_cache = lender._compiled_cache
        return engine

    patch.setattr(db, "make_engine", sharing)


def _known(_connection: object) -> None:
    """What a dialect asks its server about itself, in six statements, its lender has asked."""


def passwords(patch: pytest.MonkeyPatch) -> None:
    """Whether a password is that of a hash: argon2 takes long on purpose and is sure."""
    fits: dict[tuple[str | bytes, str | bytes], bool] = {}
    verify = PasswordHasher.verify

    def known(self: PasswordHasher, hash: str | bytes, password: str | bytes) -> bool:
        mine = hash, password
        if mine not in fits:
            try:
                fits[mine] = verify(self, hash, password)
            except VerifyMismatchError:
                fits[mine] = False
        if not fits[mine]:
            raise VerifyMismatchError("The password does not match the supplied hash")
        return True

    patch.setattr(PasswordHasher, "verify", known)


def rules(patch: pytest.MonkeyPatch) -> None:
    """A contest's: the text of the reference contest is checked for nearly every test."""
    load_anew = profile.load

    @cache
    def checked(source: str) -> tuple[Loaded, bytes]:
        found = load_anew(source)
        return found, pickle.dumps(found.content)  # four times as fast as to copy it

    def load(source: str) -> Loaded:
        found, content = checked(source)
        return replace(found, content=pickle.loads(content))

    patch.setattr(profile, "load", load)
