"""Which containers and decoders FFmpeg may use on a stranger's file.

Playlists and scripts (m3u8, ffconcat, DASH, SDP) open further files, and rare decoders are where
memory errors live; neither is ever needed for a clip from a phone or an editing program.
"""

from __future__ import annotations

from collections.abc import Collection

FORMATS = "mov,matroska,avi,mpegts,mpeg"
MAX_PIXELS = 33_554_432  # 7680x4320 fits; an 8192x8192 bomb does not
MAX_STREAMS = 32
MOST_PACKETS = 500_000  # more than an hour at 60 frames a second; read in twenty seconds

VIDEO_CODECS = (
    "h264",
    "hevc",
    "av1",
    "vp8",
    "vp9",
    "mpeg4",
    "mpeg2video",
    "mpeg1video",
    "mjpeg",
    "prores",
    "dvvideo",
    "h263",
)
AUDIO_CODECS = (
    "aac",
    "mp3",
    "mp2",
    "ac3",
    "eac3",
    "opus",
    "vorbis",
    "flac",
    "alac",
    "amr_nb",
    "amr_wb",
    "pcm_s16le",
    "pcm_s16be",
    "pcm_s24le",
    "pcm_s24be",
    "pcm_s32le",
    "pcm_f32le",
    "pcm_u8",
)
# The same plain samples as cameras, discs and telephones pack them; a policy that takes PCM takes
# these.
PCM_KIN = (
    "pcm_s32be",
    "pcm_f32be",
    "pcm_s8",
    "pcm_alaw",
    "pcm_mulaw",
    "pcm_bluray",
    "pcm_dvd",
)
SOUND_DECODED = (*AUDIO_CODECS, *PCM_KIN)
# Decoders that go by another name than the codec they decode.
_EXTRA_DECODERS = ("libdav1d", "libaom-av1", "mp3float", "mp2float", "amrnb", "amrwb")

DECODERS = ",".join((*VIDEO_CODECS, *SOUND_DECODED, *_EXTRA_DECODERS))

# ffprobe gives up unless it can open a decoder for every stream, so covers, subtitles and second
# tracks, which nothing here ever decodes, need theirs when headers are read.
_BESIDE = (
    *("png", "gif", "bmp", "webp", "tiff"),
    *("mov_text", "subrip", "srt", "ass", "ssa", "text", "webvtt", "dvbsub", "dvdsub", "pgssub"),
    *("cc_dec", "dca", "truehd", "mlp", "wmav1", "wmav2", "ac3_fixed", "aac_latm"),
    *("adpcm_ms", "adpcm_ima_wav", "adpcm_ima_qt", "pcm_f64le", "pcm_f64be", "g723_1", "gsm"),
    *("qcelp", "dvaudio", "speex", "libspeex"),
)


def takes(codecs: Collection[str], name: str) -> bool:
    """Whether a policy's list of codecs takes this one, or its close kin."""
    return name in codecs or (name in PCM_KIN and any(c.startswith("pcm_") for c in codecs))


INPUT_OPTIONS = {
    "protocol_whitelist": "file",
    "format_whitelist": FORMATS,
    "codec_whitelist": DECODERS,
    "max_pixels": str(MAX_PIXELS),
}


def probe_arguments() -> list[str]:
    """The same for ffprobe."""
    options = INPUT_OPTIONS | {"codec_whitelist": ",".join((DECODERS, *_BESIDE))}
    return [part for name, value in options.items() for part in (f"-{name}", value)]


def input_arguments() -> list[str]:
    """``INPUT_OPTIONS`` as arguments, to stand before the input."""
    return [part for name, value in INPUT_OPTIONS.items() for part in (f"-{name}", value)]
