"""The demo's second round: begun from the first one's result, marked before everybody."""

import re
from collections.abc import Iterable

from contest.demo import acts, judging, script
from contest.demo.acts import Stage
from contest.demo.browser import Browser, Page, insist, insist_on, wait_until, words
from contest.demo.script import ORGANISER

ENDING = "-chung-ket"
BEGINS, SHOWN = "2024-05-02 09:00", "2024-05-03 08:05"
EVENING, AFTERWARDS = "2024-05-04 19:00", "2024-05-05 09:00"
ENTRY = re.compile(r'/organiser/entries/([A-Z0-9-]+)"')
TYPED = re.compile(r"/organiser/live/[A-Z0-9-]+/\d+$")


def begin(stage: Stage) -> None:
    """The organiser begins the next round; a reviewer approves what came with it."""
    browser = stage.person(ORGANISER)
    address = stage.path("organiser/next-round")
    after = f"/c/{stage.slug}{ENDING}/organiser/"
    insist(
        lambda: after in browser.get(address).text,
        lambda: browser.submit(browser.get(address).form("/next-round"), {"same_jury": "y"}),
    )
    stage.slug += ENDING
    codes = _codes(stage, browser)
    stage.say(f"vòng chung kết đã mở với {len(codes)} đơn vị")
    for code in codes:
        acts.decide(stage, code)
    stage.say("các clip vào chung kết đã được duyệt")


def _codes(stage: Stage, browser: Browser) -> list[str]:
    """The entries' codes in this round."""
    page = insist_on(lambda: browser.get(stage.path("organiser/entries")))
    return list(dict.fromkeys(ENTRY.findall(page.text)))


def await_opening(stage: Stage, names: Iterable[str]) -> None:
    """The worker opens the clips at the hour of the rules; ``names``: what stands beside them."""
    browser = stage.person(ORGANISER)

    def opened() -> bool:
        text = words(browser.get(stage.path("clips")).text)
        return all(name in text for name in names)

    wait_until(opened, f"the opening of the clips of {stage.slug}", 900)


def mark_live(stage: Stage) -> None:
    """At the table the marks of every juror are typed, clip by clip in the running order."""
    browser, ballots = stage.person(ORGANISER), 0
    order = insist_on(lambda: browser.get(stage.path("organiser/live"))).text
    for code in dict.fromkeys(re.findall(r'/organiser/live/([A-Z0-9-]+)"', order)):
        ballots += _type(stage, browser, stage.path(f"organiser/live/{code}"))
    standing = browser.get(stage.path("organiser/live/stage/state")).text
    stage.say(f"{ballots} phiếu đã nhập tại bàn; màn hình có {standing.count('rising__unit')} hạng")


def _type(stage: Stage, browser: Browser, address: str) -> int:
    """One clip: a form for each juror, until none is left."""
    page = insist_on(lambda: browser.get(address))
    unit = next(unit for unit in script.AT_THE_TABLE if f"<h1>{unit}</h1>" in page.text)

    def open_forms(page: Page) -> list[str]:
        return [form.action for form in page.forms if TYPED.search(form.action)]

    def do() -> None:
        while waiting := open_forms(browser.get(address)):
            found = browser.get(address)
            form = next(one for one in found.forms if one.action == waiting[0])
            browser.submit(form, judging.marks(found, form, script.AT_THE_TABLE[unit]))

    before = len(open_forms(page))
    insist(lambda: not open_forms(browser.get(address)), do)
    return before
