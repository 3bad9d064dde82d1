"""What a state is called on the screen, and the kind of its tag (components/feedback.html).

Each text is translated when it is shown: a page of fifty rows asks for fifty, not for all.
"""

from flask_babel import lazy_gettext as _l

STATE_WORDS = {
    "uploading": (_l("Đang gửi"), "info"),
    "checking": (_l("Đang kiểm tra"), "info"),
    "needs_fix": (_l("Cần sửa"), "bad"),
    "in_review": (_l("Chờ thẩm định"), "look"),
    "changes_requested": (_l("Được yêu cầu chỉnh sửa"), "look"),
    "approved": (_l("Đã duyệt"), "ok"),
    "published": (_l("Đã đăng"), "ok"),
    "withdrawn": (_l("Đã rút"), ""),
    "disqualified": (_l("Bị loại"), "bad"),
    "unconfirmed": (_l("Chưa rõ ai gửi"), "look"),
    "received": (_l("Chờ trả lời"), "look"),
    "answered": (_l("Đã trả lời, đang làm"), "info"),
    "refused": (_l("Từ chối"), ""),
    "taken_back": (_l("Người gửi rút lại"), ""),
    "lapsed": (_l("Hết hạn xác nhận"), ""),
    "queued": (_l("Chờ xử lý"), ""),
    "running": (_l("Đang chạy"), "info"),
    "done": (_l("Xong"), "ok"),
    "passed": (_l("Đạt"), "ok"),
    "pass": (_l("Đạt"), "ok"),
    "look": (_l("Cần xem lại"), "look"),
    "fail": (_l("Không đạt"), "bad"),
    "failed": (_l("Không thành công"), "bad"),
    "unknown": (_l("Chưa rõ, đang dò lại"), "look"),
    "scheduled": (_l("Đã lên lịch"), "info"),
    "draft": (_l("Bản nháp"), ""),
    "computed": (_l("Đã tính"), "info"),
    "frozen": (_l("Đã chốt"), "ok"),
    "superseded": (_l("Đã thay bằng bản mới"), ""),
    "discarded": (_l("Đã bỏ, không công bố"), ""),
    "started": (_l("Đang chấm"), "info"),
    "submitted": (_l("Đã nộp"), "ok"),
    "recused": (_l("Từ chối chấm"), ""),
    "abstained": (_l("Không cho điểm"), ""),
    "missing": (_l("Còn thiếu"), "look"),
}
