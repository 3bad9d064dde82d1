"""Looking at a crowded contest: browsers of each role, addresses, and the statements of a page."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

from contest.models import Submission, Unit, User
from contest.wiring import Platform
from tests.contest.conftest import Client, Visits


class Looked:
    """A contest at which people of each role look."""

    app: Flask
    platform: Platform
    visit: Visits
    units: list[Unit]
    people: dict[str, list[User]]
    entries: dict[str, list[Submission]]
    values: dict[str, Any]
    browsers: dict[str, Client]

    def _browser(self, role: str) -> Client:
        if role == "public":
            return self.visit.public()
        if role == "unit":
            return self.visit.unit(self.units[0])
        if role == "admin":
            return self.visit.role("admin")
        return self.visit.user(self.people[role][0])

    def address(self, endpoint: str, values: dict[str, str]) -> str:
        """A route's address; ``@in_review`` stands for the code of an entry in that state; what has
        no place in the path follows after ``?``."""
        *_, rule = self.app.url_map.iter_rules(endpoint)
        known = {name: self.values[name] for name in rule.arguments & set(self.values)}
        values = {name: self._said(value) for name, value in values.items()}
        with self.app.test_request_context():
            return str(self.app.url_map.bind("localhost").build(endpoint, {**known, **values}))

    def _said(self, value: str) -> str:
        return self.entries[value[1:]][0].code if value.startswith("@") else value

    def get(self, role: str, address: str) -> tuple[TestResponse, list[str]]:
        """A GET with the statements that it sent, once everything that is kept is warm."""
        self.browsers[role].get(address).close()
        with self._listening() as said:
            answer = self.browsers[role].get(address)
        return answer, said

    @contextmanager
    def _listening(self) -> Iterator[list[str]]:
        said: list[str] = []

        def hear(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            if not statement.startswith("BEGIN"):
                said.append(statement)

        event.listen(self.platform.db.engine, "before_cursor_execute", hear)
        yield said
        event.remove(self.platform.db.engine, "before_cursor_execute", hear)
