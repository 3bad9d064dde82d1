"""The read-only JSON for programs: ``/api/v1/``. Its description: ``/api/v1/openapi.json``."""

from typing import Any

from flask import Blueprint, Response, jsonify, url_for

from contest.models import Contest, Result
from contest.profile import Profile
from contest.services.core import profiles
from contest.services.desk import public
from contest.services.desk.public import PublicClip
from contest.services.results.results import revision_of
from contest.views.public import api_document
from contest.views.public.published import revision, revisions
from contest.views.shared.support import allows, current_contest, current_profile, db, now, platform

bp = Blueprint("api", __name__, url_prefix="/api/v1")


@bp.get("/openapi.json")
@allows("public.read")
def document() -> Response:
    """What this interface offers (OpenAPI 3.1)."""
    return jsonify(api_document.document(platform().settings.base_url))


@bp.get("/contests")
@allows("public.read")
def contests() -> Response:
    found = [(c, profiles.profile_of(c)) for c in profiles.all_contests(db())]
    return jsonify(contests=[_contest(contest, profile) for contest, profile in found])


@bp.get("/contests/<slug>")
@allows("public.read")
def contest() -> Response:
    return jsonify(_contest(current_contest(), current_profile()))


@bp.get("/contests/<slug>/profile")
@allows("public.read")
def profile() -> Response:
    """The rules in force: the very content that the SHA-256 is of."""
    revision = current_contest().revision
    assert revision is not None  # noqa: S101 - a contest is made with its first revision
    return jsonify(number=revision.number, sha256=revision.sha256, profile=revision.content)


@bp.get("/contests/<slug>/clips")
@allows("public.read")
def clips() -> Response:
    return jsonify(clips=[_clip(clip) for clip in public.clips(db(), current_contest())])


@bp.get("/contests/<slug>/results")
@allows("public.read")
def results() -> Response:
    """The published revisions of the result, the newest first."""
    return jsonify(results=[_revision(r) for r in revisions()])


@bp.get("/contests/<slug>/results/<int:number>")
@allows("public.read")
def result(number: int) -> Response:
    """One published revision: what was counted and what came out."""
    found = revision(number)
    return jsonify(**_revision(found), names=found.names, result=found.output)


def _contest(contest: Contest, profile: Profile) -> dict[str, Any]:
    s, revision = profile.schedule, contest.revision
    instants = (
        "entries_open", "entries_close", "publicity_opens", "counts_close", "awards",
    )
    return {
        "slug": contest.slug,
        "title": profile.contest.title.model_dump(),
        "organiser": profile.contest.organiser.model_dump(),
        "phase": public.phase_of(profile, at=now()),
        "time_zone": s.time_zone,
        "schedule": {name: getattr(s, name).isoformat() for name in instants},
        "profile_sha256": revision.sha256 if revision else None,
        "page": url_for("public.contest", slug=contest.slug, _external=False),
    }


def _clip(clip: PublicClip) -> dict[str, Any]:
    return {
        "code": clip.code, "title": clip.title, "unit": clip.unit, "authors": list(clip.authors),
        "kind": clip.kind, "permalink": clip.permalink,
        "published_at": clip.published_at.isoformat(),
    }


def _revision(result: Result) -> dict[str, Any]:
    return {
        "number": result.number, "reason": result.reason,
        "published_at": result.published_at.isoformat() if result.published_at else None,
        "profile_sha256": revision_of(result).sha256,
        "input_sha256": result.input_sha256, "output_sha256": result.output_sha256,
        "bundle_sha256": result.bundle_sha256 or None,
    }
