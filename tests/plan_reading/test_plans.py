"""Whole plans: as text, DOCX and PDF the reference plan gives the reference contest's rules."""

import io
import subprocess
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from plan_reading import Draft, read_plan

HERE = Path(__file__).parent
REFERENCE = HERE.joinpath("reference.txt").read_text("utf-8")
PROFILE = tomllib.loads((HERE.parents[1] / "contest/profiles/quan11-2023.toml").read_text("utf-8"))
STATED = {
    "contest.title.vi",
    "contest.theme.vi",
    "contest.organiser.vi",
    "contest.contact.vi",
    "contest.page_name",
    "schedule.entries_open",
    "schedule.entries_close",
    "schedule.publicity_opens",
    "schedule.counts_close",
    "schedule.awards",
    "quota.minimum",
    "form.kinds",
    "media.rules.duration.min_s",
    "media.rules.duration.max_s",
    "media.rules.aspect_ratio.ratio",
    "media.rules.resolution.min_width",
    "media.rules.resolution.min_height",
    "media.rules.audio_present.level",
    "media.rules.audio_noise.level",
    "scoring.jury_weight",
    "scoring.interaction_weight",
    "scoring.points_per_share",
    "scoring.points_per_reaction",
    "scoring.shares_per_account",
    "scoring.points_cap",
    "documents.recipients",
}


def rule(key: str) -> Any:
    """The reference profile's value, instants as ISO 8601."""
    value: Any = PROFILE
    for part in key.split("."):
        value = value[part]
    return value.isoformat() if isinstance(value, datetime) else value


def docx(text: str) -> bytes:
    """The lines as paragraphs of a Word file."""
    document = Document()
    for line in text.replace("*", "").splitlines():
        document.add_paragraph(line)
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def pdf(data: bytes, folder: Path) -> bytes:
    """A Word file printed by LibreOffice."""
    source = folder / "plan.docx"
    source.write_bytes(data)
    subprocess.run(
        [
            "soffice",
            "--headless",
            f"-env:UserInstallation=file://{folder}/office",
            "--convert-to",
            "pdf",
            "--outdir",
            str(folder),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return source.with_suffix(".pdf").read_bytes()


def says_what_the_profile_says(draft: Draft) -> None:
    found = {value.key: value.value for value in draft.values}
    assert {key: found.get(key) for key in STATED} == {key: rule(key) for key in STATED}
    assert set(found) - STATED == {"prizes", "review.checklist"}
    assert [(p["id"], p["count"], p["name"], p["cash"]) for p in found["prizes"]] == [
        (p["id"], p["count"], p["name"], p.get("cash", False)) for p in PROFILE["prizes"]
    ]
    assert [(i["id"], i["text"]["vi"], i["required"]) for i in found["review.checklist"]] == [
        (i["id"], i["text"]["vi"], i.get("required", True)) for i in PROFILE["review"]["checklist"]
    ]
    assert draft.missing == ("contest.page_url", "quota.maximum", "jury.criteria")
    assert draft.doubts == ()


def test_the_reference_plan_gives_the_reference_rules() -> None:
    says_what_the_profile_says(read_plan(REFERENCE.encode()))


def test_as_a_word_file_too() -> None:
    says_what_the_profile_says(read_plan(docx(REFERENCE)))


@pytest.mark.slow
def test_as_a_pdf_too(tmp_path: Path) -> None:
    says_what_the_profile_says(read_plan(pdf(docx(REFERENCE), tmp_path)))
