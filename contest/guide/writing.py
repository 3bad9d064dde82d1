"""A page's file: ``title:``, ``lead:`` and ``words:``, an empty line, then Markdown.

In the Markdown **bold** is what stands on a screen, letter by letter, and
``![what it shows](name)`` the place of a picture. HTML in it is shown as text, links lead to pages
of ours only.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

Show = Callable[[str, str], str]  # a picture's name, what it shows -> its HTML, or nothing
BOLD = re.compile(r"\*\*(.+?)\*\*")
PICTURE = re.compile(r"!\[([^\]]*)\]\(([a-z0-9-]+)\)")
LINK = re.compile(r"\[([^\]]*)\]\(([^)]*)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
MARKS = re.compile(r"^ *(?:#+|[-*]|\d+\.) +|^\|[-|]+$|[*`|]", re.MULTILINE)


def split(source: str) -> tuple[dict[str, str], str]:
    """The lines at the head as a dictionary, and the body. Composed letters, so that a text and the
    same text without accents have the same length."""
    head, _, body = unicodedata.normalize("NFC", source).partition("\n\n")
    lines = (line.partition(":") for line in head.splitlines())
    return {name.strip(): value.strip() for name, _, value in lines}, body.strip()


def headings(body: str) -> tuple[str, ...]:
    return tuple(HEADING.findall(body))


def screen_words(body: str) -> list[str]:
    """What the page says stands on a screen."""
    return BOLD.findall(body)


def plain(body: str) -> str:
    """What the page says, in one line."""
    text = LINK.sub(r"\1", PICTURE.sub("", body))
    return " ".join(MARKS.sub("", text).split())


def html(body: str, show: Show) -> Markup:
    """The page as safe HTML."""
    return Markup(_reader().render(body, {"show": show}))  # noqa: S704 - HTML in texts is escaped


class _Reader(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        """Our own addresses, and names of pictures: no other host, no script."""
        return bool(re.fullmatch(r"/[a-z0-9/.-]*|[a-z0-9-]+", url)) and "//" not in url


@cache
def _reader() -> MarkdownIt:
    reader = _Reader("commonmark", {"html": False}).enable("table")
    reader.add_render_rule("image", _picture)
    reader.add_render_rule("strong_open", _screen_word)
    return reader



def _picture(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[at]
    show: Show = env["show"]
    return show(str(token.attrs["src"]), token.content)


def _screen_word(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType
) -> str:
    return '<strong class="on-screen">'
