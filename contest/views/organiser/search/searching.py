"""One field that finds a unit, a clip, a person or a post, in all contests of the person."""

from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from contest.services.core import profiles
from contest.services.desk import finding
from contest.services.desk.finding import Found, Hit
from contest.views.shared.support import allows, current, page

bp = Blueprint("search", __name__, url_prefix="/search")


@bp.get("")
@allows("account.manage")
def find() -> Response:
    """``q``: the words; ``in``: the slug of the contest whose hits come first."""
    words, here = request.args.get("q", "").strip(), request.args.get("in", "")
    found = finding.find(current.db, words, actor=current.actor, here=here)
    return page("organiser/search.html", words=words[:finding.LONGEST], here=here,
                groups=_groups(found), contests=found.contests)


def _groups(found: Found) -> list[tuple[str, list[dict[str, Any]]]]:
    """By kind, each hit with its address and its contest where there are several."""
    shown: dict[str, list[dict[str, Any]]] = {}
    for one in found.hits:
        contest = found.contests[one.contest_id]
        shown.setdefault(one.kind, []).append({
            "hit": one, "address": _address(one, contest.slug, one.contest_id in found.organises),
            "contest": profiles.profile_of(contest).contest.title[current.language]
            if len(found.contests) > 1 else "",
        })
    return list(shown.items())


def _address(hit: Hit, slug: str, organises: bool) -> str:
    if hit.kind == "unit":
        return url_for("unit_changes.detail", slug=slug, unit_id=int(hit.key))
    if hit.kind == "person":
        return url_for("people.person", slug=slug, user_id=int(hit.key))
    if organises:
        return url_for("entries.entry", slug=slug, code=hit.key)
    return url_for("reviews.clip", slug=slug, code=hit.key)
