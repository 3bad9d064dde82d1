"""Reads one file and prints what was found as JSON: ``main([reader, path, folder to write to])``.

A file that cannot be read is answered with ``{"refused": word, "detail": …}``; the sentence is the
caller's.
"""

from __future__ import annotations

import errno
import json
import logging
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from .refused import Refused

READERS = ("pictures", "pdf", "word")


def main(arguments: Sequence[str]) -> None:
    """Prints the answer; raises nothing that a file could be the reason of."""
    name, path, folder = arguments
    if name not in READERS:
        raise ValueError(name)
    logging.disable()  # pypdf talks about every odd table
    reader = import_module(f".{name}", __package__)  # a library that is missing is not the file's
    json.dump(_answer(reader.read, path, folder), sys.stdout)


def _answer(read: Any, path: str, folder: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = read(path, folder)
        return found
    except Refused as refused:
        return {"refused": refused.why, "detail": refused.detail}
    except (MemoryError, RecursionError):
        return {"refused": "too_complex", "detail": ""}
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):  # the machine's fault: the log says so
            raise
        return _damaged(error)
    except Exception as error:  # the libraries raise whatever a spoilt file leads them to
        return _damaged(error)


def _damaged(error: Exception) -> dict[str, Any]:
    return {"refused": "damaged", "detail": f"{type(error).__name__}: {error}"[:500]}
