"""The form without JavaScript under requests that no browser makes."""

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contest.uploads import storage
from contest.views.shared.entries import plain_form

REFUSALS = {400, 403, 404, 405, 409, 411, 413, 414, 415, 422, 507}
HEAD = b'--x\r\nContent-Disposition: form-data; name="clip"; filename="clip.mp4"\r\n\r\n'
PART = HEAD + b"bytes\r\n--x--\r\n"
KIND = "multipart/form-data; boundary=x"
KINDS = st.one_of(
    st.sampled_from(["multipart/form-data; boundary=x", "multipart/form-data", "text/plain", "",
                     "application/x-www-form-urlencoded", "multipart/form-data; boundary="]),
    st.text(st.characters(max_codepoint=126, min_codepoint=32), max_size=30),
)  # fmt: skip
BODIES = st.one_of(
    st.just(PART),
    st.binary(max_size=200),
    st.builds(lambda name: PART.replace(b"clip.mp4", name), st.binary(max_size=30)),
    st.integers(0, len(PART)).map(lambda end: PART[:end]),
)
LENGTHS = st.sampled_from([None, None, "", "-1", "0", "10", "201000000", "9" * 25, "x", "1e3"])
CODES = st.sampled_from([None, None, None, "CXAAAAAA", "..", "%2e%2e", "x" * 300])


@pytest.fixture
def unit(make, contest):
    return make.unit(contest)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# What Werkzeug had of a part that breaks off is left to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@given(form=st.tuples(KINDS, BODIES, LENGTHS, CODES))
def test_any_form_is_answered_and_leaves_no_file_but_a_clip(visit, platform, make, unit, form):
    kind, body, length, code = form
    submission = make.submission(unit, "uploading")
    before = files(platform)
    given_length = {} if length is None else {"CONTENT_LENGTH": length}
    answer = visit.unit(unit).post(
        f"/c/quan11-2023/unit/entries/{code or submission.code}/send", data=body, content_type=kind,
        environ_overrides=given_length,
    )  # fmt: skip
    assert answer.status_code in REFUSALS | {303}
    left = files(platform) - before
    assert all(re.fullmatch(r"clips/([0-9a-f]{2}/)*[0-9a-f]{64}", name) for name in left)
    assert make.fresh(submission).state == (
        "checking" if answer.status_code == 303 else "uploading"
    )


def test_a_clip_waits_on_the_disk_of_the_data_and_not_in_the_systems_folder(
    visit, platform, make, unit, monkeypatch
):
    """In a container that folder is memory: a clip of two gigabytes would fill it."""
    monkeypatch.setattr(tempfile, "tempdir", str(platform.settings.data_dir / "nowhere"))
    seen, copied = [], plain_form._copied
    monkeypatch.setattr(plain_form, "_copied", lambda clip: (
        seen.append(Path(f"/proc/self/fd/{clip.stream.fileno()}").readlink()), copied(clip))[1])
    submission, before = make.submission(unit, "uploading"), files(platform)
    answer = visit.unit(unit).post(
        f"/c/quan11-2023/unit/entries/{submission.code}/send",
        data=PART.replace(b"bytes", b"x" * 1_000_000), content_type=KIND,
    )
    assert answer.status_code == 303
    assert seen[0].parent == platform.settings.uploads_dir
    left = files(platform) - before
    assert all(name.startswith("clips/") for name in left)


def test_no_form_takes_from_the_platforms_own_part_of_the_disk(visit, platform, monkeypatch):
    """Whatever form it is: this one is open to everybody."""
    monkeypatch.setattr(storage, "HEADROOM", 1 << 60)
    for size, status in ((1_000_000, 507), (1000, 422)):
        form = PART.replace(b"bytes", b"x" * size)
        answer = visit.public().post("/u", data=form, content_type=KIND)
        assert answer.status_code == status
    assert list(platform.settings.uploads_dir.iterdir()) == []


def files(platform) -> set[str]:
    """Every file that is no database."""
    root = platform.settings.data_dir
    found = (path for path in root.rglob("*") if path.is_file())
    return {str(p.relative_to(root)) for p in found if not p.name.startswith("hoithi.db")}
