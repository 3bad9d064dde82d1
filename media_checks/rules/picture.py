"""Rules about what is seen: shape, size, borders, black and frozen stretches."""

from __future__ import annotations

from ..probing.facts import Facts, Span
from ..words import (
    NOTHING,
    Text,
    beside,
    exact,
    exact_length,
    length_beside,
    parse_ratio,
    ratio,
    same,
    stretches,
    time_code,
)
from .kinds import Judgement, Limit, Limits, Rule


def _aspect_ratio(facts: Facts, limits: Limits) -> Judgement:
    """Plan III.3: "Kích thước khung hình tỉ lệ 4:3", as displayed."""
    video, wanted = facts.video, limits["ratio"]
    width, height = video.display_width, video.display_height
    off = abs(width / height / float(parse_ratio(wanted)) - 1) * 100
    shape = ratio(width, height)
    found = {"ratio": shape, "width": width, "height": height}
    allowed = {"ratio": wanted, "tolerance_pct": limits["tolerance_pct"]}
    told = ratio(width, height, not_=float(parse_ratio(wanted)))
    if off <= limits["tolerance_pct"]:
        message = Text(
            f"Khung hình {wanted} ({width}×{height}), đúng quy định.",
            f"The frame is {wanted} ({width}×{height}), as required.",
        )
        message += _how_shown(facts)
        seen = same(f"{wanted} ({width}×{height})")
        return Judgement(True, found, allowed, message, seen=seen, permitted=same(wanted))
    seen = same(f"{told} ({width}×{height})")
    lies = _lies(width, height, wanted)
    message = Text(
        f"Khung hình khi xem là {width}×{height} ({told}{lies.vi}); yêu cầu {wanted}.",
        f"The frame as displayed is {width}×{height} ({told}{lies.en}); {wanted} is required.",
    )
    message += _how_shown(facts)
    return Judgement(False, found, allowed, message, _reframe(wanted), seen, same(wanted))


def _lies(width: int, height: int, wanted: str) -> Text:
    """Names a clip that lies the other way than is wanted."""
    is_wide, wants_wide = width >= height, parse_ratio(wanted) >= 1
    if is_wide == wants_wide:
        return NOTHING
    return Text(", quay ngang", ", lying") if is_wide else Text(", quay dọc", ", upright")


def _how_shown(facts: Facts) -> Text:
    video = facts.video
    if video.sizes:
        listed = ", ".join(
            f"{time_code(at)} {width}×{height}" for at, width, height in video.sizes[:MOST_SIZES]
        )
        return Text(
            f"(Khung hình đổi cỡ giữa chừng, tính cỡ nhỏ nhất: {listed}.)",
            f"(The frame changes its size on the way and the smallest counts: {listed}.)",
        )
    if (video.display_width, video.display_height) == (video.width, video.height):
        return NOTHING
    cut = turned = stretched = NOTHING
    if video.sample_aspect != "1:1":
        stretched = Text(", trình phát kéo giãn khi xem", ", stretched by players")
    if video.rotation:
        turned = Text(f", xoay {video.rotation}° khi xem", f", turned by {video.rotation}°")
    if video.crop:
        size = f"{video.crop[2]}×{video.crop[3]}"
        cut = Text(f", chỉ hiện phần {size}", f", {size} of it shown")
    return Text(
        f"(Trong tệp lưu {video.width}×{video.height}{stretched.vi}{turned.vi}{cut.vi}.)",
        f"(Stored as {video.width}×{video.height}{stretched.en}{turned.en}{cut.en}.)",
    )


def _reframe(wanted: str) -> Text:
    return Text(
        f"Trong ứng dụng dựng phim trên điện thoại, chọn Tỉ lệ (Ratio) {wanted}, "
        "chỉnh hình cho đầy khung rồi xuất lại ở 1080p (Full HD).",
        f"In the editing app on the phone choose Ratio {wanted}, "
        "let the picture fill the frame, and export at 1080p (Full HD) again.",
    )


def _resolution(facts: Facts, limits: Limits) -> Judgement:
    """Plan III.3: "từ Full HD trở lên", as displayed; at 4:3 that is 1440×1080 or more."""
    width, height = facts.video.display_width, facts.video.display_height
    low = (limits["min_width"], limits["min_height"])
    message = Text(
        f"Kích thước khi xem là {width}×{height} điểm ảnh; yêu cầu từ {low[0]}×{low[1]} trở lên.",
        f"The displayed size is {width}×{height} pixels; {low[0]}×{low[1]} or more is required.",
    )
    ok = width >= low[0] and height >= low[1]
    size = _size_name(*low)
    remedy = Text(
        f"Hãy quay và xuất ở {size} trở lên; phóng to clip nhỏ sẵn có không làm hình rõ hơn.",
        f"Film and export at {size} or more; enlarging a small clip does not make it sharper.",
    )
    return Judgement(
        ok,
        {"width": width, "height": height},
        {"min_width": low[0], "min_height": low[1]},
        message,
        NOTHING if ok else remedy,
        same(f"{width}×{height}"),
        Text(f"từ {low[0]}×{low[1]}", f"{low[0]}×{low[1]} or more"),
    )


def _size_name(width: float, height: float) -> str:
    """The setting of cameras and apps that gives at least this size."""
    lines = min(width, height)
    return next((name for most, name in SIZE_NAMES if lines <= most), "4K")


def _borders(facts: Facts, limits: Limits) -> Judgement | None:
    picture, video = facts.picture, facts.video
    if picture is None or not picture.active_width:
        return None
    width, height = picture.active_width, picture.active_height
    sides = round(100 * (1 - width / video.display_width), 1)
    ends = round(100 * (1 - height / video.display_height), 1)
    found = {"width": width, "height": height, "ratio": ratio(width, height)}
    found |= {"sides_pct": sides, "top_bottom_pct": ends}
    most = limits["max_pct"]
    share, limit = beside(max(sides, ends), None, most), exact(most)
    seen = Text(f"viền {share.vi} %", f"bars of {share.en} %")
    permitted = Text(f"tối đa {limit.vi} %", f"at most {limit.en} %")
    if max(sides, ends) <= most:
        message = Text("Hình phủ kín khung, không có viền đen.", "The picture fills the frame.")
        if max(sides, ends) > TRACE_PCT:
            message = Text(
                f"Viền đen rất mỏng ({share.vi} % khung hình), không sao.",
                f"The black bars are very thin ({share.en} % of the frame), which is fine.",
            )
        return Judgement(True, found, {"max_pct": most}, message, seen=seen, permitted=permitted)
    where = Text("hai bên", "at the sides") if sides > most else Text("trên dưới", "top and bottom")
    if min(sides, ends) > most:
        where = Text("bốn phía", "all around")
    message = Text(
        f"Có viền đen {where.vi}, chiếm {share.vi} % khung hình; phần hình thật là "
        f"{width}×{height} ({found['ratio']}).",
        f"There are black bars {where.en}, {share.en} % of the frame; the real picture is "
        f"{width}×{height} ({found['ratio']}).",
    )
    remedy = Text(
        "Hãy phóng hình cho đầy khung rồi xuất lại.",
        "Let the picture fill the frame and export again.",
    )
    return Judgement(False, found, {"max_pct": most}, message, remedy, seen, permitted)


def judge_stretches(
    spans: list[Span], seconds: float, limits: Limits, words: Text, remedy: Text
) -> Judgement:
    """Longest stretch and share of the whole against ``max_run_s`` and ``max_share_pct``."""
    longest = max((end - start for start, end in spans), default=0.0)
    share = 100 * sum(end - start for start, end in spans) / max(seconds, SHORTEST_S)
    found = {"longest_s": round(longest, 1), "share_pct": round(share, 1)}
    allowed = {name: limits[name] for name in ("max_run_s", "max_share_pct")}
    long = length_beside(longest, None, limits["max_run_s"], places=1)
    percent = beside(share, None, limits["max_share_pct"], 0 if share >= WHOLE_PCT else 1)
    seen = Text(f"{long.vi}, {percent.vi} % clip", f"{long.en}, {percent.en} % of the clip")
    permitted = _permitted(limits)
    if longest <= limits["max_run_s"] and share <= limits["max_share_pct"]:
        message = Text(f"Không có đoạn {words.vi} quá dài.", f"No overlong {words.en} stretch.")
        return Judgement(True, found, allowed, message, seen=seen, permitted=permitted)
    shown = [span for span in spans if span[1] - span[0] > limits["max_run_s"]] or spans
    where = stretches(shown)
    several = f"{words.en} stretches" if len(shown) > 1 else f"a {words.en} stretch"
    message = Text(
        f"Có đoạn {words.vi}: {where.vi} (dài nhất {long.vi}, tổng {percent.vi} % clip); cho phép "
        f"{permitted.vi}.",
        f"There {'are' if len(shown) > 1 else 'is'} {several}: {where.en} (longest {long.en}, "
        f"{percent.en} % of the clip in all); {permitted.en} is allowed.",
    )
    return Judgement(False, found, allowed, message, remedy, seen, permitted, at=shown)


def _permitted(limits: Limits) -> Text:
    run = exact_length(limits["max_run_s"])
    told = Text(f"tối đa {run.vi} mỗi đoạn", f"at most {run.en} at a time")
    if limits["max_share_pct"] >= ALL_PCT:
        return told
    share = exact(limits["max_share_pct"])
    return Text(f"{told.vi}, {share.vi} % clip", f"{told.en}, {share.en} % of the clip")


def _seconds(facts: Facts) -> float:
    return max(facts.duration_s, facts.video.duration_s)


def _black(facts: Facts, limits: Limits) -> Judgement | None:
    if facts.picture is None:
        return None
    words = Text("màn hình đen", "black")
    remedy = Text(
        "Hãy xem lại và cắt bỏ đoạn đen nếu không cố ý.",
        "Have a look and cut the black part out unless it is intended.",
    )
    return judge_stretches(facts.picture.black, _seconds(facts), limits, words, remedy)


def _frozen(facts: Facts, limits: Limits) -> Judgement | None:
    if facts.picture is None:
        return None
    black = set(facts.picture.black)
    still = [span for span in facts.picture.frozen if span not in black]
    words = Text("hình đứng yên", "motionless")
    remedy = Text(
        "Hãy xem lại và thay ảnh tĩnh bằng cảnh quay nếu không cố ý.",
        "Have a look and put filmed scenes in place of stills unless it is intended.",
    )
    return judge_stretches(still, _seconds(facts), limits, words, remedy)


MOST_SIZES = 4
SHORTEST_S = 0.001  # of anything shorter every share would be endless
ALL_PCT, WHOLE_PCT = 100, 10  # from so much on a share is told without decimals
TRACE_PCT = 0.5  # of the frame: thinner bars are not worth a word
SIZE_NAMES = ((720, "720p (HD)"), (1080, "1080p (Full HD)"), (1440, "1440p (2K)"))
STRETCH = (Limit("max_run_s", "number"), Limit("max_share_pct", "number", default=100, high=100))
SIZE = (Limit("min_width", "number", low=1), Limit("min_height", "number", low=1))

RULES = (
    Rule(
        "aspect_ratio",
        (Limit("ratio", "ratio"), Limit("tolerance_pct", "number", default=1, high=50)),
        _aspect_ratio,
    ),
    Rule("resolution", SIZE, _resolution),
    Rule("borders", (Limit("max_pct", "number", default=3, high=100),), _borders),
    Rule("black", STRETCH, _black),
    Rule("frozen", STRETCH, _frozen),
)
