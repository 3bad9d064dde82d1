"""Whole contests of entries that are no clips, from the codes to the papers."""

from pathlib import Path

import pytest
from docx import Document

from contest.demo.kinds import KINDS
from contest.demo.play import Play


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ["y-tuong", "anh-dep", "thi-viet"])
def test_a_contest_ends_with_the_ranking_that_was_reckoned_by_hand(
    short_dir: Path, name: str
) -> None:
    kind, folder = KINDS[name], short_dir / name
    outcome = Play(folder, print, kind).perform()
    assert (outcome.ranking, outcome.lost) == (list(kind.expected), [])
    assert outcome.is_right
    papers = ["minutes", "decision"]
    papers += ["participation"] if kind.profile.awards.participation else []
    said = {paper: _text(folder / f"{paper}.docx") for paper in papers}
    assert all(unit in said["minutes"] for unit, _ in kind.expected)
    if "participation" in said:
        assert all(part.title in said["participation"] for part in kind.parts if not part.out)


def _text(path: Path) -> str:
    document = Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])
