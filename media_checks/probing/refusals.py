"""The sentences with which a file is refused before anything of it is decoded."""

from __future__ import annotations

from ..errors import ToolFailed, Unreadable
from ..words import number
from .packets import MOST_PACKETS


def not_a_clip(log: str, status: int) -> Exception:
    """For a file that ffprobe cannot open, by what it said."""
    if "error while loading shared libraries" in log or status == 127:  # noqa: PLR2004 - shell's
        return ToolFailed(f"FFmpeg không chạy được: {log}", f"FFmpeg does not run: {log}")
    if "moov atom not found" in log:
        return Unreadable(
            "Tệp thiếu phần mục lục (moov): thường do quay hoặc gửi bị ngắt giữa chừng. "
            "Hãy xuất lại clip rồi gửi lại.",
            "The file has no index (moov): recording or sending was cut off. "
            "Export the clip again and send it again.",
        )
    return Unreadable(
        "Không đọc được tệp này như một clip. Hãy xuất clip ở dạng MP4 (H.264, AAC) rồi gửi lại.",
        "This file cannot be read as a clip. Export it as MP4 (H.264, AAC) and send it again.",
    )


def too_complex() -> Unreadable:
    """For a file that takes beyond all measure to read."""
    return Unreadable(
        "Tệp có cấu trúc bất thường, hệ thống không đọc hết được. Hãy xuất lại clip dạng MP4.",
        "The file is built so unusually that it cannot be read. Export the clip as MP4 again.",
    )


def too_many_packets() -> Unreadable:
    """For a short file in more pieces than a long film has."""
    most = number(MOST_PACKETS)
    return Unreadable(
        f"Tệp bị chia thành hơn {most.vi} mảnh dữ liệu, nhiều hơn một phim dài; hệ thống chỉ đọc "
        "tới mức đó. Hãy xuất lại clip dạng MP4 (H.264, AAC) từ ứng dụng dựng phim.",
        f"The file is cut into more than {most.en} pieces of data, more than a long film has, and "
        "no more are read. Export the clip as MP4 (H.264, AAC) from the editing app again.",
    )


def no_picture_inside() -> Unreadable:
    """For a header that describes a picture of which there is nothing."""
    return Unreadable(
        "Tệp có phần đầu nhưng không có hình nào bên trong. Hãy xuất lại clip rồi gửi lại.",
        "The file has a header but no picture inside. Export the clip again and send it.",
    )


def no_picture() -> Unreadable:
    """For sound alone."""
    return Unreadable(
        "Tệp không có hình (chỉ có âm thanh hoặc ảnh bìa). Hãy gửi clip có hình.",
        "The file has no moving picture (only sound or a cover). Send a clip with a picture.",
    )


def frame_too_large(width: int, height: int) -> Unreadable:
    """For a frame that would take all memory."""
    return Unreadable(
        f"Khung hình {width}×{height} quá lớn để xử lý; hãy xuất lại ở Full HD hoặc 4K.",
        f"The frame {width}×{height} is too large to handle; export at Full HD or 4K.",
    )


def codec_refused(name: str, what_vi: str, what_en: str) -> Unreadable:
    """For a picture or a sound of which no track can be decoded here."""
    return Unreadable(
        f"Chuẩn nén {what_vi} “{name}” không được nhận. Hãy xuất lại dạng MP4 (H.264, AAC).",
        f"The {what_en} codec “{name}” is not accepted. Export as MP4 (H.264, AAC).",
    )
