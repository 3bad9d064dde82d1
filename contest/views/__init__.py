"""The screens. Each module has a blueprint ``bp``; a view parses, calls one service, answers.

Every view states its permission with ``@allows(action)``; the start fails where one is missing.
"""

import importlib
import pkgutil

from flask import Blueprint


def blueprints() -> list[Blueprint]:
    """All blueprints of this package, in the order of the modules' names."""
    modules = (importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__))
    return [module.bp for module in modules if hasattr(module, "bp")]
