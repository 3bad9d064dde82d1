"""The sample contest's people, units and clips. All names are made up."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """A member of staff. ``own_unit`` is a juror's unit, whose clips they must not mark."""

    email: str
    name: str
    roles: tuple[str, ...]
    own_unit: str = ""
    admin: bool = False


@dataclass(frozen=True)
class Clip:
    """An entry of a unit. ``flaw``: which technical rule it breaks; ``review``: its outcome,
    approve, changes, reject, or empty (still waiting)."""

    unit: str
    title: str
    authors: tuple[str, ...]
    flaw: str = ""
    review: str = ""


STAFF = (
    Person("btc@hoithi.example", "Lê Thị Thu Hương", ("organiser",), admin=True),
    Person("btc2@hoithi.example", "Phạm Quốc Bảo", ("organiser",)),
    Person("thamdinh@hoithi.example", "Nguyễn Hoàng Nam", ("reviewer",)),
    Person("thamdinh2@hoithi.example", "Võ Thị Kim Ngân", ("reviewer",)),
    Person("giamkhao@hoithi.example", "Trần Minh Khôi", ("juror",)),
    Person("giamkhao2@hoithi.example", "Đặng Thị Mỹ Linh", ("juror",), own_unit="Đoàn Phường 8"),
    Person("giamkhao3@hoithi.example", "Huỳnh Tấn Phát", ("juror",)),
    Person("giamkhao4@hoithi.example", "Bùi Thị Lan Anh", ("juror",)),
    Person("giamkhao5@hoithi.example", "Ngô Đức Thịnh", ("juror",)),
)

UNITS = (
    *(f"Đoàn Phường {number}" for number in range(1, 13)),
    "Đoàn Trường THPT Nguyễn Hiền",
    "Đoàn Trường THPT Trần Quang Khải",
    "Đoàn Trường THPT Nam Kỳ Khởi Nghĩa",
    "Đoàn Bệnh viện Quận 11",
    "Chi đoàn Công an Quận 11",
    "Đoàn Dịch vụ công ích Quận 11",
    "Đoàn Trung tâm Giáo dục thường xuyên Quận 11",
    "Chi đoàn Trung tâm Y tế Quận 11",
)  # the last three have sent nothing yet

CLIPS = (
    Clip(
        "Đoàn Phường 1",
        "Một chạm, trăm việc: thanh niên giúp dân nộp hồ sơ trực tuyến",
        ("Nguyễn Thị Ngọc Ánh", "Trần Gia Huy"),
        review="approve",
    ),
    Clip("Đoàn Phường 2", "Con hẻm số của bà Sáu", ("Lê Quốc Khánh",), review="approve"),
    Clip(
        "Đoàn Phường 3",
        "Ba trách nhiệm, một hành trình",
        ("Đội tuyên truyền Phường 3",),
        review="approve",
    ),
    Clip(
        "Đoàn Phường 4",
        "Mật khẩu của mẹ",
        ("Phan Thị Thùy Dương", "Lý Hoàng Phúc"),
        review="approve",
    ),
    Clip("Đoàn Phường 5", "Tuổi trẻ Phường 5 giữ sạch kênh", ("Vũ Đình Toàn",), flaw="noise"),
    Clip("Đoàn Phường 6", "Ngày hội không tiền mặt", ("Hồ Thị Bích Trâm",), flaw="borders"),
    Clip("Đoàn Phường 7", "Đi chợ bằng mã QR", ("Trương Mỹ Hạnh", "Đỗ Anh Tuấn")),
    Clip("Đoàn Phường 8", "Người bạn số của cụ Tư", ("Nguyễn Đăng Khoa",), review="approve"),
    Clip("Đoàn Phường 9", "Chuyện chiếc thẻ căn cước", ("Mai Thanh Thảo",), flaw="short"),
    Clip(
        "Đoàn Phường 10",
        "Tổ công nghệ số cộng đồng ra quân",
        ("Tổ công nghệ số Phường 10",),
        flaw="wide",
    ),
    Clip("Đoàn Phường 11", "Nói không với tin giả", ("Lâm Chí Thành",), review="changes"),
    Clip("Đoàn Phường 12", "Bữa cơm không điện thoại", ("Cao Thị Hồng Nhung",), flaw="silent"),
    Clip(
        "Đoàn Trường THPT Nguyễn Hiền",
        "Lớp học lúc chín giờ tối",
        ("Câu lạc bộ Truyền thông",),
        review="approve",
    ),
    Clip("Đoàn Trường THPT Nguyễn Hiền", "Em và thế giới phẳng", ("Tạ Minh Châu",), flaw="long"),
    Clip("Đoàn Trường THPT Trần Quang Khải", "Ba bước an toàn trên mạng", ("Nhóm Lửa Xanh",)),
    Clip(
        "Đoàn Trường THPT Nam Kỳ Khởi Nghĩa",
        "Một ngày làm cán bộ số",
        ("Đinh Hoài An",),
        flaw="small",
    ),
    Clip(
        "Đoàn Bệnh viện Quận 11",
        "Sổ sức khoẻ trong túi áo blouse",
        ("Bs. Trần Thị Diễm My",),
        review="approve",
    ),
    Clip("Chi đoàn Công an Quận 11", "Hotline lúc nửa đêm", ("Nguyễn Tuấn Kiệt",), review="reject"),
)
