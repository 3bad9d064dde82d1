"""Every page of the organiser with a thumb: at 390 and 320 px nothing is wider than the screen, no
table scrolls sideways, and what is tapped is 44 px high (WCAG 2.5.5; links within a sentence are
excepted there, too).
"""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.browsing import serving
from tests.contest.crowd import Crowd
from tests.contest.test_permissions import LINES, allowed

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
FILES = ("export", "docx", "pdf", "template_file", "evidence", "interactions.template",
         "posts_file.template",
         "ledger_template", "similarity.clip", "page_of_other", "leaf", "poster", "media.file",
         "media.page", "composing.picture", "composing_for.picture",
         "paper_entries.signed",
         "attachments.file", "filings.archive", "levels.filings", "handing_out.invitations",
         "handing_out.recipients",
         "ceremony.folder", "ceremony.state", "certificates.one", "privacy_requests.proof",
         "reel.file", "unit_certificates.one", "certificates.participation",
         "unit_certificates.participation")
SPECIAL = {"documents.template": {"kind": "minutes"}, "handing_on.listed": {"kind": "missing"},
           "letters.one": {"letter": "reminder", "spoken": "vi"},
           "reminders.preview": {"kind": "findings"}, "rules.section": {"part": "schedule"}}
OF_ONE = ("interactions.clip", "corrections.correct", "live.clip", "similarity.pair")
OF_A_ROW = ("errands.choose", "errands.send", "messages.one", "privacy_requests.show",
            "privacy_requests.places", "privacy_requests.step")
BAD = """() => {
  const edge = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth > edge) found.push("wider than the screen");
  for (const table of document.querySelectorAll(".table-wrap")) {
    if (table.scrollWidth > table.clientWidth + 1) found.push("a table scrolls sideways");
  }
  const alone = (link) => {
    const around = link.parentElement.textContent.trim().length;
    return around <= link.textContent.trim().length + 8;
  };
  for (const one of document.querySelectorAll("a, button, summary, input, select, textarea")) {
    const box = (one.closest("label") ?? one).getBoundingClientRect();
    if (!box.width || !box.height || one.closest(".skip, .footer, .hidden-visually")) continue;
    const within = one.matches("a") && getComputedStyle(one).display === "inline" && !alone(one);
    const name = one.textContent.trim() || one.name;
    const least = one.matches(".sit__field a") ? 24 : 43.5; // small print of the counting screen
    if (!within && box.height < least) found.push(`${name}: ${box.height}`);
  }
  return found;
}"""


def pages(crowd: Crowd, app: Flask) -> list[str]:
    """The addresses of all pages of the organiser's rooms."""
    found = []
    for rule in app.url_map.iter_rules():
        of_desk = rule.rule.startswith(("/c/<slug>/organiser", "/search"))
        if "GET" not in rule.methods or not of_desk or any(f in rule.endpoint for f in FILES):
            continue
        values = dict(SPECIAL.get(rule.endpoint, {}))
        if rule.endpoint in OF_ONE:
            values["code"] = "@published"
        unknown = rule.arguments - set(crowd.values) - set(values)
        if unknown == {"code"}:
            values["code"] = "@published"
        elif unknown:  # a page of one row that the crowd has none of
            assert rule.endpoint in OF_A_ROW, (rule.endpoint, unknown)
            continue
        assert "organiser" in allowed(LINES[rule.endpoint])
        found.append(crowd.address(rule.endpoint, values))
    return found


def test_every_page_of_the_organiser_fits_a_thumb(
    browser: Browser, tmp_path: Path, sqlite_url: str
) -> None:
    crowd = Crowd(tmp_path, 2, sqlite_url)
    token = crowd.make.staff_token(crowd.people["organiser"][0])
    with serving(crowd.app) as address, browser.new_context(
        viewport={"width": 390, "height": 844}
    ) as context:
        context.add_cookies([{"name": "hoithi_staff", "value": token, "url": address}])
        page, faults = context.new_page(), {}
        for path in pages(crowd, crowd.app):
            answer = page.goto(address + path, wait_until="domcontentloaded")
            assert answer is not None and answer.status == 200, (path, answer and answer.status)
            for width in (390, 320):
                page.set_viewport_size({"width": width, "height": 844})
                if found := page.evaluate(BAD):
                    faults[path, width] = sorted(set(found))[:6]
    crowd.platform.db.engine.dispose()
    assert faults == {}
