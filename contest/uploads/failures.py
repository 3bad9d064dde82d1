"""What can go wrong with an upload: one table of code, HTTP status and sentence."""

from __future__ import annotations

from collections.abc import Mapping

from contest.languages import write_size

# code: (HTTP status, Vietnamese, English); {names} are filled from the failure's values.
FAILURES: dict[str, tuple[int, str, str]] = {
    "signed_out": (
        401,
        "Phiên làm việc đã hết. Hãy mở lại đường dẫn hoặc quét lại mã QR của đơn vị.",
        "Your session has ended. Open your unit's link or scan its QR code again.",
    ),
    "staff_signed_out": (
        401,
        "Bạn đã đăng xuất hoặc không còn quyền gửi thay đơn vị. Hãy đăng nhập lại rồi gửi tiếp; "
        "phần đã gửi vẫn còn.",
        "You are signed out, or may no longer send for units. Sign in again and go on; what was "
        "sent is kept.",
    ),
    "forbidden": (
        403,
        "Đơn vị không được phép gửi tệp này. Hãy mở lại đường dẫn của đơn vị.",
        "Your unit may not send this file. Open your unit's link again.",
    ),
    "finished": (
        403,
        "Tệp đã nhận đủ nên không huỷ được. Muốn thay clip, hãy dùng nút “Thay clip”.",
        "The file has been received and cannot be cancelled. Use “Replace the clip” instead.",
    ),
    "revoked": (
        410,
        "Đường dẫn của đơn vị đã hết hạn hoặc đã được thay. Hãy mở đường dẫn mới; "
        "phần đã gửi vẫn còn.",
        "Your unit's link has expired or was replaced. Open the new one; what was sent is kept.",
    ),
    "changed": (
        410,
        "Tệp đã thay đổi trong lúc gửi. Hãy lưu clip vào máy rồi chọn lại và gửi từ đầu.",
        "The file changed while it was being sent. Save the clip on the phone and start again.",
    ),
    "not_found": (
        404,
        "Không tìm thấy lượt gửi này. Hãy quay lại trang bài dự thi và gửi lại.",
        "There is no such upload. Go back to your entry and start again.",
    ),
    "gone": (
        410,
        "Lượt gửi này đã hết hạn hoặc đã bị huỷ. Hãy quay lại trang bài dự thi và gửi lại.",
        "This upload has expired or was cancelled. Go back to your entry and start again.",
    ),
    "method": (
        405,
        "Phương thức {method} không dùng được ở đây; được dùng: {allowed}.",
        "Method {method} is not available here; allowed: {allowed}.",
    ),
    "version": (
        412,
        "Máy chủ chỉ nhận giao thức tus 1.0.0. Hãy tải lại trang rồi gửi tiếp.",
        "This server speaks tus 1.0.0 only. Reload the page and go on.",
    ),
    "length_missing": (
        400,
        "Thiếu kích thước tệp hợp lệ (Upload-Length). Hãy tải lại trang rồi chọn lại tệp.",
        "A valid file size (Upload-Length) is missing. Reload the page and pick the file again.",
    ),
    "not_offered": (
        400,
        "Máy chủ không dùng phần mở rộng {header}. Hãy tải lại trang rồi gửi lại.",
        "This server does not offer {header}. Reload the page and start again.",
    ),
    "metadata": (
        400,
        "Thông tin kèm tệp (Upload-Metadata) sai dạng: {found}. Hãy tải lại trang rồi gửi lại.",
        "Upload-Metadata is malformed: {found}. Reload the page and start again.",
    ),
    "offset_missing": (
        400,
        "Thiếu vị trí gửi tiếp hợp lệ (Upload-Offset). Hãy tải lại trang rồi gửi tiếp.",
        "A valid Upload-Offset is missing. Reload the page and go on.",
    ),
    "content_length": (
        400,
        "Kích thước phần gửi (Content-Length) sai dạng. Hãy tải lại trang rồi gửi tiếp.",
        "Content-Length is malformed. Reload the page and go on.",
    ),
    "offset": (
        409,
        "Đã nhận {held} byte nhưng phần gửi bắt đầu từ byte {offset}. Trang sẽ tự gửi tiếp.",
        "{held} bytes are held but this part starts at {offset}. Ask for the offset and go on.",
    ),
    "too_large": (
        413,
        "Tệp nặng {found}; cho phép tối đa {allowed}. Hãy xuất lại clip với dung lượng nhỏ hơn.",
        "The file has {found}; at most {allowed} is allowed. Export the clip in a smaller size.",
    ),
    "beyond_length": (
        413,
        "Phần gửi vượt quá kích thước đã khai ({length} byte). Hãy chọn lại đúng tệp.",
        "This part goes beyond the declared size ({length} bytes). Pick the right file again.",
    ),
    "content_type": (
        415,
        "Phần gửi phải có kiểu application/offset+octet-stream. Hãy tải lại trang rồi gửi tiếp.",
        "Parts must be sent as application/offset+octet-stream. Reload the page and go on.",
    ),
    "busy": (
        423,
        "Tệp này đang được gửi từ một nơi khác. Hãy chờ vài giây; trang sẽ tự thử lại.",
        "This file is being sent from elsewhere. Wait a few seconds; the page tries again.",
    ),
    "many": (
        423,
        "Đơn vị đang gửi {most} clip cùng lúc, là mức tối đa. Hãy chờ một clip gửi xong; "
        "trang sẽ tự thử lại.",
        "Your unit is sending {most} clips at once, the most that is allowed. Wait until one has "
        "arrived; the page tries again.",
    ),
    "interrupted": (
        503,
        "Đường truyền bị ngắt; phần đã gửi vẫn còn. Trang sẽ tự gửi tiếp.",
        "The line dropped; what was sent is kept. The page goes on by itself.",
    ),
    "not_recorded": (
        503,
        "Tệp đã nhận đủ nhưng chưa ghi sổ được. Trang sẽ tự thử lại.",
        "The file has arrived but could not be recorded yet. The page tries again.",
    ),
    "store_away": (
        503,
        "Tệp đã nhận đủ và được giữ trên máy chủ, nhưng kho clip chưa trả lời. Trang sẽ tự thử "
        "lại.",
        "The file has arrived and is kept on the server, but the clips' store does not answer. The "
        "page tries again.",
    ),
    "disk_full": (
        507,
        "Máy chủ không còn đủ chỗ cho tệp {found}. Hãy báo Ban Tổ chức và thử lại sau.",
        "The server has no room for a file of {found}. Tell the organisers and try again later.",
    ),
}


class Size(int):
    """A number of bytes, written in the sentence's language."""


class UploadFailure(Exception):
    """A refused upload request.

    `code` is a key of FAILURES; `values` fill its sentences. A registry with a refusal of
    its own (deadline, quota) passes `status`, `vi` and `en` instead of a known code.
    """

    def __init__(
        self,
        code: str,
        *,
        status: int | None = None,
        vi: str | None = None,
        en: str | None = None,
        **values: object,
    ) -> None:
        known_status, known_vi, known_en = FAILURES.get(code, (400, code, code))
        self.code = code
        self.status = status or known_status
        self.vi = vi if vi is not None else known_vi.format(**_written(values, "vi"))
        self.en = en if en is not None else known_en.format(**_written(values, "en"))
        self.values = values
        super().__init__(f"{self.status} {code}: {self.en}")


def _written(values: Mapping[str, object], language: str) -> dict[str, object]:
    return {
        name: write_size(value, language) if isinstance(value, Size) else value
        for name, value in values.items()
    }
