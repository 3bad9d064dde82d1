"""The published result: its page, each clip's line, the ceremony, how to verify it.

Five hundred phones may open the result's page in the same minute. Once rendered it is stored on
disk in each language (``contest/ready_pages.py``) and sent without a query.
"""

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from contest import ready_pages
from contest.errors import not_found
from contest.languages import chosen
from contest.models import Result
from contest.services.desk import public
from contest.services.results import bundles, exports, ranking_rows, standings
from contest.services.results import results as services
from contest.services.results.ranking_rows import Picked
from contest.views.public import share_cards
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.rounds import going_on, rule_in_words
from contest.views.shared.support import allows, attachment, current, kept_language, page

bp = Blueprint("published", __name__, url_prefix="/c/<slug>")
MOST_EMBEDDED = 100  # lines in another site's frame
MOST_SHOWN = 60  # lines on a result's own page, which stays below 100 KB; the table has all


@bp.before_app_request
def _from_disk() -> Response | None:
    """Answer with the page stored on disk, before any query."""
    if request.endpoint != "published.results" or request.method not in ("GET", "HEAD"):
        return None
    spoken = chosen(request.args.get("lang") or kept_language())
    slug = str((request.view_args or {}).get("slug"))
    return ready_pages.answer(current.platform.settings.data_dir, slug, spoken, request)


@bp.get("/results")
@allows("public.read")
def results() -> Response:
    """The newest published result, or when it is expected."""
    result = standings.newest(current.db, current.contest)
    if result is None:
        return page("public/results_later.html")
    return result_page(result)


def result_page(result: Result) -> Response:
    """A result's page, as sent and as stored on disk."""
    lines = services.some_lines(result, current.language, Picked(most=MOST_SHOWN))
    rules = services.profile_of(result)
    return page(
        "public/results.html",
        result=result,
        winners=standings.by_measure(current.db, result, rules, current.language),
        revision=services.revision_of(result),
        lines=lines,
        length=ranking_rows.length(current.db, result),
        most=standings.longest_bar(lines),
        disqualified=standings.disqualified(result),
        fingerprint=fingerprint(),
        card=share_cards.result_address(),
        going_on=going_on(result) if rules.next_round else [], rounds=rule_in_words(rules),
    )


@bp.get("/results/<int:number>")
@allows("public.read")
def edition(number: int) -> Response:
    """An earlier published revision."""
    return result_page(revision(number))


@bp.get("/results/table")
@allows("public.read")
def table() -> Response:
    """The whole ranking with pictures, a page at a time, searched and narrowed."""
    result, words = _result(), request.args.get("q", "").strip()
    shown = request.args.get("show", "")
    won, rules = shown == "prizes", services.profile_of(result)
    category = next((c.id for c in rules.categories if f"category:{c.id}" == shown), "")
    found = standings.page_of_lines(
        current.db, result, rules, current.language,
        Picked(words=words, prizes=won, category=category), number=page_number(),
    )
    return page(
        "public/table.html", result=result, found=found, words=words, won=won,
        categories=rules.categories, category=category,
        pages=neighbours(found),
        posters=public.posters(current.db, current.contest, [line.code for line in found.rows]),
    )


@bp.get("/results/clips/<code>")
@allows("public.read")
def entry(code: str) -> Response:
    """One clip's points, calculated step by step."""
    result = _result()
    found = services.some_lines(result, current.language, Picked(code=code))
    if not found:
        raise not_found()
    card = share_cards.result_address()
    return page("public/entry.html", result=result, line=found[0], card=card)


@bp.get("/results/ceremony")
@allows("public.read")
def ceremony() -> Response:
    """The prizes one by one, the last first, each revealed by a button."""
    result = _result()
    rules = services.profile_of(result)
    won = standings.winners(current.db, result, rules, current.language)
    return page("public/ceremony.html", result=result, lines=won[::-1])


@bp.get("/results/embed")
@allows("public.read")
def embed() -> Response:
    """The ranking's first lines alone, to be embedded in other sites."""
    g.embeddable = True
    result = _result()
    lines = services.some_lines(result, current.language, Picked(most=MOST_EMBEDDED))
    return page(
        "public/embed.html", result=result, lines=lines, most=standings.longest_bar(lines),
        length=ranking_rows.length(current.db, result),
    )


@bp.get("/results/<int:number>/bundle.zip")
@allows("public.read")
def bundle(number: int) -> Response:
    """The evidence bundle, which ``python -m scoring verify`` checks."""
    return attachment(exports.bundle(revision(number), current.platform.blobs), str(number), "zip")


@bp.get("/verify")
@allows("public.read")
def verify() -> Response:
    """Recompute the result here, in the reader's own browser; every revision's hashes."""
    return page(
        "public/verify.html", results=revisions(), fingerprint=fingerprint(),
        program=bundles.program(),
    )


def fingerprint() -> str:
    """The fingerprint of the key that signs evidence bundles here."""
    return bundles.Signer(current.platform.keys.signature(current.db)).fingerprint


def revisions() -> list[Result]:
    """Every published revision, the newest first."""
    return standings.editions(current.db, current.contest)


def revision(number: int) -> Result:
    """The published revision of this number. Raises ``NotFound`` for any other."""
    found = standings.edition(current.db, current.contest, number)
    if found is None:
        raise not_found()
    return found


def _result() -> Result:
    result = standings.newest(current.db, current.contest)
    if result is None:
        raise not_found()
    return result
