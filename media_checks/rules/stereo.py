"""Rules about channels and the mains tone. Plan III.3: "âm thanh rõ ràng và không có tạp âm"."""

from __future__ import annotations

from ..probing.facts import Facts
from ..words import NOTHING, Text, beside, counted, exact
from .kinds import Judgement, Limit, Limits, Rule

EXPORT_AGAIN = Text(
    "Trong ứng dụng dựng phim, đặt âm thanh về một kênh (mono), hoặc chép bên có tiếng sang bên "
    "kia, rồi xuất lại.",
    "In the editing app set the sound to one channel (mono), or copy the good side to the other, "
    "and export again.",
)


def _mono(facts: Facts, _limits: Limits) -> Judgement | None:
    """For contests that want stereo; most phones record mono, which is no fault by itself."""
    if facts.audio is None:
        return None
    ok = facts.audio.channels > 1
    channels = facts.audio.channels
    seen = Text(f"{channels} kênh", counted(channels, "channel", "channels"))
    wanted = Text("từ 2 kênh", "2 channels or more")
    message = Text(f"Âm thanh có {seen.vi}.", f"The sound has {seen.en}.")
    if not ok:
        message = Text(
            f"Âm thanh có {seen.vi} (hai bên tai nghe như nhau); cần {wanted.vi} (âm thanh nổi).",
            f"The sound has {seen.en} (both ears hear the same); {wanted.en} (stereo) are needed.",
        )
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
    gap, limit = beside(sound.side_gap, None, most), exact(most)
    ok = sound.side_gap <= most
    message = Text("Nghe được tiếng ở cả hai bên.", "There is sound on both sides.")
    if not ok:
        message = Text(
            f"Tiếng chỉ nghe rõ ở một bên (hai bên lệch {gap.vi} đề-xi-ben (dB); cho phép "
            f"{limit.vi}); người đeo một tai nghe có thể không nghe thấy.",
            f"The sound is on one side only (the sides are {gap.en} decibels (dB) apart; "
            f"{limit.en} is allowed); with one earphone it may not be heard.",
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
    is_, limit = beside(sound.correlation, least, None, 2), exact(least)
    ok = sound.correlation >= least
    message = Text(
        "Tiếng hai bên khớp nhau.", "The two sides of the sound fit together."
    )
    if not ok:
        message = Text(
            "Tiếng hai bên triệt tiêu nhau (ngược pha): nghe bằng loa điện thoại sẽ mất tiếng.",
            "The two sides of the sound cancel each other out (antiphase): on a phone's "
            "loudspeaker the sound is lost.",
        )
    return Judgement(
        ok, sound.correlation, {"min_correlation": least}, message,
        NOTHING if ok else EXPORT_AGAIN,
        Text(f"độ khớp hai bên {is_.vi}", f"the sides fit to {is_.en}"),
        Text(f"từ {limit.vi}", f"{limit.en} or more"),
    )  # fmt: skip


def _hum(facts: Facts, limits: Limits) -> Judgement | None:
    """A line of the mains far above its neighbours, and loud enough to be heard."""
    sound = facts.sound
    if sound is None or sound.hum_db is None or sound.hum_level is None:
        return None
    most, quiet = limits["max_above_db"], limits["quiet_dbfs"]
    ok = sound.hum_db <= most or sound.hum_level < quiet
    above, limit = beside(sound.hum_db, None, most), exact(most)
    message, remedy = Text("Không nghe tiếng ù điện.", "No hum of the mains."), NOTHING
    if not ok:
        message = Text(
            f"Có tiếng ù của điện ({sound.hum_hz} Hz), nổi hơn xung quanh {above.vi} đề-xi-ben "
            f"(dB); cho phép {limit.vi}.",
            f"There is a hum of the mains ({sound.hum_hz} Hz), {above.en} decibels (dB) above "
            f"what is around it; {limit.en} is allowed.",
        )
        remedy = Text(
            "Hãy rút sạc khi thu, để micro xa dây điện và loa, hoặc bật lọc tiếng ù (low cut) "
            "trong ứng dụng dựng phim.",
            "Unplug the charger while recording, keep the microphone away from cables and "
            "loudspeakers, or use the editing app's low-cut filter.",
        )
    found = {"hz": sound.hum_hz, "above_db": sound.hum_db, "level_dbfs": sound.hum_level}
    seen = Text("không ù", "no hum")
    if not ok:
        seen = Text(f"ù {above.vi} dB", f"hum of {above.en} dB")
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
