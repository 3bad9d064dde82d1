"""Openings of personal data, noted beside the requests: looking at a page stores nothing, and no
page waits for the log or fails with it."""

import logging
import threading
from contextlib import suppress
from datetime import datetime

from flask import current_app, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from contest.services.privacy import access
from contest.services.privacy.access import Opening
from contest.views.shared.support import current
from contest.wiring import Platform

log = logging.getLogger("hoithi.access")
MOST, EVERY_S = 5000, 1.0  # openings that wait; beyond that the server is far too busy
NAME = "opened"


class Waiting:
    """Openings of this process that are not stored yet; ``keeps``: the process that serves."""

    def __init__(self, platform: Platform) -> None:
        self.platform, self.keeps = platform, False
        self.lock, self.found = threading.Lock(), dict[Opening, datetime]()
        self.timer: threading.Timer | None = None

    def add(self, opened: Opening, *, at: datetime) -> None:
        with self.lock:
            if len(self.found) >= MOST:
                log.error("an opening was not stored: too many wait")
                return
            self.found.setdefault(opened, at)
            if self.keeps and self.timer is None:
                self.timer = threading.Timer(EVERY_S, self._by_timer)
                self.timer.daemon = True
                self.timer.start()

    def store(self) -> None:
        """Store what waits, in a transaction of its own."""
        with self.lock:
            found, self.found, self.timer = self.found, {}, None
        if not found:
            return
        with self.platform.db.write() as session:
            for opened, at in found.items():
                access.note(session, opened, at=at)

    def _by_timer(self) -> None:
        try:
            self.store()
        except SQLAlchemyError as error:
            log.error("openings were not stored: %s", type(error).__name__)


# View -> what it shows, and of what: the name of a value in its address, or a word of our own.
# ``tests/contest/privacy/test_access.py`` holds it against the table of what each view shows.
SHOWN: dict[str, tuple[str, str, str]] = {
    "entries.entry": ("contacts", access.ENTRY, "code"),
    "entry_persons.show": ("contacts", access.ENTRY, "code"),
    "reviews.clip": ("contacts", access.ENTRY, "code"),
    "paper_entries.receipt": ("contacts", access.ENTRY, "code"),
    "unit_changes.detail": ("contacts", "unit:", "unit_id"),
    "handing_on.listed": ("contacts", "list:messages", ""),
    "reminders.preview": ("contacts", "list:reminders", ""),
    "lists.export": ("export", "list:", "what"),
    "results.export": ("export", "list:results", ""),
    "interactions.evidence": ("evidence", "evidence:", "sha256"),
    "privacy_requests.proof": ("evidence", "evidence:", "sha256"),
    "paper_entries.signed": ("signed_form", access.ENTRY, "code"),
    "attachments.file": ("signed_form", "attachment:", "attachment_id"),
    "privacy_requests.show": ("person", "request:", "privacy_id"),
    "privacy_requests.places": ("person", "request:", "privacy_id"),
}
SHOWN_WELL = (200, 206)


def note(response: Response) -> Response:
    """For every answer: remember what personal data it showed to somebody of the staff. A unit's
    own data are its own."""
    shown = SHOWN.get(request.endpoint or "")
    values = request.view_args or {}
    if request.endpoint == "media.file" and values.get("kind") == "original":
        shown = ("original", access.ENTRY, "code")
    if shown is None or response.status_code not in SHOWN_WELL or current.actor.kind != "user":
        return response
    what, subject, name = shown
    with suppress(SQLAlchemyError):
        current_app.extensions[NAME].add(Opening(
            current.contest.id, current.actor.label, what, f"{subject}{_value(name)}"
        ), at=current.now)
    return response


def _value(name: str) -> str:
    """What stands in the address."""
    return str((request.view_args or {}).get(name, ""))
