"""In a real browser: one tap turns the news on, what is sent becomes a notice of the system, a
press on it opens the page, and one more tap ends it.

The browsers' own push services lie outside this machine. What the browser would ask of them is
stood in for where it leaves the page (``subscribe``), and what they would deliver is handed to
Chromium as they hand it over (``ServiceWorker.deliverPushMessage``). All between is real.
"""

import json

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from contest.adapters.web_push import b64
from contest.models import Contest, PushFollower
from contest.services.following import followers
from tests.browsing import wait_for
from tests.conftest import find_whole_chromium
from tests.contest.factory import Factory
from tests.contest.following.test_followers import kept, work
from tests.contest.messages.push_service import FCM, Phone, Service

pytestmark = pytest.mark.browser
STAND_IN = """(() => {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
  let made = null;
  PushManager.prototype.getSubscription = async () => made;
  PushManager.prototype.subscribe = async function ({ userVisibleOnly, applicationServerKey }) {
    if (!userVisibleOnly || applicationServerKey.length !== 65) throw new Error("no such key");
    const keys = { p256dh: "%(point)s", auth: "%(secret)s" };
    made = { endpoint: "%(endpoint)s", getKey: (name) => bytes(keys[name]),
             unsubscribe: async () => { made = null; return true; } };
    return made;
  };
})()"""
NOTICES = """navigator.serviceWorker.getRegistration("%s").then((place) => place.getNotifications())
  .then((all) => all.map(({ title, body, lang, data }) => ({ title, body, lang, data })))"""

# A finger on the notice; only a real one may open a window, so where it leads is noted instead.
PRESSED = """async () => {
  Clients.prototype.openWindow = async (href) => { self.opened = href; };
  const [notification] = await self.registration.getNotifications();
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
}"""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing on a screen."""
    return sqlite_url


def standard(text: str) -> str:
    """base64url -> base64, as ``atob`` reads it."""
    return text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)


def delivered(page: Page, scope: str, message: object) -> None:
    """As the browser's push service hands a message to the worker of this scope."""
    session, found = page.context.new_cdp_session(page), list[dict[str, str]]()
    session.on("ServiceWorker.workerRegistrationUpdated",
               lambda told: found.extend(told["registrations"]))
    session.send("ServiceWorker.enable")
    for _ in range(100):
        mine = [one for one in found if one["scopeURL"].endswith(scope)]
        if mine:
            break
        page.wait_for_timeout(50)
    session.send("ServiceWorker.deliverPushMessage", {
        "origin": page.evaluate("location.origin"), "data": json.dumps(message),
        "registrationId": mine[-1]["registrationId"],
    })


def test_news_are_turned_on_shown_by_the_system_opened_and_turned_off(
    browser: Browser, address: str, make: Factory, contest: Contest, *, phone: Phone,
    service: Service,
) -> None:
    platform = make.platform
    keys = {"point": standard(b64(phone.point)), "secret": standard(b64(phone.secret))}
    whole = browser.browser_type.launch(
        executable_path=find_whole_chromium(), args=["--no-sandbox", "--headless=new"])
    with whole, whole.new_context(base_url=address, permissions=["notifications"]) as context:
        context.add_init_script(STAND_IN % (keys | {"endpoint": FCM}))
        page = context.new_page()
        page.goto(f"/c/{contest.slug}/")
        on, off = (page.locator(f"[data-turn-{which}]") for which in ("on", "off"))
        on.click()
        expect(off).to_be_visible()
        assert kept(platform) == [FCM]
        with platform.db.write() as session:  # from here on its service is the one of this machine
            session.scalars(select(PushFollower)).one().endpoint = f"{service[0]}/201/a"
            followers.clips_are_out(session, contest.id, at=platform.clock.now())
        work(platform)
        [said] = phone.heard
        scope = f"/push/c/{contest.slug}/"
        delivered(page, scope, said)
        wait_for(page, f"({NOTICES % scope}).then((all) => all.length === 1)")
        [notice] = page.evaluate(NOTICES % scope)
        assert notice == {"title": said["title"], "body": said["body"], "lang": "vi",
                          "data": f"/c/{contest.slug}/clips"}
        [worker] = context.service_workers
        worker.evaluate(PRESSED)
        assert worker.evaluate("self.opened") == f"{address}/c/{contest.slug}/clips"
        wait_for(page, f"({NOTICES % scope}).then((all) => all.length === 0)")
        with platform.db.write() as session:  # as the browser knows it
            session.scalars(select(PushFollower)).one().endpoint = FCM
        off.click()
        expect(on).to_be_visible()
        assert kept(platform) == []
