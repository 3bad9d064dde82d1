"""Measures frames as they come and keeps what people will look at; Pillow does the pixel work."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter, ImageStat

from ..probing.facts import Facts, PictureFacts
from .closer import spans_of
from .fingerprint import PictureHasher
from .plan import Plan
from .runs import DARK, Run, RunFinder, is_black

MOST_TILES = 30
COLUMNS = 5
POSTER_FROM, POSTER_TO = 0.08, 0.9  # shares of the clip between which the poster is looked for
RING_OUT_S = 3.0  # music may ring out under the last frame for so long


@dataclass
class Tile:
    """A frame kept for the contact sheet."""

    at: float
    image: Image.Image


class PictureReader:
    """Takes RGB frames of ``plan.tile`` size in order; answers with ``PictureFacts``."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.samples = 0
        self.last = 0.0
        self.tiles: list[Tile] = []
        self.poster_at = 0.0
        self.hasher = PictureHasher()
        self._best = -1.0
        self._stretches = RunFinder()
        self._brightest: Image.Image | None = None

    def frame(self, at: float, pixels: bytes) -> None:
        """One frame, shown ``at`` seconds from the start."""
        image = Image.frombytes("RGB", self.plan.tile, pixels)
        grey = image.convert("L")
        black = is_black(grey)
        self._stretches.look(at, grey, black)
        self._brightest = (
            grey if self._brightest is None else ImageChops.lighter(self._brightest, grey)
        )
        self._keep_tile(at, image)
        self._consider_poster(at, grey, black)
        self.hasher.frame(at, grey)
        self.samples += 1
        self.last = at

    @property
    def poster_is_settled(self) -> bool:
        """Whether no later frame can become the poster."""
        return self._best >= 0 and self.last > POSTER_TO * self.plan.seconds > 0

    def runs(self, end: float) -> list[Run]:
        """Black and motionless stretches among the looks; the picture ends at ``end`` seconds."""
        return self._stretches.close(end)

    def facts(self, facts: Facts, runs: Sequence[Run]) -> PictureFacts:
        """What the frames seen add up to; ``facts`` gives length and display size.

        Where there is sound and no picture players show black before it and its last frame after.
        """
        video = facts.video
        early = [span for span in facts.only_sound if span[1] <= video.start_s]
        late = [(a, b) for a, b in facts.only_sound if a > video.start_s and b - a > RING_OUT_S]
        box = self._active(facts.video.display_width, facts.video.display_height)
        return PictureFacts(
            samples=self.samples,
            interval_s=round(self.plan.interval_s, 3),
            method="keyframes" if self.plan.keys_only else "all frames",
            black=spans_of(runs, black=True, more=early),
            frozen=spans_of(runs, black=False, more=late),
            active_width=box[2],
            active_height=box[3],
            active_left=box[0],
            active_top=box[1],
            complete=facts.complete and video.start_s + video.duration_s <= self.plan.seconds,
        )

    def sheet(self) -> Image.Image:
        """The contact sheet: ``COLUMNS`` across, in time order, without margins."""
        width, height = self.plan.tile
        rows = math.ceil(len(self.tiles) / COLUMNS)
        sheet = Image.new("RGB", (width * min(COLUMNS, len(self.tiles)), height * rows))
        for tile, (x, y) in zip(self.tiles, self.places(), strict=True):
            sheet.paste(tile.image, (x, y))
        return sheet

    def places(self) -> list[tuple[int, int]]:
        """Left upper corner of every tile on the sheet, in pixels."""
        width, height = self.plan.tile
        return [(i % COLUMNS * width, i // COLUMNS * height) for i in range(len(self.tiles))]

    def _keep_tile(self, at: float, image: Image.Image) -> None:
        wanted = len(self.tiles) * self.plan.seconds / MOST_TILES
        if len(self.tiles) < MOST_TILES and at >= wanted - 0.05:
            self.tiles.append(Tile(at, image))

    def _consider_poster(self, at: float, grey: Image.Image, black: bool) -> None:
        """The most detailed frame away from the titles at either end stands for the clip."""
        share = at / self.plan.seconds if self.plan.seconds else 0.5
        within = POSTER_FROM <= share <= POSTER_TO
        if black or (self._best >= 0 and not within):
            return
        small = grey.reduce(2)
        edges = ImageStat.Stat(small.filter(ImageFilter.FIND_EDGES)).mean[0]
        score = edges * ImageStat.Stat(small).stddev[0]
        if not within:  # only until a better one comes
            score = 0.0
        if score > self._best:
            self._best, self.poster_at = score, at

    def _active(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Place and size of the picture inside black bars, in displayed pixels."""
        if self._brightest is None:
            return 0, 0, 0, 0
        bright = self._brightest.point(lambda v: 255 if v > DARK else 0)
        columns = _lit(bright.resize((bright.width, 1), Image.Resampling.BOX))
        rows = _lit(bright.resize((1, bright.height), Image.Resampling.BOX))
        if columns is None or rows is None:
            return 0, 0, 0, 0
        left, right = columns[0], columns[2]
        top, bottom = rows[1], rows[3]
        return (
            round(left * width / bright.width),
            round(top * height / bright.height),
            round((right - left) * width / bright.width),
            round((bottom - top) * height / bright.height),
        )


def _lit(line: Image.Image) -> tuple[int, int, int, int] | None:
    # A line counts when a twentieth of it is lit, so that specks in a bar do not.
    return line.point(lambda v: 255 if v > 255 // 20 else 0).getbbox()
