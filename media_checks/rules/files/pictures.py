"""Rules about a picture, and about a set of them."""

from __future__ import annotations

from ...files.facts import FilesFacts, PictureFile
from ...words import NOTHING, Text, beside, exact, number, parse_ratio, ratio, same
from ..kinds import Judgement, Limit, Limits, Rule
from .names import COLOURS, FORMATS, listed
from .shared import Words, format_rule, range_limits, size_rule, total_rule, within

AS_JPEG = Text(
    "Hãy mở ảnh, lưu lại dưới dạng JPEG rồi gửi.", "Open it, save it as a JPEG and send that."
)
ORIGINAL = Text(
    "Hãy gửi ảnh gốc trong máy: ảnh tải từ Zalo, Messenger, Facebook đã bị thu nhỏ.",
    "Send the original from the phone: Zalo, Messenger and Facebook make pictures smaller.",
)
SMALLER = Text(
    "Hãy thu nhỏ ảnh hoặc lưu lại dưới dạng JPEG.", "Make it smaller or save it as a JPEG."
)
ACCEPTED = ("jpeg", "png", "webp", "heic", "avif", "tiff", "gif", "bmp")


def _intact(file: PictureFile, _limits: Limits) -> Judgement:
    whole = Text("ảnh đầy đủ", "a complete picture")
    if not file.damage:
        message = Text("Ảnh mở được trọn vẹn.", "The whole picture can be opened.")
        return Judgement(True, "", "", message, seen=whole, permitted=whole)
    cut = file.damage == "truncated"
    seen = Text("thiếu phần cuối", "cut off") if cut else Text("bị hỏng", "damaged")
    message = Text(
        "Ảnh thiếu phần cuối: chép hoặc gửi bị ngắt giữa chừng."
        if cut
        else "Ảnh bị hỏng, một phần không mở được.",
        "The end of the picture is missing: copying or sending was cut off."
        if cut
        else "The picture is damaged; a part of it cannot be opened.",
    )
    remedy = Text(
        "Hãy mở ảnh gốc xem có trọn vẹn không rồi gửi lại.",
        "Open the original, see that all of it is there, and send it again.",
    )
    return Judgement(False, file.damage, "", message, remedy, seen, whole)


def _size_of(file: PictureFile) -> Text:
    width, height = number(file.width), number(file.height)
    return Text(f"rộng {width.vi}, cao {height.vi} điểm ảnh", f"{width.en} × {height.en} pixels")


def _resolution(file: PictureFile, limits: Limits) -> Judgement:
    """The sides as shown, whichever way the picture is held."""
    short, long = limits["min_short_px"], limits["min_long_px"]
    sides = sorted((file.width, file.height))
    ok = sides[0] >= short and sides[1] >= long
    shown = _size_of(file)
    allowed = _least_sides(short, long)
    message = Text(
        f"Ảnh {shown.vi}; cần {allowed.vi}.", f"The picture has {shown.en}; it needs {allowed.en}."
    )
    found = {"width": file.width, "height": file.height}
    return Judgement(
        ok,
        found,
        dict(limits_of(limits, "min_short_px", "min_long_px")),
        message,
        NOTHING if ok else ORIGINAL,
        shown,
        allowed,
    )


def limits_of(limits: Limits, *names: str) -> list[tuple[str, object]]:
    """The named limits alone."""
    return [(name, limits[name]) for name in names]


def _least_sides(short: float, long: float) -> Text:
    told = []
    if short:
        low = exact(short)
        told.append(Text(f"cạnh ngắn từ {low.vi}", f"{low.en} or more on the shorter side"))
    if long or not short:
        low = exact(long)
        told.append(Text(f"cạnh dài từ {low.vi}", f"{low.en} or more on the longer side"))
    return Text(", ".join(one.vi for one in told), " and ".join(one.en for one in told))


def _aspect_ratio(file: PictureFile, limits: Limits) -> Judgement:
    shape = file.width / file.height
    wanted = [(text, float(parse_ratio(text))) for text in limits["ratios"]]
    near = min(wanted, key=lambda one: abs(shape / one[1] - 1))[1]
    ok = abs(shape / near - 1) * 100 <= limits["tolerance_pct"]
    shown = same(ratio(file.width, file.height, not_=None if ok else near))
    allowed = listed([same(text) for text, _ in wanted])
    message = Text(
        f"Ảnh có tỉ lệ {shown.vi} (rộng:cao); cần {allowed.vi}.",
        f"The picture's shape is {shown.en} (width:height); it needs {allowed.en}.",
    )
    remedy = Text("Hãy cắt ảnh theo tỉ lệ đó.", "Crop it to that shape.")
    found = {"width": file.width, "height": file.height, "ratio": shown.en}
    allowed_values = dict(limits_of(limits, "ratios", "tolerance_pct"))
    return Judgement(ok, found, allowed_values, message, NOTHING if ok else remedy, shown, allowed)


def _blank(file: PictureFile, limits: Limits) -> Judgement | None:
    if file.contrast is None:
        return None
    ok = file.contrast >= limits["min_contrast"]
    shown = beside(file.contrast, limits["min_contrast"], None, 1)
    message = Text("Ảnh có nội dung nhìn thấy được.", "There is something to see in it.")
    if not ok:
        message = Text(
            "Ảnh chỉ có một màu, không thấy gì bên trong.",
            "The picture is of one colour; there is nothing to see.",
        )
    remedy = Text("Hãy mở ảnh xem thử và chọn đúng ảnh.", "Open it and choose the right picture.")
    return Judgement(
        ok,
        file.contrast,
        {"min_contrast": limits["min_contrast"]},
        message,
        NOTHING if ok else remedy,
        shown,
        _from(limits["min_contrast"]),
    )


def _from(low: float) -> Text:
    told = exact(low)
    return Text(f"từ {told.vi}", f"from {told.en}")


def _blurred(file: PictureFile, limits: Limits) -> Judgement | None:
    """A hint and no more: fog, night and art are blurred on purpose."""
    if file.sharpness is None:
        return None
    least = limits["min_sharpness"]
    ok = file.sharpness >= least
    shown = beside(file.sharpness, least, None, 1)
    message = Text("Ảnh đủ nét.", "The picture is sharp enough.")
    if not ok:
        message = Text(
            f"Ảnh có vẻ mờ, không chỗ nào nét (độ nét {shown.vi}; nên từ {exact(least).vi}).",
            f"The picture seems blurred all over (sharpness {shown.en}; better from "
            f"{exact(least).en}).",
        )
    remedy = Text(
        "Hãy xem ảnh ở cỡ lớn; nếu mờ do rung tay hay bị nén, hãy gửi ảnh gốc hoặc ảnh khác.",
        "Look at it at full size; if it is shaken or squeezed, send the original or another one.",
    )
    return Judgement(
        ok,
        file.sharpness,
        {"min_sharpness": least},
        message,
        NOTHING if ok else remedy,
        shown,
        _from(least),
        unsure=True,
    )


def _animated(file: PictureFile, _limits: Limits) -> Judgement:
    still = Text("ảnh tĩnh", "a still picture")
    if not file.animated:
        message = Text("Đây là ảnh tĩnh.", "It is a still picture.")
        return Judgement(True, file.frames, 1, message, seen=still, permitted=still)
    count = number(file.frames)
    shown = Text(f"ảnh động, {count.vi} hình", f"an animation of {count.en} pictures")
    name = FORMATS[file.format]
    message = Text(
        f"Đây là ảnh động {name.vi} gồm {count.vi} hình; cần ảnh tĩnh.",
        f"It is a moving {name.en} of {count.en} pictures; a still one is needed.",
    )
    remedy = Text("Hãy chọn một hình và lưu lại dưới dạng JPEG.", "Save one of them as a JPEG.")
    return Judgement(False, file.frames, 1, message, remedy, shown, still)


def _colours(file: PictureFile, limits: Limits) -> Judgement:
    names = listed([COLOURS[mode] for mode in limits["modes"]])
    shown, ok = COLOURS[file.colours], file.colours in limits["modes"]
    message = Text(
        f"Ảnh {shown.vi}; nhận ảnh {names.vi}.", f"The picture has {shown.en}; {names.en} is taken."
    )
    remedy = Text(
        "Hãy đổi hệ màu của ảnh sang RGB (sRGB) trong ứng dụng chỉnh ảnh rồi lưu lại.",
        "Change its colour mode to RGB (sRGB) in a photo editor and save it again.",
    )
    if file.colours != "cmyk":
        remedy = Text("Hãy gửi ảnh đúng màu như thể lệ yêu cầu.", "Send one as the rules ask.")
    return Judgement(
        ok, file.colours, list(limits["modes"]), message, NOTHING if ok else remedy, shown, names
    )


def _location(file: PictureFile, _limits: Limits) -> Judgement:
    none = Text("không ghi nơi chụp", "no place noted")
    if not file.location:
        message = Text("Tệp không ghi nơi chụp.", "The file does not tell where it was taken.")
        return Judgement(True, False, False, message, seen=none, permitted=none)
    message = Text(
        "Tệp ảnh ghi cả toạ độ nơi chụp, ai nhận tệp cũng xem được.",
        "The file holds the place where it was taken; whoever gets the file can read it.",
    )
    remedy = Text(
        "Nếu không muốn lộ nơi ở, hãy xoá vị trí khỏi ảnh (iPhone: Ảnh, vuốt lên, Điều chỉnh; "
        "Android: Ảnh, Chi tiết, xoá vị trí) rồi gửi lại.",
        "To keep it to yourself, remove the location (iPhone: Photos, swipe up, Adjust; Android: "
        "Photos, Details, remove the location) and send it again.",
    )
    seen = Text("có toạ độ nơi chụp", "the place is noted")
    return Judgement(False, True, False, message, remedy, seen, none)


COUNT = Words("Bài có {} ảnh", "ảnh", "picture", "pictures")


def _count(facts: FilesFacts, limits: Limits) -> Judgement:
    return within(len(facts.files), limits, "min", "max", COUNT)


def _alike(facts: FilesFacts, limits: Limits) -> Judgement | None:
    if len(facts.files) == 1:
        return None
    found = [pair for pair in facts.alike if 100 * pair[2] <= limits["max_differ_pct"]]
    none = Text("các ảnh khác nhau", "unlike pictures")
    values = [list(pair) for pair in found]
    allowed = {"max_differ_pct": limits["max_differ_pct"]}
    if not found:
        message = Text("Các ảnh trong bài khác nhau.", "The pictures are unlike each other.")
        return Judgement(True, values, allowed, message, seen=none, permitted=none)
    shown = _pairs(found)
    message = Text(
        f"Có ảnh gần như trùng nhau: {shown.vi}.", f"Some pictures are nearly the same: {shown.en}."
    )
    remedy = Text("Hãy giữ một ảnh và thay ảnh kia.", "Keep one and replace the other.")
    return Judgement(False, values, allowed, message, remedy, shown, none)


def _pairs(found: list[tuple[int, int, float]], most: int = 3) -> Text:
    told = [(f"{one} và {other}", f"{one} and {other}") for one, other, _ in found[:most]]
    shown = Text("; ".join(vi for vi, _ in told), "; ".join(en for _, en in told))
    more = len(found) - most
    if more <= 0:
        return shown
    pairs = "pair" if more == 1 else "pairs"
    return Text(f"{shown.vi}; và {more} cặp nữa", f"{shown.en}; and {more} more {pairs}")


RULES = (
    Rule("intact", (), _intact),
    format_rule(ACCEPTED, AS_JPEG),
    size_rule(SMALLER),
    Rule(
        "resolution",
        (Limit("min_short_px", "number", 0), Limit("min_long_px", "number", 0)),
        _resolution,
    ),
    Rule(
        "aspect_ratio",
        (Limit("ratios", "ratios"), Limit("tolerance_pct", "number", 1, high=50)),
        _aspect_ratio,
    ),
    Rule("colours", (Limit("modes", "list", ["grey", "rgb"], choices=tuple(COLOURS)),), _colours),
    Rule("animated", (), _animated),
    Rule("blank", (Limit("min_contrast", "number", 4, high=127),), _blank),
    Rule("blurred", (Limit("min_sharpness", "number", 6, high=255),), _blurred),
    Rule("location", (), _location),
    Rule("count", range_limits("min", "max"), _count, (("min", "max"),), True, True),
    total_rule(SMALLER),
    Rule("alike", (Limit("max_differ_pct", "number", 20, high=28),), _alike, whole=True),
)
