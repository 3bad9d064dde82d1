"""What is true about a clip, as a viewer sees it. Rules judge these facts, nothing else."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

Span = tuple[float, float]


@dataclass(frozen=True)
class VideoFacts:
    """The one video stream that counts. Sizes in pixels, times in seconds.

    ``display_*`` are after sample aspect ratio and rotation; ``rotation`` in degrees clockwise.
    ``duration_s`` is the time that frames cover, from the packets; ``header_s`` what the header
    claims, None when it claims nothing. ``key_gap_s`` is the longest wait for a keyframe.

    ``crop`` is the part of the stored picture that the container wants shown (left, top, width,
    height), None for all of it. ``start_s`` is when the picture begins in the clip, ``last_s``
    when its last frame does; ``held`` are stretches of seconds that one frame stands for.
    ``sizes`` are the displayed sizes where the picture changes its size, with the time of each.
    """

    codec: str
    profile: str
    pixel_format: str
    width: int
    height: int
    sample_aspect: str
    rotation: int
    display_width: int
    display_height: int
    frames: int
    frame_rate: float
    duration_s: float
    header_s: float | None
    key_frames: int
    key_gap_s: float
    bit_rate: int
    crop: tuple[int, int, int, int] | None = None
    start_s: float = 0.0
    last_s: float = 0.0
    held: list[Span] = field(default_factory=list)
    sizes: list[tuple[float, int, int]] = field(default_factory=list)


@dataclass(frozen=True)
class AudioFacts:
    """The one audio stream that counts; times in seconds, ``start_s`` when it begins."""

    codec: str
    profile: str
    channels: int
    layout: str
    sample_rate: int
    duration_s: float
    header_s: float | None
    bit_rate: int
    start_s: float = 0.0
    packets: int = 0


@dataclass(frozen=True)
class SoundFacts:
    """What was heard: EBU R128 loudness (LUFS, LU), true peak (dBTP), levels in dB.

    ``speech_to_noise`` compares the loudest tenth of short windows with the quietest tenth,
    200–8000 Hz; ``quiet_flatness`` says what the quiet windows consist of (near 0 dB: hiss; far
    below: tones, music, room). ``silences`` are stretches below -50 dB of at least 0.5 s, and those
    without any sound. ``measured`` is False when FFmpeg gave no measurement: the other values
    say nothing then.

    ``side_gap`` is how much louder one side is than the other in dB, ``correlation`` how alike
    both swing (1 the same, -1 opposite); None for one channel. ``hum_hz`` is the mains tone that
    stands out most in the pauses, by ``hum_db`` over its neighbours, at ``hum_level`` dBFS.
    ``full_scale_pct`` of all samples lie in the last decibel: clipping piles them up there. Where
    so few do that no rule asks further, the quick pass gives the highest sample as ``true_peak``.
    """

    loudness: float
    loudness_range: float
    true_peak: float
    crest: float
    silences: list[Span]
    silent_share: float
    speech_to_noise: float | None
    quiet_flatness: float | None
    side_gap: float | None = None
    correlation: float | None = None
    hum_hz: int | None = None
    hum_db: float | None = None
    hum_level: float | None = None
    full_scale_pct: float = 0.0
    measured: bool = True


@dataclass(frozen=True)
class PictureFacts:
    """What was seen on ``samples`` frames, one every ``interval_s`` or so.

    ``active_*`` is the place and size, as displayed, of the picture inside any black bars; 0 when
    all was black. ``complete`` is False when only the first part of a very long clip was looked at.
    """

    samples: int
    interval_s: float
    method: str
    black: list[Span]
    frozen: list[Span]
    active_width: int
    active_height: int
    complete: bool = True
    active_left: int = 0
    active_top: int = 0


@dataclass(frozen=True)
class Problem:
    """Something missing or damaged: a stable ``kind``, where (seconds), and numbers to show."""

    kind: str
    at: float | None = None
    detail: str = ""


@dataclass(frozen=True)
class Facts:
    """Everything known about one file. ``picture`` and ``sound`` are None until scanned.

    ``duration_s`` is what a player shows: from the first of picture and sound to the last.
    ``only_sound`` and ``only_picture`` are stretches of it with just one of them. ``remarks`` are
    faults that are worth a word and no more; ``complete`` is False when the file has so many
    packets that only the first of them were counted. ``made_by`` is a guess which app or camera
    made the file (``probing/origin.py``), empty where nothing tells.
    """

    size: int
    container: str
    brand: str
    duration_s: float
    video: VideoFacts
    audio: AudioFacts | None
    other_streams: int
    cover_pictures: int
    problems: list[Problem]
    picture: PictureFacts | None = None
    sound: SoundFacts | None = None
    only_picture: list[Span] = field(default_factory=list)
    only_sound: list[Span] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    complete: bool = True
    made_by: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, the displayed size on top as well."""
        size = {"display_width": self.video.display_width}
        size["display_height"] = self.video.display_height
        return {**size, **asdict(self)}
