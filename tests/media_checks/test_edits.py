"""Ordinary edits raise no alarm and their faulty twins do; a few of them in the short form."""

from __future__ import annotations

import pytest

from tests.media_checks.edits_made import alarms, edits

PAIRS = edits()
EACH = [
    pytest.param(edit, id=edit.name, marks=[] if i % 11 == 0 else [pytest.mark.long])
    for i, pair in enumerate(PAIRS)
    for edit in pair
]


def test_there_are_forty_of_each():
    assert len(PAIRS) >= 40
    assert {bad.fault for _, bad in PAIRS} == {"black", "frozen", "audio_noise", "audio_hum"}


@pytest.mark.parametrize("edit", EACH)
def test_an_edit_is_judged_right(edit):
    assert alarms(edit) == {edit.fault} - {""}
