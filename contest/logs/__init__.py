"""What our processes log, as lines for people or as JSON for machines (``HOITHI_LOG=json``).

A JSON record carries the ids of what it is about: ``request`` (the front server's), ``upload``,
``clip`` (the entry's code), ``job`` (the outbox row). One clip is followed through all processes
by its code; the request that brought it, by the front's id. No texts of persons, no addresses.
"""

import json
import logging
import re
import secrets
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType

FORMATS = ("lines", "json")
OURS = "hoithi"
AS_IT_IS = "hoithi.security"  # is JSON already
GIVEN = re.compile(r"[0-9a-f]{8,64}")  # nginx's $request_id is 32 hexadecimal digits

NOTHING: Mapping[str, object] = MappingProxyType({})
_ids: ContextVar[Mapping[str, object]] = ContextVar("ids", default=NOTHING)


@contextmanager
def about(**ids: object) -> Iterator[None]:
    """Records made within are about these, too."""
    before = _ids.set({**_ids.get(), **ids})
    try:
        yield
    finally:
        _ids.reset(before)


def ids_now() -> Mapping[str, object]:
    """What records made here and now are about."""
    return _ids.get()


def begin_request(given: str) -> str:
    """What this thread logs from now on is about this request: by the id that the front server
    ``given`` it, else by a new one. Returns the id."""
    request = given if GIVEN.fullmatch(given) else secrets.token_hex(16)
    _ids.set({"request": request})
    return request


def say(log: logging.Logger, what: str, **ids: object) -> None:
    """Something ordinary happened; told where logs are read by machines."""
    log.info(what, extra={"ids": ids})


class Json(logging.Formatter):
    """One record, one line: a JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        said = record.getMessage()
        if record.name == AS_IT_IS:
            return said
        told: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname, "logger": record.name, "process": record.process,
            "message": said, **_ids.get(), **getattr(record, "ids", {}),
        }
        if record.exc_info:
            told["trace"] = "".join(traceback.format_exception(*record.exc_info))
        return json.dumps(told, ensure_ascii=False, default=str)


def begin(form: str) -> None:
    """Log as ``form`` says: JSON, and also what is ordinary of ours; ``lines``: as before."""
    if form != "json":
        return
    handler = logging.StreamHandler()
    handler.setFormatter(Json())
    logging.getLogger().addHandler(handler)
    logging.getLogger(OURS).setLevel(logging.INFO)
