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


# Twins of others in another format, or by another way: for the long form.
TWINS = {
    *("progressive.jpg", "coarse.jpg", "restarts.jpg", "odd-size.jpg", "grey.jpg", "narrow.jpg"),
    *("still.bmp", "animated.webp", "animated.avif", "clear.png", "cut-off.tiff", "noise.jpg"),
    *("promises-too-long.png", "page.jpg", "photoshop.psd", "script.jpg", "drawing.svg"),
    *("four-pages.pdf", "large-unit.pdf", "three-pages.pdf", "font-in-drawing-held.pdf"),
    *("two-of-three-scanned.pdf", "script-of-page.pdf", "sends.pdf", "scripted-form.pdf"),
    *("film.pdf", "one-link.pdf", "head-alone.pdf", "macros.docm", "dde-simple.docx", "dde.docx"),
    *("remote-picture.docx", "page-number.docx", "sheet.docx", "open.odt", "rich.rtf", "plain.pdf"),
    *("picture.pdf", "font-held.pdf", "with-picture.docx", "junk-before.pdf", "struck-out.docx"),
}
EACH = [
    pytest.param(*case, id=name, marks=[pytest.mark.long] if name in TWINS else [])
    for case in CORPUS
    if (name := case[1].name)
]


def test_every_twin_has_another():
    assert len(TWINS & {made.name for _, made in CORPUS}) == len(TWINS)


@pytest.mark.parametrize(("policy", "made"), EACH)
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
