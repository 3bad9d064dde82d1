"""What MediaInfo and MediaConch say about a clip, put beside our facts and findings."""

from __future__ import annotations

import json
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from media_checks import Facts, Policy
from media_checks.words import parse_ratio

Ask = Callable[..., str]  # what a program prints; files among its arguments are paths
Said = dict[str, Any]  # a fact by its name; absent where a tool says nothing
SPACE = "{https://mediaarea.net/mediaconch}"

# Our names and MediaInfo's.
CONTAINERS = {
    "mp4": "MPEG-4",
    "mov": "MPEG-4 QuickTime",
    "matroska": "Matroska",
    "webm": "WebM",
    "avi": "AVI",
    "mpegts": "MPEG-TS",
    "mpeg": "MPEG-PS",
}
CODECS = {
    "h264": "AVC",
    "hevc": "HEVC",
    "av1": "AV1",
    "vp8": "VP8",
    "vp9": "VP9",
    "mpeg4": "MPEG-4 Visual",
    "mpeg2video": "MPEG Video",
    "mpeg1video": "MPEG Video",
    "mjpeg": "JPEG",
    "prores": "ProRes",
    "dvvideo": "DV",
    "h263": "H.263",
    "aac": "AAC",
    "mp3": "MPEG Audio",
    "mp2": "MPEG Audio",
    "ac3": "AC-3",
    "eac3": "E-AC-3",
    "opus": "Opus",
    "vorbis": "Vorbis",
    "flac": "FLAC",
    "alac": "ALAC",
    "amr_nb": "AMR",
    "amr_wb": "AMR",
    **dict.fromkeys(("pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be"), "PCM"),
    **dict.fromkeys(("pcm_s32le", "pcm_f32le", "pcm_u8", "pcm_bluray"), "PCM"),
    "pcm_mulaw": "ADPCM",
}


def ours(facts: Facts) -> Said:
    """Our facts under the names that ``mediainfo`` uses below."""
    video, audio = facts.video, facts.audio
    across, down = (int(part) for part in video.sample_aspect.split(":"))
    said: Said = {
        "container": CONTAINERS[facts.container],
        "streams": 1 + (audio is not None) + facts.other_streams - facts.cover_pictures,
        "cover": facts.cover_pictures > 0,
        "video_codec": CODECS[video.codec],
        "width": video.width,
        "height": video.height,
        "pixel_aspect": across / down,
        "rotation": video.rotation,
        "display_width": video.display_width,
        "display_height": video.display_height,
        "video_s": video.duration_s,
        "frame_rate": video.frame_rate,
    }
    if audio is not None:
        said["audio_codec"] = CODECS[audio.codec]
        said |= {"channels": audio.channels, "sample_rate": audio.sample_rate}
        said["audio_s"] = audio.duration_s
    return said


def printed(program: str, *args: str | Path, env: Mapping[str, str] | None = None) -> str:
    """What a program prints, asked now."""
    command = [program, *map(str, args)]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=env).stdout


def mediainfo(path: Path, ask: Ask = printed) -> Said:
    """MediaInfo's facts. Its rotation is clockwise as ours; its shape is that before turning."""
    answer = ask("mediainfo", "--Output=JSON", path)
    tracks = json.loads(answer)["media"]["track"]
    general = next(t for t in tracks if t["@type"] == "General")
    counts = [int(general.get(f"{kind}Count", 0)) for kind in ("Video", "Audio", "Text")]
    brand = " QuickTime" if general.get("Format_Profile") == "QuickTime" else ""
    said: Said = {"container": general["Format"] + brand, "streams": sum(counts)}
    said["cover"] = general.get("Cover") == "Yes"
    said |= _picture(next(t for t in tracks if t["@type"] == "Video"))
    for track in (t for t in tracks if t["@type"] == "Audio"):
        said |= _sound(track)
        break  # the first one is the main one in every clip here
    return said


def _picture(track: Mapping[str, str]) -> Said:
    width, height = int(track["Width"]), int(track["Height"])
    rotation = round(float(track.get("Rotation", 0)))
    shown = (height * float(track["DisplayAspectRatio"]), height)
    if rotation in (90, 270):
        shown = (shown[1], shown[0])
    said: Said = {
        "video_codec": track["Format"],
        "width": width,
        "height": height,
        "pixel_aspect": float(track["PixelAspectRatio"]),
        "rotation": rotation,
        "display_width": shown[0],
        "display_height": shown[1],
    }
    return said | _numbers(track, {"video_s": "Duration", "frame_rate": "FrameRate"})


def _sound(track: Mapping[str, str]) -> Said:
    wanted = {"channels": "Channels", "sample_rate": "SamplingRate", "audio_s": "Duration"}
    return {"audio_codec": track["Format"], **_numbers(track, wanted)}


def _numbers(track: Mapping[str, str], wanted: Mapping[str, str]) -> Said:
    return {name: float(track[field]) for name, field in wanted.items() if field in track}


def disagreements(a: Said, b: Said) -> list[str]:
    """Names of the facts that one side lacks or that lie further apart than rounding explains."""
    return sorted(
        name for name in a.keys() | b.keys()
        if name not in a or name not in b or gap(a[name], b[name]) > _slack(name, a)
    )  # fmt: skip


def gap(one: Any, other: Any) -> float:
    """How far apart two values are; words and booleans are equal or endlessly far apart."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other)
    return 0.0 if one == other else float("inf")


def _slack(name: str, said: Said) -> float:
    if name in ("video_s", "audio_s"):
        return max(0.1, 1 / said["frame_rate"]) + 0.001
    if name == "frame_rate":  # a frame more or less over the whole clip
        return 1 / float(said["video_s"]) + 0.001
    return {"pixel_aspect": 0.001, "display_width": 1.0, "display_height": 1.0}.get(name, 0.0)


def mediaconch(
    path: Path, policies: list[Policy], folder: Path, ask: Ask = printed
) -> dict[str, str]:
    """MediaConch's outcome (pass, fail) by ``policy/rule``, of the rules that it can express.

    The outcomes are read from its report: the exit status is 0 whatever it finds. It keeps reports
    in a database in the home folder and serves them again, so it gets a home of its own.
    One clip a run: asked about several at once, it lets some pass that it fails by themselves.
    """
    root = _group("and", "all", *map(policy_element, policies))
    (folder / "policy.xml").write_bytes(ET.tostring(root, xml_declaration=True))
    home = {"HOME": str(folder)}
    report = ET.fromstring(ask("mediaconch", "-fx", "-p", folder / "policy.xml", path, env=home))
    return {
        f"{policy.get('name')}/{rule.get('name')}": str(rule.get("outcome"))
        for policy in report.iterfind(f"{SPACE}media/{SPACE}policy/{SPACE}policy")
        for rule in policy.iterfind(f"{SPACE}policy")
    }


def policy_element(policy: Policy) -> ET.Element:
    """The rules of ``policy`` that look at headers, as MediaConch wants them."""
    parts = [
        _group("and", name, *EXPRESSED[name](limits))
        for name, limits in policy.rules.items()
        if name in EXPRESSED
    ]
    return _group("and", policy.name, *parts)


def _group(kind: str, name: str, *parts: ET.Element) -> ET.Element:
    element = ET.Element("policy", type=kind, name=name, license="CC0-1.0")
    element.extend(parts)
    return element


def _rule(track: str, value: str, operator: str, wanted: object = "") -> ET.Element:
    names = {"name": f"{track} {value}", "value": value, "tracktype": track, "occurrence": "*"}
    element = ET.Element("rule", operator=operator, **names)
    element.text = str(wanted)
    return element


def _between(value: str, low: float, high: float) -> list[ET.Element]:
    return [_rule("Video", value, ">=", low), _rule("Video", value, "<=", high)]


def _one_of(track: str, names: list[str], *or_else: ET.Element) -> ET.Element:
    known = CODECS | CONTAINERS
    wanted = sorted({known[name].removesuffix(" QuickTime") for name in names})
    return _group("or", track, *(_rule(track, "Format", "=", word) for word in wanted), *or_else)


def _container(limits: Mapping[str, Any]) -> list[ET.Element]:
    coded = {"video": limits["video_codecs"], "audio": limits["audio_codecs"]}
    return [_one_of("General", limits["containers"]), *_codec(coded)]


def _codec(limits: Mapping[str, Any]) -> list[ET.Element]:
    silent = _rule("General", "AudioCount", "must not exist")
    return [_one_of("Video", limits["video"]), _one_of("Audio", limits["audio"], silent)]


def _duration(limits: Mapping[str, Any]) -> list[ET.Element]:
    slack = limits["tolerance_s"]
    return _between("Duration", limits["min_s"] - slack, limits["max_s"] + slack)


def _shape(limits: Mapping[str, Any]) -> list[ET.Element]:
    ratio, slack = float(parse_ratio(limits["ratio"])), limits["tolerance_pct"] / 100
    return _between("DisplayAspectRatio", ratio * (1 - slack), ratio * (1 + slack))


# It cannot multiply, so the width shown is out of reach; nor swap the sides of a turned picture.
EXPRESSED: dict[str, Callable[[Mapping[str, Any]], list[ET.Element]]] = {
    "intact": lambda _: [_rule("General", "extra/IsTruncated", "must not exist")],
    "container": _container,
    "duration": _duration,
    "aspect_ratio": _shape,
    "resolution": lambda limits: [_rule("Video", "Height", ">=", limits["min_height"])],
    "frame_rate": lambda limits: _between("FrameRate", limits["min_fps"], limits["max_fps"]),
    "codec": _codec,
    "audio_present": lambda _: [_rule("General", "AudioCount", ">=", 1)],
}
