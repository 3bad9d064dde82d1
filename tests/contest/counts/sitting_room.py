"""Thirty clips on the Page at 15:55, organisers, and a clock that runs."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from contest.clock import FixedClock
from contest.models import (
    Contest,
    Derivative,
    Evidence,
    Snapshot,
    SnapshotProof,
    Submission,
    ToldNumber,
    User,
)
from tests.contest.factory import Factory

ADDRESS = "/c/quan11-2023/organiser/counts-at-close"
CUT_OFF = datetime.fromisoformat("2023-06-19T16:00:00+07:00")
BEFORE = CUT_OFF - timedelta(hours=1)  # when the Page was read last
BEGUN = CUT_OFF - timedelta(minutes=5)
THIRTY = 30
DROP = """async ([name, type, bytes]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([Uint8Array.from(bytes)], name, { type }));
  for (const kind of ["dragover", "drop"]) {
    const event = new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true });
    document.querySelector("h1").dispatchEvent(event);
  }
}"""
Open = Callable[..., Page]


class RunningClock(FixedClock):
    """The clock of a contest in which time goes on; ``moment = …`` sets it."""

    @property
    def moment(self) -> datetime:
        return self.began + timedelta(seconds=time.monotonic() - self.since)

    @moment.setter
    def moment(self, moment: datetime) -> None:
        self.began, self.since = moment, time.monotonic()


class Sitting:
    """The clips, each with counts of an hour ago, and what was stored since."""

    def __init__(self, make: Factory, contest: Contest, clips: int = THIRTY) -> None:
        self.make, self.contest = make, contest
        self.clips = [
            make.submission(make.unit(contest), "published", code=f"CX{1000 + number}")
            for number in range(clips)
        ]
        for number, clip in enumerate(self.clips):
            make.add(self.snapshot(clip, 100 + number, 10))
        self.first, self.second = (make.user("organiser", contest=contest) for _ in range(2))

    def snapshot(self, clip: Submission, reactions: int | None, shares: int | None) -> Snapshot:
        return Snapshot(
            submission_id=clip.id, taken_at=BEFORE, source="graph", reactions=reactions,
            shares=shares, created_by="system", created_at=BEFORE,
        )

    def pictures(self) -> None:
        """A poster for every clip."""
        for number, clip in enumerate(self.clips):
            file = BytesIO()
            Image.new("RGB", (160, 120), (40 + 6 * number, 90, 160 - 4 * number)).save(file, "JPEG")
            path = self.make.platform.settings.data_dir / "poster"
            path.write_bytes(file.getvalue())
            digest = f"{number:064x}"
            self.make.platform.blobs.put(path, digest)
            self.make.add(Derivative(
                version_id=clip.version_id, kind="poster", sha256=digest, size=1, data={},
                media_type="image/jpeg", created_at=BEFORE,
            ))

    def stored(self) -> list[Snapshot]:
        """The numbers typed on the screen, in the order in which they were stored."""
        with self.make.platform.db.read() as session:
            query = select(Snapshot).join(ToldNumber, ToldNumber.snapshot_id == Snapshot.id)
            return list(session.scalars(query.order_by(Snapshot.id)))

    def numbers(self) -> dict[tuple[str, str], int]:
        """The last number of each clip and field."""
        codes = {clip.id: clip.code for clip in self.clips}
        return {
            (codes[one.submission_id], name): value
            for one in sorted(self.stored(), key=lambda one: (one.taken_at, one.id))
            for name in ("reactions", "shares") if (value := getattr(one, name)) is not None
        }

    def proofs(self) -> dict[int, list[str]]:
        """Snapshot's id -> names of the files that show it."""
        with self.make.platform.db.read() as session:
            rows = session.execute(
                select(SnapshotProof.snapshot_id, Evidence.filename)
                .join(Evidence, Evidence.id == SnapshotProof.evidence_id)
                .order_by(SnapshotProof.id)
            )
            found: dict[int, list[str]] = {}
            for snapshot_id, name in rows:
                found.setdefault(snapshot_id, []).append(name)
            return found


def just_typed(
    make: Factory, contest: Contest, clips: list[Submission], organisers: list[User],
    evidence_id: int,
) -> None:
    """A number of each clip by the first organiser, with a file; a late one by the last."""
    now = {"created_at": make.at}
    by = [{**now, "created_by": f"user:{organisers[place].id}"} for place in (0, -1)]
    for number, clip in enumerate(clips):
        said = {"submission_id": clip.id, "source": "manual", "taken_at": make.at}
        typed = Snapshot(**said, **by[0], reactions=150 + number)
        make.add(typed, Snapshot(**said, **by[1], shares=9, late_reason="Mất mạng"))
        make.add(
            ToldNumber(contest_id=contest.id, client_id=str(number), snapshot_id=typed.id),
            SnapshotProof(snapshot_id=typed.id, evidence_id=evidence_id, **by[0]),
        )


def field(page: Page, code: str, name: str = "reactions"):  # type: ignore[no-untyped-def]
    return page.locator(f"[id='{name}-{code}']")


def state(page: Page, code: str, name: str = "reactions"):  # type: ignore[no-untyped-def]
    return page.locator(f"[id='{name}-{code}-state']")


def opened(
    browser: Browser, address: str, make: Factory, user: User, *, width: int = 390,
    language: str = "vi",
) -> Page:
    """A signed-in organiser's page."""
    context = browser.new_context(base_url=address, viewport={"width": width, "height": 844})
    context.add_cookies([
        {"name": "hoithi_staff", "value": make.staff_token(user), "url": address},
        {"name": "lang", "value": language, "url": address},
    ])
    page = context.new_page()
    page.goto(ADDRESS)
    return page


def screenshot(path: Path, colour: str = "white") -> Path:
    Image.new("RGB", (40, 40), colour).save(path)
    return path


def type_pair(page: Page, reactions: object, shares: object) -> None:
    for value in (reactions, shares):
        page.keyboard.type(str(value))
        page.keyboard.press("Enter")
