"""Every refused sign-in, wrong code, 403 and 429: a line of the log, and a row for the organisers.

A line is one JSON object in ASCII, so that no address asked for can look like a line of its own.
"""

import contextlib
import json
import logging
import threading
from dataclasses import asdict
from datetime import datetime

from flask import current_app, g, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from contest.actors import PUBLIC
from contest.db import Database
from contest.services.people import people, security_log
from contest.services.people.security_log import Refusal
from contest.views.shared.addresses import place_of
from contest.views.shared.support import current, staff_token

log = logging.getLogger("hoithi.security")
OF_STATUS = {403: "forbidden", 429: "too_many"}
GUESSES = {
    "account.send_sign_in": "sign_in", "account.send_second_step": "code",
    "entrance.exchange": "code", "one_use.send_here": "code", "account.send_link": "code",
    "account.send_invitation": "code", "second_factor.begin": "sign_in",
    "second_factor.send_confirm": "code", "second_factor.renew_codes": "code",
    "second_factor.off": "code", "account.send_password": "sign_in",
    "passkey_sign_in.send": "passkey", "passkey_sign_in.send_second": "passkey",
    "passkeys.begin": "sign_in", "passkeys.add": "passkey", "passkeys.remove": "sign_in",
}
OF_A_PERSON = {"account", "second_factor", "passkeys", "passkey_sign_in"}  # blueprints
WRONG = (410, 422)  # answers to a wrong guess
MOST, EVERY_S = 500, 2.0  # kinds of refusals that wait to be stored: beyond that, in the log alone


class Waiting:
    """Refusals of this process that are not stored yet. Looking at a page stores nothing, refused
    or not: the process that serves (``keeps``) stores them beside the requests, many at once."""

    def __init__(self, db: Database) -> None:
        self.db, self.keeps = db, False
        self.lock, self.found = threading.Lock(), dict[Refusal, tuple[int, datetime]]()
        self.timer: threading.Timer | None = None

    def add(self, refusal: Refusal, *, at: datetime) -> None:
        with self.lock:
            if refusal not in self.found and len(self.found) >= MOST:
                return
            self.found[refusal] = (self.found.get(refusal, (0, at))[0] + 1, at)
            if self.keeps and self.timer is None:
                self.timer = threading.Timer(EVERY_S, self._by_timer)
                self.timer.daemon = True
                self.timer.start()

    def store(self) -> None:
        """Store what waits, in a transaction of its own."""
        with self.lock:
            found, self.found, self.timer = self.found, {}, None
        with self.db.write() as session:
            for refusal, (count, at) in found.items():
                security_log.note(session, refusal, count=count, at=at)

    def _by_timer(self) -> None:
        try:
            self.store()
        except SQLAlchemyError as error:  # the lines of the log are there
            log.error("refusals were not stored: %s", type(error).__name__)


def note(response: Response) -> Response:
    """For every answer: remember it if it is a refusal."""
    kind = OF_STATUS.get(response.status_code)
    if kind is None and response.status_code in WRONG:
        kind = g.get("refused_as") or GUESSES.get(request.endpoint or "")
    if kind is None:
        return response
    with contextlib.suppress(SQLAlchemyError):  # a refusal stays one, whatever the log does
        refusal = _refusal(kind)
        _say(refusal, response.status_code)
        current_app.extensions["refusals"].add(refusal, at=current.now)
    return response


def _refusal(kind: str) -> Refusal:
    contest = g.get("contest")
    contest_id, actor = contest.id if contest else None, g.get("actor", PUBLIC).label
    if (tried := _account()) is not None:
        actor, contest_id = f"user:{tried}", security_log.contest_of(current.db, tried)
    return Refusal(
        kind, request.endpoint or "", request.path, place_of(request.remote_addr or ""), actor,
        contest_id,
    )


def _account() -> int | None:
    """Whose account somebody tried to get into, where that is known."""
    if request.endpoint == "account.send_sign_in":
        user = people.by_email(current.db, request.form.get("email", ""))
        return user.id if user else None
    if request.endpoint == "passkey_sign_in.send":
        return None  # whose it was is what the passkey did not prove
    if request.blueprint in OF_A_PERSON and (token := staff_token()):
        row = people.session_of_token(current.db, token, at=current.now)
        return row.user_id if row else None
    return None


def _say(refusal: Refusal, status: int) -> None:
    line = {"event": "refused", "status": status, "method": request.method, **asdict(refusal),
            "at": current.now.isoformat()}
    log.warning(json.dumps(line))
