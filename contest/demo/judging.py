"""The demo's jury: a trial to agree on the rubric, entries shared out, and the marks."""

import re

from contest.demo.acts import Stage
from contest.demo.browser import Browser, Form, Page, Refused, insist, insist_on, words
from contest.demo.script import JURORS, NAMES, ORGANISER, OWN_UNIT, Part
from contest.profile import Profile

SEED = "bốc thăm công khai"
PERSON = re.compile(r'href="[^"]*/organiser/people/(\d+)"[^>]*>\s*(?:<[^>]+>)*([^<]+)<')
TRIED = {JURORS[0]: 50, JURORS[1]: 60, JURORS[2]: 100}  # per cent; they count nowhere


def name_own_units(stage: Stage) -> None:
    """The organiser says which juror is of which unit, so that nobody is given its entries."""
    browser = stage.person(ORGANISER)
    listed = insist_on(lambda: browser.get(stage.path("organiser/people/")))
    ids = {name.strip(): number for number, name in PERSON.findall(listed.text)}
    for juror, unit in OWN_UNIT.items():
        address = stage.path(f"organiser/people/{ids[NAMES[juror]]}")
        option = re.compile(rf'<option( selected)? value="(\d+)">{unit}<')

        def do(address: str = address, option: re.Pattern[str] = option) -> None:
            page = browser.get(address)
            found = option.search(page.text)
            if found is None:
                raise Refused(f"{page.url}: no such unit")
            browser.submit(_with_field(page, "unit"), {"unit": found[2]})

        def done(address: str = address, option: re.Pattern[str] = option) -> bool:
            found = option.search(browser.get(address).text)
            return bool(found and found[1])

        insist(done, do)


def share_out(stage: Stage, rules: Profile) -> None:
    """The organiser says what each juror marks, looks at the draw and confirms it."""
    browser, address = stage.person(ORGANISER), stage.path("organiser/jury/assignment")
    if rules.jury.assignment == "category":
        _choose_categories(browser, address)
    asked = f"{address}?seed={SEED}"
    insist(
        lambda: SEED in words(browser.get(address).text),
        lambda: browser.submit(browser.get(asked).form("/assignment/draw")),
    )
    stage.shared_out = True
    stage.say(f"bài đã chia cho giám khảo, mã bốc thăm “{SEED}”")


def _choose_categories(browser: Browser, address: str) -> None:
    for place, form in enumerate(_of_categories(browser.get(address))):
        [field] = re.findall(r"/(\d+)/categories$", form.action)
        insist_on(lambda form=form, field=field, place=place: browser.submit(  # type: ignore[misc]
            form, {f"juror{field}-categories": list(CATEGORIES[place])}))


CATEGORIES = (("action", "people"), ("action",), ("people",))  # of each juror, in their order


def _of_categories(page: Page) -> list[Form]:
    return [form for form in page.forms if form.action.endswith("/categories")]


def calibrate(stage: Stage) -> None:
    """All jurors mark one entry as a trial; then everybody's marks are compared."""
    browser, address = stage.person(ORGANISER), stage.path("organiser/jury/calibration")
    code = next(stage.codes[part.title] for part in stage.parts if not part.out)
    insist(
        lambda: code in browser.get(address).text,
        lambda: browser.submit(browser.get(address).form("/calibration"), {"code": code}),
    )
    tried = [juror for juror in JURORS if _try(stage, juror)]

    def over() -> bool:
        return not any(form.action.endswith("/close") for form in browser.get(address).forms)

    insist(over, lambda: browser.submit(browser.get(address).form("/calibration/close")))
    compared = words(insist_on(lambda: browser.get(address)).text)
    if "So sánh điểm chấm thử" not in compared:
        raise Refused(f"{address}: nothing is compared")
    stage.say(f"{len(tried)} giám khảo đã chấm thử một bài và xem chỗ hiểu khác nhau")


def _try(stage: Stage, juror: str) -> bool:
    """A juror's marks of the trial; False for whom it is of the own unit."""
    browser, address = stage.person(juror), stage.path("jury/trial-clip")
    page = insist_on(lambda: browser.get(address))
    if not any(form.action.endswith("/trial-clip") for form in page.forms):
        return False
    form = _with_field(page, "mark-")
    insist_on(lambda: browser.submit(form, dict(marks(page, form, TRIED[juror]))))
    return True


def _with_field(page: Page, name: str) -> Form:
    """The form that sends something of this name."""
    return next(form for form in page.forms if "csrf_token" in form.fields
                and any(field.startswith(name) for field in form.fields))


def mark(stage: Stage) -> None:
    """Every juror marks every clip, or recuses themselves (own unit), or abstains; where clips are
    shared out, those that they were given."""
    ballots = 0
    for juror in JURORS:
        browser = stage.person(juror)
        for part in _to_mark(stage, browser):
            _mark(stage, browser, part, part.marks[juror], own=OWN_UNIT.get(juror) == part.unit)
            ballots += 1
    stage.say(f"{ballots} phiếu chấm đã nộp")


def _to_mark(stage: Stage, browser: Browser) -> list[Part]:
    parts = [part for part in stage.parts if not part.out]
    if not stage.shared_out:
        return parts
    listed = insist_on(lambda: browser.get(stage.path("jury/"))).text
    return [part for part in parts if f'/jury/{stage.codes[part.title]}"' in listed]


def _mark(stage: Stage, browser: Browser, part: Part, share: int | None, *, own: bool) -> None:
    address = stage.path(f"jury/{stage.codes[part.title]}")

    def done() -> bool:
        return any(form.action.endswith("/reopen") for form in browser.get(address).forms)

    def do() -> None:
        page = browser.get(address)
        if share is None:
            aside = page.form("/aside/recused" if own else "/aside/abstained")
            field = next(name for name in aside.fields if name.endswith("reason"))
            browser.submit(aside, {field: "Clip của đơn vị tôi." if own else "Không nghe rõ."})
            return
        form = next(f for f in page.forms if any(n.startswith("mark-") for n in f.fields))
        browser.submit(form, {**marks(page, form, share), "do": "submit"})

    insist(done, do)


def marks(page: Page, form: Form, share: int) -> dict[str, str | list[str]]:
    """``share`` per cent of every criterion's maximum, as given in the page."""
    names = [name for name in form.fields if name.startswith("mark-")]
    inputs = {name: re.search(rf'<input[^>]*name="{name}"[^>]*>', page.text) for name in names}
    most = {name: re.search(r'max="(\d+)"', found[0]) for name, found in inputs.items() if found}
    return {name: str(int(found[1]) * share // 100) for name, found in most.items() if found}
