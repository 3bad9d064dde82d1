"""The audit trail in words: actions, subjects, details."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

# Every action of the trail; a test compares this with the code that records them.
ACTIONS = {
    "audit.resealed": _l("Niêm phong lại nhật ký"),
    "ballot.abstained": _l("Không cho điểm"),
    "ballot.locked": _l("Khoá phiếu chấm"),
    "ballot.open": _l("Mở lại phiếu chấm"),
    "ballot.recused": _l("Từ chối chấm"),
    "ballot.submitted": _l("Nộp phiếu chấm"),
    "check.done": _l("Kiểm tra xong"),
    "check.failed": _l("Kiểm tra bị lỗi máy"),
    "check.queued": _l("Xếp kiểm tra vào hàng đợi"),
    "check.running": _l("Bắt đầu kiểm tra"),
    "check.superseded": _l("Bỏ kiểm tra vì có bản mới"),
    "copy_pair.copy": _l("Kết luận hai clip trùng nhau"),
    "copy_pair.fine": _l("Kết luận hai clip không trùng"),
    "correction.agreed": _l("Đồng ý điều chỉnh số tương tác"),
    "correction.refused": _l("Không đồng ý điều chỉnh số tương tác"),
    "correction.written": _l("Đề nghị điều chỉnh số tương tác"),
    "document.printed": _l("Tạo văn bản"),
    "document_template.dropped": _l("Bỏ mẫu văn bản riêng"),
    "document_template.taken": _l("Dùng mẫu văn bản riêng"),
    "entry_request.agreed": _l("Đồng ý đề nghị về bài dự thi"),
    "entry_request.refused": _l("Không đồng ý đề nghị về bài dự thi"),
    "entry_request.reinstate": _l("Đề nghị khôi phục bài dự thi"),
    "entry_request.withdraw": _l("Đơn vị xin rút bài sau công bố"),
    "evidence.attached": _l("Kèm minh chứng cho số tương tác"),
    "evidence.redrawn": _l("Nhận ảnh minh chứng, vẽ lại để bỏ dữ liệu ẩn"),
    "fix.accepted": _l("Đơn vị nhận bản đã sửa"),
    "fix.declined": _l("Đơn vị không nhận bản đã sửa"),
    "fix.failed": _l("Sửa clip không thành"),
    "fix.queued": _l("Đơn vị nhờ sửa clip"),
    "fix.ready": _l("Bản đã sửa chờ đơn vị xem"),
    "fix.running": _l("Bắt đầu sửa clip"),
    "flag.decided": _l("Kết luận về số tương tác bất thường"),
    "interaction.imported": _l("Nhập số tương tác"),
    "juror.retired": _l("Giám khảo thôi chấm"),
    "jury.locked": _l("Khoá phiếu của Ban giám khảo"),
    "jury.unlocked": _l("Mở khoá phiếu của Ban giám khảo"),
    "keys.rotated": _l("Niêm phong lại bằng khoá mới"),
    "ledger.imported": _l("Nhập sổ chia sẻ"),
    "ledger.late_agreed": _l("Duyệt dòng sổ chia sẻ sau giờ chốt"),
    "ledger.share_added": _l("Ghi một lượt chia sẻ"),
    "ledger.state_agreed": _l("Duyệt lời ghi muộn về sổ chia sẻ"),
    "ledger.stated": _l("Ghi sổ chia sẻ đầy đủ hay một phần"),
    "ledger.void_proposed": _l("Đề nghị huỷ dòng trong sổ chia sẻ"),
    "ledger.void_refused": _l("Không đồng ý huỷ dòng trong sổ chia sẻ"),
    "ledger.voided": _l("Huỷ dòng trong sổ chia sẻ"),
    "ledger.withdrawn": _l("Rút lại một lượt chia sẻ vừa ghi"),
    "page.checked": _l("Kiểm tra Fanpage"),
    "page.connected": _l("Kết nối Fanpage"),
    "page.disconnected": _l("Ngắt kết nối Fanpage"),
    "page.replaced": _l("Thay mã truy cập Fanpage"),
    "person.added": _l("Thêm người"),
    "person.first_step": _l("Đăng nhập bước một"),
    "person.invited": _l("Mời người"),
    "person.locked": _l("Khoá tài khoản"),
    "person.made_admin": _l("Cấp quyền quản trị"),
    "consent.withdrawn": _l("Rút sự đồng ý"),
    "person.erased": _l("Xoá dữ liệu của một người"),
    "person.passkey_added": _l("Thêm khoá truy cập"),
    "person.passkey_copied": _l("Từ chối khoá truy cập có thể bị sao chép"),
    "person.passkey_removed": _l("Xoá khoá truy cập"),
    "person.passkey_renamed": _l("Đổi tên khoá truy cập"),
    "person.password_changed": _l("Đổi mật khẩu"),
    "person.roles_changed": _l("Đổi vai trò"),
    "person.second_factor_off": _l("Tắt xác thực hai lớp"),
    "person.second_factor_on": _l("Bật xác thực hai lớp"),
    "person.sessions_revoked": _l("Kết thúc các phiên đăng nhập"),
    "person.sign_in_failed": _l("Đăng nhập không thành"),
    "person.signed_in": _l("Đăng nhập"),
    "person.signed_out": _l("Đăng xuất"),
    "person.unlocked": _l("Mở khoá tài khoản"),
    "privacy_request.answered": _l("Trả lời yêu cầu về dữ liệu cá nhân"),
    "privacy_request.asked": _l("Nhận yêu cầu về dữ liệu cá nhân"),
    "privacy_request.decided": _l("Quyết định xoá dữ liệu cá nhân"),
    "privacy_request.done": _l("Làm xong yêu cầu về dữ liệu cá nhân"),
    "privacy_request.extended": _l("Gia hạn yêu cầu về dữ liệu cá nhân"),
    "privacy_request.lapsed": _l("Yêu cầu về dữ liệu cá nhân hết hạn xác nhận"),
    "privacy_request.proposed": _l("Đề nghị xoá dữ liệu cá nhân"),
    "privacy_request.received": _l("Biết ai gửi yêu cầu về dữ liệu cá nhân"),
    "privacy_request.refused": _l("Từ chối yêu cầu về dữ liệu cá nhân"),
    "privacy_request.taken_back": _l("Rút lại yêu cầu về dữ liệu cá nhân"),
    "profile.carried": _l("Chuyển phiếu chấm theo thể lệ mới"),
    "profile.imported": _l("Lưu thể lệ"),
    "publication.armed": _l("Sẵn sàng đăng"),
    "publication.cancelled": _l("Huỷ đăng"),
    "publication.failed": _l("Đăng không thành"),
    "publication.paused": _l("Tạm dừng đăng bài"),
    "publication.planned": _l("Xếp lịch đăng"),
    "publication.published": _l("Thấy bài đã đăng"),
    "publication.released": _l("Phát hành đợt đăng bài"),
    "publication.relinked": _l("Đổi liên kết bài đăng"),
    "publication.resumed": _l("Tiếp tục đăng bài"),
    "publication.unknown": _l("Chưa rõ bài đã đăng chưa"),
    "publication.uploading": _l("Tải clip lên Fanpage"),
    "publication.verifying": _l("Xác nhận bài đã đăng"),
    "publication.waiting": _l("Chờ đăng"),
    "reminder.sent": _l("Gửi thư nhắc"),
    "result.computed": _l("Tính kết quả"),
    "result.decided": _l("Trưởng Ban giám khảo quyết định khi bằng điểm"),
    "result.discarded": _l("Bỏ kết quả đã chốt"),
    "result.frozen": _l("Chốt kết quả"),
    "result.published": _l("Công bố kết quả"),
    "snapshot.late_approved": _l("Duyệt số tương tác ghi muộn"),
    "snapshot.written": _l("Ghi số tương tác"),
    "submission.approved": _l("Duyệt clip"),
    "submission.changed": _l("Sửa thông tin bài dự thi"),
    "submission.changes_requested": _l("Yêu cầu chỉnh sửa clip"),
    "submission.checking": _l("Nhận clip, bắt đầu kiểm tra"),
    "submission.created": _l("Đăng ký bài dự thi"),
    "submission.disqualified": _l("Loại clip"),
    "submission.in_review": _l("Chuyển clip sang thẩm định"),
    "submission.needs_fix": _l("Clip chưa đạt, chờ đơn vị sửa"),
    "submission.published": _l("Clip đã đăng"),
    "submission.uploading": _l("Chờ đơn vị gửi clip"),
    "submission.withdrawn": _l("Đơn vị rút clip"),
    "task.retried": _l("Cho chạy lại việc nền"),
    "unit_link.issued": _l("Cấp liên kết cho đơn vị"),
    "unit_link.revoked": _l("Thu hồi liên kết của đơn vị"),
    "submission.moved": _l("Chuyển clip sang đơn vị khác"),
    "unit.added": _l("Thêm đơn vị"),
    "unit.changed": _l("Sửa thông tin đơn vị"),
    "unit.merged": _l("Gộp đơn vị"),
    "unit.restored": _l("Cho đơn vị tham gia trở lại"),
    "unit.retired": _l("Cho đơn vị thôi tham gia"),
    "unit.time_granted": _l("Gia hạn cho đơn vị"),
    "unit.time_revoked": _l("Thu lại phần gia hạn"),
    "units.imported": _l("Nhập danh sách đơn vị"),
    "upload.begun": _l("Bắt đầu gửi tệp"),
    "upload.expired": _l("Lần gửi tệp hết hạn"),
    "upload.terminated": _l("Huỷ lần gửi tệp"),
}
KINDS = {
    "audit": _l("Nhật ký"),
    "ballot": _l("Phiếu chấm"),
    "check": _l("Lần kiểm tra"),
    "clip_version": _l("Bản clip"),
    "contest": _l("Hội thi"),
    "copy_pair": _l("Cặp clip"),
    "correction": _l("Điều chỉnh"),
    "document_pdf": _l("Văn bản"),
    "document_template": _l("Mẫu văn bản"),
    "entry_request": _l("Đề nghị về bài dự thi"),
    "evidence": _l("Minh chứng"),
    "fix": _l("Bản sửa"),
    "flag_decision": _l("Số tương tác bất thường"),
    "ledger_statement": _l("Sổ chia sẻ"),
    "ledger_void": _l("Huỷ dòng sổ chia sẻ"),
    "outbox": _l("Việc nền"),
    "page_inspection": _l("Fanpage"),
    "page_pause": _l("Đăng bài"),
    "privacy_request": _l("Yêu cầu về dữ liệu cá nhân"),
    "profile_revision": _l("Thể lệ"),
    "publication": _l("Bài đăng"),
    "result": _l("Kết quả"),
    "share_record": _l("Lượt chia sẻ"),
    "snapshot": _l("Số tương tác"),
    "stored_key": _l("Khoá của hệ thống"),
    "submission": _l("Bài dự thi"),
    "unit": _l("Đơn vị"),
    "unit_link": _l("Liên kết đơn vị"),
    "upload": _l("Lần gửi tệp"),
    "user": _l("Người"),
}
DETAILS = {
    "changes": _l("thay đổi"),
    "account": _l("tài khoản"), "codes": _l("các clip"), "late_reason": _l("lý do ghi muộn"),
    "ledger": _l("sổ chia sẻ"), "lines": _l("số dòng"), "new": _l("dòng mới"),
    "code": _l("mã"), "count": _l("số lượng"), "decision": _l("quyết định"), "how": _l("cách"),
    "kind": _l("loại"), "late": _l("ghi muộn"), "mails": _l("số thư"), "name": _l("tên"),
    "number": _l("số"), "order": _l("thứ tự"), "passkey": _l("khoá truy cập"),
    "passkeys": _l("các khoá truy cập"), "synced": _l("đồng bộ"), "permalink": _l("liên kết"),
    "purpose": _l("mục đích"), "reactions": _l("cảm xúc"), "reason": _l("lý do"),
    "rows": _l("số dòng"), "shares": _l("chia sẻ"), "snapshots": _l("các số"),
    "verdict": _l("kết luận"), "version": _l("bản"),
}
HASH, SHOWN = 64, 12  # characters of a hash, and of them shown here


def action(code: str) -> str:
    return str(ACTIONS.get(code, code))


def actor(label: str, names: Mapping[str, str]) -> str:
    """An actor's name; the reference, such as ``user:3``, where their data were erased."""
    nobody = {"system": _("Hệ thống"), "public": _("Người chưa đăng nhập")}
    return names.get(label) or nobody.get(label, label)


def subject(label: str, names: Mapping[str, str], clips: Mapping[str, str]) -> str:
    """``submission:12`` -> ``Bài dự thi CX123``: the clip's code or the name, else the number."""
    kind, _colon, number = label.partition(":")
    which = clips.get(label) or names.get(label) or number
    return f"{KINDS.get(kind, kind)} {which}"


def change(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """The details in words, without the new state, which the action names already."""
    told = []
    for key, value in after.items():
        if key == "state" or value in ("", None):
            continue
        was = before.get(key)
        start = "" if was in ("", None) or was == value else f"{_short(was)} → "
        told.append(f"{DETAILS.get(key, key)}: {start}{_short(value)}")
    return "; ".join(told)


def _short(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return str(_("có") if value else _("không"))
    text = str(value)
    return f"{text[:SHOWN]}…" if len(text) == HASH and " " not in text else text
