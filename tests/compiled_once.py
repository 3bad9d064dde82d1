"""What a run of tests compiles once a process; each test has its own application and engines.

Addresses, templates and statements depend on the code alone, a contest's rules on their text,
whether a password fits on its hash.
Compiling them anew was a quarter of the processor time of a test of posting.
"""

import pickle
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine
from werkzeug.routing import Rule

from contest import db, profile
from contest.profile import Loaded
from tests import kept_lines

MOST_STATEMENTS = 10_000
# Argon2id with the least that it allows: a hash with today's settings takes 0.1 s of the processor
# and 64 MB, ten recovery codes a second.
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def routes(patch: pytest.MonkeyPatch) -> None:
    """What the routes' addresses are made of: each parsed, and its function compiled, once."""
    builders: dict[Any, Any] = {}
    parsed: dict[Any, tuple[Any, ...]] = {}
    compile_builder, parse = Rule._compile_builder, Rule._parse_rule

    def key(self: Rule, *more: object) -> Any:
        assert self.map is not None
        whole = self.map.converters.get("int")
        return (self.rule, self.subdomain, self.host, repr(self.defaults), whole, *more)

    def built(self: Rule, append_unknown: bool = True) -> Any:
        mine = key(self, append_unknown)
        if mine not in builders:
            builders[mine] = compile_builder(self, append_unknown)
        return builders[mine]

    def parts(self: Rule, rule: str) -> Any:
        mine = key(self, rule)
        if mine in parsed:
            found, trace, converters, arguments = parsed[mine]
            self._trace += trace
            self._converters.update(converters)
            self.arguments |= arguments
            return found
        begun = len(self._trace)
        found = list(parse(self, rule))
        parsed[mine] = found, self._trace[begun:], dict(self._converters), set(self.arguments)
        return found

    patch.setattr(Rule, "_compile_builder", built)
    patch.setattr(Rule, "_parse_rule", parts)


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
