"""The picture beside a finding: the frame where it begins, cropped from the contact sheet."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from contest.models import Derivative, Submission
from contest.views.shared.support import current

# Rules whose findings a single frame can show.
SEEN = frozenset({"aspect_ratio", "resolution", "borders", "black", "frozen"})


def beside(
    submission: Submission, found: list[dict[str, Any]], made: Mapping[str, Derivative]
) -> list[dict[str, Any]]:
    """The findings, each with its ``still`` (address, size, tile, time code) or None. ``made``: the
    files made from the clip, by kind."""
    sheet = made.get("sheet")
    if sheet is None or not sheet.data.get("tiles"):
        return [finding | {"still": None} for finding in found]
    return [finding | {"still": _still(submission, sheet, finding)} for finding in found]


def _still(
    submission: Submission, sheet: Derivative, finding: Mapping[str, Any]
) -> dict[str, Any] | None:
    if finding["kind"] == "ok" or finding["rule"] not in SEEN or submission.version is None:
        return None
    tiles, begins = sheet.data["tiles"], next((span[0] for span in finding["at"]), None)
    tile = tiles[len(tiles) // 2] if begins is None else _at(tiles, begins)
    minutes, seconds = divmod(int(tile["at"]), 60)
    return {
        "src": url_for("media.file", slug=current.contest.slug, code=submission.code,
                       number=submission.version.number, kind="sheet"),
        "width": sheet.data["width"], "height": sheet.data["height"], "tile": tile,
        "alt": _("Khung hình tại %(at)s của clip", at=f"{minutes}:{seconds:02}"),
        "at": f"{minutes}:{seconds:02}",
    }


def _at(tiles: list[dict[str, Any]], begins: float) -> dict[str, Any]:
    """The first tile from ``begins`` (s) on, or the last one."""
    return next((tile for tile in tiles if tile["at"] >= begins), tiles[-1])
