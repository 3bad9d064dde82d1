"""Rules about what is heard. Plan III.3: "âm thanh rõ ràng và không có tạp âm"."""

from __future__ import annotations

from ..facts import Facts
from ..words import Text, number, stretches
from .kinds import Judged, Limit, Limits, Rule


def _present(facts: Facts, _limits: Limits) -> Judged:
    if facts.audio is not None and facts.audio.duration_s > 0:
        return Judged(True, True, True, Text("Clip có âm thanh.", "The clip has sound."))
    message = Text(
        "Clip không có âm thanh. Hãy bật tiếng gốc hoặc thêm lời trong ứng dụng dựng phim "
        "rồi xuất lại.",
        "The clip has no sound. Turn the original sound on or add speech in the editing app, "
        "then export again.",
    )
    return Judged(False, False, True, message)


def _silent(facts: Facts, limits: Limits) -> Judged | None:
    sound = facts.sound
    if sound is None:
        return None
    share = 100 * sound.silent_share
    found = {"silent_pct": round(share, 1), "loudness_lufs": sound.loudness}
    allowed = {name: limits[name] for name in ("max_share_pct", "min_lufs")}
    advice = Text(
        "Hãy kiểm tra âm lượng của tiếng gốc trong ứng dụng dựng phim rồi xuất lại.",
        "Check the volume of the original sound in the editing app and export again.",
    )
    if sound.loudness < limits["min_lufs"]:
        level, low = number(sound.loudness, 1), number(limits["min_lufs"])
        message = Text(
            f"Âm thanh gần như câm: {level.vi} LUFS; cần từ {low.vi} LUFS trở lên.",
            f"The sound is all but silent: {level.en} LUFS; {low.en} LUFS or more is needed.",
        )
        return Judged(False, found, allowed, message + advice)
    most, is_ = number(limits["max_share_pct"]), number(share)
    message = Text(
        f"Khoảng lặng chiếm {is_.vi} % clip; cho phép tối đa {most.vi} %.",
        f"Silence takes {is_.en} % of the clip; at most {most.en} % is allowed.",
    )
    if share <= limits["max_share_pct"]:
        return Judged(True, found, allowed, message)
    where = stretches(sound.silences)
    place = Text(f"Các đoạn: {where.vi}.", f"Stretches: {where.en}.")
    return Judged(False, found, allowed, message + place + advice, at=sound.silences)


def _level(facts: Facts, limits: Limits) -> Judged | None:
    if facts.sound is None:
        return None
    found, low, high = facts.sound.loudness, limits["min_lufs"], limits["max_lufs"]
    allowed = {"min_lufs": low, "max_lufs": high}
    shown, least, most = number(found, 1), number(low), number(high)
    start = Text(
        f"Độ to của âm thanh {shown.vi} LUFS; nên trong khoảng {least.vi} đến {most.vi} LUFS.",
        f"Loudness {shown.en} LUFS; {least.en} to {most.en} LUFS is wanted.",
    )
    if found < low:
        advice = Text("Tiếng nhỏ: hãy tăng âm lượng giọng nói.", "Quiet: turn the speech up.")
    elif found > high:
        advice = Text("Tiếng quá to: hãy giảm âm lượng.", "Too loud: turn the volume down.")
    else:
        return Judged(True, found, allowed, start)
    return Judged(False, found, allowed, start + advice)


def _clipping(facts: Facts, limits: Limits) -> Judged | None:
    """Peaks alone are common after AAC; peaks on a signal without dynamics are clipping."""
    sound = facts.sound
    if sound is None:
        return None
    found = {"true_peak_dbtp": sound.true_peak, "crest": sound.crest}
    allowed = {name: limits[name] for name in ("max_true_peak_dbtp", "min_crest")}
    bad = sound.true_peak > limits["max_true_peak_dbtp"] and sound.crest < limits["min_crest"]
    if not bad:
        return Judged(True, found, allowed, Text("Âm thanh không vỡ.", "The sound is not clipped."))
    peak = number(sound.true_peak, 1)
    message = Text(
        f"Âm thanh có dấu hiệu vỡ tiếng (đỉnh {peak.vi} dBTP). Hãy giảm âm lượng trước khi xuất, "
        "hoặc thu lại xa micro hơn.",
        f"The sound seems to be clipped (peak {peak.en} dBTP). Turn the volume down before "
        "exporting, or record farther from the microphone.",
    )
    return Judged(False, found, allowed, message)


def _noise(facts: Facts, limits: Limits) -> Judged | None:
    """Hiss fills the pauses evenly; music and room tone do not, so flatness tells them apart."""
    sound = facts.sound
    if sound is None or sound.speech_to_noise is None or sound.quiet_flatness is None:
        return None
    found = {"speech_to_noise_db": sound.speech_to_noise, "flatness_db": sound.quiet_flatness}
    allowed = {name: limits[name] for name in ("min_speech_to_noise_db", "max_flatness_db")}
    hiss = sound.quiet_flatness > limits["max_flatness_db"]
    if not hiss or sound.speech_to_noise >= limits["min_speech_to_noise_db"]:
        message = Text("Không thấy tạp âm nền rõ rệt.", "No marked background noise.")
        return Judged(True, found, allowed, message)
    by, least = number(sound.speech_to_noise), number(limits["min_speech_to_noise_db"])
    message = Text(
        f"Có tiếng ồn nền: giọng chỉ to hơn nền {by.vi} dB; nên từ {least.vi} dB. "
        "Hãy bật lọc tạp âm trong ứng dụng dựng phim, hoặc thu lại ở nơi yên tĩnh, gần micro.",
        f"There is background noise: speech is only {by.en} dB above it; {least.en} dB is wanted. "
        "Switch noise reduction on in the editing app, or record close by in a quiet place.",
    )
    return Judged(False, found, allowed, message)


RULES = (
    Rule("audio_present", (), _present),
    Rule(
        "audio_silent",
        (
            Limit("max_share_pct", "number", default=50, high=100),
            Limit("min_lufs", "number", default=-40, low=-70, high=0),
        ),
        _silent,
    ),
    Rule(
        "audio_level",
        (
            Limit("min_lufs", "number", default=-30, low=-70, high=0),
            Limit("max_lufs", "number", default=-8, low=-70, high=0),
        ),
        _level,
        checked_together=(("min_lufs", "max_lufs"),),
    ),
    Rule(
        "audio_clipping",
        (
            Limit("max_true_peak_dbtp", "number", default=0, low=-20, high=20),
            Limit("min_crest", "number", default=2.5, low=1, high=20),
        ),
        _clipping,
    ),
    Rule(
        "audio_noise",
        (
            Limit("min_speech_to_noise_db", "number", default=25, high=100),
            Limit("max_flatness_db", "number", default=-6, low=-100, high=0),
        ),
        _noise,
    ),
)
