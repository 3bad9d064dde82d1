"""The sentences with which a file is refused before anything of it is decoded."""

from __future__ import annotations

import re
from pathlib import Path

from ..coding_names import plain_name
from ..errors import ToolFailed, Unreadable
from ..words import Text, number
from .allowed import MOST_PACKETS
from .kind import LOCKED, Kind, kind_of

NO_CLIP = Text("Không đọc được tệp này như một clip.", "This file cannot be read as a clip.")
EXPORT = Text(
    "Hãy xuất lại clip thành tệp MP4 (hình H.264, tiếng AAC) từ ứng dụng dựng phim rồi gửi lại.",
    "Export the clip from the editing app again as an MP4 file (H.264 picture, AAC sound) and send "
    "it again.",
)
CHOOSE = Text("Hãy chọn lại tệp clip rồi gửi.", "Choose the clip itself and send it.")
# What to do about a file, by the family of its kind.
TO_DO = {
    "image": Text(
        "Hãy chọn lại tệp clip; muốn dùng ảnh thì ghép ảnh thành clip trong ứng dụng dựng phim.",
        "Choose the clip instead; to use pictures, make a clip of them in an editing app.",
    ),
    "sound": Text(
        "Tệp chỉ có tiếng, không có hình. Hãy chọn lại tệp clip có hình.",
        "There is sound but no picture. Choose a clip with a picture.",
    ),
    "playlist": Text(
        "Nó chỉ ghi tên những tệp khác, bên trong không có hình và tiếng. Hãy gửi chính tệp clip "
        "(MP4).",
        "It only names other files; there is neither picture nor sound inside. Send the clip "
        "itself (MP4).",
    ),
    "film": EXPORT,
    "document": CHOOSE,
    "archive": Text(
        "Hãy giải nén rồi gửi tệp clip ở bên trong.", "Unpack it and send the clip inside."
    ),
    "page": Text(
        "Thường là do lưu địa chỉ thay vì tải clip về. Hãy tải chính clip về máy rồi gửi.",
        "That happens when a page is saved instead of the clip on it. Download the clip itself.",
    ),
    "link": Text(
        "Nó chỉ trỏ tới tệp khác. Hãy gửi chính tệp clip.",
        "It only points to another file. Send the clip itself.",
    ),
    "project": Text(
        "Dự án chưa phải là clip: hãy mở nó, bấm Xuất (Export) và gửi tệp MP4 nhận được.",
        "A project is no clip yet: open it, choose Export and send the MP4 file that comes out.",
    ),
    "program": CHOOSE,
    "blank": Text(
        "Nội dung chưa được chép vào: chép hoặc tải bị ngắt giữa chừng. Hãy chép lại clip rồi gửi.",
        "Its content never arrived: copying or downloading was interrupted. Copy the clip again.",
    ),
    "unfinished": Text(
        "Hãy chờ tải xong (tên tệp không còn đuôi .crdownload, .part…) rồi gửi.",
        "Wait until the download is done (its name no longer ends in .crdownload, .part…).",
    ),
    "protected": Text(
        "Tệp chỉ mở được trong ứng dụng đã mua nó. Hãy gửi clip do mình tự quay hoặc tự dựng.",
        "Only the app that bought it can open it. Send a clip that you filmed or edited yourself.",
    ),
}  # fmt: skip


def not_a_clip(log: str, status: int, path: Path) -> Exception:
    """For a file that ffprobe cannot open, by what it said and what the file is."""
    if "error while loading shared libraries" in log or status == 127:  # noqa: PLR2004 - shell's
        why = log.strip() or str(status)
        return ToolFailed(f"FFmpeg không chạy được: {why}", f"FFmpeg does not run: {why}")
    if kind := kind_of(path):
        return no_clip_but(kind)
    if "moov atom not found" in log:
        return Unreadable(
            "Tệp thiếu phần cuối nên không mở được: quay, chép hoặc gửi bị ngắt giữa chừng. "
            f"{EXPORT.vi}",
            f"The end of the file is missing: recording, copying or sending was cut off. "
            f"{EXPORT.en}",
        )
    return Unreadable(
        f"{NO_CLIP.vi} {EXPORT.vi}",
        f"{NO_CLIP.en} {EXPORT.en}",
    )


def no_clip_but(kind: Kind) -> Unreadable:
    """For a file that is something else, and says so itself."""
    what, todo = kind.name, TO_DO[kind.family]
    return Unreadable(
        f"{NO_CLIP.vi} Lý do: đây là {what.vi}. {todo.vi}",
        f"{NO_CLIP.en} It is {what.en}. {todo.en}",
    )


def locked() -> Unreadable:
    """For a film that can be decoded only with a key."""
    return no_clip_but(LOCKED)


def too_complex() -> Unreadable:
    """For a file that takes beyond all measure to read."""
    return Unreadable(
        f"Tệp có cấu trúc bất thường, hệ thống không đọc hết được. {EXPORT.vi}",
        f"The file is built so unusually that it cannot be read. {EXPORT.en}",
    )


def too_many_packets() -> Unreadable:
    """For a short file in more pieces than a long film has."""
    most = number(MOST_PACKETS)
    return Unreadable(
        f"Tệp bị chia thành hơn {most.vi} mảnh dữ liệu, nhiều hơn một phim dài; hệ thống chỉ đọc "
        f"tới mức đó. {EXPORT.vi}",
        f"The file is cut into more than {most.en} pieces of data, more than a long film has, and "
        f"no more are read. {EXPORT.en}",
    )


def no_picture_inside() -> Unreadable:
    """For a header that describes a picture of which there is nothing."""
    return Unreadable(
        f"Tệp ghi là có hình nhưng bên trong không có hình nào. {EXPORT.vi}",
        f"The file says that it has a picture, but there is none inside. {EXPORT.en}",
    )


def no_picture(*, cover: bool = False) -> Unreadable:
    """For sound alone, with or without a ``cover``."""
    todo = TO_DO["sound"]
    if cover:
        todo = Text(
            "Tệp chỉ có tiếng và ảnh bìa. Hãy chọn lại tệp clip có hình.",
            "There is only sound and a cover picture. Choose a clip with a moving picture.",
        )
    return Unreadable(
        f"{NO_CLIP.vi} Lý do: đây là bản ghi âm. {todo.vi}",
        f"{NO_CLIP.en} It is a sound recording. {todo.en}",
    )


def frame_too_large(width: int, height: int) -> Unreadable:
    """For a frame that would take all memory."""
    return Unreadable(
        f"Khung hình {width}×{height} điểm ảnh quá lớn để xử lý. Hãy xuất lại ở 1080p (Full HD) "
        "hoặc 4K.",
        f"The frame of {width}×{height} pixels is too large to handle. Export at 1080p (Full HD) "
        "or 4K.",
    )


def codec_refused(name: str, what_vi: str, what_en: str) -> Unreadable:
    """For a picture or a sound of which no track can be decoded here; ``name`` may be empty."""
    told = plain_name(name) if re.fullmatch(r"[\w.+-]{2,40}", name) else ""
    kind = Text(f"kiểu {told}", told) if told else Text("một kiểu lạ", "something unknown")
    return Unreadable(
        f"Phần {what_vi} của tệp được lưu theo {kind.vi}, hệ thống không đọc được. {EXPORT.vi}",
        f"The {what_en} of the file is stored as {kind.en}, which cannot be read here. {EXPORT.en}",
    )
