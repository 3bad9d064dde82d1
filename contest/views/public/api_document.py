"""The answers of ``/api/v1/`` as schemas, and the OpenAPI document generated from them."""

import re
from collections.abc import Callable, Collection
from datetime import datetime
from functools import wraps
from typing import Annotated, ParamSpec, get_type_hints

from flask import Response, jsonify
from pydantic import BaseModel, ConfigDict, PlainSerializer, WithJsonSchema
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

from contest import __version__
from contest.profile import Text
from contest.services.desk.public import Phase

P = ParamSpec("P")
Schema = dict[str, object]
Instant = Annotated[
    datetime,
    PlainSerializer(datetime.isoformat),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Sha256 = Annotated[str, WithJsonSchema({"type": "string", "pattern": "^[0-9a-f]{64}$"})]
PATH_VALUES = {"slug": {"type": "string"}, "number": {"type": "integer"}}


class Answer(BaseModel):
    """One answer, or a part of it; made of any object that has its fields as attributes."""

    model_config = ConfigDict(from_attributes=True)


class Schedule(Answer):
    entries_open: Instant
    entries_close: Instant
    publicity_opens: Instant
    counts_close: Instant
    awards: Instant


class Contest(Answer):
    slug: str
    title: Text
    organiser: Text
    phase: Phase
    time_zone: str
    schedule: Schedule
    profile_sha256: Sha256 | None
    page: str


class Contests(Answer):
    contests: list[Contest]


class Revision(Answer):
    number: int
    sha256: Sha256
    profile: dict[str, object]


class Clip(Answer):
    code: str
    title: str
    unit: str  # empty, like ``authors``, while a blind jury is still marking
    authors: list[str]
    kind: str
    permalink: str
    published_at: Instant


class Clips(Answer):
    clips: list[Clip]


class Result(Answer):
    number: int
    reason: str
    published_at: Instant | None
    profile_sha256: Sha256
    input_sha256: Sha256
    output_sha256: Sha256
    bundle_sha256: Sha256 | None


class Results(Answer):
    results: list[Result]


class FullResult(Result):
    names: dict[str, object]
    result: dict[str, object]


class Error(Answer):
    error: str
    message: str


def answers(view: Callable[P, Answer]) -> Callable[P, Response]:
    """Decorate a view so that its ``Answer`` is sent as JSON."""

    @wraps(view)
    def sending(*args: P.args, **kwargs: P.kwargs) -> Response:
        return jsonify(view(*args, **kwargs).model_dump(mode="json"))

    return sending


def document(base_url: str, offered: Collection[tuple[Rule, Callable[..., object]]]) -> Schema:
    """The OpenAPI 3.1 document of ``offered``: routes with views annotated with an ``Answer``."""
    models = [get_type_hints(view)["return"] for _, view in offered]
    names, schemas = models_json_schema(
        [(model, "serialization") for model in (Error, *models)],
        ref_template="#/components/schemas/{model}",
    )
    refs = {model: ref for (model, _), ref in names.items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "hoithi",
            "version": __version__,
            "description": "Read-only: contests, their rules, published clips and results. "
            "No sign-in; nothing here is personal beyond what the contest publishes.",
        },
        "servers": [{"url": f"{base_url}/api/v1"}],
        "paths": {
            _path(rule): _get(rule, view, refs[model], refs[Error])
            for (rule, view), model in zip(offered, models, strict=True)
        },
        "components": {"schemas": schemas["$defs"]},
    }


def _path(rule: Rule) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1"))


def _get(rule: Rule, view: Callable[..., object], answer: Schema, error: Schema) -> Schema:
    responses = {"200": _response("OK", answer)}
    if rule.arguments:
        responses["404"] = _response("There is no such thing", error)
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name, schema in PATH_VALUES.items() if name in rule.arguments
    ]
    summary = (view.__doc__ or "").split("\n")[0]
    return {"get": {"summary": summary, "parameters": parameters, "responses": responses}}


def _response(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}
