"""The desk in words: what there is to do and its button, jobs, instants."""

from collections.abc import Callable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from contest.languages import write_number, write_size, write_time
from contest.services.desk.agenda import Todo
from contest.views.shared.disk import Disk
from contest.views.shared.site import wording
from contest.views.shared.support import current, zone

JOBS = {
    "check.quick": _l("Kiểm tra clip"), "check.deep": _l("Kiểm tra sâu, tạo bản xem"),
    "fix.make": _l("Sửa clip giúp đơn vị"), "copies.compare": _l("So với các clip khác"),
    "names.read": _l("Đọc tên ghi trong clip"),
    "publication.upload": _l("Tải clip lên Fanpage"), "publication.release": _l("Đăng clip"),
    "publication.finish": _l("Hoàn tất bài đăng"), "publication.verify": _l("Xem lại bài đăng"),
    "publication.reconcile": _l("Dò bài đăng chưa rõ"),
    "publication.check": _l("Kiểm tra Fanpage"), "page.watch": _l("Kiểm tra Fanpage"),
    "interactions.poll": _l("Lấy số tương tác"), "mail.send": _l("Gửi thư"),
    "upload.remind": _l("Nhắc lượt gửi dở"), "upload.expire": _l("Dọn lượt gửi dở"),
    "trial.end": _l("Xoá dữ liệu chạy thử"), "storage.scrub": _l("Soát lại kho tệp"),
    "pages.render": _l("Dựng trang kết quả"), "documents.pdf": _l("Tạo PDF"),
    "privacy.archive": _l("Gom dữ liệu của một người"), "privacy.erase": _l("Xoá dữ liệu cá nhân"),
    "privacy.tidy": _l("Dọn dữ liệu hết hạn giữ"),
    "link.fetch": _l("Tải clip từ đường dẫn"), "reviews.settle": _l("Đếm lại phiếu thẩm định"),
    "reviews.call": _l("Báo Tổ thẩm định có clip chờ phiếu"),
    "reviews.fall": _l("Ghi kết luận thẩm định"),
    "reminders.tick": _l("Gửi lời nhắc theo lịch"), "push.send": _l("Gửi thông báo tới máy"),
    "follow.clips": _l("Báo tin có clip cho người theo dõi"),
    "follow.result": _l("Báo tin có kết quả cho người theo dõi"),
    "follow.tell_clips": _l("Gửi thông báo tới máy"),
    "follow.tell_result": _l("Gửi thông báo tới máy"),
    "telegram.look": _l("Đọc mã nối Telegram"),
    "reel.make": _l("Dựng phim trao giải"), "result.release": _l("Công bố kết quả theo giờ hẹn"),
    "result.step": _l("Tính, chốt, công bố kết quả"), "result.tell": _l("Gửi thư báo kết quả"),
    "units.sheets": _l("Tạo mã và tờ mã QR"), "units.forget_sheets": _l("Xoá tờ mã QR đã quá giờ"),
    "results.prospects": _l("Xem giải dựa vào điều gì"),
    "results.verify": _l("Kiểm lại kết quả đã công bố"), "release": _l("Đăng clip lên Trang"),
}
INSTANTS = {
    "entries_open": _l("Mở nhận clip"), "entries_close": _l("Hết hạn nhận clip"),
    "publicity_opens": _l("Bắt đầu tuyên truyền, tính tương tác"),
    "ballots_close": _l("Hết hạn chấm điểm"), "counts_close": _l("Chốt số tương tác"),
    "awards": _l("Trao giải"),
}
# Code -> what is to be done, for one and for many, and what its button says.
_COUNTED: dict[str, tuple[Callable[[int], str], object]] = {
    "overdue": (lambda n: ngettext(
        "Có %(num)s việc nền quá giờ mà chưa chạy. Máy xử lý có thể đang dừng; hãy báo người vận "
        "hành.",
        "Có %(num)s việc nền quá giờ mà chưa chạy. Máy xử lý có thể đang dừng; hãy báo người vận "
        "hành.", n), _l("Xem việc nền")),
    "failed": (lambda n: ngettext("%(num)s việc nền không thành công.",
                                  "%(num)s việc nền không thành công.", n), _l("Xem và chạy lại")),
    "links": (lambda n: ngettext("%(num)s đơn vị chưa có mã QR để vào gửi clip.",
                                 "%(num)s đơn vị chưa có mã QR để vào gửi clip.", n),
              _l("Tạo và in mã QR")),
    "requests": (lambda n: ngettext("%(num)s đề nghị về bài dự thi chờ quyết định.",
                                    "%(num)s đề nghị về bài dự thi chờ quyết định.", n),
                 _l("Xem và quyết định")),
    "review": (lambda n: ngettext("%(num)s clip chờ thẩm định.", "%(num)s clip chờ thẩm định.", n),
               _l("Thẩm định")),
    "personal": (lambda n: ngettext("%(num)s yêu cầu về dữ liệu cá nhân đang chờ.",
                                    "%(num)s yêu cầu về dữ liệu cá nhân đang chờ.", n),
                 _l("Xem yêu cầu")),
    "retention": (lambda n: ngettext(
        "Dữ liệu của %(num)s clip đến hạn xoá trong 30 ngày tới.",
        "Dữ liệu của %(num)s clip đến hạn xoá trong 30 ngày tới.", n),
        _l("Xem trước, giữ lại nếu cần")),
    "handovers": (lambda n: ngettext("%(num)s bài của hội thi khác chờ nhận.",
                                     "%(num)s bài của hội thi khác chờ nhận.", n),
                  _l("Xem các bài chờ nhận")),
    "levels": (lambda n: ngettext("%(num)s hội thi xin làm cấp dưới, chờ xác nhận.",
                                  "%(num)s hội thi xin làm cấp dưới, chờ xác nhận.", n),
               _l("Xem các cấp")),
    "filings_overdue": (lambda n: ngettext("%(num)s đơn vị quá hạn nộp báo cáo, đăng ký.",
                                           "%(num)s đơn vị quá hạn nộp báo cáo, đăng ký.", n),
                        _l("Xem đơn vị nào")),
    "filings_soon": (lambda n: ngettext(
        "%(num)s đơn vị còn phải nộp báo cáo, đăng ký trong 3 ngày tới.",
        "%(num)s đơn vị còn phải nộp báo cáo, đăng ký trong 3 ngày tới.", n),
        _l("Xem đơn vị nào")),
    "nobody": (lambda n: ngettext(
        "%(num)s clip không kết luận được vì Tổ thẩm định chưa có Chủ tịch hoặc không đủ người.",
        "%(num)s clip không kết luận được vì Tổ thẩm định chưa có Chủ tịch hoặc không đủ người.",
        n), _l("Chỉ định Chủ tịch, thêm thành viên")),
    "chair": (lambda n: ngettext("%(num)s clip chờ Chủ tịch quyết định.",
                                 "%(num)s clip chờ Chủ tịch quyết định.", n), _l("Xem các clip")),
    "copies": (lambda n: ngettext("%(num)s cặp clip giống nhau chưa ai xem.",
                                  "%(num)s cặp clip giống nhau chưa ai xem.", n),
               _l("Xem từng cặp")),
    "findings": (lambda n: ngettext("%(num)s clip phải sửa, đơn vị chưa gửi lại.",
                                    "%(num)s clip phải sửa, đơn vị chưa gửi lại.", n),
                 _l("Nhắc đơn vị")),
    "missing": (lambda n: ngettext("%(num)s đơn vị chưa có clip.",
                                   "%(num)s đơn vị chưa có clip.", n), _l("Nhắc đơn vị")),
    "stuck": (lambda n: ngettext("%(num)s bài đăng không thành công hoặc chưa rõ.",
                                 "%(num)s bài đăng không thành công hoặc chưa rõ.", n),
              _l("Xem bài đăng")),
    "uncounted": (lambda n: ngettext("%(num)s clip chưa có số tương tác trong 24 giờ qua.",
                                     "%(num)s clip chưa có số tương tác trong 24 giờ qua.", n),
                  _l("Lấy số tương tác")),
    "unread": (lambda n: ngettext("%(num)s clip không lấy được số tương tác từ Trang.",
                                  "%(num)s clip không lấy được số tương tác từ Trang.", n),
               _l("Xem lý do")),
    "marks": (lambda n: ngettext("Còn %(num)s phiếu giám khảo chưa nộp.",
                                 "Còn %(num)s phiếu giám khảo chưa nộp.", n), _l("Nhắc giám khảo")),
}
_SINGLE = {
    "units": (_l("Chưa có đơn vị nào trong hội thi."), _l("Nhập danh sách đơn vị")),
    "reviewers": (_l("Chưa có người thẩm định."), _l("Mời người thẩm định")),
    "jurors": (_l("Chưa có giám khảo nào."), _l("Mời giám khảo")),
    "second": (_l("Ban Tổ chức mới có một người; chốt kết quả cần hai người."),
               _l("Mời người thứ hai")),
    "page": (_l("Chưa kết nối Fanpage nên clip chưa tự đăng được."), _l("Kết nối Fanpage")),
    "counting": (_l("Sắp đến giờ chốt số: gõ số của mọi clip trên một trang, lưu cả khi mất mạng."),
                 _l("Mở trang chốt số")),
    "lock": (_l("Đã hết hạn chấm, phiếu của Ban giám khảo chưa khoá."), _l("Khoá phiếu")),
    "compute": (_l("Không còn gì thiếu: tính được kết quả."), _l("Tính kết quả")),
    "freeze": (_l("Kết quả đã tính, chờ người thứ hai chốt."), _l("Xem và chốt")),
    "publish": (_l("Kết quả đã chốt, chưa công bố."), _l("Công bố")),
    "next_round": (_l("Kết quả đã công bố, vòng sau chưa mở."), _l("Mở vòng sau")),
    "papers": (_l("Kết quả đã công bố: in biên bản, quyết định, giấy chứng nhận."), _l("Văn bản")),
    "antivirus": (_l("Phần mềm diệt virus không trả lời, nên clip và minh chứng mới phải chờ. Hãy "
                     "báo người vận hành."), _l("Xem tình trạng máy")),
    "backup_late": (_l("Đã quá một ngày chưa có bản sao lưu mới. Hãy báo người vận hành."),
                    _l("Xem tình trạng máy")),
    "proof_late": (_l("Đã quá một tuần chưa có bản sao lưu nào được khôi phục thử. Hãy báo người "
                      "vận hành."), _l("Xem tình trạng máy")),
    "files_faulty": (_l("Có tệp trong kho bị mất hoặc bị thay đổi. Hãy báo người vận hành: lệnh "
                        "“hoithi storage bring” lấy lại tệp đúng từ bản sao lưu."),
                     _l("Xem tình trạng máy")),
    "backup_failed": (_l("Lần sao lưu mới nhất không thành. Hãy báo người vận hành."),
                      _l("Xem tình trạng máy")),
}


def said(one: Todo, *, disk: Disk, paused: str) -> tuple[str, str]:
    """What is to be done, and what its button says."""
    if one.blocker is not None:
        english = current.language == "en"
        told = one.blocker.en if english else one.blocker.vi
        return wording.said(told, current.language), _("Mở")
    if one.code in _COUNTED:
        sentence, act = _COUNTED[one.code]
        return sentence(one.count), str(act)
    if one.code in _SINGLE:
        return str(_SINGLE[one.code][0]), str(_SINGLE[one.code][1])
    return _with_values(one, disk, paused)


def _with_values(one: Todo, disk: Disk, paused: str) -> tuple[str, str]:
    if one.code == "moved":
        return ngettext(
            "%(num)s clip thay đổi sau khi chốt kết quả: %(codes)s. Cần lập bản kết quả thay thế.",
            "%(num)s clip thay đổi sau khi chốt kết quả: %(codes)s. Cần lập bản kết quả thay thế.",
            one.count, codes=one.about,
        ), _("Xem trước và lập bản thay thế")
    if one.code == "paused":
        return _("Việc đăng bài đang tạm dừng: %(why)s", why=paused), _("Cho đăng tiếp")
    if one.code == "token":
        ends = write_time(one.due, zone(), current.language) if one.due else ""
        return _("Mã truy cập Fanpage hết hạn lúc %(time)s; sau đó không đăng bài và không đọc số "
                 "được.", time=ends), _("Thay mã truy cập")
    free = write_size(disk.free, current.language)
    percent = write_number(disk.percent, current.language)
    if one.code == "disk_kept":
        text = _("Ổ đĩa chỉ còn trống %(free)s (%(percent)s%%) nên hệ thống không nhận clip mới. "
                 "Hãy báo người vận hành thêm chỗ ngay.", free=free, percent=percent)
    else:
        text = _("Ổ đĩa còn trống %(free)s (%(percent)s%%). Dưới 10%% hệ thống sẽ không nhận clip "
                 "mới; hãy báo người vận hành thêm chỗ.", free=free, percent=percent)
    return text, _("Xem tình trạng máy")
