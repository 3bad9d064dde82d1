"""Rules about what is heard. Plan III.3: "âm thanh rõ ràng và không có tạp âm"."""

from __future__ import annotations

from ..probing.facts import Facts, SoundFacts
from ..words import NOTHING, Text, beside, exact, stretches, up
from . import stereo
from .kinds import Judgement, Limit, Limits, Rule

NOTHING_HEARD = -70.0  # LUFS: as low as EBU R128 measures


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
        return _inaudible(sound, limits, (found, allowed), remedy)
    most = exact(limits["max_share_pct"])
    is_ = beside(share, None, limits["max_share_pct"])
    message = Text(
        f"Không có tiếng trong {is_.vi} % clip; cho phép tối đa {most.vi} %.",
        f"There is silence in {is_.en} % of the clip; at most {most.en} % is allowed.",
    )
    if not share:
        message = Text("Clip có tiếng từ đầu đến cuối.", "There is sound from start to end.")
    seen = Text(f"im lặng {is_.vi} %", f"{is_.en} % silent")
    permitted = Text(f"tối đa {most.vi} %", f"at most {most.en} %")
    if share <= limits["max_share_pct"]:
        return Judgement(True, found, allowed, message, seen=seen, permitted=permitted)
    where = stretches(sound.silences)
    if where != NOTHING:
        message += Text(f"Các đoạn im lặng: {where.vi}.", f"Silent stretches: {where.en}.")
    return Judgement(False, found, allowed, message, remedy, seen, permitted, at=sound.silences)


def _inaudible(
    sound: SoundFacts, limits: Limits, values: tuple[object, object], remedy: Text
) -> Judgement:
    least = limits["min_lufs"]
    by = up(least - sound.loudness)
    message = Text(
        f"Tiếng nhỏ đến mức gần như không nghe thấy: kém mức thấp nhất cho phép {by.vi} đề-xi-ben "
        "(dB).",
        f"The sound is so quiet that it is hardly heard: {by.en} decibels (dB) below the least "
        "that is allowed.",
    )
    if sound.loudness <= NOTHING_HEARD:
        message = Text("Clip hoàn toàn im lặng.", "The clip is silent throughout.")
    return Judgement(False, *values, message, remedy, _loudness(sound, least), _at_least(least))


def _loudness(sound: SoundFacts, low: float, high: float | None = None) -> Text:
    level = beside(sound.loudness, low, high, 1)
    return Text(f"độ to {level.vi} LUFS", f"loudness {level.en} LUFS")


def _at_least(low: float) -> Text:
    least = exact(low)
    return Text(f"độ to từ {least.vi} LUFS", f"loudness of {least.en} LUFS or more")


def _unmeasured(found: object, allowed: object) -> Judgement:
    """Nothing heard is not the same as silence heard."""
    return Judgement(
        False,
        found,
        allowed,
        Text("Máy không đo được âm thanh của clip.", "The sound could not be measured."),
        Text(
            "Người duyệt cần nghe thử; nếu không nghe được, hãy xuất lại với tiếng AAC, hai kênh.",
            "Somebody has to listen; if nothing is heard, export again with AAC sound in stereo.",
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
    message, remedy = Text("Tiếng to vừa phải.", "The loudness is right."), NOTHING
    if found < low:
        by = up(low - found)
        message = Text(
            f"Tiếng nhỏ hơn mức nên có {by.vi} đề-xi-ben (dB).",
            f"The sound is {by.en} decibels (dB) quieter than it should be.",
        )
        remedy = Text(
            f"Hãy tăng âm lượng giọng nói thêm {by.vi} dB trong ứng dụng dựng phim rồi xuất lại.",
            f"Turn the speech up by {by.en} dB in the editing app and export again.",
        )
    elif found > high:
        by = up(found - high)
        message = Text(
            f"Tiếng to hơn mức nên có {by.vi} đề-xi-ben (dB).",
            f"The sound is {by.en} decibels (dB) louder than it should be.",
        )
        remedy = Text(
            f"Hãy giảm âm lượng {by.vi} dB trong ứng dụng dựng phim rồi xuất lại.",
            f"Turn the volume down by {by.en} dB in the editing app and export again.",
        )
    least, most = exact(low), exact(high)
    return Judgement(
        remedy == NOTHING,
        found,
        {"min_lufs": low, "max_lufs": high},
        message,
        remedy,
        _loudness(sound, low, high),
        Text(
            f"độ to từ {least.vi} đến {most.vi} LUFS", f"loudness of {least.en} to {most.en} LUFS"
        ),
    )


def _clipping(facts: Facts, limits: Limits) -> Judgement | None:
    """Peaks alone are common after AAC; samples piled up at full scale besides are clipping.

    Where the policy allows no share of them, as broadcasters do, peaks alone count.
    """
    sound = facts.sound
    if sound is None or not sound.measured:
        return None
    peak_limit, most_pct = limits["max_true_peak_dbtp"], limits["max_full_scale_pct"]
    bad = sound.true_peak > peak_limit and (not most_pct or sound.full_scale_pct > most_pct)
    clean = Text("tiếng không vỡ", "not distorted")
    message = Text("Tiếng không bị vỡ.", "The sound is not distorted.")
    remedy, seen = NOTHING, clean
    if bad:
        over = up(sound.true_peak - peak_limit)
        message = Text(
            f"Tiếng có dấu hiệu bị vỡ (rè) ở những chỗ to nhất: vượt mức cho phép {over.vi} "
            "đề-xi-ben (dB).",
            f"The sound seems to be distorted where it is loudest: {over.en} decibels (dB) above "
            "what is allowed.",
        )
        remedy = Text(
            "Hãy giảm âm lượng trước khi xuất, hoặc thu lại xa micro hơn.",
            "Turn the volume down before exporting, or record farther from the microphone.",
        )
        seen = Text(f"vỡ tiếng, vượt {over.vi} dB", f"distorted, {over.en} dB too loud")
    return Judgement(
        not bad,
        {"true_peak_dbtp": sound.true_peak, "full_scale_pct": sound.full_scale_pct},
        {"max_true_peak_dbtp": peak_limit, "max_full_scale_pct": most_pct},
        message,
        remedy,
        seen,
        clean,
    )


def _noise(facts: Facts, limits: Limits) -> Judgement | None:
    """Hiss fills the pauses evenly; music and room tone do not, so flatness tells them apart."""
    sound = facts.sound
    if sound is None or sound.speech_to_noise is None or sound.quiet_flatness is None:
        return None
    least_db = limits["min_speech_to_noise_db"]
    hiss = sound.quiet_flatness > limits["max_flatness_db"]
    bad = hiss and sound.speech_to_noise < least_db
    by, least = beside(sound.speech_to_noise, least_db), exact(least_db)
    message = Text("Không thấy tạp âm nền rõ rệt.", "No marked background noise.")
    remedy, seen = NOTHING, Text("không rõ tạp âm", "no marked noise")
    if bad:
        message = Text(
            f"Có tiếng ồn nền: giọng nói chỉ to hơn nền {by.vi} đề-xi-ben (dB); nên từ {least.vi}.",
            f"There is background noise: speech is only {by.en} decibels (dB) above it; "
            f"{least.en} or more is wanted.",
        )
        remedy = Text(
            "Hãy bật lọc tạp âm trong ứng dụng dựng phim, hoặc thu lại ở nơi yên tĩnh, gần micro.",
            "Switch noise reduction on in the editing app, or record close by in a quiet place.",
        )
        seen = Text(f"giọng hơn nền {by.vi} dB", f"speech {by.en} dB above noise")
    return Judgement(
        not bad,
        {"speech_to_noise_db": sound.speech_to_noise, "flatness_db": sound.quiet_flatness},
        {"min_speech_to_noise_db": least_db, "max_flatness_db": limits["max_flatness_db"]},
        message,
        remedy,
        seen,
        Text(f"giọng hơn nền từ {least.vi} dB", f"speech {least.en} dB or more above noise"),
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
