"""Rendering mails: a template in one language, with the filters and addresses of the pages; and a
contest's own words in its frame, with its greeting, button and signature."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, g
from jinja2 import Environment, Template
from jinja2.runtime import Context
from jinja2.utils import urlize
from markupsafe import escape

from contest.guide import book as guide
from contest.languages import COOKIE
from contest.models import Contest
from contest.profile import letters
from contest.profile.letters import BLOCKS, FIELDS, Words
from contest.services.core import profiles

LISTS = {"findings", "clips"}  # values that are lists: a line each
LISTED = re.compile(rf"^- (\{{(?:{'|'.join(sorted(LISTS))})\}})$", re.MULTILINE)
EMPTY_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")
PARAGRAPH = '<p style="margin:0 0 16px">'
Fill = Callable[[str], str]


@dataclass(frozen=True)
class RenderedMail:
    """A rendered mail."""

    subject: str
    text: str
    html: str


class _Name(str):
    """Stands for a value of any kind where a letter is shown with its names in braces."""

    __slots__ = ()


class _Number(int):
    """The same for a number, which decides between one and many."""

    def __str__(self) -> str:
        return "{count}"


def render(
    app: Flask, template: str, *, language: str, contest: Contest | None,
    values: Mapping[str, object], base_url: str, words: Words | None = None,
) -> RenderedMail:
    """Render ``email/<template>.txt`` and ``.html``; addresses begin with ``base_url``. ``words``:
    the contest's own subject and text in place of the template's."""
    cookie = {"Cookie": f"{COOKIE}={language}"}  # templates take their language from the request
    # A context of its own: a page that shows a mail renders it while it is being rendered.
    with app.app_context(), app.test_request_context("/", base_url=base_url, headers=cookie):
        known = _known(app, contest, language, base_url) | dict(values)
        if words is None and (page := guide.page_of_letter(template)) is not None:
            known["guide"] = f"{base_url}/help/{page}"  # a contest's own words lead where they say
        text, html = _templates(app.jinja_env, template)
        if words is not None:
            return _own(words, text, html, known)
        subject = _block(text, "subject", text.new_context(known))
        return RenderedMail(_line(subject), text.render(known), html.render(known))


def _templates(env: Environment, template: str) -> tuple[Template, Template]:
    text, html = (env.get_template(f"email/{template}.{kind}") for kind in ("txt", "html"))
    return text, html


def _known(
    app: Flask, contest: Contest | None, language: str, base_url: str
) -> dict[str, Any]:
    """What every letter may show, of a contest's or not."""
    values: dict[str, Any] = {"base_url": base_url}
    if contest is not None:
        g.contest, profile = contest, profiles.profile_of(contest)
        part = profile.contest
        values |= {
            "contest": contest, "profile": profile, "page_name": part.page_name,
            "contest_title": part.title[language], "organiser": part.organiser[language],
            "contact": part.contact[language],
        }
    app.update_template_context(values)
    return values


def _line(text: str) -> str:
    return " ".join(text.split())


def _block(template: Template, name: str, context: Context) -> str:
    return "".join(template.blocks[name](context))


# ---------------------------------------------------------------------------- a contest's own words


def _own(words: Words, text: Template, html: Template, known: dict[str, Any]) -> RenderedMail:
    """The words with what their names stand for; nothing else in them means anything."""
    def fill(name: str) -> str:
        return _said(name, text, known)

    def as_text(written: str) -> str:
        return "".join(fill(part) if named else part for part, named in letters.pieces(written))

    return RenderedMail(
        _line(as_text(words.subject)),
        _with_body(text, EMPTY_LINES.sub("\n\n", as_text(words.body)).strip() + "\n", known),
        _with_body(html, _as_html(words.body, fill), known),
    )


def _said(name: str, template: Template, known: dict[str, Any]) -> str:
    """What a name in braces stands for, as text."""
    if name in template.blocks:
        return _block(template, name, template.new_context(known)).strip()
    field = FIELDS[name]
    value = known.get(field.value)
    if value is None or value == "":
        return ""
    if isinstance(value, list):
        return "\n".join(f"- {one['message']}" for one in value)
    return str(template.environment.filters[field.filter](value) if field.filter else value)


def _as_html(body: str, fill: Fill) -> str:
    """Paragraphs, lines kept; addresses are links, everything else is text."""
    paragraphs = [part for part in body.replace("\r\n", "\n").split("\n\n") if part.strip()]
    written = ("".join(_parts(one.strip(), fill)) for one in paragraphs)
    return "".join(f"{PARAGRAPH}{one}</p>\n" for one in written if one.strip())


def _parts(paragraph: str, fill: Fill) -> Iterator[str]:
    """Escaped, piece by piece."""
    for part, named in letters.pieces(paragraph):
        linked = not named or part == "post"
        text = fill(part) if named else part
        safe = urlize(text, rel="noopener") if linked else str(escape(text))
        yield safe.replace("\n", "<br>\n")


def _with_body(template: Template, body: str, known: dict[str, Any]) -> str:
    """The template with another body in its frame."""
    context = template.new_context(known)
    context.blocks["body"] = [_saying(body)]
    return "".join(template.root_render_func(context))


# ---------------------------------------------------------------------------- the standard words


def standard(
    app: Flask, letter: str, *, language: str, contest: Contest, base_url: str
) -> Words:
    """The words of the template, with names in braces where a letter has its values."""
    cookie = {"Cookie": f"{COOKIE}={language}"}
    with app.app_context(), app.test_request_context("/", base_url=base_url, headers=cookie):
        env = app.jinja_env.overlay()
        env.filters = {name: _spared(f) for name, f in app.jinja_env.filters.items()}
        known = _known(app, contest, language, base_url) | _names(letter)
        text, _ = _templates(env, letter)
        subject = _line(_shown(text, "subject", known))
        lines = _shown(text, "body", known).strip()
        lines = LISTED.sub(r"\1", lines)
        return Words(letter, subject, lines)


def _shown(template: Template, block: str, known: dict[str, Any]) -> str:
    context = template.new_context(known)
    for name in set(BLOCKS) & set(template.blocks):
        context.blocks[name] = [_saying(f"{{{name}}}\n")]
    return _block(template, block, context)


def _saying(text: str) -> Callable[[Context], Iterator[str]]:
    return lambda _context: iter([text])


def _names(letter: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        FIELDS[name].value: _Name(f"{{{name}}}") for name in letters.names(letter)
    }
    found |= {"may_send": True, "late": False, "token": "", "roles": [], "state": ""}
    found |= {name: [{"message": f"{{{name}}}"}] for name in LISTS & set(found)}
    return found | {name: _Minimum(2) for name in {"minimum"} & set(found)} | {
        name: _Number(2) for name in {"count"} & set(found)}


class _Minimum(_Number):
    def __str__(self) -> str:
        return "{minimum}"


def _spared(plain: Callable[..., object]) -> Callable[..., object]:
    """A filter that leaves names in braces alone."""
    if hasattr(plain, "jinja_pass_arg"):
        return plain

    def spared(value: object, *args: object, **given: object) -> object:
        return value if isinstance(value, _Name) else plain(value, *args, **given)

    return spared
