"""The guide: by role and by phase, each page reached from the screen that it explains.

It is public and asks no database: its texts are files, read once a process and language.
"""

import json
from functools import cache

from flask import Blueprint, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from contest.errors import not_found
from contest.guide import book as books
from contest.guide import finding
from contest.guide.book import Book, Part, Topic
from contest.languages import LANGUAGES
from contest.ready_pages import STATIC
from contest.views.shared.support import allows, current, page

bp = Blueprint("guide", __name__)
LONGEST = 200  # letters of what is looked for
WIDTHS = {"phone": "(max-width: 47.99rem)", "desk": ""}


@bp.get("/help")
@allows("public.read")
def contents() -> Response:
    """By role, by phase, and the field to search in."""
    return page("guide/contents.html", book=_book())


@bp.get("/help/search")
@allows("public.read")
def found() -> Response:
    """Pages that hold the words, the best first."""
    words = request.args.get("q", "").strip()[:LONGEST]
    other = next(language for language in LANGUAGES if language != current.language)
    hits = finding.find(words, _book(), book_in(other))
    return page("guide/found.html", book=_book(), words=words, hits=hits)


@bp.get("/help/<role>")
@allows("public.read")
def role(role: str) -> Response:
    """What a role has to read."""
    return page("guide/role.html", book=_book(), part=_part(role))


@bp.get("/help/<role>/all")
@allows("public.read")
def whole(role: str) -> Response:
    """The guide of a role on one page, for printing."""
    return page("guide/whole.html", part=_part(role))


@bp.get("/help/<role>/<topic>")
@allows("public.read")
def topic(role: str, topic: str) -> Response:
    """One page, with its neighbours, its film where there is one, and the role's contents."""
    found = _book().topic(f"{role}/{topic}")
    if found is None:
        raise not_found()
    before, after = _book().neighbours(found)
    return page(
        "guide/topic.html", topic=found, part=_part(role), before=before, after=after,
        film=_film(found), phase=_phase(found),
    )


def _book() -> Book:
    return book_in(current.language)


@cache
def book_in(language: str) -> Book:
    """The guide in a language, read once."""
    return books.load(language, lambda name, shows: _picture(language, name, shows))


def _part(key: str) -> Part:
    found = _book().role(key)
    if found is None:
        raise not_found()
    return found


def _phase(topic: Topic) -> Part:
    return next(phase for phase in _book().phases if phase.key == topic.phase)


@cache
def _served() -> dict[str, str]:
    """Pictures and films that the build holds: their names -> their addresses."""
    manifest: dict[str, str] = json.loads((STATIC / "manifest.json").read_text())
    return {name: f"/static/{served}" for name, served in manifest.items()}


@cache
def _sizes() -> dict[str, list[int]]:
    """A picture's file -> its width and height in pixels (written by ``make guide``)."""
    sizes: dict[str, list[int]] = json.loads((books.HERE / "pictures.json").read_text())["sizes"]
    return sizes


def _picture(language: str, name: str, shows: str) -> str:
    """A picture of a screen as it is on a phone and on a desk; nothing where it is not made."""
    files = {width: f"guide-{name}.{width}.{language}.webp" for width in WIDTHS}
    if any(file not in _served() or file not in _sizes() for file in files.values()):
        return ""
    phone, desk = (_sizes()[file] for file in files.values())
    return Markup(
        '<picture class="shot"><source media="{}" srcset="{}" width="{}" height="{}">'
        '<img src="{}" width="{}" height="{}" alt="{}" loading="lazy"></picture>'
    ).format(
        WIDTHS["phone"], _served()[files["phone"]], *phone,
        _served()[files["desk"]], *desk, shows,
    )


def _film(topic: Topic) -> dict[str, str] | None:
    """The addresses of a page's film, its still and its captions in each language, where
    ``make films`` has made it."""
    name, served = f"film-{topic.slug}.{current.language}", _served()
    files = {"film": f"{name}.webm", "poster": f"{name}.webp"}
    files |= {language: f"{name}.{language}.vtt" for language in LANGUAGES}
    if not all(file in served for file in files.values()):
        return None
    return {what: served[file] for what, file in files.items()}


@bp.app_template_global("guide_address")
def guide_address() -> str:
    """The page that explains the screen that is being shown, or the guide's first."""
    return address_of(books.page_of_screen(request.endpoint))


@bp.app_template_global("guide_of_refusal")
def guide_of_refusal(code: str) -> str:
    """The page that explains a refusal."""
    return address_of(books.page_of_refusal(code))


def address_of(key: str | None) -> str:
    """The path of a page of the guide, of its contents where there is none."""
    if key is None:
        return url_for("guide.contents")
    role, topic = key.split("/")
    return url_for("guide.topic", role=role, topic=topic)
