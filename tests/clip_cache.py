"""Clips that tests make with FFmpeg, kept outside the tree from one run to the next.

A clip is known by its recipe: the source of the function that makes it and of everything of ours
that this uses, its arguments, and FFmpeg's version. Another recipe is another file. The folder is
HOITHI_TEST_CACHE, else ``hoithi-tests`` below XDG_CACHE_HOME or ``~/.cache``; it may be removed
at any time. Clips are shared: who wants to change one makes a copy.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import inspect
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from media_checks.tools import find_tools

OURS = ("tests", "contest")  # what else a recipe uses is a library: pinned, or FFmpeg
CONSTANTS = (str, bytes, int, float, list, tuple, dict)
KEEP_S = 24 * 3600  # a recipe that nobody used for so long is swept with the next new one
Build = Callable[..., object]


def cache_folder() -> Path:
    """Where clips are kept; not made yet."""
    if given := os.environ.get("HOITHI_TEST_CACHE"):
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "hoithi-tests"


def cached(name: str, build: Build, *args: object, **options: object) -> Path:
    """The clip that ``build(path, *args, **options)`` makes, made if its recipe is new.

    ``name`` ends like the clip's file and tells clips of one folder apart: ``corpus/good.mp4``.
    """
    key = hashlib.sha256(recipe(build, args, options).encode()).hexdigest()[:20]
    folder = cache_folder() / name
    clip = folder / f"{key}{Path(name).suffix}"
    if not _is_kept(clip):
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            if not _is_kept(clip):
                _make(clip, lambda fresh: build(fresh, *args, **options))
                _sweep(folder)
    return clip


def _is_kept(clip: Path) -> bool:
    """Whether it is there; notes the time, so that it is not swept."""
    try:
        os.utime(clip)
    except FileNotFoundError:
        return False
    return True


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(clip: Path, build: Callable[[Path], object]) -> None:
    fresh = clip.with_name(f"making-{clip.name}")
    build(fresh)
    fresh.chmod(0o444)
    fresh.rename(clip)


def sweep(folder: Path) -> None:
    """Remove what nobody has used of late from a folder of the cache."""
    with _alone(folder):
        _sweep(folder)


def _sweep(folder: Path) -> None:
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # what another worker has begun has its name by now
            if path.name != "lock" and path.stat().st_mtime < time.time() - KEEP_S:
                path.unlink()


# ---------------------------------------------------------------------------- recipes


def recipe(build: Build, args: tuple[object, ...], options: Mapping[str, object]) -> str:
    """Everything that decides about the clip, as text."""
    found: dict[str, str] = {}
    called = [_told(value, found) for value in (build, args, dict(options))]
    parts = [find_tools().version, *called, *(f"{k} = {found[k]}" for k in sorted(found))]
    return "\n".join(parts)


def _told(value: Any, found: dict[str, str]) -> str:
    """``value`` as text; sources of our functions in it are added to ``found``."""
    if isinstance(value, functools.partial):
        value = ("partial", value.func, value.args, value.keywords)
    if isinstance(value, set | frozenset):
        value = sorted(value, key=repr)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k}: {_told(v, found)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_told(item, found) for item in value) + "]"
    if isinstance(value, FunctionType):
        return _function(value, found)
    if isinstance(value, type) and _is_ours(value.__module__):
        return inspect.getsource(value)
    if isinstance(value, Path) and value.is_file():
        return hashlib.sha256(value.read_bytes()).hexdigest()
    return repr(value)


def _function(function: FunctionType, found: dict[str, str]) -> str:
    name = f"{function.__module__}.{function.__qualname__}"
    if not _is_ours(function.__module__):
        return name
    held = inspect.getclosurevars(function).nonlocals
    if name not in found:
        found[name] = inspect.getsource(function)
        for label, value in _used(_names(function.__code__), function.__globals__):
            if isinstance(value, (*CONSTANTS, FunctionType, type)):
                found[label] = ""
                found[label] = _told(value, found)
    return f"{name}{_told(held, found) if held else ''}"


def _used(names: set[str], scope: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Values of a module that a function names, also as ``module.name``."""
    for name in sorted(names & scope.keys()):
        value = scope[name]
        yield f"{scope['__name__']}:{name}", value
        if isinstance(value, ModuleType) and _is_ours(value.__name__):
            yield from _used(names - {name}, vars(value))


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in OURS


def _names(code: CodeType) -> set[str]:
    """Names that a function and those inside it use."""
    inner = [const for const in code.co_consts if isinstance(const, CodeType)]
    return set(code.co_names).union(*(_names(each) for each in inner))
