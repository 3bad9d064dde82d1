"""Contests of entries that are no clip, and files to send to them."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from sqlalchemy import select

from contest.adapters.office import LibreOffice
from contest.demo.kinds import KINDS
from contest.jobs import worker
from contest.models import Check, ClipVersion, Contest, Submission, Task
from contest.services.entry import checks
from contest.services.rules import toml_editing
from tests.clip_cache import cached
from tests.contest.conftest import Visits
from tests.contest.factory import Factory

AT = "/c/quan11-2023"
IDEAS = KINDS["y-tuong"].source  # with the dates of the reference contest


def document(path: Path, paragraphs: int, *, pages: int = 2, about: str = "trạm nước") -> Path:
    """A Word file: so many paragraphs of 20 words on so many pages."""
    made = Document()
    made.add_heading(f"Ý tưởng: {about}", 0)
    for number in range(paragraphs):
        if number and number % (paragraphs // pages) == 0:
            made.add_page_break()
        made.add_paragraph(
            f"Đoạn {number} về {about}: mỗi thanh niên một ý tưởng, sáng kiến cho phường xanh, "
            f"sạch, đẹp và văn minh hơn lần {number * 7 % 13}."
        )
    made.save(str(path))
    return path


def printed(path: Path, paragraphs: int) -> None:
    """The same as a PDF."""
    path.write_bytes(LibreOffice().pdf(document(path, paragraphs).read_bytes()))


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``idea.pdf`` of two pages with 600 words, ``short.pdf`` of 40; ``idea.docx``, and
    ``long.docx`` of 20 pages, which its file does not tell."""
    folder = tmp_path_factory.mktemp("papers")
    document(folder / "idea.docx", 30)
    document(folder / "long.docx", 40, pages=20)
    for name, paragraphs in (("idea", 30), ("short", 2)):
        kept = cached(f"papers/{name}.pdf", printed, paragraphs)
        shutil.copyfile(kept, folder / f"{name}.pdf")
    return folder


class Sending:
    """A contest, the units that send to it, and the worker's hand on its outbox rows."""

    def __init__(self, visit: Visits, make: Factory, contest: Contest) -> None:
        self.visit, self.make, self.contest = visit, make, contest
        self.platform = make.platform

    def send(self, file: Path, name: str = "") -> Submission:
        """What a unit sent by the form that needs no script."""
        submission = self.make.submission(self.make.unit(self.contest), "uploading")
        answer = self.again(submission, file, name)
        assert answer.status_code == 303, answer.text
        return submission

    def again(self, submission: Submission, file: Path, name: str = "") -> Any:
        with file.open("rb") as content:
            return self.visit.unit(submission.unit).post(
                f"{AT}/unit/entries/{submission.code}/send",
                data={"clip": (content, name or file.name)},
            )

    def published(self, file: Path) -> Submission:
        """An entry whose publication is over, with its leaves."""
        submission = self.make.submission(self.make.unit(self.contest), "published", clip=file)
        with self.platform.db.write() as session:
            version = session.get_one(ClipVersion, submission.version_id)
            checks.enqueue_deep(session, version, at=self.make.at)
        self.work("check.deep")
        return submission

    def work(self, *kinds: str) -> None:
        """Carry out every queued task of these kinds."""
        with self.platform.db.read() as session:
            ids = list(session.scalars(
                select(Task.id).where(Task.kind.in_(kinds), Task.state == "pending")))
        for task_id in ids:
            worker.perform(self.platform, task_id)

    def check(self, submission: Submission, kind: str = "quick") -> Check:
        """The newest check of an entry."""
        with self.platform.db.read() as session:
            return session.scalars(
                select(Check).join(ClipVersion, ClipVersion.id == Check.version_id)
                .where(ClipVersion.submission_id == submission.id, Check.kind == kind)
                .order_by(Check.id.desc()).limit(1)
            ).one()

    def failed(self, submission: Submission, kind: str = "quick") -> set[str]:
        """The rules that an entry breaks."""
        findings = self.check(submission, kind).report["findings"]
        return {one["rule"] for one in findings if one["outcome"] == "fail"}


def of_kind(kind: str, **rules: object) -> str:
    """The contest of ideas, of another kind."""
    return toml_editing.edited(IDEAS, {"entry": None, "entry.kind": kind} | {
        f"entry.{kind}.{key}": value for key, value in rules.items()
    })


@pytest.fixture
def photos(visit: Visits, make: Factory) -> Sending:
    """A contest of picture sets: two to three pictures, 600 pixels at least."""
    source = of_kind("pictures", least=2, most=3, min_long_side=600)
    return Sending(visit, make, make.contest("quan11-2023", edit=lambda _: source))


@pytest.fixture
def essays(visit: Visits, make: Factory) -> Sending:
    """A contest of texts: 10 to 50 words."""
    source = of_kind("text", least_words=10, most_words=50)
    return Sending(visit, make, make.contest("quan11-2023", edit=lambda _: source))


@pytest.fixture
def ideas(visit: Visits, make: Factory) -> Sending:
    """The contest of ideas as documents."""
    return Sending(visit, make, make.contest("quan11-2023", edit=lambda _: IDEAS))
