"""The ceremony: nobody but organisers sees it before publication, a phone moves it and learns
nothing, and the folder works with no server at all."""

import hashlib
import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from contest.clock import FixedClock
from contest.models import Contest, Derivative, Result, Submission
from contest.services.awards import stage as show
from contest.services.entry import submissions
from contest.wiring import Platform
from tests.clip_cache import cached
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.results.test_reel import make_clip
from tests.contest.stage import AFTER, Stage

ROOM, REMOTE = "/c/quan11-2023/organiser/ceremony", "/c/quan11-2023/remote"


@pytest.fixture
def stage(platform: Platform, make: Factory, contest: Contest, clock: FixedClock) -> Stage:
    """Three winners; the best has a clip that can be watched."""
    made = Stage(platform, make, contest)
    clock.moment = AFTER
    film = cached("reel/clip.mp4", make_clip)
    copy = platform.settings.data_dir / "film.mp4"
    copy.write_bytes(film.read_bytes())
    sha256 = store(platform, copy)
    version = made.clips[2].version_id
    make.add(Derivative(version_id=version, kind="rendition", sha256=sha256, size=1,
                        media_type="video/mp4", created_at=AFTER))
    return made


def store(platform: Platform, path: Path) -> str:
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    platform.blobs.put(path, sha256)
    return sha256


@pytest.fixture
def frozen(stage: Stage) -> Result:
    return stage.freeze(stage.compute())


def pair(stage: Stage) -> str:
    with stage.platform.db.write() as session:
        return show.pair(session, stage.contest_now(session), actor=stage.organiser,
                         at=stage.platform.clock.now())


def test_it_opens_for_organisers_alone_and_only_when_the_result_is_frozen(
    stage: Stage, visit: Visits
) -> None:
    organiser = visit.role("organiser")
    result = stage.compute()
    assert "Hãy chốt kết quả trước" in organiser.get(f"{ROOM}/").text
    for path in ("stage", "state", "folder.zip"):
        assert organiser.get(f"{ROOM}/{path}").status_code == 409
    stage.freeze(result)
    page = organiser.get(f"{ROOM}/stage").text
    assert page.index("Đoàn A") < page.index("Đoàn B") < page.index("Đoàn C")  # the last first
    for other, status in ((visit.public(), 401), (visit.role("juror"), 403),
                          (visit.role("reviewer"), 403), (visit.unit(stage.units[0]), 401)):
        for path in ("", "stage", "state", "folder.zip"):
            answer = other.get(f"{ROOM}/{path}")
            assert answer.status_code == status
            assert "Đoàn C" not in answer.text
    assert visit.public().get("/c/quan11-2023/results/ceremony").status_code == 404


def test_a_winner_who_left_is_not_shown(stage: Stage, frozen: Result, visit: Visits) -> None:
    with stage.platform.db.write() as session:
        clip = session.get_one(Submission, stage.clips[2].id)
        submissions.disqualify(session, clip, actor=stage.organiser, at=AFTER, reason="Sao chép")
    answer = visit.role("organiser").get(f"{ROOM}/stage")
    assert answer.status_code == 409
    assert stage.clips[2].code in answer.text


def test_a_phone_is_paired_once_moves_the_show_and_never_learns_who_won(
    stage: Stage, frozen: Result, visit: Visits, clock: FixedClock
) -> None:
    organiser, phone, other = visit.role("organiser"), visit.public(), visit.public()
    assert 'class="qr"' in organiser.post(f"{ROOM}/pair").text
    void = pair(stage)
    key = pair(stage)
    assert phone.post(f"{REMOTE}/pair", data={"key": void}).status_code == 410
    assert phone.post(f"{REMOTE}/pair", data={"key": key}).status_code == 303
    assert other.post(f"{REMOTE}/pair", data={"key": key}).status_code == 410  # once
    assert other.post(f"{REMOTE}/act", data={"do": "next"}).status_code == 410
    assert "Một điện thoại đang điều khiển được" in organiser.get(f"{ROOM}/").text
    json = {"Accept": "application/json"}
    moved = [
        phone.post(f"{REMOTE}/act", data={"do": do}, headers=json).get_json()
        for do in ("prev", "next", "next", "play", "black", "next", "first")
    ]
    assert [(m["position"], m["kind"], m["black"], m["playing"]) for m in moved] == [
        (1, "title", False, False), (2, "prize", False, False), (3, "winner", False, False),
        (3, "winner", False, True), (3, "winner", True, True), (4, "prize", False, False),
        (1, "title", False, False),
    ]
    for _ in range(moved[0]["length"] + 3):
        last = phone.post(f"{REMOTE}/act", data={"do": "next"}, headers=json).get_json()
    assert (last["position"], last["kind"]) == (last["length"], "end")
    assert organiser.get(f"{ROOM}/state").get_json()["position"] == last["length"] - 1
    seen = phone.get(f"{REMOTE}/").text + phone.get(f"{REMOTE}/state").text
    assert "Đoàn" not in seen.replace("Quận Đoàn", "").replace("Đoàn 11", "")
    assert phone.post(f"{REMOTE}/act", data={"do": "publish"}, headers=json).status_code == 422
    assert organiser.post(f"{ROOM}/unpair").status_code == 303
    assert phone.post(f"{REMOTE}/act", data={"do": "next"}).status_code == 410
    late = pair(stage)
    clock.moment += timedelta(minutes=6)
    assert phone.post(f"{REMOTE}/pair", data={"key": late}).status_code == 410
    assert visit.role("juror").post(f"{ROOM}/pair").status_code == 403


def see(page: Page, words: str) -> None:
    expect(page.locator("[data-slide]:visible")).to_contain_text(words)


@pytest.mark.browser
def test_the_screen_goes_by_keys_and_by_phone_and_the_folder_without_a_server(
    stage: Stage, visit: Visits, browser: Browser, address: str, tmp_path: Path
) -> None:
    stage.freeze(stage.compute())
    token = stage.make.staff_token(stage.make.user("organiser", contest=stage.contest))
    with browser.new_context(viewport={"width": 1280, "height": 720}) as hall, \
            browser.new_context(viewport={"width": 390, "height": 844}) as hand:
        hall.add_cookies([{"name": "hoithi_staff", "value": token, "url": address}])
        screen, phone = hall.new_page(), hand.new_page()
        screen.goto(f"{address}{ROOM}/stage")
        screen.get_by_role("button", name="Bắt đầu").click()
        _keys(screen)
        _phone(stage, screen, phone, address)
        _without_a_line(screen, phone)
        _folder(hall.new_page(), visit.role("organiser").get(f"{ROOM}/folder.zip").data, tmp_path)


def _phone(stage: Stage, screen: Page, phone: Page, address: str) -> None:
    phone.goto(f"{address}{REMOTE}/#{pair(stage)}")
    expect(phone.locator("[data-remote]")).to_contain_text("3/8")
    assert "#" not in phone.url
    phone.get_by_role("button", name="Tiếp", exact=True).click()
    expect(phone.locator("[data-remote]")).to_contain_text("4/8")
    expect(screen.locator("[data-place]")).to_have_text("4/8")
    phone.get_by_role("button", name="Màn đen").click()
    expect(screen.locator("[data-black]")).to_be_visible()
    phone.get_by_role("button", name="Tiếp", exact=True).click()
    see(screen, "Đoàn B")
    for _ in range(2):
        screen.keyboard.press("PageDown")
    see(screen, "Đoàn C")
    screen.keyboard.press("p")
    expect(screen.locator("body")).to_have_class("hall__body hall__body--playing")
    assert screen.locator("[data-clip]").evaluate("v => !v.paused")


def _without_a_line(screen: Page, phone: Page) -> None:
    """The show goes on, and where it stands is told once the line is back, by itself."""
    expect(phone.locator("[data-remote]")).to_contain_text("7/8")  # told before the line goes
    screen.context.set_offline(True)
    for _ in range(2):
        screen.keyboard.press("ArrowLeft")
    expect(screen.locator("[data-place]")).to_have_text("5/8")
    screen.context.set_offline(False)
    expect(phone.locator("[data-remote]")).to_contain_text("5/8")
    expect(screen.locator("[data-place]")).to_have_text("5/8")


def _keys(screen: Page) -> None:
    see(screen, "Lễ trao giải")
    screen.keyboard.press("ArrowRight")
    screen.keyboard.press(" ")
    see(screen, "Đoàn A")
    screen.keyboard.press("b")
    expect(screen.locator("[data-black]")).to_be_visible()
    screen.keyboard.press("b")
    screen.keyboard.press("ArrowLeft")
    expect(screen.locator("[data-place]")).to_have_text("2/8")
    screen.keyboard.press("PageDown")
    see(screen, "Đoàn A")


def _folder(page: Page, content: bytes, tmp_path: Path) -> None:
    """Opened by file://, it asks for nothing but its own files."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"file://{tmp_path}/le-trao-giai/index.html")
    page.get_by_role("button", name="Bắt đầu").click()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    see(page, "Đoàn C")
    page.keyboard.press("p")
    page.wait_for_function("document.querySelector('[data-clip]').currentTime > 0")
    assert asked
    assert all(one.startswith(f"file://{tmp_path}/le-trao-giai/") for one in asked)
