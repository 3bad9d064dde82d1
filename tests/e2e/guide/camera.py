"""Pictures of a screen, with numbers on what a text points to."""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

# How a screen is seen: its width in CSS pixels, the height of a picture at most, and how many
# pixels of the file a CSS pixel gets.
WIDTHS = {"phone": (390, 780, 1.25), "desk": (1000, 640, 1.0)}
QUALITY = {"phone": 40, "desk": 45}
AIR = 120  # CSS pixels above and below what is marked
MARK = """(elements) => elements.map((element, index) => {
  element.style.outline = "3px solid #d6401f";
  element.style.outlineOffset = "3px";
  element.style.borderRadius = element.style.borderRadius || "4px";
  const box = element.getBoundingClientRect();
  const badge = document.createElement("b");
  badge.textContent = index + 1;
  Object.assign(badge.style, {
    position: "absolute", zIndex: 99, display: "grid", placeItems: "center",
    width: "26px", height: "26px", borderRadius: "50%", background: "#d6401f", color: "#fff",
    font: "700 15px/1 sans-serif", boxShadow: "0 0 0 2px #fff",
    left: Math.min(innerWidth - 30, box.right + scrollX - 12) + "px",
    top: box.top + scrollY - 16 + "px",
  });
  document.body.append(badge);
  return [box.top + scrollY, box.bottom + scrollY];
})"""


def take(page: Page, marks: tuple[str, ...], kind: str) -> Image.Image:
    """The part of the page around the first of each mark; all marks must be there."""
    width, most, _ = WIDTHS[kind]
    found = [page.locator(mark).locator("visible=true").first for mark in marks]
    handles = [one.element_handle(timeout=5000) for one in found]
    spans = page.evaluate(MARK, handles)
    top = max(0, min((span[0] for span in spans), default=0) - AIR)
    top = 0 if top < AIR * 2 else top
    bottom = max((span[1] for span in spans), default=most) + AIR
    whole = page.evaluate("document.documentElement.scrollHeight")
    height = min(max(bottom - top, most / 2), most, whole - top)
    clip = {"x": 0, "y": top, "width": width, "height": height}
    shot = page.screenshot(clip=clip, full_page=True, animations="disabled")  # type: ignore[arg-type]
    return Image.open(io.BytesIO(shot)).convert("RGB")


def keep(picture: Image.Image, file: Path, kind: str) -> list[int]:
    """Write it as WebP; its width and height in CSS pixels."""
    picture.save(file, "WEBP", quality=QUALITY[kind], method=6)
    scale = WIDTHS[kind][2]
    return [round(picture.width / scale), round(picture.height / scale)]
