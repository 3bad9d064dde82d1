"""What is signed serves one purpose, for its time (ASVS 5.0: 9.1.1, 9.2.1, 9.2.2); and no value
that a mail is made of begins a header of its own (1.3.11)."""

import time
from pathlib import Path

import pytest
from flask import Flask
from itsdangerous import BadSignature

from contest.adapters.mailers import LocalMailer
from contest.errors import Invalid
from contest.views.shared import kept_files
from contest.views.shared.kept_files import Kept
from contest.wiring import Platform

KEPT = Kept("a" * 64, "số.xlsx", 5)


def made(at: float, monkeypatch: pytest.MonkeyPatch) -> str:
    """The token of a preview that was shown at ``at``."""
    with monkeypatch.context() as earlier:
        earlier.setattr("itsdangerous.timed.time.time", lambda: at)
        return kept_files.token(KEPT, field="both")


def test_a_preview_is_good_for_its_time_alone(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    with app.test_request_context():
        fresh = made(now - kept_files.LIFE_S + 60, monkeypatch)
        assert kept_files.from_token(fresh) == (KEPT, {"field": "both"})
        with pytest.raises(Invalid):
            kept_files.from_token(made(now - kept_files.LIFE_S - 60, monkeypatch))
        for forged in (fresh[:-1] + ("A" if fresh[-1] != "A" else "B"), "x" + fresh, ""):
            with pytest.raises(Invalid):
                kept_files.from_token(forged)


def test_what_was_signed_for_one_purpose_serves_no_other(app: Flask, platform: Platform) -> None:
    with app.test_request_context():
        preview = kept_files.token(KEPT)
    for purpose in ("device", "pages", "sheet"):
        with pytest.raises(BadSignature):
            platform.keys.serializer(purpose).loads(preview)


@pytest.mark.parametrize("field", ["to", "subject"])
def test_no_value_begins_a_header_of_its_own(tmp_path: Path, field: str) -> None:
    mail = {"to": "an@example.vn", "subject": "Kết quả", "text": "x", "html": "<p>x"}
    mail[field] += "\r\nBcc: ke@xau.example"
    with pytest.raises(ValueError):
        LocalMailer(tmp_path).send(**mail)
    assert list(tmp_path.iterdir()) == []
