"""Which picture and which sound of a file count: those that a player would choose."""

from __future__ import annotations

from . import allowed, headers
from .headers import Stream
from .refusals import codec_refused, frame_too_large, no_picture, no_picture_inside


def main_streams(streams: list[Stream]) -> tuple[Stream, Stream | None]:
    """The picture and the sound that are played; the others are nobody's concern.

    What can be decoded goes before what cannot, a film before a single picture, an enabled or
    "default" track before others, then the first. Raises ``Unreadable`` when there is no picture,
    or nothing of a kind can be decoded.
    """
    videos = [s for s in streams if s.get("codec_type") == "video" and not headers.is_cover(s)]
    audios = [s for s in streams if s.get("codec_type") == "audio"]
    if not videos:
        raise no_picture(cover=any(headers.is_cover(s) for s in streams))
    video = max(videos, key=lambda s: (_known(s, allowed.VIDEO_CODECS), _moves(s), _default(s)))
    audio = max(audios, key=lambda s: (_known(s, allowed.SOUND_DECODED), _default(s)), default=None)
    _refuse_unsafe(video)
    if audio is not None and not _known(audio, allowed.SOUND_DECODED):
        raise codec_refused(_name(audio), "âm thanh", "sound")
    return video, audio


def _known(stream: Stream, codecs: tuple[str, ...]) -> bool:
    """Apple's spatial sound has no name in FFmpeg; old phones name a track without any channel."""
    empty = stream.get("codec_type") == "audio" and stream.get("channels") == 0
    return stream.get("codec_name") in codecs and not empty


def _moves(stream: Stream) -> bool:
    return str(stream.get("nb_frames", "")) != "1"


def _default(stream: Stream) -> bool:
    """In MP4 and MOV FFmpeg calls a track default when it is enabled."""
    return bool(stream.get("disposition", {}).get("default"))


def _name(stream: Stream) -> str:
    tag = str(stream.get("codec_tag_string", "")).strip("[]0. ")
    return str(stream.get("codec_name") or tag)[:40]


def _refuse_unsafe(video: Stream) -> None:
    if not _known(video, allowed.VIDEO_CODECS):
        raise codec_refused(_name(video), "hình", "picture")
    width, height = video.get("width", 0), video.get("height", 0)
    if width <= 0 or height <= 0:
        raise no_picture_inside()
    if width * height > allowed.MAX_PIXELS:
        raise frame_too_large(width, height)
