"""An application whose routes are those of the first is as one that has registered its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from contest import views
from contest.config import Settings
from contest.web import create_app
from contest.wiring import Platform
from tests import compiled_once

KNOWN = (
    "blueprints", "view_functions", "error_handler_spec", "before_request_funcs",
    "after_request_funcs", "teardown_request_funcs", "teardown_appcontext_funcs",
    "template_context_processors", "url_value_preprocessors", "url_default_functions",
    "shell_context_processors",
)


@pytest.fixture
def make(tmp_path: Path, sqlite_in: Callable[[Path], str]) -> Callable[[], Flask]:
    platform = Platform(Settings(
        data_dir=tmp_path, database_url=sqlite_in(tmp_path / "rows"), redis_url="",
        storage_url=f"file://{tmp_path}/clips", base_url="http://localhost",
        secret_key="a secret key that only tests know, 40 and more",
    ))
    return lambda: create_app(platform)


def known(app: Flask) -> dict[str, Any]:
    """All that registering may add to an application; of functions, where they are written."""
    rules = [(r.rule, r.endpoint, r.methods, r.defaults) for r in app.url_map.iter_rules()]
    found = {name: written(getattr(app, name)) for name in KNOWN}
    return found | {"rules": rules, "filters": sorted(app.jinja_env.filters),
                    "globals": sorted(app.jinja_env.globals), "tests": sorted(app.jinja_env.tests)}


def written(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: written(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [written(inner) for inner in value]
    return getattr(value, "__qualname__", None) or repr(value)


def test_every_application_has_what_one_that_registers_its_own_has(
    make: Callable[[], Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    make()
    quick = known(make())
    [once] = views.blueprints()
    assert isinstance(once, compiled_once.Routes)
    monkeypatch.setattr(views, "blueprints", once.blueprints)
    whole = known(make())
    assert len(whole["rules"]) > 300
    assert quick == whole


def test_a_route_without_a_permission_still_stops_the_start(make: Callable[[], Flask]) -> None:
    [once] = views.blueprints()
    assert isinstance(once, compiled_once.Routes)
    views_before = once.kept["view_functions"]
    once.kept["view_functions"] = {**views_before, "bare": lambda: ""}
    try:
        with pytest.raises(RuntimeError, match="without a permission: bare"):
            make()
    finally:
        once.kept["view_functions"] = views_before
