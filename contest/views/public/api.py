"""The read-only JSON API ``/api/v1/``, described by ``/api/v1/openapi.json``.

A view's docstring and return annotation are the source of its description.
"""

from flask import Blueprint, Response, current_app, jsonify, request, url_for

from contest.models import Contest, Result
from contest.profile import Profile
from contest.services.core import profiles
from contest.services.desk import public
from contest.services.results.results import revision_of
from contest.views.public import api_document as schemas
from contest.views.public.published import revision, revisions
from contest.views.shared.support import allows, current

bp = Blueprint("api", __name__, url_prefix="/api/v1")


@bp.get("/openapi.json")
@allows("public.read")
def document() -> Response:
    """What this interface offers (OpenAPI 3.1)."""
    views = current_app.view_functions
    offered = [
        (rule, views[rule.endpoint]) for rule in current_app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint != request.endpoint
    ]
    return jsonify(schemas.document(current.platform.settings.base_url, offered))


@bp.get("/contests")
@allows("public.read")
@schemas.answers
def contests() -> schemas.Contests:
    """All contests."""
    found = [(c, profiles.profile_of(c)) for c in profiles.public_contests(current.db)]
    return schemas.Contests(contests=[_contest(contest, profile) for contest, profile in found])


@bp.get("/contests/<slug>")
@allows("public.read")
@schemas.answers
def contest() -> schemas.Contest:
    """One contest."""
    return _contest(current.contest, current.profile)


@bp.get("/contests/<slug>/profile")
@allows("public.read")
@schemas.answers
def profile() -> schemas.Revision:
    """The rules in force: the very content that the SHA-256 is of."""
    revision = current.contest.revision
    assert revision is not None  # noqa: S101 - a contest is made with its first revision
    return schemas.Revision(
        number=revision.number, sha256=revision.sha256, profile=revision.content
    )


@bp.get("/contests/<slug>/clips")
@allows("public.read")
@schemas.answers
def clips() -> schemas.Clips:
    """The clips that are on the Page."""
    found = public.clips(current.db, current.contest)
    return schemas.Clips(clips=[schemas.Clip.model_validate(clip) for clip in found])


@bp.get("/contests/<slug>/results")
@allows("public.read")
@schemas.answers
def results() -> schemas.Results:
    """The published revisions of the result, the newest first."""
    return schemas.Results(results=[_revision(result) for result in revisions()])


@bp.get("/contests/<slug>/results/<int:number>")
@allows("public.read")
@schemas.answers
def result(number: int) -> schemas.FullResult:
    """One published revision: what was counted and what came out."""
    found = revision(number)
    return schemas.FullResult(**dict(_revision(found)), names=found.names, result=found.output)


def _contest(contest: Contest, profile: Profile) -> schemas.Contest:
    return schemas.Contest(
        slug=contest.slug,
        title=profile.contest.title,
        organiser=profile.contest.organiser,
        phase=public.phase_of(profile, at=current.now),
        time_zone=profile.schedule.time_zone,
        schedule=schemas.Schedule.model_validate(profile.schedule),
        profile_sha256=contest.revision.sha256 if contest.revision else None,
        page=url_for("public.contest", slug=contest.slug, _external=False),
    )


def _revision(result: Result) -> schemas.Result:
    return schemas.Result(
        number=result.number, reason=result.reason, published_at=result.published_at,
        profile_sha256=revision_of(result).sha256,
        input_sha256=result.input_sha256, output_sha256=result.output_sha256,
        bundle_sha256=result.bundle_sha256 or None,
    )
