"""Pagination of long lists: the requested page and its neighbours."""

from typing import Any

from flask import request, url_for

from contest.services.core.pagination import Pagination
from contest.views.shared.numbers import whole
from contest.views.shared.support import current

MOST_SOUGHT = 100  # characters


def page_number() -> int:
    """The page number in the query string, 1 by default."""
    number = whole(request.args.get("page", "1"))
    return 1 if number is None else number


def sought(key: str = "q") -> str:
    """What the query string asks a list for, 100 characters at most; empty by default."""
    return request.args.get(key, "").strip()[:MOST_SOUGHT]


def neighbours(found: Pagination[Any], endpoint: str = "") -> dict[str, object]:
    """The template's values for pagination; links keep the current filter.

    ``endpoint``: of the list, where another view renders it too (a form with errors).
    """

    def address(number: int) -> str | None:
        if not 1 <= number <= found.count:
            return None
        here = {"slug": current.contest.slug} if endpoint else request.view_args or {}
        values: dict[str, Any] = {**request.args, **here, "page": number}
        return url_for(endpoint or str(request.endpoint), **values)

    return {
        "number": found.number, "count": found.count, "total": found.total,
        "previous": address(found.number - 1), "next": address(found.number + 1),
    }
