"""The screens. Each module has a blueprint ``bp``; a view parses, calls one service, answers.

Every view declares its permission with ``@allows(action)``; the start fails where one is missing.
"""

import importlib
import pkgutil
from functools import cache

from flask import Blueprint


@cache
def blueprints() -> tuple[Blueprint, ...]:
    """All blueprints of this package, in the order of the modules' names."""
    found = pkgutil.walk_packages(__path__, f"{__name__}.")
    modules = map(importlib.import_module, (module.name for module in found))
    return tuple(module.bp for module in modules if hasattr(module, "bp"))
