"""Facts, poster, contact sheet, rendition and the phone's look agree on what is shown."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from media_checks import check, render
from media_checks.probing.probe import probe
from tests.media_checks.corpus import CORPUS

ROOT = Path(__file__).resolve().parents[3]
SHAPES = {
    "pixel-crop.mkv": (320, 240),
    "pixel-crop-spec.mkv": (320, 240),
    "pixel-crop-wide.mkv": (320, 180),
    "aperture.mp4": (320, 240),
    "aperture-wide.mp4": (320, 180),
    "aperture-turned.mp4": (320, 240),
    "cropped-by-codec.mp4": (324, 244),
    "stretched-fit.mp4": (320, 240),
    "upright.mp4": (240, 320),
}
LOOKED_AT = [
    *SHAPES, "good.mp4", "sound-too-long.mp4", "picture-late.mp4", "both-begin-late.mp4",
    "trimmed-on-the-phone.mp4", "sound-begins-late.mp4", "too-short.mp4", "no-sound.mp4",
]  # fmt: skip
# MediaInfo in the browser, and what the page makes of it.
LOOK = """
import fs from "fs";
import mediaInfoFactory from "mediainfo.js";
import { displayed } from "./contest/assets/js/precheck.js";
const info = await mediaInfoFactory({ format: "object" });
for (const path of process.argv.slice(2)) {
  const bytes = fs.readFileSync(path);
  const read = (length, offset) => new Uint8Array(bytes.subarray(offset, offset + length));
  const { media } = await info.analyzeData(bytes.length, read);
  console.log(JSON.stringify(displayed(media.track)));
}
"""


FEW = {"pixel-crop-wide.mkv", "aperture-turned.mp4"}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in FEW else [pytest.mark.long]) for name in SHAPES]
)
def test_all_pictures_have_the_shape_of_the_facts(name, clip, small, tmp_path):
    report = check(clip(name), small, artefacts=tmp_path)
    video, shape = report.facts.video, SHAPES[name]
    assert (video.display_width, video.display_height) == shape
    rendered = render(clip(name), tmp_path / "web.mp4")
    with Image.open(tmp_path / "poster.jpg") as image:
        poster = image.size
    tile = report.artefacts["contact_sheet"]["tiles"][0]
    for width, height in (
        poster,
        (tile["width"], tile["height"]),
        (rendered.width, rendered.height),
    ):
        assert width / height == pytest.approx(shape[0] / shape[1], rel=0.02)
    # Nothing outside of the part shown is seen: the picture fills the frame.
    assert report.facts.picture.active_width == pytest.approx(shape[0], rel=0.02)


def test_what_is_cut_off_is_seen_nowhere(clip, tmp_path):
    assert probe(clip("aperture.mp4")).facts.video.crop == (56, 0, 320, 240)
    rendered = render(clip("aperture.mp4"), tmp_path / "web.mp4")
    assert (rendered.method, rendered.width, rendered.height) == ("encode", 320, 240)


@pytest.fixture(scope="module")
def looked(clip, tmp_path_factory) -> dict[str, dict[str, object]]:
    """What the page on the phone says about each clip."""
    names = [name for name in LOOKED_AT if name in {entry.name for entry in CORPUS}]
    script = ROOT / f".look-{tmp_path_factory.mktemp('look').name}.mjs"
    try:
        script.write_text(LOOK)
        subprocess.run(
            ["node_modules/.bin/esbuild", str(script), "--bundle", "--platform=node",
             "--format=esm", "--external:mediainfo.js",
             "--alias:mediainfo.js/MediaInfoModule.wasm=path",
             f"--outfile={script}", "--allow-overwrite"],
            cwd=ROOT, check=True, capture_output=True,
        )  # fmt: skip
        said = subprocess.run(
            ["node", str(script), *(str(clip(name)) for name in names)],
            cwd=ROOT, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
    finally:
        script.unlink(missing_ok=True)
    return dict(zip(names, map(json.loads, said.splitlines()), strict=True))


def test_the_phone_agrees_before_a_byte_is_sent(looked, clip):
    for name, said in looked.items():
        facts = probe(clip(name)).facts
        if "width" in said:  # what it cannot tell it leaves to the server
            assert (said["width"], said["height"]) == pytest.approx(
                (facts.video.display_width, facts.video.display_height), abs=1
            ), name
        if said["duration"]:
            assert said["duration"] == pytest.approx(facts.duration_s, abs=0.15), name
            assert said["picture"] == pytest.approx(facts.video.duration_s, abs=0.15), name
        assert said["audio"] == (facts.audio is not None), name
