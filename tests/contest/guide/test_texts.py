"""The guide's texts: both languages say the same, name what stands on screens, lead somewhere."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask

from contest.guide import book as books
from contest.guide import writing
from contest.guide.book import contents
from contest.languages import LANGUAGES
from tests.contest.test_languages import CATALOGUE, VIETNAMESE

ROOT = Path(__file__).parents[3]
TEXTS = ROOT / "contest/guide/texts"
KEYS = [f"{role['key']}/{slug}" for role in contents()["roles"] for slug in role["topics"]]
# Nobody stands before a screen of ours when they need these.
READ_BEFOREHAND = {"technician/install", "technician/keep-it-safe"}
# A GET that shows no screen of a person, and why.
NO_SCREEN = {
    "files": {
        "appraisal.docx", "attachments.file", "basics.static", "ceremony.folder",
        "certificates.one", "certificates.participation", "composing.picture",
        "composing_for.picture", "documents.docx",
        "documents.pdf", "documents.template_file", "filings.archive", "levels.filings",
        "filings.export", "handing_out.invitations", "handing_out.recipients",
        "interactions.evidence",
        "interactions.ledger_template", "interactions.template", "lists.export", "media.captions",
        "media.file", "media.page",
        "media.still", "own_marks.worker", "paper_entries.signed", "posts_file.template",
        "public.calendar_file",
        "public.captions", "public.film", "public.leaf", "public.narrow_poster", "public.poster",
        "public.profile_source",
        "published.bundle", "push.worker", "reel.file", "repairs.file", "results.export",
        "security_txt.file", "share_cards.clip", "share_cards.contest", "share_cards.result",
        "similarity.clip", "similarity.page_of_other", "unit.policy", "unit_certificates.one",
        "unit_certificates.participation",
    },
    "for machines": {
        "api.clips", "api.contest", "api.contests", "api.document", "api.profile", "api.result",
        "api.results", "basics.healthz", "basics.metrics", "basics.readyz", "ceremony.state",
        "live.state", "remote.state",
    },
    "for developers": {"design.components"},
    "the guide itself": {"guide.contents", "guide.found", "guide.role", "guide.topic",
                         "guide.whole"},
}
MARKED = re.compile(r"%\(\w+\)[sd]|\{\w*\}")


def source(language: str, key: str) -> tuple[dict[str, str], str]:
    return writing.split((TEXTS / language / f"{key}.md").read_text())


def on_screens(language: str) -> tuple[set[str], list[re.Pattern[str]]]:
    """What screens say in a language: whole texts, and patterns of those that are filled in. A
    number in brackets at the end may be left out."""
    with CATALOGUE.open("rb") as file:
        messages = [m for m in read_po(file, locale="en") if m.id]
    said: set[str] = set()
    for m in messages:
        found = m.id if language == "vi" else m.string
        said |= {found} if isinstance(found, str) else set(found)
    filled = {text for text in said if MARKED.search(text)}
    patterns = [
        re.compile(".+".join(map(re.escape, MARKED.split(text)))) for text in filled
        if len(MARKED.sub("", text).strip()) > 8
    ]
    return said | {re.sub(r" \(%\(\w+\)s\)$", "", text) for text in filled}, patterns


def test_every_page_is_there_in_both_languages_and_no_other() -> None:
    for language in LANGUAGES:
        files = {str(p.relative_to(TEXTS / language))[:-3] for p in TEXTS.rglob("*.md")
                 if p.is_relative_to(TEXTS / language)}
        assert files == set(KEYS), language
    assert len(KEYS) == len(set(KEYS)) >= 30


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_names_only_what_stands_on_screens(language: str) -> None:
    said, patterns = on_screens(language)
    unknown = {
        key: lost for key in KEYS
        if (lost := [
            word for word in writing.screen_words(source(language, key)[1])
            if word not in said and not any(p.fullmatch(word) for p in patterns)
        ])
    }
    assert unknown == {}


@pytest.mark.parametrize("key", KEYS)
def test_both_languages_say_the_same(key: str) -> None:
    (vi_head, vi), (en_head, en) = source("vi", key), source("en", key)
    for head in (vi_head, en_head):
        assert set(head) == {"title", "lead", "words"}
        assert len(head["title"]) <= 70 and len(head["lead"]) <= 200
    assert len(writing.screen_words(vi)) == len(writing.screen_words(en))
    assert len(writing.headings(vi)) == len(writing.headings(en)) > 0
    assert re.findall(r"\]\(([^)]*)\)", vi) == re.findall(r"\]\(([^)]*)\)", en)
    steps = re.compile(r"^ *(?:\d\.|-) ", re.MULTILINE)
    assert len(steps.findall(vi)) == len(steps.findall(en))
    assert VIETNAMESE.search(vi) and not VIETNAMESE.search(en + " ".join(en_head.values()))


def test_links_lead_to_pages_of_the_guide() -> None:
    lost = {
        (key, link) for key in KEYS for language in LANGUAGES
        for link in re.findall(r"\]\(/([^)]*)\)", source(language, key)[1])
        if link.removeprefix("help/") not in KEYS
    }
    assert lost == set()


def test_every_screen_of_a_person_leads_to_a_page(app: Flask) -> None:
    """A new GET route needs a line in contents.toml, or one above with its reason."""
    routes = {r.endpoint for r in app.url_map.iter_rules() if "GET" in (r.methods or ())}
    silent = {endpoint for endpoints in NO_SCREEN.values() for endpoint in endpoints}
    assert set(contents()["screens"]) == routes - silent
    assert silent <= routes


def test_every_page_is_reached_from_what_it_explains() -> None:
    leading = contents()
    reached = {*leading["screens"].values(), *leading["refusals"].values(), books.FIRST}
    assert set(KEYS) - reached == READ_BEFOREHAND | {"unit/mend-a-finding"} - reached
    assert {*reached, *leading["letters"].values()} <= set(KEYS)


def test_letters_and_refusals_are_those_there_are() -> None:
    letters = {path.stem for path in (ROOT / "templates/email").glob("*.html")}
    assert set(contents()["letters"]) <= letters
    errors = (ROOT / "templates/errors/error.html").read_text()
    assert {code for code in contents()["refusals"] if f'"{code}"' not in errors} == set()


@pytest.mark.parametrize("body", [
    "<script>alert(1)</script>", "[x](javascript:alert(1))", "[x](https://example.org/)",
    "[x](//example.org)", "![x](https://example.org/a.png)", "<img src=x onerror=alert(1)>",
])
def test_a_text_brings_no_script_and_no_other_host(body: str) -> None:
    shown = writing.html(body, lambda name, shows: "PICTURE")
    assert re.findall(r"<(?!/?p>)", shown) == []
    assert "PICTURE" not in shown


def test_a_picture_stands_where_the_text_names_it() -> None:
    shown = writing.html("![what & how](the-desk)", lambda name, shows: f"[{name}: {shows}]")
    assert shown == "<p>[the-desk: what & how]</p>\n"
