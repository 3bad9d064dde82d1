"""Every picture, document and text leads to the verdict that was decided before it was made."""

from __future__ import annotations

import pytest

from media_checks import Unreadable, check, load_policy
from tests.media_checks.files import documents_made, pictures_made, texts_made

CORPUS = [
    *((load_policy(pictures_made.POLICY), made) for made in pictures_made.PICTURES),
    *((load_policy(documents_made.POLICY), made) for made in documents_made.DOCUMENTS),
    *((load_policy(texts_made.POLICY), made) for made in texts_made.TEXTS),
]


@pytest.mark.parametrize(
    ("policy", "made"), [pytest.param(*case, id=case[1].name) for case in CORPUS]
)
def test_corpus(policy, made, tmp_path):
    path = tmp_path / made.name
    path.write_bytes(made.build())
    try:
        found = check(path, policy)
    except Unreadable as error:
        assert (made.verdict, made.failed) == ("unreadable", ""), error
        return
    failed = {f.rule for f in found.findings if f.outcome == "fail"}
    assert (found.verdict, failed) == (made.verdict, set(made.failed.split())), found.facts
