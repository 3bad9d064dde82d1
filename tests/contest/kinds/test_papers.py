"""Papers and tables of a contest of another kind say what it is; those of clips stay."""

import re

import pytest
from openpyxl import load_workbook

from contest.docx.wording import PLACEHOLDER
from contest.models import Result
from contest.models.documents import PAPERS
from contest.profile.entries import name_of
from contest.services.awards import workbook
from contest.services.core import profiles
from contest.services.desk import lists
from contest.services.results import documents, exports
from contest.services.rules import toml_editing
from tests.contest.kinds.conftest import of_kind
from tests.contest.results.test_document_templates import words
from tests.contest.results.test_documents import paper
from tests.contest.stage import AFTER, Stage

KINDS = ("pictures", "document", "text")
CLIP = re.compile(r"(?<![\w/.-])clips?(?![\w/-])", re.IGNORECASE)
NAMES = sorted(path.stem for path in documents.SHIPPED.glob("*.docx"))


def said(text: str) -> list[str]:
    """Where a text says "clip" outside of placeholders."""
    return [line for line in PLACEHOLDER.sub("", text).splitlines() if CLIP.search(line)]


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_paper_of_clips_is_its_file_and_of_another_kind_says_its_word(name: str) -> None:
    file = (documents.SHIPPED / f"{name}.docx").read_bytes()
    assert documents.shipped(name, "clip") == file
    for kind in KINDS:
        made = words(documents.shipped(name, kind))
        assert said(made) == []
        assert PLACEHOLDER.findall(made) == PLACEHOLDER.findall(words(file))
        if said(words(file)):
            assert name_of(kind, "vi") in made.lower()


def test_the_words_of_minutes_were_about_clips() -> None:
    """So that the test above finds something."""
    assert said(words(documents.shipped("minutes", "clip")))


@pytest.mark.parametrize("kind", KINDS)
def test_papers_and_tables_of_a_result_say_the_kind(make, platform, clock, kind):
    source = toml_editing.edited(of_kind(kind), {"jury.strictness": True})
    contest = make.contest("quan11-2023", edit=lambda _: source)
    stage = Stage(platform, make, contest)
    clock.moment = AFTER
    result = stage.compute()
    for one in PAPERS:
        assert said(words(paper(platform, result, one).docx())) == [], one
    minutes = words(paper(platform, result, "minutes").docx())
    assert f"3 {name_of(kind, 'vi')}" in minutes
    with platform.db.read() as session:
        row = session.get_one(Result, result.id)
        for language in ("vi", "en"):
            assert said(exports.as_csv(row, language).decode()) == []
            with workbook.of_result(session, row, language) as file:
                book = load_workbook(file)
            cells = [str(cell.value) for sheet in book for line in sheet.rows for cell in line
                     if cell.value is not None]
            assert said("\n".join(cells)) == []
            for what in lists.TITLES:
                found = lists.columns(what, profiles.profile_of(row.contest), language)
                assert said("\n".join(found.values())) == []
