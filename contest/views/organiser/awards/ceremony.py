"""The ceremony: its page, the big screen, the key for a phone, the folder for a hall without a net.

Only organisers open these pages, from the frozen result on; nothing of them is kept by a cache.
"""

from pathlib import Path
from typing import Any

from flask import Blueprint, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms import BooleanField, IntegerField
from wtforms.validators import InputRequired

from contest.errors import DomainError
from contest.models import Result, StageShow
from contest.services.awards import stage, stage_folder
from contest.services.awards.stage import Slide
from contest.views.organiser.awards import built
from contest.views.shared import media
from contest.views.shared.forms import Form
from contest.views.shared.qr import qr_svg
from contest.views.shared.support import FILE_TYPES, allows, back_to, current, flash_message, page

bp = Blueprint("ceremony", __name__, url_prefix="/c/<slug>/organiser/ceremony")
ENDINGS = {"poster": "jpg", "rendition": "mp4"}


class PutForm(Form):
    """Where the screen stands after a key there."""

    position = IntegerField(validators=[InputRequired()])
    black = BooleanField()
    playing = BooleanField()


@bp.get("/")
@allows("organiser.read")
def overview() -> Response:
    """How to run the evening, or why it cannot be opened yet."""
    return _overview()


def _overview(status: int = 200, key: str = "") -> Response:
    try:
        result, said = _result(), ""
    except DomainError as error:
        result, said = None, error.message(current.language)
    row, code = stage.standing(current.db, current.contest), None
    if key:
        base = current.platform.settings.base_url
        address = f"{base}{url_for('remote.show', slug=current.contest.slug)}#{key}"
        code = qr_svg(address, _("Mã QR để nối điện thoại"))
    return page(
        "organiser/ceremony.html", status, result=result, said=said, code=code,
        paired=stage.paired(row, at=current.now), until=row.remote_until if row else None,
        minutes=int(stage.KEY_LIFE.total_seconds() // 60),
    )


@bp.get("/stage")
@allows("organiser.read")
def screen() -> Response:
    """The big screen: full screen, by keyboard, clicker or phone."""
    result = _result()
    row = stage.standing(current.db, current.contest)
    return page("organiser/stage.html", **_show(result, offline=False), show=row)


@bp.get("/state")
@allows("organiser.read")
def state() -> Response:
    """Where the show stands, asked for by the screen every second."""
    _result()
    return _as_json(stage.standing(current.db, current.contest))


@bp.post("/state")
@allows("organiser.read")
def put() -> Response:
    """A key was pressed at the screen."""
    form = PutForm()
    if not form.validate_on_submit():
        return _as_json(stage.standing(current.db, current.contest), 422)
    row = stage.put(
        current.db, current.contest, form.position.data or 0, black=bool(form.black.data),
        playing=bool(form.playing.data), actor=current.actor, at=current.now,
    )
    return _as_json(row)


@bp.post("/pair")
@allows("organiser.read")
def pair() -> Response:
    """A key for one phone, shown as a QR code this once."""
    try:
        key = stage.pair(current.db, current.contest, actor=current.actor, at=current.now)
    except DomainError as error:
        current.db.rollback()
        return _overview(error.status)
    return _overview(key=key)


@bp.post("/unpair")
@allows("organiser.read")
def unpair() -> Response:
    stage.unpair(current.db, current.contest, actor=current.actor, at=current.now)
    flash_message("Đã ngắt điện thoại.", "The phone is unpaired.")
    return back_to("ceremony.overview")


@bp.get("/folder.zip")
@allows("organiser.read")
def folder() -> Response:
    """Everything the evening needs, for a computer without a network."""
    shown = _show(_result(), offline=True)
    html = render_template(
        "organiser/stage.html", **shown, show=None, contest=current.contest,
        profile=current.profile, style=built.inside("style", "stage.css"),
        script=built.inside("script", "stage.js"),
    )
    response = Response(
        stage_folder.packed(html, shown["files"]), content_type=FILE_TYPES["zip"]
    )
    name = f"{current.contest.slug}-{stage_folder.FOLDER}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _result() -> Result:
    return stage.result_of(current.db, current.contest, actor=current.actor)


def _as_json(row: StageShow | None, status: int = 200) -> Response:
    body = jsonify(
        position=stage.position(row, live=False), black=bool(row and row.black),
        playing=bool(row and row.playing), version=row.version if row else 0,
        paired=stage.paired(row, at=current.now),
    )
    body.status_code = status
    return body


def _show(result: Result, *, offline: bool) -> dict[str, Any]:
    """The slides, each with the addresses of its poster and clip; ``files``: what goes along."""
    shown, files = [], list[tuple[str, Path]]()
    for number, slide in enumerate(stage.slides(current.db, result, current.language)):
        addresses: dict[str, str] = {}
        for kind, sha256 in (slide.files or {}).items():
            name = f"{'clips' if kind == 'rendition' else 'posters'}/{number:02}.{ENDINGS[kind]}"
            if offline and (path := _stored(sha256)) is not None:
                files.append((name, path))
                addresses[kind] = name
            elif not offline:
                addresses[kind] = _address(slide, kind)
        shown.append({"slide": slide, **addresses})
    return {"result": result, "slides": shown, "offline": offline, "files": files,
            "fresh": request.args.get("from") == "start"}


def _address(slide: Slide, kind: str) -> str:
    assert slide.line is not None  # noqa: S101 - only winners have files
    return url_for("media.file", slug=current.contest.slug, code=slide.line.code,
                   number=slide.version, kind=kind)


def _stored(sha256: str) -> Path | None:
    try:
        return media.local(sha256)
    except FileNotFoundError:
        return None
