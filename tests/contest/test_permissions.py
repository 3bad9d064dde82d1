"""All routes x all roles against ``permissions.toml``; CSRF; and that a GET changes nothing.

The contest of the world below is full: entries in every state, a published result. Each request
starts from the same copy of its database. One kind of database is enough here: no permission
depends on it.
"""

import hashlib
import shutil
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pysqlite3
import pytest
from PIL import Image
from sqlalchemy import select

from contest.clock import FixedClock
from contest.config import Settings
from contest.models import (
    Base,
    Captions,
    Check,
    ClipVersion,
    Contest,
    Derivative,
    Errand,
    Evidence,
    Handover,
    Leaf,
    LevelLink,
    LinkFetch,
    PrivacyRequest,
    Publication,
    Repair,
    RetentionHold,
    SavedView,
    SimilarPair,
    Submission,
    Task,
    Telling,
    TimeGrant,
    UnitSheet,
)
from contest.permissions import PERMISSIONS
from contest.states import SUBMISSION
from contest.web import create_app
from contest.wiring import Platform
from tests.contest import stored_rows
from tests.contest.conftest import SECRET_KEY, WHILE_OPEN, Client, Visits
from tests.contest.factory import Factory
from tests.contest.filings.owed import owing
from tests.contest.rounds.rules import live
from tests.contest.stage import AFTER, Stage

TABLE = tomllib.loads((Path(__file__).parent / "permissions.toml").read_text())
GROUPS: dict[str, list[str]] = TABLE["groups"]
ROLES = ("public", "unit", "other_unit", "foreign_unit", "reviewer", "juror", "organiser",
         "foreign_reviewer", "foreign_juror", "foreign_organiser", "admin")
LINES = {
    f"{blueprint}.{name}": who
    for blueprint, lines in TABLE["routes"].items() for name, who in lines.items()
}


def allowed(who: str) -> set[str]:
    """``"unit staff"`` -> the roles that the words stand for."""
    return {role for word in who.split() for role in GROUPS.get(word, [word])}


def full(source: str) -> str:
    """Rules under which every page is there."""
    return live(owing(source))

# Of these rows there is one of each, if any.
FIRST = ("number", "leaf", "session_id", "pair_id", "repair_id", "correction_id", "void_id",
         "request_id", "evidence_id", "passkey_id", "privacy_id", "view_id", "word_id",
         "withdrawal_id", "part_id", "attachment_id", "post_id", "hold_id", "level_id",
         "handover_id")


class World:
    """A full contest and another one, a browser of each role, and the way back to the beginning."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.file = Path(database_url.removeprefix("sqlite:///"))
        self.kept, self.clock = folder / "kept.db", FixedClock(AFTER)
        self.platform = Platform(Settings(
            data_dir=folder, database_url=database_url, redis_url="",
            storage_url=f"file://{folder}/clips", base_url="http://localhost",
            secret_key=SECRET_KEY, second_factor="optional",
        ))
        self.platform.__dict__["clock"] = self.clock
        self.make = Factory(self.platform)
        self.contest, self.foreign = (
            self.make.contest(edit=full), self.make.contest("quan-3-2024", full))
        stage = Stage(self.platform, self.make, self.contest)
        stage.publish(stage.freeze(stage.compute()))
        self.clock.moment = WHILE_OPEN
        self.units = [self.make.unit(c) for c in (self.contest, self.contest, self.foreign)]
        self.entries = {
            state: self.make.submission(self.units[0], state) for state in SUBMISSION.states
        }
        self.entries["in_result"] = stage.clips[0]
        self._files(self.entries["published"])
        self.values = self._values()
        self.app = create_app(self.platform)
        self.app.test_client_class = Client
        self.visit = Visits(self.app, self.make, self.contest)
        self.cookies = {role: self._cookie(role) for role in ROLES}
        self.digest = self.look()
        self.platform.db.engine.dispose()
        shutil.copyfile(self.file, self.kept)
        self._watch()

    def _files(self, submission: Submission) -> None:
        """A poster and a piece of evidence: any stored file will do."""
        with self.platform.db.read() as session:
            version = session.get_one(ClipVersion, submission.version_id)
        self.make.add(Derivative(
            version_id=version.id, kind="poster", sha256=version.sha256, size=version.size,
            media_type="image/jpeg", created_at=WHILE_OPEN,
        ))
        for of in (version.id, self.entries["in_review"].version_id):
            self.make.add(Leaf(version_id=of, kind="page", number=1, sha256=version.sha256,
                               size=version.size, media_type="image/jpeg", created_at=WHILE_OPEN))
        self.make.add(Captions(version_id=version.id, language="vi", data={"cues": []},
                               created_by="user:1", created_at=WHILE_OPEN))
        self.make.add(SimilarPair(
            version_id=version.id, other_id=self.entries["in_review"].version_id, kind="sound",
            score=0.5, data={"picture": [], "sound": []}, created_at=WHILE_OPEN,
        ))
        self.make.add(Derivative(
            version_id=self.entries["in_review"].version_id, kind="rendition",
            sha256=version.sha256, size=version.size, media_type="video/mp4",
            created_at=WHILE_OPEN,
        ))
        self.make.add(Repair(
            version_id=self.entries["in_review"].version_id, state="ready", wish={},
            sha256=version.sha256, size=version.size, report={"verdict": "pass"},
            created_at=WHILE_OPEN,
        ))
        self.make.add(PrivacyRequest(
            contest_id=self.contest.id, code="YC-1", state="answered", kind="erase", role="sharer",
            person_name="Người Chia Sẻ Nào Đó", created_by="public", created_at=WHILE_OPEN,
            unit_id=self.units[0].id,
        ))
        self.make.add(RetentionHold(
            contest_id=self.contest.id, subject="kind:ledgers", reason="đang có khiếu nại",
            created_by="user:1", created_at=WHILE_OPEN,
        ))
        self.make.add(Evidence(
            contest_id=self.contest.id, sha256=version.sha256, filename="counts.csv",
            size=version.size, kind="counts", created_by="user:1", created_at=WHILE_OPEN,
        ))

    def _picture(self) -> str:
        """A stored picture's hash."""
        path = self.platform.settings.data_dir / "picture.png"
        Image.new("RGB", (8, 6), "#0c2d5c").save(path)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        self.platform.blobs.put(path, sha256)
        return sha256

    def _values(self) -> dict[str, object]:
        """What stands in the addresses; ``<code>`` is an entry in review unless a line says."""
        juror = self.make.user("juror", contest=self.contest)
        link, _, _ = self.make.unit_link(self.units[0])
        grant = self.make.add(TimeGrant(
            unit_id=self.units[0].id, until=WHILE_OPEN, reason="Mất điện", granted_by="user:1",
            granted_at=WHILE_OPEN,
        ))
        telling = self.make.add(Telling(
            contest_id=self.contest.id, about="uploads", subject=self.units[0].id,
            deadline=AFTER, told_by="user:1", told_at=WHILE_OPEN,
        ))
        task = Task(kind="mail.send", row_id=1, key="failed one", state="failed",
                    contest_id=self.contest.id, due_at=WHILE_OPEN, created_at=WHILE_OPEN)
        self.make.add(task)
        sheet = self.make.add(UnitSheet(
            contest_id=self.contest.id, unit_ids=[self.units[0].id], rotate=False,
            created_by="user:1", created_at=WHILE_OPEN,
        ))
        submission = self.entries["in_review"]
        published = self.entries["published"]
        organiser = self.make.user("organiser", contest=self.contest)
        errand = self.make.add(Errand(
            public_id="e" * 32, submission_id=submission.id, user_id=organiser.id, kind="upload",
            reason="Gửi qua Zalo", created_at=WHILE_OPEN,
        ))
        fetch = self.make.add(LinkFetch(
            public_id="f" * 32, submission_id=submission.id, address="https://clip.example.vn/a",
            begun_at=WHILE_OPEN, expires_at=WHILE_OPEN,
        ))
        clip = self.entries["published"].version_id
        with self.platform.db.read() as session:
            paper = session.get_one(ClipVersion, clip).sha256
        stored_rows.plant(self.make, submission, paper=paper, picture=self._picture())
        self.make.add(LevelLink(
            contest_id=self.contest.id, child_id=self.foreign.id, created_by="user:1",
            created_at=WHILE_OPEN,
        ))
        self._handed_on(self.contest, self.entries["published"])
        self._handed_on(self.foreign, self.entries["published"])
        with self.platform.db.read() as session:
            check_id = session.scalar(
                select(Check.id).where(Check.version_id == submission.version_id)
            )
            sha256 = session.get_one(ClipVersion, published.version_id).sha256
            publication_id = session.scalar(
                select(Publication.id).where(Publication.submission_id == published.id)
            )
        return {
            "slug": self.contest.slug, "code": submission.code, "kind": "original",
            "prize": "first", "user_id": juror.id, "unit_id": self.units[0].id,
            "link_id": link.id, "task_id": task.id, "check_id": check_id, "sha256": sha256,
            "publication_id": publication_id, "grant_id": grant.id, "fetch_id": fetch.id,
            "errand_key": errand.public_id, "telling_id": telling.id, "juror": juror.id,
            "act": "answer", "sheet_id": sheet.id, "filing": "report", "part": "schedule",
            "name": "manifest.json", "retained": "originals", **dict.fromkeys(FIRST, 1),
        }

    def _handed_on(self, to: Contest, source: Submission) -> None:
        """To the contest that is asked about, and from it."""
        self.make.add(Handover(
            contest_id=to.id, reason="level", origin="submission:1", source_id=source.id,
            source_contest_id=self.contest.id, version_id=source.version_id, unit_name="Phường 5",
            offered_by="user:1", offered_at=WHILE_OPEN,
        ))

    def _cookie(self, role: str) -> tuple[str, str] | None:
        at = {"unit": 0, "other_unit": 1, "foreign_unit": 2}
        if role == "public":
            return None
        if role in at:
            return "hoithi_unit", self.make.unit_token(self.units[at[role]])
        if role == "admin":
            user = self.make.user(admin=True)
        else:
            contest = self.foreign if role.startswith("foreign_") else self.contest
            user = self.make.user(role.removeprefix("foreign_"), contest=contest)
        if role == "organiser":
            self.make.add(SavedView(contest_id=self.contest.id, user_id=user.id, place="entries",
                                    name="Đã duyệt", created_at=WHILE_OPEN))
        return "hoithi_staff", self.make.staff_token(user)

    def browser(self, role: str) -> Client:
        client = self.visit.public()
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{ROLES.index(role)}"
        if cookie := self.cookies[role]:
            client.set_cookie(*cookie)
        return client

    def _watch(self) -> None:
        """Look on from a connection that writes nothing."""
        self.watching = pysqlite3.connect(self.file)
        self.version = self._version()

    def _version(self) -> object:
        """Another as soon as anybody has committed a change to the file."""
        return self.watching.execute("PRAGMA data_version").fetchone()

    def is_untouched(self) -> bool:
        return self._version() == self.version

    def is_as_it_was(self) -> bool:
        """Whether every row is as at the beginning; none is read where nothing was committed."""
        return self.is_untouched() or self.look() == self.digest

    def begin_again(self) -> None:
        """Back to the beginning, where anything has changed."""
        if self.is_untouched():
            return
        self.close()
        for leftover in (f"{self.file}-wal", f"{self.file}-shm"):
            Path(leftover).unlink(missing_ok=True)
        shutil.copyfile(self.kept, self.file)
        self._watch()

    def close(self) -> None:
        self.watching.close()
        self.platform.db.engine.dispose()

    def look(self) -> str:
        """A digest of every row of every table."""
        found = hashlib.sha256()
        with self.platform.db.engine.connect() as connection:
            for table in Base.metadata.sorted_tables:
                rows = connection.execute(table.select().order_by(*table.primary_key)).all()
                found.update(repr((table.name, rows)).encode())
        return found.hexdigest()

    def requests(self, endpoint: str) -> list[tuple[str, str]]:
        """The requests of an endpoint: method and address, with values filled in."""
        special = dict(TABLE["values"].get(endpoint, {}))
        if "code" in special:
            special["code"] = self.entries[special["code"]].code
        found = []
        for rule in self.app.url_map.iter_rules(endpoint):
            values = {name: (self.values | special)[name] for name in rule.arguments}
            with self.app.test_request_context():
                _, address = rule.build(values)
            found += [(m, address) for m in sorted(rule.methods - {"HEAD", "OPTIONS"})]
        return found

    def ask(self, role: str, method: str, address: str, **values: bool) -> tuple[int, str]:
        """Status and error code of an answer, from the beginning of the world."""
        self.begin_again()
        answer = self.browser(role).open(
            address, method=method, headers={"Accept": "application/json"}, **values
        )
        code = (answer.json or {}).get("error", "") if answer.is_json else ""
        answer.close()
        return answer.status_code, code


@pytest.fixture(scope="module")
def world(database_folder: Path, sqlite_in: Callable[[Path], str]) -> Iterator[World]:
    folder = database_folder / "world"
    made = World(folder, sqlite_in(folder))
    yield made
    made.close()


def refused(status: int, code: str) -> bool:
    """No permission, or hidden as if it did not exist; other refusals come after permission."""
    return status in (401, 404) or code in ("not_allowed", "sign_in_needed")


def test_every_route_has_a_line_and_every_line_a_route(world: World) -> None:
    assert set(LINES) == {rule.endpoint for rule in world.app.url_map.iter_rules()}


def test_every_line_names_known_roles() -> None:
    assert {role for who in LINES.values() for role in allowed(who)} <= set(ROLES)


@pytest.mark.parametrize("endpoint", sorted(LINES))
def test_those_get_in_who_may_and_looking_changes_nothing(world: World, endpoint: str) -> None:
    for method, address in world.requests(endpoint):
        answers = {}
        for role in ROLES:
            answers[role] = world.ask(role, method, address)
            if method == "GET" or refused(*answers[role]):
                assert world.is_as_it_was(), (role, method, address, answers[role])
        let_in = {role for role, answer in answers.items() if not refused(*answer)}
        assert let_in == allowed(LINES[endpoint]), (method, address, answers)
        assert [a for a in answers.values() if a[0] >= 500] == []


@pytest.mark.parametrize("endpoint", sorted(LINES))
def test_a_post_without_our_token_is_refused(world: World, endpoint: str) -> None:
    for method, address in world.requests(endpoint):
        if method == "GET":
            continue
        for role in allowed(LINES[endpoint]):
            assert world.ask(role, method, address, csrf=False) == (400, "bad_request")
            assert world.is_as_it_was()


def test_a_changed_row_is_noticed_and_taken_back(world: World) -> None:
    world.begin_again()
    world.make.unit(world.contest)
    assert not world.is_as_it_was()
    world.begin_again()
    assert world.is_as_it_was() and world.look() == world.digest


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_post_from_another_site_is_refused_even_with_the_token(world: World, site: str) -> None:
    answer = world.browser("organiser").post(
        f"/c/{world.contest.slug}/organiser/people/new", headers={"Sec-Fetch-Site": site}
    )
    assert answer.status_code == 400


def test_every_permission_is_asked_for_somewhere(world: World) -> None:
    asked = {view.permission for view in world.app.view_functions.values()}
    assert asked <= set(PERMISSIONS)
