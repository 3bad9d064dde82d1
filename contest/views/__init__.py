"""The screens. Each module has a blueprint ``bp``; a view parses, calls one service, answers.

Every view states its permission with ``@allows(action)``; the start fails where one is missing.
"""

import importlib
import pkgutil

from flask import Blueprint


def blueprints() -> list[Blueprint]:
    """All blueprints of this package, in the order of the modules' names."""
    names = (f"{__name__}.{module.name}" for module in pkgutil.iter_modules(__path__))
    modules = map(importlib.import_module, names)
    return [module.bp for module in modules if hasattr(module, "bp")]
