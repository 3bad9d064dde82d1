"""Assets, choice of language, health checks, metrics."""

from datetime import UTC, datetime

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    request,
    send_from_directory,
)
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select
from werkzeug.wrappers import Response as BaseResponse

from contest.languages import chosen
from contest.models import Task
from contest.ready_pages import STATIC, kept_assets
from contest.services.desk import measures
from contest.views.shared.addresses import is_loopback
from contest.views.shared.returning import safe_path
from contest.views.shared.site import readiness
from contest.views.shared.support import allows, current, language_cookie

bp = Blueprint("basics", __name__)
LONGEST_NAME = 200  # a file system refuses to look for longer ones
A_YEAR = 365 * 24 * 3600


@bp.get("/static/<path:name>")
@allows("public.read")
def static(name: str) -> BaseResponse:
    """Built assets; their names change with their content, so browsers may cache them for a year.

    Assets of earlier builds are served as long as a published page may name them.
    """
    if len(name) > LONGEST_NAME:
        abort(404)
    here = (STATIC / name).is_file()
    folder = STATIC if here else kept_assets(current.platform.settings.data_dir)
    response = send_from_directory(folder, name, max_age=A_YEAR)
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return response


@bp.post("/language")
@allows("public.read")
def language() -> BaseResponse:
    """Choose a language and return to the same page."""
    response = redirect(safe_path(request.form.get("next", "")) or "/", 303)
    response.set_cookie(
        language_cookie(), chosen(request.form.get("language")), max_age=A_YEAR, samesite="Lax",
        httponly=True, secure=current.platform.settings.https,
    )
    return response


@bp.get("/healthz")
@allows("public.read")
def healthz() -> BaseResponse:
    """Whether the process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
@allows("public.read")
def readyz() -> tuple[BaseResponse, int]:
    """Each part and how it is; ``missing`` names those that are not well.

    503 where the pages cannot do without one of them (``readiness.NEEDED``), with ``?every=1``
    where any is missing: the first is for who sends people here or elsewhere, the second for who is
    to be woken.
    """
    parts = _readiness().parts(current.db)
    missing = [name for name, state in parts.items() if state != readiness.OK]
    needed = parts if request.args.get("every") else readiness.NEEDED
    ready = not set(missing) & set(needed)
    return jsonify(parts | {"missing": missing}), 200 if ready else 503


def _readiness() -> readiness.Readiness:
    known: dict[str, readiness.Readiness] = current_app.extensions
    if "readiness" not in known:
        known["readiness"] = readiness.Readiness(current.platform)
    return known["readiness"]


@bp.get("/metrics")
@allows("public.read")
def metrics() -> Response:
    """What an operator watches, for Prometheus (docs/watching.md); nothing about persons.

    For machines within: whoever reaches this process directly, and this machine itself; nobody whom
    a server in front let in.
    """
    outside = request.environ.get("hoithi.forwarded") and not is_loopback(request.remote_addr or "")
    if outside:
        abort(403)
    registry = CollectorRegistry()
    settings = current.platform.settings
    for one in measures.measured(
        current.db, {"data": settings.data_dir, "clips": settings.storage_dir},
        at=current.platform.clock.now(), wall=datetime.now(UTC),
    ):
        labels = [one.label] if one.label else []
        gauge = Gauge(f"hoithi_{one.name}", one.help, labels, registry=registry)
        for value, number in one.values.items():
            (gauge.labels(value) if labels else gauge).set(number)
    parts = Gauge("hoithi_part_ok", "Whether a part answers", ["part"], registry=registry)
    for part, state in _readiness().parts(current.db).items():
        parts.labels(part).set(state == readiness.OK)
    tasks = Gauge("hoithi_outbox", "Outbox rows by kind and state", ["kind", "state"],
                  registry=registry)
    query = select(Task.kind, Task.state, func.count()).group_by(Task.kind, Task.state)
    for kind, state, count in current.db.execute(query):
        tasks.labels(kind, state).set(count)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
