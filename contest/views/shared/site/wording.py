"""What an entry is called: texts say "clip", a contest of another kind says its own word.

One place for all of them: texts of the catalogue when they are looked up, sentences of services
where a page picks their language.
"""

from functools import lru_cache

from babel.support import NullTranslations
from flask import g
from flask_babel import Domain, get_locale
from sqlalchemy.exc import SQLAlchemyError

from contest.profile.entries import spoken
from contest.services.core import profiles


def kind_now() -> str:
    """The kind of entry of the contest whose page or mail is being written; else "clip"."""
    known: str | None = g.get("entry_kind")
    if known is None and "contest" in g:
        try:
            known = g.entry_kind = profiles.profile_of(g.contest).entry.kind
        except (SQLAlchemyError, AttributeError):  # the database is away, or there are no rules yet
            return "clip"
    return known or "clip"


def said(text: str, language: str) -> str:
    """A sentence of a service, in the words of the contest at hand."""
    return spoken(text, kind_now(), language)


class _Spoken(NullTranslations):
    """A catalogue whose texts are said in the words of a kind of entry."""

    def __init__(self, plain: NullTranslations, kind: str, language: str) -> None:
        super().__init__()
        self.plain, self.kind, self.language = plain, kind, language

    def ugettext(self, message: str) -> str:
        return _spoken(self.plain.ugettext(message), self.kind, self.language)

    def ungettext(self, singular: str, plural: str, num: int) -> str:
        return _spoken(self.plain.ungettext(singular, plural, num), self.kind, self.language)

    def upgettext(self, context: str, message: str) -> str:
        return _spoken(str(self.plain.upgettext(context, message)), self.kind, self.language)


_spoken = lru_cache(4096)(spoken)


def in_words(plain: NullTranslations, language: str) -> NullTranslations:
    """The catalogue as the contest at hand says it; the same one for a contest of clips."""
    kind = kind_now()
    return plain if kind == "clip" else _Spoken(plain, kind, language)


class Words(Domain):  # type: ignore[misc]  # flask_babel has no annotations
    """The catalogue for texts that views look up. It is looked for once in a request for each
    language and kind: a page may ask for it a hundred times."""

    def get_translations(self) -> NullTranslations:
        locale = get_locale()
        known: dict[tuple[object, str], NullTranslations] = g.setdefault("catalogues", {})
        key = (locale, kind_now())
        if key not in known:
            known[key] = in_words(super().get_translations(), str(locale))
        return known[key]
