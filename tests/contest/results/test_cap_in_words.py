"""Whatever prints the cap on shares says of what it is: of a clip, or of a clip a day."""

import pytest
from flask.testing import FlaskClient

from contest.actors import SYSTEM
from contest.services.core import profiles
from tests.contest.counts.test_cap_per_day import DAILY
from tests.contest.results.test_document_templates import words
from tests.contest.results.test_documents import client, database_url, paper, stage
from tests.contest.stage import AFTER, Stage

__all__ = ["client", "database_url", "stage"]
PAGES = ("/c/quan11-2023/rules", "/c/quan11-2023/organiser/ledger")


@pytest.mark.parametrize(("rules", "said", "in_english"), [
    ("", "2 lượt cho một clip", ("2 shares of a clip", "2 shares of a clip")),
    (DAILY, "3 lượt một ngày cho một clip", ("3 shares an account a day", "3 times a day")),
], ids=["clip", "day"])
def test_papers_and_pages_say_of_what_the_cap_is(
    stage: Stage, client: FlaskClient, rules: str, said: str, in_english: tuple[str, str]
) -> None:
    if rules:
        with stage.platform.db.write() as session:
            profiles.import_profile(session, rules, actor=SYSTEM, at=AFTER, reason="Luật khác")
    minutes = words(paper(stage.platform, stage.compute(), "minutes").docx())
    assert f"(một tài khoản tính nhiều nhất {said}), tối đa 300 điểm" in minutes
    for page, sentence in zip(PAGES, in_english, strict=True):
        client.set_cookie("lang", "vi")
        assert f"tính tối đa {said}" in client.get(page).text
        client.set_cookie("lang", "en")
        assert f"at most {sentence}" in client.get(page).text
