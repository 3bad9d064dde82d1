"""Every rule by its stable name, in the order in which findings are reported.

``RULES`` are a clip's, ``OF_KIND`` those of every kind of entry.
"""

from __future__ import annotations

from . import clip, coding, picture, sound
from .files import DOCUMENT_RULES, PICTURE_RULES, TEXT_RULES
from .kinds import Judgement, Limit, Rule, accept

_ORDER = (
    "intact",
    "container",
    "duration",
    "aspect_ratio",
    "resolution",
    "frame_rate",
    "bitrate",
    "codec",
    "borders",
    "black",
    "frozen",
    "audio_present",
    "audio_silent",
    "audio_level",
    "audio_clipping",
    "audio_noise",
    "audio_hum",
    "audio_mono",
    "audio_one_sided",
    "audio_antiphase",
)
_ALL = {rule.name: rule for rule in (*clip.RULES, *coding.RULES, *picture.RULES, *sound.RULES)}

RULES: dict[str, Rule] = {name: _ALL[name] for name in _ORDER}

CLIP = "clip"
OF_KIND: dict[str, dict[str, Rule]] = {
    CLIP: RULES,
    "picture": PICTURE_RULES,
    "document": DOCUMENT_RULES,
    "text": TEXT_RULES,
}

__all__ = ["CLIP", "OF_KIND", "RULES", "Judgement", "Limit", "Rule", "accept"]
