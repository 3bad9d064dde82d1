"""A short film of a screen: Chromium's own screencast, the step's title drawn on it, captions."""

import base64
import subprocess
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Error, Locator, Page

from contest.languages import LANGUAGES
from media_checks.tools import find_tools

WIDTH, HEIGHT = 390, 844
RATE = 8  # pictures a second
STILL = 2.6  # seconds; nothing of the film waits for longer, however slow the machine
LAST = 2.5
TITLE = """(text) => {
  document.getElementById("film-title")?.remove();
  const bar = document.createElement("div");
  bar.id = "film-title";
  bar.textContent = text;
  Object.assign(bar.style, {
    position: "fixed", left: 0, right: 0, bottom: 0, zIndex: 999, padding: "14px 16px 18px",
    background: "#15202f", color: "#fff", font: "600 17px/1.35 system-ui, sans-serif",
    borderTop: "4px solid #da251d",
  });
  document.body.append(bar);
}"""
TOUCH = """(element) => {
  const box = element.getBoundingClientRect(), dot = document.createElement("div");
  Object.assign(dot.style, {
    position: "fixed", zIndex: 1000, width: "44px", height: "44px", borderRadius: "50%",
    left: Math.min(box.left + box.width / 2, innerWidth - 40) - 22 + "px",
    top: box.top + box.height / 2 - 22 + "px", background: "rgb(218 37 29 / 35%)",
    border: "3px solid #da251d", pointerEvents: "none",
  });
  document.body.append(dot);
  setTimeout(() => dot.remove(), 700);
}"""
INTO_VIEW = """(element) => {
  const place = element.getBoundingClientRect();
  scrollTo({ top: scrollY + place.top - innerHeight * 0.38, behavior: "smooth" });
}"""


@dataclass
class Recorder:
    """Films ``page`` from ``begin`` to ``finish``; pictures wait in ``folder``."""

    page: Page
    language: str
    folder: Path
    frames: list[float] = field(default_factory=list)  # when each picture was taken
    steps: list[tuple[float, str, str]] = field(default_factory=list)
    title: str = ""

    def begin(self) -> None:
        self.screen = self.page.context.new_cdp_session(self.page)
        self.screen.on("Page.screencastFrame", self._picture)
        self.screen.send("Page.startScreencast", {"format": "jpeg", "quality": 80})

    def _picture(self, frame: dict[str, Any]) -> None:
        file = self.folder / f"{len(self.frames):05}.jpg"
        file.write_bytes(base64.b64decode(frame["data"]))
        self.frames.append(frame["metadata"].get("timestamp") or time.time())
        self.screen.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})

    # ------------------------------------------------------------------ what is done on the screen

    def say(self, vi: str, en: str, seconds: float = 1.8) -> None:
        """The title of the next step, drawn on the screen and kept as a caption."""
        self.title = {"vi": vi, "en": en}[self.language]
        self.steps.append((time.time(), vi, en))
        self._draw()
        self.wait(seconds)

    def wait(self, seconds: float) -> None:
        self.page.wait_for_timeout(seconds * 1000)

    def show(self, selector: str, seconds: float = 1.2) -> Locator:
        """Scroll to the first of these that is seen."""
        found = self.page.locator(selector).locator("visible=true").first
        found.evaluate(INTO_VIEW)
        self.wait(seconds)
        return found

    def tap(self, selector: str, seconds: float = 1.2) -> None:
        found = self.show(selector, 0.7)
        found.evaluate(TOUCH)
        self.wait(0.5)
        found.click(force=True)
        self.page.wait_for_load_state("load")
        self._draw()
        self.wait(seconds)

    def write(self, selector: str, text: str, *, key: str = "") -> None:
        found = self.show(selector, 0.4)
        found.click(force=True)
        found.press_sequentially(text, delay=60)
        if key:
            self.page.keyboard.press(key)
        self.wait(0.3)

    def _draw(self) -> None:
        """Draw the title, on the next page where a tap has led there meanwhile."""
        try:
            self.page.evaluate(TITLE, self.title)
        except Error:
            self.page.wait_for_load_state("load")
            self.page.evaluate(TITLE, self.title)

    # ------------------------------------------------------------------ the film

    def finish(self, stem: Path) -> float:
        """Write ``stem.webm``, a still and the captions of both languages; its length in s."""
        self.wait(0.5)
        self.screen.send("Page.stopScreencast")
        lengths = [min(after - before, STILL) for before, after in pairwise(self.frames)] + [LAST]
        self._encode(lengths, stem.with_name(f"{stem.name}.webm"))
        first = Image.open(self.folder / f"{len(self.frames) // 3:05}.jpg")
        first.save(stem.with_name(f"{stem.name}.webp"), "WEBP", quality=40, method=6)
        for number, language in enumerate(LANGUAGES, 1):
            text = self._captions(lengths, number)
            stem.with_name(f"{stem.name}.{language}.vtt").write_text(text)
        return sum(lengths)

    def _encode(self, lengths: list[float], film: Path) -> None:
        lines = ["ffconcat version 1.0"]
        for number, length in enumerate(lengths):
            lines += [f"file {number:05}.jpg", f"duration {length:.3f}"]
        told = self.folder / "frames.ffconcat"
        told.write_text("\n".join([*lines, f"file {len(lengths) - 1:05}.jpg"]) + "\n")
        subprocess.run(
            [find_tools().ffmpeg, "-y", "-loglevel", "error", "-safe", "0", "-f", "concat", "-i",
             str(told), "-an", "-vf", f"fps={RATE},scale={WIDTH}:{HEIGHT}", "-c:v", "libvpx-vp9",
             "-crf", "44", "-b:v", "0", "-g", "240", "-row-mt", "1", "-cpu-used", "4",
             "-pix_fmt", "yuv420p", str(film)],
            check=True,
        )

    def _captions(self, lengths: list[float], which: int) -> str:
        whole = sum(lengths)
        at = [self._in_film(step[0], lengths) for step in self.steps] + [whole]
        cues = [
            f"{_clock(begin)} --> {_clock(end)} line:0\n{step[which]}"
            for (begin, end), step in zip(pairwise(at), self.steps, strict=True)
        ]
        return "WEBVTT\n\n" + "\n\n".join(cues) + "\n"

    def _in_film(self, moment: float, lengths: list[float]) -> float:
        """Where in the film a moment of the recording is."""
        before = sum(1 for taken in self.frames if taken <= moment)
        return sum(lengths[:max(before - 1, 0)])


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"00:{int(minutes):02}:{rest:06.3f}"
