"""Who plays in the sample contest. All names of persons are invented."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """One unit and its clip; ``fault`` names the rule the clip breaks, ``"none"`` sends no clip.

    ``fate``: what the sample's reviewer does with it: approve, changes, or wait.
    """

    unit: str
    group: str
    title: str = ""
    authors: tuple[str, ...] = ()
    fault: str = ""
    fate: str = "wait"


WARDS, SCHOOLS, OFFICES = "Phường", "Trường học", "Cơ quan"

CAST = (
    Part("Đoàn Phường 1", WARDS, "Một ngày ở bộ phận một cửa", ("Nguyễn Hoàng Yến",),
         fate="approve"),
    Part("Đoàn Phường 3", WARDS, "Nụ cười công sở", ("Trần Gia Bảo", "Lê Thảo Vy"),
         fate="approve"),
    Part("Đoàn Phường 5", WARDS, "Tiếp dân bằng cả trái tim", ("Nhóm Áo Xanh Phường 5",),
         fate="approve"),
    Part("Đoàn Phường 7", WARDS, "Đồng hành cùng người cao tuổi lên cổng dịch vụ công",
         ("Phạm Quốc Anh", "Võ Ngọc Hân"), fate="approve"),
    Part("Đoàn Phường 8", WARDS, "Chuyện của Mai", ("Đặng Thuỳ Linh",), fate="approve"),
    Part("Đoàn Phường 10", WARDS, "Con hẻm không rác", ("Bùi Đức Thịnh",), fate="approve"),
    Part("Đoàn Phường 11", WARDS, "Chữ ký số đầu tiên của ba", ("Huỳnh Nhật Nam",)),
    Part("Đoàn Phường 14", WARDS, "Tổ công nghệ số ra quân", ("Nhóm Số 14",), fate="changes"),
    Part("Đoàn Phường 15", WARDS, "Góc phường tôi", ("Ngô Thanh Tùng",), fault="too_short"),
    Part("Đoàn Phường 16", WARDS, "Một trăm ngày chuyển đổi số", ("Lý Mỹ Duyên",),
         fault="too_long"),
    Part("Đoàn Trường THPT Nguyễn Hiền", SCHOOLS, "Lớp học lúc bảy giờ tối",
         ("Câu lạc bộ Truyền thông",)),
    Part("Đoàn Trường THPT Trần Quang Khải", SCHOOLS, "Hẹn ngày trở lại", ("Tập thể 11A5",),
         fault="wide_frame"),
    Part("Đoàn Trường THPT Nam Kỳ Khởi Nghĩa", SCHOOLS, "Tuổi trẻ và ba lời hứa",
         ("Tập thể Chi đoàn giáo viên",), fault="small_picture"),
    Part("Chi đoàn Công an Quận 11", OFFICES, "Ca trực đêm", ("Nhóm 113",), fault="noise"),
    Part("Chi đoàn Quân sự Quận 11", OFFICES, "Ba trách nhiệm trong tôi", ("Trịnh Minh Khôi",),
         fault="borders"),
    Part("Chi đoàn Bệnh viện Quận 11", OFFICES, "Sau cánh cửa phòng cấp cứu",
         ("Nhóm Blouse Trắng",)),
    Part("Chi đoàn Văn phòng UBND Quận", OFFICES, "Không giấy tờ, nhiều nụ cười",
         ("Cao Bảo Trân",), fault="no_sound"),
    Part("Chi đoàn Trung tâm Y tế Quận", OFFICES, fault="none"),
    Part("Chi đoàn Kho bạc Nhà nước", OFFICES, fault="none"),
    Part("Chi đoàn Toà án nhân dân Quận", OFFICES, fault="none"),
)


@dataclass(frozen=True)
class Person:
    """Somebody of the sample's staff; a juror's own unit is never marked by that juror."""

    name: str
    email: str
    roles: tuple[str, ...]
    unit: str | None = None
    admin: bool = False


STAFF = (
    Person("Trần Ngọc Hưởng", "to-chuc@example.org", ("organiser",), admin=True),
    Person("Lê Minh Quân", "to-chuc-2@example.org", ("organiser",)),
    Person("Nguyễn Thu Hà", "tham-dinh@example.org", ("reviewer",)),
    Person("Phạm Hoàng Khải", "giam-khao-1@example.org", ("juror",)),
    Person("Võ Thị Bích Ngọc", "giam-khao-2@example.org", ("juror",)),
    Person("Đỗ Quốc Đạt", "giam-khao-3@example.org", ("juror",), unit="Đoàn Phường 1"),
)
