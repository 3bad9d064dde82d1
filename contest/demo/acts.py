"""The demo's acts, each over HTTP as its people would do it. Every step first checks whether it is
done already, so that a process may be killed at any moment of the demo.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from contest.demo import clips, composing, papers, photographs, script
from contest.demo.browser import Browser, Page, Refused, insist, insist_on, wait_until, words
from contest.demo.script import ORGANISER, REVIEWER, SECOND, UNITS, Part
from contest.profile.entries import spoken

SLUG = "quan11-2023"
CARD = re.compile(r'href="[^"]*/unit/entries/([A-Z0-9-]+)">([^<]+)</a>')
SHEET = re.compile(r'sheet__name">([^<]+)<.*?sheet__code code">([^<]+)<', re.DOTALL)
CONSENT = re.compile(r'<input[^>]*name="(consent_\w+)"')
IN_DOUBT = "Chưa rõ, đang dò lại"  # on the board of posts
CHECKED = ("Cần sửa", "Chờ thẩm định", "Đã duyệt", "Đã đăng", "Bị loại", "chỉnh sửa")
# Where the rules ask for it.
ANSWERS = {
    "question_idea": "Một việc nhỏ mỗi ngày, kể bằng lời của người làm.",
    "question_sources": "Lịch sử Đoàn và phong trào thanh niên; lời kể của các bác cựu chiến binh.",
}
TO_MEND = ("short", "small")  # flaws with which nothing gets through
Say = Callable[[str], None]


class Stage:
    """The acts' shared state: the platform's address, the people's browsers, the entries' codes."""

    def __init__(
        self,
        base_url: str,
        password: str,
        folder: Path,
        say: Say,
        parts: Sequence[Part] = script.PARTS, *, entries: str = "clip",
    ) -> None:
        self.base_url, self.password, self.folder = base_url, password, folder
        self.parts, self.entries = parts, entries
        self.say: Say = lambda text: say(spoken(text, entries, "vi"))
        self.people: dict[str, Browser] = {}
        self.units: dict[str, Browser] = {}
        self.codes: dict[str, str] = {}  # clip's title -> the entry's code
        self.slug = SLUG  # of the contest that is on
        self.shared_out = False  # whether each juror marks some of the entries alone

    def path(self, rest: str = "") -> str:
        return f"/c/{self.slug}/{rest}"

    def room(self, browser: Browser, name: str) -> str:
        """The address of an organisers' page, as their desk links to it. Raises ``Refused``."""
        desk = insist_on(lambda: browser.get(self.path("organiser/")))
        found = re.search(rf'href="(/c/{self.slug}/[a-z]+/{name}/?)"', desk.text)
        if not found:
            raise Refused(f"{desk.url}: no link to {name}")
        return found[1]

    def person(self, email: str) -> Browser:
        """A member of staff's browser, signed in anew where needed: clock jumps end sessions."""
        browser = self.people.setdefault(email, Browser(self.base_url))
        insist(lambda: _signed_in(browser), lambda: self._sign_in(browser, email))
        return browser

    def _sign_in(self, browser: Browser, email: str) -> None:
        form = browser.get("/account/sign-in").form("/account/sign-in")
        browser.submit(form, {"email": email, "password": self.password})

    def files(self, number: int, part: Part, version: int) -> list[Path]:
        """What the unit sends, each file made at the first call: a clip, a document or a text; of a
        set its pictures, later the one that is exchanged."""
        many = PICTURES if self.entries == "pictures" and not version else 1
        paths = [self.folder / film_name(number, version, self.entries).format(place)
                 for place in range(1, many + 1)]
        for path in (path for path in paths if not path.exists()):
            MAKERS[self.entries](sample(number, part, version), path)
        return paths


PICTURES = 3  # of a set
MAKERS = {"clip": clips.make, "document": papers.make, "text": papers.write,
          "pictures": photographs.make}
ENDINGS = {"clip": ".mp4", "document": ".docx", "text": ".txt", "pictures": "-{}.jpg"}


def film_name(number: int, version: int, entries: str = "clip") -> str:
    """Of a picture with a place for its number in the set."""
    return f"{number}-{version}{ENDINGS[entries]}"


def sample(number: int, part: Part, version: int) -> clips.Sample:
    """The sample for a version of a clip; no two are the same."""
    seconds, authors = 181 + number + 10 * version, ", ".join(part.authors)
    flaw = part.flaws[version]
    return clips.Sample(number, part.title, part.unit, authors, flaw, seconds)


def _signed_in(browser: Browser) -> bool:
    page = browser.get("/account/")
    return page.status == 200 and page.url.endswith("/account/")  # noqa: PLR2004


def import_units(stage: Stage) -> None:
    """The organiser imports the list of units and prints their codes."""
    browser = stage.person(ORGANISER)
    table = "\r\n".join(["Tên đơn vị", *UNITS]).encode()

    def do() -> None:
        form = browser.get(stage.path("organiser/units/import")).form("/units/import")
        preview = browser.submit(form, file=("file", "don-vi.csv", table))
        browser.submit(preview.form("/import/apply"))

    def known() -> bool:
        text = words(browser.get(stage.path("organiser/units")).text)
        return all(unit in text for unit in UNITS)

    insist(known, do)
    sheet = insist_on(lambda: print_codes(stage, browser))
    stage.say(f"{len(UNITS)} đơn vị đã nhập, {len(sheet)} mã QR đã in")
    for unit, code in sheet.items():
        stage.units[unit] = enter(stage, code)


def print_codes(stage: Stage, browser: Browser) -> dict[str, str]:
    """Codes for all units: unit's name -> code."""
    page = browser.get(stage.path("organiser/units"))
    everybody = re.findall(r'name="unit" value="(\d+)"', page.text)
    sheet = browser.submit(page.form("/units/links"), {"unit": everybody})
    return dict(SHEET.findall(sheet.text))


def enter(stage: Stage, code: str) -> Browser:
    """A unit enters its code once; the browser then has its cookie."""
    browser = Browser(stage.base_url)
    home = stage.path("unit")
    insist(
        lambda: browser.get(home).status == 200,  # noqa: PLR2004
        lambda: browser.submit(browser.get("/u").form("/u"), {"code": code}),
    )
    return browser


def send_clips(stage: Stage) -> None:
    """Every unit fills in its form, sends its clip, and repairs what the checks found."""
    for number, part in enumerate(stage.parts, start=1):
        _fill_in(stage, part)
        _send(stage, number, part, 0)
    for number, part in enumerate(stage.parts, start=1):
        _await_checks(stage, part)
        if part.flaws[0] in TO_MEND:
            stage.say(f"  {part.title}: {_finding(stage, part)}")
            _send(stage, number, part, 1)
            _await_checks(stage, part)
    stage.say(f"{len(stage.parts)} clip đã nhận và kiểm tra")


def _home(stage: Stage, part: Part) -> dict[str, str]:
    """The unit's entries: title -> code."""
    page = stage.units[part.unit].get(stage.path("unit"))
    return {words(title): code for code, title in CARD.findall(page.text)}


def _fill_in(stage: Stage, part: Part) -> None:
    browser = stage.units[part.unit]

    def do() -> None:
        page = browser.get(stage.path("unit/entries/new"))
        form = page.form("/unit/entries/new")
        kind = "team" if len(part.authors) > 1 else "individual"
        consents = {name: "y" for name in CONSENT.findall(page.text) if name != "consent_news"}
        answers = {name: said for name, said in ANSWERS.items() if name in form.fields}
        category = {"category": part.category} if part.category else {}
        browser.submit(
            form,
            {
                "title": part.title,
                "kind": kind,
                "authors": "\n".join(part.authors),
                "contact_name": part.authors[0],
                "contact_phone": "0903 000 000",
                "contact_email": "donvi@hoithi.example",
                **consents, **answers, **category,
            },
        )

    insist(lambda: part.title in _home(stage, part), do)
    stage.codes[part.title] = _home_code(stage, part)


def _home_code(stage: Stage, part: Part) -> str:
    return insist_on(lambda: _home(stage, part))[part.title]


def submission_page(stage: Stage, part: Part) -> Page:
    code = stage.codes[part.title]
    return stage.units[part.unit].get(stage.path(f"unit/entries/{code}"))


def _send(stage: Stage, number: int, part: Part, version: int) -> None:
    """Send a version of the entry; its file name distinguishes its receipt from others."""
    files = stage.files(number, part, version)
    browser, code = stage.units[part.unit], stage.codes[part.title]
    stop = files[0].stat().st_size // 3 if part.drops else None
    if stage.entries in composing.KINDS:
        entry = composing.Entry(browser, code, stage.path(f"unit/entries/{code}"))
        composing.hand_in(entry, stage.entries, files, again=version > 0)
    else:
        insist(
            lambda: files[0].name in words(submission_page(stage, part).text),
            lambda: browser.upload(code, files[0], stop_after=stop),
        )
    mebibytes = sum(file.stat().st_size for file in files) / 2**20
    note = ", đường truyền rớt giữa chừng" if stop else ""
    stage.say(f"  {part.unit} gửi “{part.title}” ({mebibytes:.1f} MB{note})".replace(".", ",", 1))


def _await_checks(stage: Stage, part: Part) -> None:
    def done() -> bool:
        head = submission_page(stage, part).text.split('id="status"')[0]
        return any(word in words(head) for word in CHECKED)

    wait_until(done, f"checks of {part.title}")


def _finding(stage: Stage, part: Part) -> str:
    page = insist_on(lambda: submission_page(stage, part))
    found = re.findall(
        r'finding--bad">.*?<h3>(.*?)</h3>.*?<dd>(.*?)</dd>.*?<dd>(.*?)</dd>', page.text, re.DOTALL
    )
    return "; ".join(f"{what} {seen} (quy định: {allowed})" for what, seen, allowed in found)


def review(stage: Stage) -> None:
    """The reviewer decides about every clip; one unit repairs its clip, one is excluded."""
    for number, part in enumerate(stage.parts, start=1):
        for turn, outcome in enumerate(part.reviews):
            if turn:
                _send(stage, number, part, turn)
                _await_checks(stage, part)
            decide(stage, stage.codes[part.title], outcome, turn)
    stage.say(
        "thẩm định xong: "
        + ", ".join(
            f"{sum(p.reviews[-1] == word for p in stage.parts)} {name}"
            for word, name in (("approve", "duyệt"), ("reject", "loại"))
        )
    )


def decide(stage: Stage, code: str, outcome: str = "approve", turn: int = 0) -> None:
    """The reviewer decides about the entry of this code; ``turn``: how often that was done."""
    browser = stage.person(REVIEWER)
    address = stage.path(f"review/{code}")
    names = {"approve": "Duyệt ·", "changes": "Yêu cầu chỉnh sửa ·", "reject": "Loại ·"}

    def decided() -> bool:
        page = browser.get(address)
        titles: list[str] = re.findall(r'timeline__title">([^<]+)<', page.text)
        return sum(title.startswith(tuple(names.values())) for title in titles) > turn

    def do() -> None:
        page = browser.get(address)
        take = [form for form in page.forms if form.action.endswith("/take")]
        if take:
            page = browser.submit(take[0])
        form = next(f for f in page.forms if "outcome" in f.fields or "version" in f.fields)
        items = re.findall(r'name="checklist"[^>]*value="([^"]+)"', page.text)
        reason = "" if outcome == "approve" else "Clip chưa có tên tác giả, vui lòng xem lại."
        browser.submit(
            form, {"outcome": outcome, "checklist": items, "reason": reason, "hold": ""}
        )

    insist(decided, do)


def await_publication(
    stage: Stage, posts: Callable[[], list[dict[str, object]]], later: Callable[[], None]
) -> None:
    """At the release time the worker posts every approved clip on the Page, once.

    ``later`` moves the clock on a little: see ``_resolve_doubt``.
    """
    for part in (part for part in stage.parts if not part.out):

        def published(part: Part = part) -> bool:
            _resolve_doubt(stage, later)
            return "Đã đăng" in words(submission_page(stage, part).text.split('id="status"')[0])

        # The deep checks of all clips run before the first post.
        wait_until(published, f"publication of {part.title}", 900)
    stage.say(f"{len(posts())} bài trên Trang mô phỏng, mỗi clip một bài" if posts()
              else "các clip đã mở cho mọi người xem trên trang của hội thi")


def _resolve_doubt(stage: Stage, later: Callable[[], None]) -> None:
    """What an organiser does where a process was killed in the very moment of posting.

    Nobody knows then whether the Page has the post. It is looked for during a quarter of an hour,
    which the clock passes over here; then a person says that the Page does not show it.
    """
    browser = stage.person(ORGANISER)
    board = browser.get(stage.path("organiser/publications"))
    if IN_DOUBT in words(board.text):
        later()
    for form in board.forms:
        if form.action.endswith("/again"):
            browser.submit(form, {"looked": "y"})


def import_counts(stage: Stage, taken_at: datetime) -> None:
    """The organiser imports the Page's counts as of an instant before the cut-off (plan III.3)."""
    browser = stage.person(ORGANISER)
    address = stage.path("organiser/interactions")
    shown = [(stage.codes[p.title], p.reactions, p.shares) for p in stage.parts if not p.out]
    out = io.StringIO()
    csv.writer(out).writerows([("Mã clip", "Cảm xúc", "Chia sẻ"), *shown])

    def do() -> None:
        form = browser.get(address + "/import").form("/import")
        preview = browser.submit(
            form,
            {"taken_at": taken_at.strftime("%Y-%m-%dT%H:%M")},
            file=("file", "so-dem.csv", out.getvalue().encode()),
        )
        browser.submit(preview.form("/apply"))

    def known() -> bool:
        pages = (browser.get(f"{address}/clips/{code}").text for code, _, _ in shown)
        return all("/evidence/" in page for page in pages)

    insist(known, do)
    stage.say(f"số đếm của {len(shown)} clip lúc {taken_at:%H:%M ngày %d/%m/%Y} đã nhập")


def close(stage: Stage) -> None:
    """Lock the jury round, compute with a reason for missing marks; a second organiser freezes."""
    browser, second = stage.person(ORGANISER), stage.person(SECOND)
    overview, jury = stage.room(browser, "results"), stage.room(browser, "jury")
    reason = "Đoàn Phường 7 không gửi clip; Ban Tổ chức thống nhất kết thúc."
    insist(
        lambda: any(f.action.endswith("/unlock") for f in browser.get(jury).forms),
        lambda: browser.submit(browser.get(jury).form("/lock")),
    )
    stage.say("vòng chấm đã khoá")

    def compute() -> None:
        browser.submit(browser.get(overview).form("/compute"), {"reason": reason})

    insist(
        lambda: (
            any(f.action.endswith(("/freeze", "/publish")) for f in browser.get(overview).forms)
            or _is_published(browser, stage)
        ),
        compute,
    )
    for part in (part for part in stage.parts if part.chosen):
        _choose(stage, browser, overview, part)
        insist_on(compute)
    stage.say("kết quả đã tính, hai cách tính khớp nhau")
    for step in ("/freeze", "/publish"):
        insist(
            lambda step=step: (
                not any(  # type: ignore[misc]
                    f.action.endswith(step) for f in second.get(overview).forms
                )
                and (step == "/freeze" or _is_published(second, stage))
            ),
            lambda step=step: second.submit(second.get(overview).form(step)),  # type: ignore[misc]
        )
    stage.say("kết quả đã chốt và công bố")


def _choose(stage: Stage, browser: Browser, overview: str, part: Part) -> None:
    """Record who takes a prize that is given by no figure."""
    told = {"code-1": stage.codes[part.title], "reason": "Biên bản kiểm phiếu khán giả số 01"}
    insist(
        lambda: f'value="{told["code-1"]}"' in browser.get(overview).text,
        lambda: browser.submit(browser.get(overview).form(f"/choices/{part.chosen}"), dict(told)),
    )
    stage.say(f"giải “{part.chosen}” về “{part.title}”, theo kiểm phiếu")


def _is_published(browser: Browser, stage: Stage) -> bool:
    answer = browser.get(f"/api/v1/contests/{stage.slug}/results")
    return bool(json.loads(answer.text)["results"])


def fetch(stage: Stage, path: str, email: str | None = None) -> bytes:
    """The content of a file or page; signed in with ``email``. Raises ``Refused``."""
    browser = stage.person(email) if email else Browser(stage.base_url)
    page = insist_on(lambda: browser.get(path))
    if page.status != 200:  # noqa: PLR2004
        raise Refused(f"{path}: {page.status}")
    return page.content
