"""The demo's level above: a city's contest to which a ward hands up its winners and its plan."""

import re

from contest.demo import acts, final, papers, script
from contest.demo.acts import Stage
from contest.demo.browser import Form, Page, Refused, insist, insist_on, words
from contest.demo.script import ORGANISER, SECOND

CITY, WARD = "ba-cap", "Phường 5"
PLAN_DAY, LAST_DAY = "2024-03-14 10:00", "2024-03-29 15:00"
OPENED, MARKED, AWARDS = "2024-04-08 08:05", "2024-04-16 09:00", "2024-04-26 09:00"
FILE = re.compile(r'<input(?=[^>]*type="file")[^>]*name="([^"]+)"')
WINNERS = tuple(unit for unit, _ in script.EXPECTED_BY_JURY[:3])


def link(stage: Stage) -> None:
    """The ward asks to stand below the city; the city confirms it as one of its units."""
    ward, city = stage.person(ORGANISER), stage.person(SECOND)
    levels, above = stage.path("organiser/levels"), f"/c/{CITY}/organiser/levels"

    def ask() -> None:
        ward.submit(ward.get(levels).form("/levels/ask"), {"note": "Phường 5 xin tham gia."})

    def confirm() -> None:
        city.submit(_form(city.get(above), r"/levels/\d+/confirm$"), {"name": WARD})

    insist(lambda: "/levels/ask" not in ward.get(levels).text, ask)
    insist(lambda: not re.search(r"/levels/\d+/confirm", city.get(above).text), confirm)
    stage.say(f"{WARD} đã gắn với hội thi của thành phố")


def file_plan(stage: Stage) -> None:
    """The ward gets its code from the city and files its plan before 11 o'clock."""
    city = stage.person(SECOND)
    stage.slug = CITY
    codes = insist_on(lambda: acts.print_codes(stage, city))
    unit = stage.units[WARD] = acts.enter(stage, codes[WARD])
    address, plan = stage.path("unit/filings/plan"), stage.folder.parent / "ke-hoach.docx"
    papers.make(acts.sample(1, script.PARTS[0], 0), plan)

    def do() -> None:
        page = unit.get(address)
        field = FILE.findall(page.text)[0]
        unit.submit(page.form("/filings/plan"), file=(field, plan.name, plan.read_bytes()))

    insist(lambda: "ke-hoach.docx" in words(unit.get(address).text), do)
    stage.say(f"{WARD} đã nộp kế hoạch")


def hand_up(stage: Stage, ward: str) -> None:
    """The ward hands its three best up; the city accepts all of them."""
    browser, city = stage.person(ORGANISER), stage.person(SECOND)
    parts = [_best(unit) for unit in WINNERS]
    send, arrived = f"/c/{ward}/organiser/levels/send", f"/c/{CITY}/organiser/handovers"

    def offer() -> None:
        codes = [stage.codes[part.title] for part in parts]
        browser.submit(_form(browser.get(send), r"/levels/send$"), {"codes": codes})

    def accept() -> None:
        page = city.get(arrived)
        ids = re.findall(r'name="ids"[^>]*value="(\d+)"', page.text)
        city.submit(page.form("/handovers/accept"), {"ids": ids})

    def came(page: Page) -> bool:
        return all(part.title in words(page.text) for part in parts)

    insist(lambda: came(city.get(arrived)), offer)
    insist(lambda: 'name="ids"' not in city.get(arrived).text, accept)
    stage.slug, stage.parts = CITY, parts
    listed = insist_on(lambda: city.get(stage.path("organiser/entries")))
    for part in parts:
        stage.codes[part.title] = _code(listed, part.title)
    stage.say(f"{len(parts)} clip của {WARD} đã gửi lên và được nhận")


def appraise(stage: Stage) -> None:
    """A reviewer of the city approves what came."""
    for part in stage.parts:
        acts.decide(stage, stage.codes[part.title])


def tree(stage: Stage) -> None:
    """The city sees the ward with what it has handed up and filed."""
    city = stage.person(SECOND)
    page = insist_on(lambda: city.get(stage.path("organiser/levels")))
    if WARD not in words(page.text):
        raise Refused(f"{page.url}: {WARD} is missing")
    stage.say(f"cây các cấp: {WARD} với số bài đã gửi lên và kế hoạch đã nộp")


def _best(unit: str) -> script.Part:
    """A unit's better clip, by its marks."""
    own = [part for part in script.PARTS if part.unit == unit and not part.out]
    return max(own, key=lambda part: sum(share or 0 for share in part.marks.values()))


def _form(page: Page, pattern: str) -> Form:
    """The form that sends something, not one that searches."""
    return next(form for form in page.forms
                if re.search(pattern, form.action) and "csrf_token" in form.fields)


def _code(page: Page, title: str) -> str:
    """The code of the entry of this title, in the list of entries."""
    for code in dict.fromkeys(final.ENTRY.findall(page.text)):
        if page.text.partition(f'/organiser/entries/{code}">')[2].startswith(title):
            return str(code)
    raise Refused(f"{page.url}: no entry “{title}”")
