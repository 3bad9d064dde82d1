"""Where a unit puts pictures together or writes its text, and hands it in."""

import hashlib
import json
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from flask import Blueprint, request, send_file
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from contest.errors import Conflict, not_found
from contest.models import EntryPart, Submission
from contest.services.checking import parts
from contest.services.composing import handing_in
from contest.services.entry import submissions
from contest.views.shared import media
from contest.views.shared.entries import sending
from contest.views.shared.entries.leaves import small_picture, temporary
from contest.views.shared.support import allows, back_to, current, flash_message, page
from contest.views.unit import plain_form

bp = Blueprint("composing", __name__)
KINDS = ("pictures", "text")  # what is put together on the platform's own pages
CAPTION = "caption-"
STAMP = (1980, 1, 1, 0, 0, 0)  # of files in a set: the same pictures are the same bytes


def form_page(submission: Submission, status: int = 200, problem: str = "") -> Response:
    """The page on which pictures are put together, or a text is written."""
    submissions.require_replaceable(submission)
    submissions.require_open(current.profile, at=current.now, submission=submission)
    closes = submissions.closes_at(current.profile, submission)
    shared = {"submission": submission, "problem": problem, "closes": closes, "form": FlaskForm()}
    if current.profile.entry.kind == "text":
        written = request.form.get("body") or handing_in.text_of(current.db, submission)
        return page("unit/text.html", status, **shared, body=written)
    return page("unit/pictures.html", status, **shared, caption=CAPTION, longest=parts.LONGEST,
                pictures=parts.of(current.db, submission), adding=_adding(submission))


def _adding(submission: Submission) -> dict[str, object]:
    return {"endpoint": "/uploads/", "entry": submission.code, "chunk_size": sending.CHUNK,
            "policy": sending.policy()}


def _submission(code: str, kind: str = "") -> Submission:
    """The unit's entry. Raises ``Conflict`` in a contest that does not take this ``kind``."""
    found = submissions.find(current.db, current.contest, code, actor=current.actor)
    if kind and kind != current.profile.entry.kind:
        raise Conflict("Hội thi này không nhận bài theo cách này. Hãy mở lại bài dự thi.",
                       "This contest takes no entries of this kind. Open your entry again.")
    return found


def take(submission: Submission) -> Response:
    """Pictures by the form that needs no script."""
    chosen = [one for one in request.files.getlist("clip") if one.filename]
    if not chosen:
        return form_page(submission, 422, _("Hãy chọn ít nhất một ảnh."))
    plain_form.take_all(submission, chosen)
    return back_to("unit.send", code=submission.code)


@bp.get("/c/<slug>/unit/entries/<code>/pictures/<int:part_id>.jpg")
@allows("entry.read", by="unit")
def picture(code: str, part_id: int) -> Response:
    """A picture of the set, drawn anew and small: a stranger's file is never shown as it is."""
    there = parts.of(current.db, _submission(code))
    found = next((one for one in there if one.id == part_id), None)
    if found is None:
        raise not_found()
    response = send_file(small_picture(found.sha256), "image/jpeg", etag=f"{found.sha256}-part")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = media.POLICY
    return response


@bp.post("/c/<slug>/unit/entries/<code>/pictures")
@allows("entry.upload", by="unit")
def arrange(code: str) -> Response:
    """Keep captions and order; take a picture out; hand the set in."""
    submission, act = _submission(code, "pictures"), request.form.get("do", "save")
    handing_in.require_open(current.db, submission, actor=current.actor, at=current.now)
    parts.change(current.db, submission, {
        int(name.removeprefix(CAPTION)): said for name, said in request.form.items()
        if name.removeprefix(CAPTION).isdecimal()
    })
    where, _colon, part = act.partition(":")
    if part.isdecimal():
        parts.move(current.db, submission, int(part), where)
    if act != "hand-in":
        return back_to("unit.send", code=code)
    handing_in.require_pictures(current.db, submission)
    with _set_of(parts.of(current.db, submission)) as path:
        _hand_in(submission, path, f"{code}.zip")
    return back_to("unit.entry", code=code)


@bp.post("/c/<slug>/unit/entries/<code>/pictures/<int:part_id>")
@allows("entry.upload", by="unit")
def exchange(code: str, part_id: int) -> Response:
    """Put another picture in the place of one."""
    submission, file = _submission(code, "pictures"), request.files.get("clip")
    if file is None or not file.filename:
        return form_page(submission, 422, _("Hãy chọn ảnh thay thế."))
    new = plain_form.take(submission, file)
    if isinstance(new, EntryPart):
        parts.exchange(current.db, _submission(code), part_id, new)
    return back_to("unit.send", code=code)


@bp.post("/c/<slug>/unit/entries/<code>/text")
@allows("entry.upload", by="unit")
def write(code: str) -> Response:
    """Keep the text as it is written; hand it in."""
    submission = _submission(code, "text")
    body = request.form.get("body", "").replace("\r\n", "\n")
    handing_in.write(current.db, submission, body, actor=current.actor, at=current.now)
    act = request.form.get("do", "save")
    if act == "save":
        flash_message("Đã lưu bài đang viết.", "What you have written is kept.")
    if act != "hand-in":  # "keep": the script does, as it is written
        return back_to("unit.send", code=code)
    if not body.strip():
        return form_page(submission, 422, _("Bài viết còn trống. Hãy viết rồi nộp."))
    with temporary() as path:
        path.write_text(body.strip() + "\n", "utf-8")
        _hand_in(submission, path, f"{code}.txt")
    return back_to("unit.entry", code=code)


def _hand_in(submission: Submission, path: Path, name: str) -> None:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    size = path.stat().st_size
    current.platform.blobs.put(path, sha256)
    handing_in.hand_in(current.db, submission, sha256=sha256, size=size, filename=name,
                       actor=current.actor, at=current.now)


@contextmanager
def _set_of(pictures: Sequence[EntryPart]) -> Iterator[Path]:
    """The pictures in their order as one file, with what is written under them."""
    with temporary() as path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for number, one in enumerate(pictures, 1):
                ending = one.filename.rpartition(".")[2].casefold()
                entry = zipfile.ZipInfo(f"{number:02}.{ending}", STAMP)
                with media.local(one.sha256).open("rb") as source, archive.open(entry, "w") as to:
                    while piece := source.read(1 << 20):
                        to.write(piece)
            told = [{"name": one.filename, "caption": one.caption} for one in pictures]
            archive.writestr(zipfile.ZipInfo("captions.json", STAMP),
                             json.dumps(told, ensure_ascii=False, indent=1))
        yield path
