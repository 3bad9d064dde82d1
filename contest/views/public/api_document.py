"""The OpenAPI document of ``/api/v1/``."""

from typing import Any

from contest import __version__

_TEXT = {"type": "string"}
_NUMBER = {"type": "integer"}
_INSTANT = {"type": "string", "format": "date-time"}
_HASH = {"type": ["string", "null"], "pattern": "^[0-9a-f]{64}$"}
_BOTH = {"type": "object", "properties": {"vi": _TEXT, "en": _TEXT}, "required": ["vi", "en"]}


def document(base_url: str) -> dict[str, Any]:
    """The whole document; ``base_url`` is this installation's."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "hoithi",
            "version": __version__,
            "description": "Read-only: contests, their rules, published clips and results. "
            "No sign-in; nothing here is personal beyond what the contest publishes.",
        },
        "servers": [{"url": f"{base_url}/api/v1"}],
        "paths": _paths(),
        "components": {"schemas": _schemas()},
    }


def _paths() -> dict[str, Any]:
    return {
        "/contests": _get("All contests", _listed("contests", "Contest")),
        "/contests/{slug}": _get("One contest", _ref("Contest"), slug=_TEXT),
        "/contests/{slug}/profile": _get("The rules in force", _ref("Revision"), slug=_TEXT),
        "/contests/{slug}/clips": _get("Published clips", _listed("clips", "Clip"), slug=_TEXT),
        "/contests/{slug}/results": _get(
            "Published revisions of the result", _listed("results", "Result"), slug=_TEXT
        ),
        "/contests/{slug}/results/{number}": _get(
            "One published revision, with its ranking", _ref("FullResult"), slug=_TEXT,
            number=_NUMBER,
        ),
    }


def _get(summary: str, schema: dict[str, Any], **path: dict[str, Any]) -> dict[str, Any]:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": kind}
        for name, kind in path.items()
    ]
    answers: dict[str, Any] = {
        "200": {"description": "OK", "content": {"application/json": {"schema": schema}}}
    }
    if parameters:
        content = {"application/json": {"schema": _ref("Error")}}
        answers["404"] = {"description": "There is no such thing", "content": content}
    return {"get": {"summary": summary, "parameters": parameters, "responses": answers}}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _listed(name: str, schema: str) -> dict[str, Any]:
    return _object({name: {"type": "array", "items": _ref(schema)}})


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _schemas() -> dict[str, Any]:
    result = {
        "number": _NUMBER, "reason": _TEXT, "published_at": _INSTANT, "profile_sha256": _HASH,
        "input_sha256": _HASH, "output_sha256": _HASH, "bundle_sha256": _HASH,
    }
    instants = ("entries_open", "entries_close", "publicity_opens", "counts_close", "awards")
    return {
        "Contest": _object({
            "slug": _TEXT, "title": _BOTH, "organiser": _BOTH, "phase": _TEXT, "time_zone": _TEXT,
            "schedule": _object(dict.fromkeys(instants, _INSTANT)), "profile_sha256": _HASH,
            "page": _TEXT,
        }),
        "Revision": _object({"number": _NUMBER, "sha256": _HASH, "profile": {"type": "object"}}),
        "Clip": _object({
            "code": _TEXT, "title": _TEXT, "unit": _TEXT, "kind": _TEXT, "permalink": _TEXT,
            "authors": {"type": "array", "items": _TEXT}, "published_at": _INSTANT,
        }),
        "Result": _object(result),
        "FullResult": _object(
            {**result, "names": {"type": "object"}, "result": {"type": "object"}}
        ),
        "Error": _object({"error": _TEXT, "message": _TEXT}),
    }
