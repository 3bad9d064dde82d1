"""Rules about channels and the mains tone. Plan III.3: "âm thanh rõ ràng và không có tạp âm"."""

from __future__ import annotations

from ..probing.facts import Facts
from ..words import NOTHING, Text, number, same
from .kinds import Judgement, Limit, Limits, Rule

EXPORT_AGAIN = Text(
    "Trong ứng dụng dựng phim, đặt âm thanh về mono (hoặc chép kênh có tiếng sang kênh kia) "
    "rồi xuất lại.",
    "In the editing app set the sound to mono (or copy the good channel to the other) and export "
    "again.",
)


def _mono(facts: Facts, _limits: Limits) -> Judgement | None:
    """For contests that want stereo; most phones record mono, which is no fault by itself."""
    if facts.audio is None:
        return None
    ok = facts.audio.channels > 1
    seen = Text(f"{facts.audio.channels} kênh", f"{facts.audio.channels} channels")
    wanted = Text("từ 2 kênh", "2 channels or more")
    message = Text(f"Âm thanh có {seen.vi}.", f"The sound has {seen.en}.")
    remedy = Text(
        "Nếu máy quay được âm thanh nổi, hãy bật chế độ stereo khi quay và khi xuất.",
        "If the camera can record in stereo, switch it on for filming and for exporting.",
    )
    return Judgement(ok, facts.audio.channels, 2, message, NOTHING if ok else remedy, seen, wanted)


def _one_sided(facts: Facts, limits: Limits) -> Judgement | None:
    sound = facts.sound
    if sound is None or sound.side_gap is None:
        return None
    most = limits["max_gap_db"]
    gap, limit = number(sound.side_gap), number(most, 1)
    ok = sound.side_gap <= most
    message = Text("Hai bên to như nhau.", "Both sides are equally loud.")
    if not ok:
        message = Text(
            f"Tiếng chỉ nghe ở một bên (lệch {gap.vi} dB); người đeo một tai nghe sẽ không nghe "
            "thấy.",
            f"The sound is on one side only ({gap.en} dB apart); with one earphone it is not "
            "heard.",
        )
    return Judgement(
        ok, sound.side_gap, {"max_gap_db": most}, message, NOTHING if ok else EXPORT_AGAIN,
        Text(f"lệch {gap.vi} dB", f"{gap.en} dB apart"),
        Text(f"tối đa {limit.vi} dB", f"at most {limit.en} dB"),
    )  # fmt: skip


def _antiphase(facts: Facts, limits: Limits) -> Judgement | None:
    """Channels that swing against each other cancel out on a phone's single loudspeaker."""
    sound = facts.sound
    if sound is None or sound.correlation is None:
        return None
    least = limits["min_correlation"]
    is_, limit = number(sound.correlation, 2), number(least, 2)
    ok = sound.correlation >= least
    message = Text("Hai kênh cùng pha.", "Both channels swing together.")
    if not ok:
        message = Text(
            f"Hai kênh ngược pha (tương quan {is_.vi}): nghe bằng loa điện thoại sẽ mất tiếng.",
            f"The channels are in antiphase (correlation {is_.en}): on a phone's loudspeaker the "
            "sound is lost.",
        )
    return Judgement(
        ok, sound.correlation, {"min_correlation": least}, message,
        NOTHING if ok else EXPORT_AGAIN,
        Text(f"tương quan {is_.vi}", f"correlation {is_.en}"),
        Text(f"từ {limit.vi}", f"{limit.en} or more"),
    )  # fmt: skip


def _hum(facts: Facts, limits: Limits) -> Judgement | None:
    """A line of the mains far above its neighbours, and loud enough to be heard."""
    sound = facts.sound
    if sound is None or sound.hum_db is None or sound.hum_level is None:
        return None
    most, quiet = limits["max_above_db"], limits["quiet_dbfs"]
    ok = sound.hum_db <= most or sound.hum_level < quiet
    above, limit = number(sound.hum_db), number(most, 1)
    message, remedy = Text("Không nghe tiếng ù điện.", "No mains hum."), NOTHING
    if not ok:
        message = Text(
            f"Có tiếng ù điện {sound.hum_hz} Hz, nổi hơn xung quanh {above.vi} dB.",
            f"There is a mains hum of {sound.hum_hz} Hz, {above.en} dB above what is around it.",
        )
        remedy = Text(
            "Hãy rút sạc khi thu, để micro xa dây điện và loa, hoặc bật lọc ù (hum, low cut) "
            "trong ứng dụng dựng phim.",
            "Unplug the charger while recording, keep the microphone away from cables and "
            "loudspeakers, or use the editing app's low-cut filter.",
        )
    found = {"hz": sound.hum_hz, "above_db": sound.hum_db, "level_dbfs": sound.hum_level}
    seen = Text(f"ù {above.vi} dB", f"hum of {above.en} dB") if not ok else same("–")
    permitted = Text(f"tối đa {limit.vi} dB", f"at most {limit.en} dB")
    return Judgement(
        ok, found, {"max_above_db": most, "quiet_dbfs": quiet}, message, remedy, seen, permitted
    )


RULES = (
    Rule("audio_mono", (), _mono),
    Rule("audio_one_sided", (Limit("max_gap_db", "number", default=20, high=120),), _one_sided),
    Rule(
        "audio_antiphase",
        (Limit("min_correlation", "number", default=-0.5, low=-1, high=1),),
        _antiphase,
    ),
    Rule(
        "audio_hum",
        (
            Limit("max_above_db", "number", default=20, high=100),
            Limit("quiet_dbfs", "number", default=-50, low=-120, high=0),
        ),
        _hum,
    ),
)
