"""Where pictures are put together or a text is written, and handed in: by the unit, or by an
organiser in its place. Both work on the same set and the same text."""

import hashlib
import json
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import redirect, request, send_file, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from contest.errors import Conflict, not_found
from contest.models import EntryPart, Errand, Submission
from contest.services.checking import parts
from contest.services.composing import handing_in
from contest.services.entry import errands, submissions
from contest.views.shared import media
from contest.views.shared.entries import plain_form, sending
from contest.views.shared.entries.leaves import small_picture, temporary
from contest.views.shared.support import current, flash_message, page

CAPTION = "caption-"
STAMP = (1980, 1, 1, 0, 0, 0)  # of files in a set: the same pictures are the same bytes
# What is reached from the page -> its view, for a unit and for an organiser.
OF_UNIT = {"page": "unit.send", "files": "unit.send_plain", "arrange": "composing.arrange",
           "exchange": "composing.exchange", "picture": "composing.picture",
           "write": "composing.write"}
OF_ERRAND = {"page": "errands.send", "files": "errands.send_plain",
             "arrange": "composing_for.arrange", "exchange": "composing_for.exchange",
             "picture": "composing_for.picture", "write": "composing_for.write"}


@dataclass(frozen=True)
class Draft:
    """An entry that is being put together; ``errand``: by an organiser, in the unit's place."""

    submission: Submission
    errand: Errand | None = None

    def to(self, what: str, part_id: int | None = None) -> str:
        """The address of ``page``, ``files``, ``arrange``, ``write``, or for one picture of
        ``exchange``, ``picture``."""
        slug = current.contest.slug
        if self.errand:
            key = self.errand.public_id
            return url_for(OF_ERRAND[what], slug=slug, errand_key=key, part_id=part_id)
        return url_for(OF_UNIT[what], slug=slug, code=self.submission.code,
                       part_id=part_id)

    @property
    def done(self) -> str:
        """Where it goes on once something was handed in."""
        view = "entries.entry" if self.errand else "unit.entry"
        return url_for(view, slug=current.contest.slug, code=self.submission.code)

    @property
    def key(self) -> str:
        """Under which a device keeps what is being written."""
        return f"{current.contest.slug}:{self.submission.code}" + (":for" if self.errand else "")


def require_kind(kind: str) -> None:
    """Raises ``Conflict`` in a contest that does not take this ``kind``."""
    if kind != current.profile.entry.kind:
        raise Conflict("Hội thi này không nhận bài theo cách này. Hãy mở lại bài dự thi.",
                       "This contest takes no entries of this kind. Open your entry again.")


def form_page(draft: Draft, status: int = 200, problem: str = "") -> Response:
    """The page on which pictures are put together, or a text is written."""
    submission = draft.submission
    submissions.require_replaceable(submission)
    rule = errands.require_open if draft.errand else submissions.require_open
    rule(current.profile, at=current.now, submission=submission)
    closes = submissions.closes_at(current.profile, submission)
    shared = {"submission": submission, "draft": draft, "problem": problem, "closes": closes,
              "form": FlaskForm()}
    folder = "organiser/errand_" if draft.errand else "unit/"
    if current.profile.entry.kind == "text":
        written = request.form.get("body") or handing_in.text_of(current.db, submission)
        return page(f"{folder}text.html", status, **shared, body=written)
    return page(f"{folder}pictures.html", status, **shared, caption=CAPTION,
                longest=parts.LONGEST, pictures=parts.of(current.db, submission),
                adding=_adding(draft))


def _adding(draft: Draft) -> dict[str, object]:
    told = {"endpoint": "/uploads/", "entry": draft.submission.code, "chunk_size": sending.CHUNK,
            "policy": sending.policy()}
    return told | ({"errand": draft.errand.public_id} if draft.errand else {})


def take(draft: Draft) -> Response:
    """Pictures by the form that needs no script."""
    chosen = [one for one in request.files.getlist("clip") if one.filename]
    if not chosen:
        return form_page(draft, 422, _("Hãy chọn ít nhất một ảnh."))
    address = draft.to("page")
    plain_form.take_all(draft.submission, chosen, draft.errand)
    return redirect(address, 303)


def picture(draft: Draft, part_id: int) -> Response:
    """A picture of the set, drawn anew and small: a stranger's file is never shown as it is."""
    there = parts.of(current.db, draft.submission)
    found = next((one for one in there if one.id == part_id), None)
    if found is None:
        raise not_found()
    response = send_file(small_picture(found.sha256), "image/jpeg", etag=f"{found.sha256}-part")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = media.POLICY
    return response


def arrange(draft: Draft) -> Response:
    """Keep captions and order; take a picture out; hand the set in."""
    require_kind("pictures")
    submission, act = draft.submission, request.form.get("do", "save")
    handing_in.require_open(current.db, submission, actor=current.actor, at=current.now,
                            errand=draft.errand)
    parts.change(current.db, submission, {
        int(name.removeprefix(CAPTION)): said for name, said in request.form.items()
        if name.removeprefix(CAPTION).isdecimal()
    })
    where, _colon, part = act.partition(":")
    if part.isdecimal():
        parts.move(current.db, submission, int(part), where)
    if act != "hand-in":
        return redirect(draft.to("page"), 303)
    handing_in.require_pictures(current.db, submission)
    with _set_of(parts.of(current.db, submission)) as path:
        _hand_in(draft, path, f"{submission.code}.zip")
    return redirect(draft.done, 303)


def exchange(draft: Draft, part_id: int) -> Response:
    """Put another picture in the place of one."""
    require_kind("pictures")
    file, address = request.files.get("clip"), draft.to("page")
    if file is None or not file.filename:
        return form_page(draft, 422, _("Hãy chọn ảnh thay thế."))
    new = plain_form.take(draft.submission, file, draft.errand)
    if isinstance(new, EntryPart):
        parts.exchange(current.db, draft.submission, part_id, new)
    return redirect(address, 303)


def write(draft: Draft) -> Response:
    """Keep the text as it is written; hand it in."""
    require_kind("text")
    body = request.form.get("body", "").replace("\r\n", "\n")
    handing_in.write(current.db, draft.submission, body, actor=current.actor, at=current.now,
                     errand=draft.errand)
    act = request.form.get("do", "save")
    if act == "save":
        flash_message("Đã lưu bài đang viết.", "What you have written is kept.")
    if act != "hand-in":  # "keep": the script does, as it is written
        return redirect(draft.to("page"), 303)
    if not body.strip():
        return form_page(draft, 422, _("Bài viết còn trống. Hãy viết rồi nộp."))
    with temporary() as path:
        path.write_text(body.strip() + "\n", "utf-8")
        _hand_in(draft, path, f"{draft.submission.code}.txt")
    return redirect(draft.done, 303)


def _hand_in(draft: Draft, path: Path, name: str) -> None:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    size = path.stat().st_size
    current.platform.blobs.put(path, sha256)
    handing_in.hand_in(current.db, draft.submission, sha256=sha256, size=size, filename=name,
                       actor=current.actor, at=current.now, errand=draft.errand)


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
