"""Which screens the guide shows, what is marked on them with a number, and how a screen is known
again: by what a person acts on there, so that a picture is out of date when that has changed."""

import hashlib
import re
from dataclasses import dataclass, field

from bs4 import BeautifulSoup
from flask import Flask

from contest.web import create_app
from tests.e2e.conftest import House

ACTED_ON = "h1, h2, form, input, select, textarea, button, summary, a.button, video, dialog"


@dataclass(frozen=True)
class Shot:
    """A picture of the guide, named like its page. ``path`` names an entry by its state, a unit by
    its place; ``opens`` is clicked first; ``marks`` get the numbers 1, 2, …"""

    name: str
    state: str
    role: str
    path: str
    marks: tuple[str, ...] = ()
    opens: tuple[str, ...] = field(default=())

    def address(self, house: House) -> str:
        codes = {state: entry.code for state, entry in house.entries.items()}
        path = self.path.replace("~", "/c/quan11-2023")
        return path.format(**codes, unit=house.units[0].id if house.units else 0)


SHOTS = (
    Shot("come-in", "receiving", "public", "/u", ("#code", "form[data-enter] [type=submit]")),
    Shot("fill-in-the-form", "receiving", "unit", "~/unit/entries/new", ("#title", "#authors")),
    Shot("send-a-clip", "receiving", "unit", "~/unit/entries/{uploading}/send",
         ("[data-upload] .field",)),
    Shot("mend-a-finding", "receiving", "unit", "~/unit/entries/{needs_fix}", (".finding",)),
    Shot("follow-your-entry", "receiving", "unit", "~/unit/entries/{needs_fix}",
         ("#status .notice", ".receipt__code")),
    Shot("work-the-queue", "receiving", "reviewer", "~/review/",
         ("form[action$='/next'] button", ".filter, .cluster:has(a[href*='list='])")),
    Shot("decide-on-a-clip", "receiving", "reviewer", "~/review/{in_review}",
         ("li:last-child:has([name=checklist])", "form[data-review] :has(> * [name=outcome])",
          "form[data-review] .actions"), ("form[action$='/take'] button",)),
    Shot("before-you-mark", "counting", "juror", "~/jury/",
         ("main a.button--large", "main .progress")),
    Shot("mark-a-clip", "counting", "juror", "~/jury/{approved}",
         (".criterion:nth-of-type(4) .criterion__mark input", "button[value=submit]")),
    Shot("set-up-from-a-plan", "receiving", "admin", "/setup/plan",
         ("#file", "main form [type=submit]")),
    Shot("change-the-rules", "receiving", "organiser", "~/organiser/rules",
         ("main ul:has(a[href*='/rules/sections/'])",)),
    Shot("people", "receiving", "organiser", "~/organiser/people/",
         ("main a[href$='/people/new']",)),
    Shot("units-and-codes", "receiving", "organiser", "~/organiser/units?show=short",
         ("main a[href$='/units/import']", "form[action$='/units/links'] [type=submit]")),
    Shot("remind-and-write", "receiving", "organiser", "~/organiser/messages",
         ("main .card, main .empty",)),
    Shot("the-desk", "receiving", "organiser", "~/organiser/",
         ("section[aria-labelledby=now]",)),
    Shot("entries", "receiving", "organiser", "~/organiser/entries", ("main .filter",)),
    Shot("grant-time", "receiving", "organiser", "~/organiser/units/{unit}",
         ("details:has(form[action$='/time'])",), ("details:has(form[action$='/time']) summary",)),
    Shot("connect-the-page", "receiving", "organiser", "~/organiser/page-check",
         ("main [type=submit]",)),
    Shot("publish-clips", "counting", "organiser", "~/organiser/publications", ("tbody tr",)),
    Shot("jury-round", "counting", "organiser", "~/organiser/jury/",
         ("main .card:nth-of-type(2) .progress", "section[aria-labelledby=lock] summary")),
    Shot("close-and-publish", "counting", "organiser", "~/organiser/results/",
         ("main ol", "section[aria-labelledby=gaps]")),
    Shot("papers", "decided", "organiser", "~/organiser/documents/", ("main .button",)),
    Shot("ceremony", "decided", "public", "~/results/ceremony"),
    Shot("activity-and-security", "receiving", "organiser", "~/organiser/activity",
         ("main .filter",)),
    Shot("numbers-at-the-cut-off", "counting", "organiser", "~/organiser/counts-at-close",
         ("tbody input, main input[name*=reactions]", "main input[name*=shares]")),
    Shot("shares-and-odd-counts", "counting", "organiser", "~/organiser/ledger",
         ("main table",)),
    Shot("sign-in", "receiving", "public", "/account/sign-in",
         ("#email", "#password")),
    Shot("follow-a-contest", "receiving", "public", "~/",
         (".timeline__step--now", "a[href$='.ics']")),
    Shot("read-the-result", "decided", "public", "~/results", (".ranking",)),
    Shot("check-the-result", "decided", "public", "~/verify", ("main a[href*='bundle']",)),
    Shot("your-data", "receiving", "public", "~/privacy", ("main fieldset",)),
)


def structure(html: str) -> str:
    """What a person acts on, in order, without what it says and without what is repeated."""
    main = BeautifulSoup(html, "html.parser").select_one("main")
    assert main is not None
    seen: list[str] = []
    for element in main.select(ACTED_ON):
        name = re.sub(r"\d+|CX\w+", "", str(element.get("name", "")))
        line = f"{element.name} {element.get('type', '')} {name}"
        if line not in seen:
            seen.append(line)
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()[:16]


def pages(house: House, role: str) -> "Pages":
    return Pages(create_app(house.platform), house, role)


class Pages:
    """What a role is sent, without a browser."""

    def __init__(self, app: Flask, house: House, role: str) -> None:
        self.client = app.test_client()
        for cookie in house.cookies(role):
            self.client.set_cookie(cookie["name"], cookie["value"])

    def get(self, address: str) -> str:
        answer = self.client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.text
