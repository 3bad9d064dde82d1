"""Long lists, a page at a time: the page asked for, and its neighbours."""

from typing import Any

from flask import request, url_for


def page_number() -> int:
    """The page of a long list that the address asks for."""
    value = request.args.get("page", "1")
    return int(value) if value.isdigit() else 1


def neighbours(found: Any) -> dict[str, object]:
    """A page's neighbours, with the filter that is in force."""

    def address(number: int) -> str | None:
        if not 1 <= number <= found.count:
            return None
        values: dict[str, Any] = {**request.args, **(request.view_args or {}), "page": number}
        return url_for(str(request.endpoint), **values)

    return {
        "number": found.number, "count": found.count, "total": found.total,
        "previous": address(found.number - 1), "next": address(found.number + 1),
    }
