"""Rules about what is heard. Plan III.3: "âm thanh rõ ràng và không có tạp âm"."""

from __future__ import annotations

from ..probing.facts import Facts
from ..words import NOTHING, Text, number, stretches
from . import stereo
from .kinds import Judgement, Limit, Limits, Rule


def _present(facts: Facts, _limits: Limits) -> Judgement:
    there, none = Text("có âm thanh", "sound"), Text("không có âm thanh", "no sound")
    if facts.audio is not None and facts.audio.duration_s > 0:
        message = Text("Clip có âm thanh.", "The clip has sound.")
        return Judgement(True, True, True, message, seen=there, permitted=there)
    remedy = Text(
        "Hãy bật tiếng gốc hoặc thêm lời trong ứng dụng dựng phim rồi xuất lại.",
        "Turn the original sound on or add speech in the editing app, then export again.",
    )
    message = Text("Clip không có âm thanh.", "The clip has no sound.")
    return Judgement(False, False, True, message, remedy, none, there)


def _silent(facts: Facts, limits: Limits) -> Judgement | None:
    sound = facts.sound
    if sound is None:
        return None
    share = 100 * sound.silent_share
    found = {"silent_pct": round(share, 1), "loudness_lufs": sound.loudness}
    allowed = {name: limits[name] for name in ("max_share_pct", "min_lufs")}
    remedy = Text(
        "Hãy kiểm tra âm lượng của tiếng gốc trong ứng dụng dựng phim rồi xuất lại.",
        "Check the volume of the original sound in the editing app and export again.",
    )
    if not sound.measured and share <= limits["max_share_pct"]:
        return _unmeasured(found, allowed)
    if sound.loudness < limits["min_lufs"] and sound.measured:
        level, low = number(sound.loudness, 1), number(limits["min_lufs"], 1)
        message = Text(
            f"Âm thanh gần như câm: {level.vi} LUFS; cần từ {low.vi} LUFS trở lên.",
            f"The sound is all but silent: {level.en} LUFS; {low.en} LUFS or more is needed.",
        )
        seen = Text(f"{level.vi} LUFS", f"{level.en} LUFS")
        permitted = Text(f"từ {low.vi} LUFS", f"{low.en} LUFS or more")
        return Judgement(False, found, allowed, message, remedy, seen, permitted)
    most, is_ = number(limits["max_share_pct"], 1), number(share)
    message = Text(
        f"Khoảng lặng chiếm {is_.vi} % clip; cho phép tối đa {most.vi} %.",
        f"Silence takes {is_.en} % of the clip; at most {most.en} % is allowed.",
    )
    seen = Text(f"lặng {is_.vi} %", f"{is_.en} % silent")
    permitted = Text(f"tối đa {most.vi} %", f"at most {most.en} %")
    if share <= limits["max_share_pct"]:
        return Judgement(True, found, allowed, message, seen=seen, permitted=permitted)
    where = stretches(sound.silences)
    message += Text(f"Các đoạn: {where.vi}.", f"Stretches: {where.en}.")
    return Judgement(False, found, allowed, message, remedy, seen, permitted, at=sound.silences)


def _unmeasured(found: object, allowed: object) -> Judgement:
    """Nothing heard is not the same as silence heard."""
    return Judgement(
        False,
        found,
        allowed,
        Text("Máy không đo được âm thanh của clip.", "The sound could not be measured."),
        Text(
            "Người duyệt cần nghe thử; nếu không nghe được, hãy xuất lại với âm thanh AAC stereo.",
            "Somebody has to listen; if nothing is heard, export again with AAC stereo sound.",
        ),
        Text("không đo được", "not measured"),
        Text("đo được", "measured"),
        unsure=True,
    )


def _level(facts: Facts, limits: Limits) -> Judgement | None:
    sound = facts.sound
    if sound is None:
        return None
    if not sound.measured:
        return _unmeasured(None, {name: limits[name] for name in ("min_lufs", "max_lufs")})
    found, low, high = sound.loudness, limits["min_lufs"], limits["max_lufs"]
    shown, least, most = number(found, 1), number(low, 1), number(high, 1)
    message = Text(
        f"Độ to của âm thanh {shown.vi} LUFS; nên trong khoảng {least.vi} đến {most.vi} LUFS.",
        f"Loudness {shown.en} LUFS; {least.en} to {most.en} LUFS is wanted.",
    )
    remedy = NOTHING
    if found < low:
        remedy = Text("Tiếng nhỏ: hãy tăng âm lượng giọng nói.", "Quiet: turn the speech up.")
    elif found > high:
        remedy = Text("Tiếng quá to: hãy giảm âm lượng.", "Too loud: turn the volume down.")
    return Judgement(
        remedy == NOTHING,
        found,
        {"min_lufs": low, "max_lufs": high},
        message,
        remedy,
        Text(f"{shown.vi} LUFS", f"{shown.en} LUFS"),
        Text(f"{least.vi} đến {most.vi} LUFS", f"{least.en} to {most.en} LUFS"),
    )


def _clipping(facts: Facts, limits: Limits) -> Judgement | None:
    """Peaks alone are common after AAC; samples piled up at full scale besides are clipping."""
    sound = facts.sound
    if sound is None or not sound.measured:
        return None
    peak_limit, most_pct = limits["max_true_peak_dbtp"], limits["max_full_scale_pct"]
    peak, most = number(sound.true_peak, 1), number(peak_limit, 1)
    bad = sound.true_peak > peak_limit and sound.full_scale_pct > most_pct
    message = Text("Âm thanh không vỡ.", "The sound is not clipped.")
    remedy = NOTHING
    if bad:
        message = Text(
            f"Âm thanh có dấu hiệu vỡ tiếng (đỉnh {peak.vi} dBTP).",
            f"The sound seems to be clipped (peak {peak.en} dBTP).",
        )
        remedy = Text(
            "Hãy giảm âm lượng trước khi xuất, hoặc thu lại xa micro hơn.",
            "Turn the volume down before exporting, or record farther from the microphone.",
        )
    return Judgement(
        not bad,
        {"true_peak_dbtp": sound.true_peak, "full_scale_pct": sound.full_scale_pct},
        {"max_true_peak_dbtp": peak_limit, "max_full_scale_pct": most_pct},
        message,
        remedy,
        Text(f"đỉnh {peak.vi} dBTP", f"peak {peak.en} dBTP"),
        Text(f"tối đa {most.vi} dBTP", f"at most {most.en} dBTP"),
    )


def _noise(facts: Facts, limits: Limits) -> Judgement | None:
    """Hiss fills the pauses evenly; music and room tone do not, so flatness tells them apart."""
    sound = facts.sound
    if sound is None or sound.speech_to_noise is None or sound.quiet_flatness is None:
        return None
    least_db = limits["min_speech_to_noise_db"]
    hiss = sound.quiet_flatness > limits["max_flatness_db"]
    bad = hiss and sound.speech_to_noise < least_db
    by, least = number(sound.speech_to_noise), number(least_db, 1)
    message = Text("Không thấy tạp âm nền rõ rệt.", "No marked background noise.")
    remedy = NOTHING
    if bad:
        message = Text(
            f"Có tiếng ồn nền: giọng chỉ to hơn nền {by.vi} dB; nên từ {least.vi} dB.",
            f"There is background noise: speech is only {by.en} dB above it; "
            f"{least.en} dB is wanted.",
        )
        remedy = Text(
            "Hãy bật lọc tạp âm trong ứng dụng dựng phim, hoặc thu lại ở nơi yên tĩnh, gần micro.",
            "Switch noise reduction on in the editing app, or record close by in a quiet place.",
        )
    return Judgement(
        not bad,
        {"speech_to_noise_db": sound.speech_to_noise, "flatness_db": sound.quiet_flatness},
        {"min_speech_to_noise_db": least_db, "max_flatness_db": limits["max_flatness_db"]},
        message,
        remedy,
        Text(f"giọng hơn nền {by.vi} dB", f"speech {by.en} dB above noise"),
        Text(f"từ {least.vi} dB", f"{least.en} dB or more"),
    )


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
            Limit("max_full_scale_pct", "number", default=0.3, high=100),
        ),
        _clipping,
    ),
    Rule(
        "audio_noise",
        (
            Limit("min_speech_to_noise_db", "number", default=30, high=100),
            Limit("max_flatness_db", "number", default=-6, low=-100, high=0),
        ),
        _noise,
    ),
    *stereo.RULES,
)
