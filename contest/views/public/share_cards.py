"""Share cards as pictures, and their addresses for the pages' Open Graph tags.

A GET draws a missing card into the data folder and changes nothing else. An address with the hash
of its card (``v``) never shows anything else, so it may be cached forever.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from contest.drawing import cards
from contest.drawing.cards import Card
from contest.errors import not_found
from contest.services.results import share_cards, standings
from contest.views.shared import media
from contest.views.shared.support import allows, current

bp = Blueprint("share_cards", __name__, url_prefix="/c/<slug>/share")
SPOKEN = "<any(vi, en):spoken>"
SHORT_S, FOR_GOOD_S = 300, 365 * 24 * 3600
VERSION = 12  # hexadecimal digits of the hash in an address


@bp.get(f"/{SPOKEN}.png")
@allows("public.read")
def contest(spoken: str) -> Response:
    """The contest's card."""
    return _picture(_of_contest(spoken))


@bp.get(f"/clips/<code>/{SPOKEN}.png")
@allows("public.read")
def clip(code: str, spoken: str) -> Response:
    """The card of a published clip."""
    return _picture(_of_clip(code, spoken))


@bp.get(f"/results/{SPOKEN}.png")
@allows("public.read")
def result(spoken: str) -> Response:
    """The card of the published result."""
    card = _of_result(spoken)
    if card is None:
        raise not_found()
    return _picture(card)


def contest_address() -> str:
    """The address of the contest's card; it contains the hash of the card's current content."""
    return _address("share_cards.contest", _of_contest(current.language))


def clip_address(code: str) -> str:
    return _address("share_cards.clip", _of_clip(code, current.language), code=code)


def result_address() -> str:
    card = _of_result(current.language)
    return _address("share_cards.result", card) if card else contest_address()


def _of_contest(spoken: str) -> Card:
    return share_cards.of_contest(current.db, current.contest, spoken, host=_host(), at=current.now)


def _of_clip(code: str, spoken: str) -> Card:
    return share_cards.of_clip(current.db, current.contest, code, spoken, host=_host())


def _of_result(spoken: str) -> Card | None:
    found = standings.newest(current.db, current.contest)
    return share_cards.of_result(found, spoken, host=_host()) if found else None


def _host() -> str:
    return urlsplit(current.platform.settings.base_url).netloc


def _address(endpoint: str, card: Card, **values: Any) -> str:
    """An absolute address, as Open Graph tags need."""
    path = url_for(endpoint, slug=current.contest.slug, spoken=current.language,
                   v=card.sha256[:VERSION], **values)
    return f"{current.platform.settings.base_url}{path}"


def _picture(card: Card) -> Response:
    folder = current.platform.settings.data_dir / "cards"
    try:
        content = cards.kept(card, folder, _still(card)).read_bytes()
    except cards.Bare as bare:  # whoever asks again gets the whole one as soon as there is one
        response = Response(bare.content, content_type="image/png")
        response.headers["Cache-Control"] = "no-store"
        return response
    response = Response(content, content_type="image/png")
    response.set_etag(card.sha256)
    same = request.args.get("v") == card.sha256[:VERSION]
    life = f"max-age={FOR_GOOD_S}, immutable" if same else f"max-age={SHORT_S}"
    response.headers["Cache-Control"] = f"public, {life}"
    return response.make_conditional(request)


def _still(card: Card) -> Path | None:
    if card.picture is None:
        return None
    try:
        return media.local(card.picture)
    except FileNotFoundError:
        return None
