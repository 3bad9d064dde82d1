"""The organisers' tables: their addresses, and which rows a filter shows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from contest.errors import Invalid, not_found
from contest.folding import fold
from contest.models import Publication, Submission, Task
from contest.services.core import pagination
from contest.services.core.pagination import Pagination
from contest.services.desk import bulk, saved_views, tasks
from contest.services.entry import submission_lists
from contest.services.fanpage import board
from contest.services.people import people
from contest.services.people.people import Person
from contest.services.units import units
from contest.services.units.units import Standing
from contest.views.shared.support import current

Filter = Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """``rows``: a page of what a filter shows, by its number; ``id_of``: of one of them."""

    endpoint: str
    rows: Callable[[Filter, int], Pagination[Any]]
    id_of: Callable[[Any], int] = lambda row: int(row.id)


def _entries(wanted: Filter, number: int) -> Pagination[Submission]:
    return submission_lists.listed(
        current.db, current.contest, state=wanted["state"], words=wanted["q"],
        check=wanted["check"], category=wanted["category"], number=number,
    )


def _units(wanted: Filter, number: int) -> Pagination[Standing]:
    return units.listed(
        current.db, current.contest, quota=current.profile.quota.minimum, at=current.now,
        short=wanted["show"] == "short", search=wanted["q"], number=number,
    )


def _publications(wanted: Filter, number: int) -> Pagination[Publication]:
    return board.listed(
        current.db, current.contest, words=wanted["q"], state=wanted["state"], number=number
    )


def _people(wanted: Filter, number: int) -> Pagination[Person]:
    found = people.of_contest(current.db, current.contest, at=current.now, actor=current.actor)
    return pagination.part(matching(found, wanted["q"], wanted["role"]), number)


def _jobs(wanted: Filter, number: int) -> Pagination[Task]:
    return tasks.listed(current.db, current.contest, state=wanted["state"] or None, number=number)


TABLES: Mapping[str, Table] = {
    "entries": Table("entries.listed", _entries),
    "units": Table("units.manage", _units, lambda row: int(row.unit.id)),
    "publications": Table("publications.list", _publications),
    "people": Table("people.manage", _people, lambda row: int(row.user.id)),
    "jobs": Table("organiser.jobs", _jobs),
}


def matching(found: Sequence[Person], words: str, role: str) -> list[Person]:
    """Those with this role (empty: any) in whose name or mail each of the words is found."""
    sought = [fold(word) for word in words.split()]
    return [
        one for one in found
        if (not role or role in one.roles)
        and all(word in fold(f"{one.user.name} {one.user.email}") for word in sought)
    ]


def table_of(name: str) -> Table:
    """The table of this name. Raises ``NotFound``."""
    if name not in TABLES:
        raise not_found()
    return TABLES[name]


def filter_of(name: str) -> dict[str, str]:
    """What the address filters the table by; empty where it does not."""
    return {key: request.args.get(key, "").strip() for key in saved_views.FILTERS[name]}


def here(name: str) -> dict[str, str]:
    """What the address filters by, as far as it does: for the table's own address."""
    return {key: value for key, value in filter_of(name).items() if value}


def all_ids(name: str) -> list[int]:
    """The ids of all rows that the filter shows. Raises ``Invalid`` where they are too many for one
    decision (``bulk.MOST``)."""
    table, wanted = table_of(name), filter_of(name)
    found = table.rows(wanted, 1)
    if found.total > bulk.MOST:
        raise Invalid(
            f"Bộ lọc đang cho thấy {found.total} dòng; mỗi lần làm nhiều nhất {bulk.MOST}. "
            "Hãy lọc bớt rồi làm từng phần.",
            f"The filter shows {found.total} rows; at most {bulk.MOST} at a time. Filter more, and "
            "do it in parts.",
        )
    rows = [*found.rows]
    for number in range(2, found.count + 1):
        rows += table.rows(wanted, number).rows
    return [table.id_of(row) for row in rows]


def kept(name: str) -> dict[str, object]:
    """What a table's page shows of kept filters."""
    return {
        "views": saved_views.of_table(current.db, current.contest, name, actor=current.actor),
        "here": here(name),
        "room": name, "endpoint": TABLES[name].endpoint,
    }
