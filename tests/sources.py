"""What stands in a file of ours, read once a process: to parse all of them takes a second."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """``imports``: how many folders up, the module's name ("" in ``from . import a``) and what is
    taken of it (nothing in ``import a``); ``functions``: name, first line, how many lines;
    ``anys``: places of ``Any`` beside the values of mappings."""

    imports: tuple[tuple[int, str, tuple[str, ...]], ...]
    functions: tuple[tuple[str, int, int], ...]
    anys: int


@cache
def source(path: Path) -> Source:
    """What stands in it."""
    text = path.read_text()
    nodes = list(ast.walk(ast.parse(text)))
    return Source(
        tuple(found for node in nodes for found in _imports(node)),
        tuple((node.name, node.lineno, node.end_lineno - node.lineno + 1) for node in nodes
              if isinstance(node, ast.FunctionDef) and node.end_lineno),
        _anys(nodes) if "Any" in text else 0,
    )


def _imports(node: ast.AST) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    if isinstance(node, ast.Import):
        yield from ((0, alias.name, ()) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield node.level, node.module or "", tuple(alias.name for alias in node.names)


def _anys(nodes: list[ast.AST]) -> int:
    every = {node for node in nodes if isinstance(node, ast.Name) and node.id == "Any"}
    # the last of the types in ``dict[str, Any]`` and ``Mapping[str, Any]``
    of_mappings = {
        node.slice.elts[-1] for node in nodes
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple)
        and ast.unparse(node.value) in ("dict", "Mapping", "MutableMapping")
    }
    return len(every - of_mappings)
