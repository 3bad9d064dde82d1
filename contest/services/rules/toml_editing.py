"""Changing single rules of a rule file, so that its comments and its order stay."""

from collections.abc import Mapping
from typing import Any

import tomlkit
from tomlkit.items import AoT, Item, Table


def edited(source: str, values: Mapping[str, Any]) -> str:
    """The TOML ``source`` with each rule of ``values`` (keys with dots) set anew; None takes a rule
    out. A comment behind a line that changes goes, for it spoke of the old value."""
    document = tomlkit.parse(source)
    for key, value in values.items():
        *tables, name = key.split(".")
        table: Any = document
        for part in tables:
            if isinstance(table, list):  # a row of a list of tables: ``filings.0.due``
                table = table[int(part)]
                continue
            if part not in table:
                table[part] = tomlkit.table()
            table = table[part]
        if value is None:
            table.pop(name, None)
        elif _plain(table.get(name)) != value:
            _put(table, name, value)
    return tomlkit.dumps(document)


def _put(table: Any, name: str, value: Any) -> None:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        table.pop(name, None)  # lists of tables are written anew, each with its heading
        table[name] = _tables(value)
        return
    long = isinstance(value, str) and "\n" in value
    table[name] = tomlkit.string(value, multiline=True) if long else value
    item = table[name]
    if isinstance(item, Item):
        item.trivia.comment, item.trivia.comment_ws = "", ""


def _tables(values: list[dict[str, Any]]) -> AoT:
    made = tomlkit.aot()
    for value in values:
        made.append(tomlkit.item(_inline(value)))
    return made


def _inline(value: dict[str, Any]) -> Table:
    """A table whose own tables ({vi, en}) stand on one line."""
    table = tomlkit.table()
    for name, part in value.items():
        if isinstance(part, dict):
            inline = tomlkit.inline_table()
            inline.update(part)
            table[name] = inline
        else:
            table[name] = part
    return table


def _plain(item: object) -> object:
    return item.unwrap() if isinstance(item, Item) else item
