"""Rules about what is seen: shape, size, borders, black and frozen stretches."""

from __future__ import annotations

from ..facts import Facts, Span
from ..words import Text, length, number, parse_ratio, ratio, stretches
from .kinds import Judged, Limit, Limits, Rule


def _aspect_ratio(facts: Facts, limits: Limits) -> Judged:
    """Plan III.3: "Kích thước khung hình tỉ lệ 4:3", as displayed."""
    video, wanted = facts.video, limits["ratio"]
    width, height = video.display_width, video.display_height
    target = float(parse_ratio(wanted))
    off = abs(width / height / target - 1) * 100
    shape = ratio(width, height)
    found = {"ratio": shape, "width": width, "height": height}
    allowed = {"ratio": wanted, "tolerance_pct": limits["tolerance_pct"]}
    if off <= limits["tolerance_pct"]:
        message = Text(
            f"Khung hình {wanted} ({width}×{height}), đúng quy định.",
            f"The frame is {wanted} ({width}×{height}), as required.",
        )
        return Judged(True, found, allowed, message + _how_shown(facts))
    upright = Text(", quay dọc", ", upright") if height > width else Text("", "")
    message = Text(
        f"Khung hình khi xem là {width}×{height} ({shape}{upright.vi}); yêu cầu {wanted}.",
        f"The frame as displayed is {width}×{height} ({shape}{upright.en}); {wanted} is required.",
    )
    return Judged(False, found, allowed, message + _how_shown(facts) + _reframe(wanted))


def _how_shown(facts: Facts) -> Text:
    video = facts.video
    if (video.display_width, video.display_height) == (video.width, video.height):
        return Text("", "")
    return Text(
        f"(Tệp lưu {video.width}×{video.height}, điểm ảnh {video.sample_aspect}, "
        f"xoay {video.rotation}°.)",
        f"(Stored as {video.width}×{video.height}, pixels {video.sample_aspect}, "
        f"turned {video.rotation}°.)",
    )


def _reframe(wanted: str) -> Text:
    return Text(
        f"Trong ứng dụng dựng phim trên điện thoại, chọn Tỉ lệ (Ratio) {wanted}, "
        "chỉnh hình cho đầy khung rồi xuất lại ở 1080p.",
        f"In the editing app on the phone choose Ratio {wanted}, "
        "let the picture fill the frame, and export at 1080p again.",
    )


def _resolution(facts: Facts, limits: Limits) -> Judged:
    """Plan III.3: "từ Full HD trở lên", as displayed; at 4:3 that is 1440×1080 or more."""
    width, height = facts.video.display_width, facts.video.display_height
    low = (limits["min_width"], limits["min_height"])
    found = {"width": width, "height": height}
    allowed = {"min_width": low[0], "min_height": low[1]}
    message = Text(
        f"Kích thước khi xem {width}×{height}; yêu cầu từ {low[0]}×{low[1]} trở lên.",
        f"Displayed size {width}×{height}; {low[0]}×{low[1]} or more is required.",
    )
    if width >= low[0] and height >= low[1]:
        return Judged(True, found, allowed, message)
    advice = Text(
        "Hãy quay và xuất ở 1080p (Full HD) trở lên; "
        "phóng to clip nhỏ sẵn có không làm hình rõ hơn.",
        "Film and export at 1080p (Full HD) or more; "
        "enlarging a small clip does not make it sharper.",
    )
    return Judged(False, found, allowed, message + advice)


def _borders(facts: Facts, limits: Limits) -> Judged | None:
    picture, video = facts.picture, facts.video
    if picture is None or not picture.active_width:
        return None
    width, height = picture.active_width, picture.active_height
    bars = {
        "sides_pct": round(100 * (1 - width / video.display_width), 1),
        "top_bottom_pct": round(100 * (1 - height / video.display_height), 1),
    }
    found = {"width": width, "height": height, "ratio": ratio(width, height), **bars}
    allowed = {"max_pct": limits["max_pct"]}
    if max(bars.values()) <= limits["max_pct"]:
        message = Text("Hình phủ kín khung, không có viền đen.", "The picture fills the frame.")
        return Judged(True, found, allowed, message)
    where = Text("hai bên", "at the sides")
    if bars["top_bottom_pct"] > limits["max_pct"]:
        where = Text("trên dưới", "above and below")
        if bars["sides_pct"] > limits["max_pct"]:
            where = Text("bốn phía", "all around")
    share = number(max(bars.values()))
    message = Text(
        f"Có viền đen {where.vi}, chiếm {share.vi} % khung hình; phần hình thật là "
        f"{width}×{height} ({found['ratio']}). Hãy phóng hình cho đầy khung rồi xuất lại.",
        f"There are black bars {where.en}, {share.en} % of the frame; the real picture is "
        f"{width}×{height} ({found['ratio']}). Let the picture fill the frame and export again.",
    )
    return Judged(False, found, allowed, message)


def judge_stretches(spans: list[Span], seconds: float, limits: Limits, words: Text) -> Judged:
    """Longest stretch and share of the whole against ``max_run_s`` and ``max_share_pct``."""
    longest = max((end - start for start, end in spans), default=0.0)
    share = 100 * sum(end - start for start, end in spans) / seconds if seconds else 0.0
    found = {"longest_s": round(longest, 1), "share_pct": round(share, 1)}
    allowed = {name: limits[name] for name in ("max_run_s", "max_share_pct")}
    if longest <= limits["max_run_s"] and share <= limits["max_share_pct"]:
        message = Text(f"Không có đoạn {words.vi} quá dài.", f"No overlong {words.en} stretch.")
        return Judged(True, found, allowed, message)
    shown = [span for span in spans if span[1] - span[0] > limits["max_run_s"]] or spans
    where, long = stretches(shown), length(longest)
    most, percent = length(limits["max_run_s"], places=1), number(share)
    message = Text(
        f"Có đoạn {words.vi}: {where.vi} (dài nhất {long.vi}, tổng {percent.vi} % clip); cho phép "
        f"tối đa {most.vi} một đoạn.",
        f"A {words.en} stretch: {where.en} (longest {long.en}, {percent.en} % in all); at most "
        f"{most.en} at a time is allowed.",
    )
    return Judged(False, found, allowed, message, at=shown)


def _black(facts: Facts, limits: Limits) -> Judged | None:
    if facts.picture is None:
        return None
    words = Text("màn hình đen", "black")
    judged = judge_stretches(facts.picture.black, facts.video.duration_s, limits, words)
    return judged if judged.ok else _advise(judged, "cắt bỏ đoạn đen", "cut the black part out")


def _frozen(facts: Facts, limits: Limits) -> Judged | None:
    if facts.picture is None:
        return None
    black = set(facts.picture.black)
    still = [span for span in facts.picture.frozen if span not in black]
    judged = judge_stretches(
        still, facts.video.duration_s, limits, Text("hình đứng yên", "motionless")
    )
    return judged if judged.ok else _advise(judged, "thay ảnh tĩnh bằng cảnh quay", "film it live")


def _advise(judged: Judged, vi: str, en: str) -> Judged:
    advice = Text(
        f"Hãy xem lại và {vi} nếu không cố ý.", f"Have a look and {en} unless it is intended."
    )
    return Judged(False, judged.found, judged.allowed, judged.message + advice, judged.at)


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
