"""The demo: a whole contest on a platform of its own, from the QR codes to the published result."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from contest.actors import SYSTEM
from contest.clock import FileClock
from contest.config import Settings
from contest.demo import above, acts, final, judging, script
from contest.demo.acts import SLUG, Stage
from contest.demo.browser import Away, Refused, insist_on, wait_until
from contest.demo.kinds import KINDS, Kind
from contest.demo.sample import PROFILE, new_password, sha256_of
from contest.services.core import profiles
from contest.services.people import people, sign_in
from contest.wiring import Platform

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
OPENING, LAST_DAY = "2023-05-26 08:00", "2023-06-10 20:00"
RELEASE, LAST_COUNT = "2023-06-12 08:00", "2023-06-19 15:50"
AFTER_THE_CUT_OFF, AWARDS = "2023-06-19 16:30", "2023-06-26 09:00"
SENT = (".mp4", ".docx", ".txt", ".jpg")
Say = Callable[[str], None]


def local(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=ZONE)


@dataclass(frozen=True)
class Outcome:
    """The demo's outcome. ``ranking``: (unit, total) as published. ``posts``: code -> number of
    that clip's posts. ``lost``: clips that units sent and that are not stored. ``each``: how many
    posts a clip should have, none without a Page."""

    ranking: list[tuple[str, str]]
    posts: dict[str, int]
    lost: list[str]
    expected: tuple[tuple[str, str], ...] = script.EXPECTED
    each: int = 1

    @property
    def is_right(self) -> bool:
        return (
            self.ranking == list(self.expected)
            and not self.lost
            and set(self.posts.values()) == {self.each}
        )


class Play:
    """One run of the demo in ``folder``; ``say`` gets a line for each step; ``kind``: which."""

    def __init__(
        self, folder: Path, say: Say, kind: Kind = KINDS[PROFILE.stem]
    ) -> None:
        self.folder, self.say, self.kind, self.rules = folder, say, kind, kind.profile
        self.began = time.monotonic()
        self.data_dir = folder / "data"
        self.clock = FileClock(folder / "clock.json")
        self.base_url = f"http://127.0.0.1:{_free_port()}"
        self.password = new_password()
        (folder / "clips").mkdir(parents=True, exist_ok=True)
        self.environ = {
            **os.environ,
            "HOITHI_DATA_DIR": str(self.data_dir),
            "HOITHI_BASE_URL": self.base_url,
            "HOITHI_CLOCK_FILE": str(self.clock.path),
            "HOITHI_SECOND_FACTOR": "optional",  # its actors have no phones
        }

    def perform(self) -> Outcome:
        """Run all acts. Raises ``Refused`` where the platform refuses a step."""
        self._at(OPENING)
        self._set_up()
        with self._running():
            stage = Stage(self.base_url, self.password, self.folder / "clips", self._line,
                          self.kind.parts, entries=self.rules.entry.kind)
            acts.import_units(stage)
            if self.rules.jury.assigned:
                judging.name_own_units(stage)
            self._at(LAST_DAY)
            acts.send_clips(stage)
            acts.review(stage)
            self._at(RELEASE)
            acts.await_publication(stage, self.posts, self._a_minute_later)
            if self.rules.scoring.interaction_weight:
                self._public_reacts(stage)
                self._at(LAST_COUNT)
                acts.import_counts(stage, local(LAST_COUNT))
            self._at(AFTER_THE_CUT_OFF)
            if self.kind.trial:
                judging.calibrate(stage)
            if self.rules.jury.assigned:
                judging.share_out(stage, self.rules)
            judging.mark(stage)
            self._at(AWARDS)
            acts.close(stage)
            ranking, expected = self._read_result(stage, self.kind.expected), self.kind.expected
            posts = self._posts_by_code(stage)
            if self.kind.final:
                ranking, expected = self._final(stage, ranking), self.kind.final
            if self.kind.above:
                ranking, expected = self._above(stage, ranking), self.kind.above
            return Outcome(ranking, posts, self._lost(), expected, int(self.rules.on_page))

    def _require_expected(self, ranking: list[tuple[str, str]]) -> None:
        if ranking != list(self.kind.expected):
            raise Refused(f"the contest before: {ranking}")

    def _above(self, stage: Stage, before: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """The level above, from the ward's plan to its result. Raises ``Refused`` where the ward's
        ranking is not the expected one."""
        self._require_expected(before)
        ward = stage.slug
        self._at(above.PLAN_DAY)
        above.link(stage)
        above.file_plan(stage)
        self._at(above.LAST_DAY)
        above.hand_up(stage, ward)
        above.appraise(stage)
        self._at(above.OPENED)
        final.await_opening(stage, [part.title for part in stage.parts])
        self._at(above.MARKED)
        judging.mark(stage)
        self._at(above.AWARDS)
        acts.close(stage)
        above.tree(stage)
        return self._read_result(stage, self.kind.above)

    def _final(self, stage: Stage, before: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """The second round, of those who go on. Raises ``Refused`` where the first one's ranking is
        not the expected one."""
        self._require_expected(before)
        self._at(final.BEGINS)
        final.begin(stage)
        self._at(final.SHOWN)
        final.await_opening(stage, script.AT_THE_TABLE)
        self._at(final.EVENING)
        final.mark_live(stage)
        self._at(final.AFTERWARDS)
        acts.close(stage)
        return self._read_result(stage, self.kind.final)

    def _public_reacts(self, stage: Stage) -> None:
        """Set the counts that the posts collect in a week, until the cut-off.

        The platform also polls the Page by itself, at unpredictable times: so the Page has the
        counts of the imported file before the clock jumps to the last day.
        """
        insist_on(partial(self._page, "answers", {"shares": "told"}))
        for part in script.PARTS:
            if not part.out:
                counts = {"reactions": part.reactions, "shares": part.shares}
                change = {"code": stage.codes[part.title], **counts}
                insist_on(partial(self._page, "interactions", change))

    def posts(self) -> list[dict[str, object]]:
        """The posts on the simulated Page."""
        found: list[dict[str, object]] = insist_on(lambda: self._page("posts"))["posts"]
        return found

    def _posts_by_code(self, stage: Stage) -> dict[str, int]:
        codes = [stage.codes[part.title] for part in self.kind.parts if not part.out]
        posts = [str(post["message"]) for post in self.posts()]
        return {code: sum(code in message for message in posts) for code in codes}

    def _lost(self) -> list[str]:
        """What units sent and whose bytes are not in the store; of a set of pictures those that
        were not exchanged."""
        store, sent = self.data_dir / "clips", self.folder / "clips"
        kept = {path.name for path in store.rglob("*")}
        exchanged = {path.name.replace("-1-", "-0-") for path in sent.glob("*-1-1.jpg")}
        files = sorted(path for path in sent.iterdir() if path.suffix in SENT)
        return [file.name for file in files
                if file.name not in exchanged and sha256_of(file) not in kept]

    def _page(self, what: str, change: dict[str, object] | None = None) -> Any:
        """Query the simulated Page, or call one of its switches. Raises ``Away``."""
        port = (self.data_dir / "simulated-page" / "port").read_text()
        body = json.dumps(change).encode() if change else None
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/_control/{what}", body, {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return json.loads(answer.read())
        except OSError as error:
            raise Away(str(error)) from error

    def _at(self, moment: str) -> None:
        self.clock.set(local(moment))
        self._line(f"— {local(moment):%H:%M ngày %d/%m/%Y}")

    def _a_minute_later(self) -> None:
        self.clock.set(self.clock.now() + timedelta(minutes=1))

    def _line(self, text: str) -> None:
        self.say(f"{time.monotonic() - self.began:6.1f} s  {text}")

    def _set_up(self) -> None:
        """Import the profile and create the staff, as on a new installation."""
        platform = Platform(Settings.from_env(self.environ))
        platform.db.upgrade()
        at = local(OPENING)
        sources = [self.kind.source, *([self.kind.source_above] if self.kind.above else [])]
        with platform.db.write() as session:
            staff = {}
            for email, name in script.NAMES.items():
                staff[email] = people.create(session, email=email, name=name, actor=SYSTEM, at=at)
                sign_in.set_password(session, staff[email], self.password, actor=SYSTEM, at=at)
            for source in sources:
                contest, _ = profiles.import_profile(session, source, actor=SYSTEM, at=at)
                for email, user in staff.items():
                    people.change_roles(session, contest, user, roles=[script.ROLES[email]],
                                        unit_id=None, actor=SYSTEM, at=at)
        platform.db.engine.dispose()
        self._line(f"hồ sơ {SLUG} và {len(script.NAMES)} người đã vào máy")

    @contextmanager
    def _running(self) -> Iterator[None]:
        """Run `hoithi up` until the demo ends."""
        log = (self.folder / "up.log").open("ab")
        command = [sys.executable, "-m", "contest", "up", "--page-simulator"]
        with log, subprocess.Popen(command, env=self.environ, stdout=log, stderr=log) as process:
            try:
                wait_until(self._answers, "hoithi up", 120)
                self._line(f"máy chủ chạy ở {self.base_url}")
                yield
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(60)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.base_url + "/readyz", timeout=10) as answer:  # noqa: S310
                return bool(answer.status == 200)  # noqa: PLR2004
        except OSError:
            return False

    def _read_result(
        self, stage: Stage, expected: tuple[tuple[str, str], ...]
    ) -> list[tuple[str, str]]:
        """Read the result as the public does, and the organiser's spreadsheet, bundle and papers.
        """
        page, first = acts.fetch(stage, stage.path("results")), expected[0][0]
        wait_until(
            lambda: first in acts.fetch(stage, stage.path("results")).decode(), "result page"
        )
        number = self._newest(stage)
        room = stage.room(stage.person(script.ORGANISER), "results").rstrip("/")
        sheet = acts.fetch(stage, f"{room}/{number}.xlsx", script.ORGANISER)
        bundle = acts.fetch(stage, f"{room}/{number}.zip", script.ORGANISER)
        (self.folder / "result.xlsx").write_bytes(sheet)
        (self.folder / "bundle.zip").write_bytes(bundle)
        self._line(f"trang kết quả {len(page) // 1024} kB, bảng tính {len(sheet) // 1024} kB")
        self._verify()
        self._print(stage, number)
        return self._ranking(stage, number)

    def _print(self, stage: Stage, number: int) -> None:
        """The papers of the result, as Word files."""
        everybody = ["participation"] if self.rules.awards.participation else []
        for name in ("minutes", "decision", *everybody):
            address = stage.path(f"organiser/documents/{number}/{name}.docx")
            paper = acts.fetch(stage, address, script.ORGANISER)
            (self.folder / f"{name}.docx").write_bytes(paper)
        self._line("biên bản, quyết định" + ", giấy chứng nhận tham gia" * bool(everybody))

    def _newest(self, stage: Stage) -> int:
        answer = insist_on(lambda: acts.fetch(stage, f"/api/v1/contests/{stage.slug}/results"))
        return int(json.loads(answer)["results"][0]["number"])

    def _ranking(self, stage: Stage, number: int) -> list[tuple[str, str]]:
        found = json.loads(acts.fetch(stage, f"/api/v1/contests/{stage.slug}/results/{number}"))
        return [(line["unit"], line["total"]["rounded"]) for line in found["result"]["ranking"]]

    def _verify(self) -> None:
        """Recompute the result from the bundle. Raises ``Refused`` where it differs."""
        done = subprocess.run(
            [sys.executable, "-m", "scoring", "verify", str(self.folder / "bundle.zip")],
            check=False,
            capture_output=True,
            text=True,
            env=self.environ,
        )
        if done.returncode:
            raise Refused(f"the bundle does not hold:\n{done.stdout}{done.stderr}")
        self._line("gói minh chứng: tính lại khớp từng dòng")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
