"""The demo's script: units, clips, decisions, marks and counts. All names are made up.

The figures are chosen to exercise every rule of scoring: the cap on points, a juror's own unit, an
abstention, a unit with two clips, an excluded clip, a unit that sends none.
"""

from dataclasses import dataclass, field

ORGANISER, SECOND = "btc@hoithi.example", "btc2@hoithi.example"
REVIEWER = "thamdinh@hoithi.example"
JURORS = ("gk1@hoithi.example", "gk2@hoithi.example", "gk3@hoithi.example")
NAMES = {
    ORGANISER: "Lê Thị Thu Hương",
    SECOND: "Phạm Quốc Bảo",
    REVIEWER: "Nguyễn Hoàng Nam",
    JURORS[0]: "Trần Minh Khôi",
    JURORS[1]: "Đặng Thị Mỹ Linh",
    JURORS[2]: "Huỳnh Tấn Phát",
}
ROLES = {
    ORGANISER: "organiser",
    SECOND: "organiser",
    REVIEWER: "reviewer",
    **dict.fromkeys(JURORS, "juror"),
}
OWN_UNIT = {JURORS[1]: "Đoàn Phường 2"}  # never marks that unit's clips


@dataclass(frozen=True)
class Part:
    """What happens to a clip. ``flaws``: one for each version, "" for none.

    ``reviews``: the reviewer's decisions, one after another. ``marks``: per cent of every
    criterion, by juror; None abstains. ``chosen``: the prize that it is given by no figure.
    """

    unit: str
    title: str
    authors: tuple[str, ...]
    flaws: tuple[str, ...] = ("",)
    reviews: tuple[str, ...] = ("approve",)
    drops: bool = False  # the connection drops once during the upload
    reactions: int = 0
    shares: int = 0
    marks: dict[str, int | None] = field(default_factory=dict)
    category: str = ""
    chosen: str = ""

    @property
    def out(self) -> bool:
        return "reject" in self.reviews


def _by(*shares: int | None) -> dict[str, int | None]:
    return dict(zip(JURORS, shares, strict=True))


PARTS = (
    Part(
        "Đoàn Phường 1",
        "Một chạm, trăm việc",
        ("Nguyễn Thị Ngọc Ánh", "Trần Gia Huy"),
        drops=True,
        reactions=180,
        shares=40,
        marks=_by(90, 80, 90),
    ),
    Part(
        "Đoàn Phường 2",
        "Con hẻm số của bà Sáu",
        ("Lê Quốc Khánh",),
        reactions=150,
        shares=100,
        marks=_by(80, None, 70),
    ),
    Part(
        "Đoàn Phường 3",
        "Mật khẩu của mẹ",
        ("Phan Thị Thùy Dương",),
        flaws=("short", ""),
        reactions=90,
        shares=30,
        marks=_by(90, 90, 100),
    ),
    Part(
        "Đoàn Phường 4",
        "Nói không với tin giả",
        ("Lâm Chí Thành",),
        flaws=("", ""),
        reviews=("changes", "approve"),
        reactions=60,
        shares=20,
        marks=_by(70, 60, 80),
    ),
    Part(
        "Đoàn Phường 5",
        "Ngày hội không tiền mặt",
        ("Hồ Thị Bích Trâm",),
        flaws=("borders",),
        reactions=120,
        shares=10,
        marks=_by(60, 70, None),
    ),
    Part(
        "Đoàn Trường THPT Nguyễn Hiền",
        "Lớp học lúc chín giờ tối",
        ("Câu lạc bộ Truyền thông",),
        reactions=200,
        shares=30,
        marks=_by(80, 90, 80),
    ),
    Part(
        "Đoàn Trường THPT Nguyễn Hiền",
        "Em và thế giới phẳng",
        ("Tạ Minh Châu",),
        reactions=40,
        shares=5,
        marks=_by(90, 90, 90),
    ),
    Part("Đoàn Phường 6", "Hotline lúc nửa đêm", ("Nguyễn Tuấn Kiệt",), reviews=("reject",)),
)
SILENT = "Đoàn Phường 7"  # sends nothing
UNITS = (*dict.fromkeys(part.unit for part in PARTS), SILENT)

# The expected result, calculated by hand: 40 × jury + 60 × min(2 × shares + reactions, 300) / 300.
EXPECTED = (
    ("Đoàn Phường 2", "90.00"),  # 30.00 (the mean of 80 and 70) + 60 (350 points, capped at 300)
    ("Đoàn Phường 1", "86.67"),  # 34.67 + 52.00
    ("Đoàn Trường THPT Nguyễn Hiền", "85.33"),  # 33.33 + 52.00; its other clip has 46.00
    ("Đoàn Phường 3", "67.33"),  # 37.33 + 30.00
    ("Đoàn Phường 5", "54.00"),  # 26.00 + 28.00
    ("Đoàn Phường 4", "48.00"),  # 28.00 + 20.00
)

# The same marks where the jury alone decides: the mean of each clip, a unit's better clip.
EXPECTED_BY_JURY = (
    ("Đoàn Phường 3", "93.33"),  # 90, 90, 100
    ("Đoàn Trường THPT Nguyễn Hiền", "90.00"),  # its second clip; the first has 83.33
    ("Đoàn Phường 1", "86.67"),  # 90, 80, 90
    ("Đoàn Phường 2", "75.00"),  # 80 and 70; the second juror is of the unit
    ("Đoàn Phường 4", "70.00"),  # 70, 60, 80
    ("Đoàn Phường 5", "65.00"),  # 60 and 70
)

# Short films: 70 × jury + 30 × min(reactions, 500) / 500, no points for shares. Five criteria (30,
# 25, 20, 15, 10) and whole marks: 90 per cent of them are 89 points, 70 per cent 69.
EXPECTED_OF_FILMS = (
    ("Đoàn Phường 1", "71.00"),  # 60.20 + 10.80
    ("Đoàn Phường 3", "70.27"),  # 64.87 + 5.40
    ("Đoàn Trường THPT Nguyễn Hiền", "70.10"),  # 58.10 + 12.00; its other film has 64.70
    ("Đoàn Phường 2", "61.15"),  # 52.15 + 9.00
    ("Đoàn Phường 4", "52.37"),  # 48.77 + 3.60
    ("Đoàn Phường 5", "52.35"),  # 45.15 + 7.20
)

# The final of the contest of two rounds: what every juror gives at the table, per cent of every
# criterion, and 70 × that + 30 × the total of the first round (280/3, 90, 260/3, 75, 70).
AT_THE_TABLE = {
    "Đoàn Phường 3": 80, "Đoàn Trường THPT Nguyễn Hiền": 95, "Đoàn Phường 1": 90,
    "Đoàn Phường 2": 100, "Đoàn Phường 4": 60,
}
EXPECTED_OF_FINAL = (
    ("Đoàn Trường THPT Nguyễn Hiền", "93.50"),  # 66.50 + 27.00
    ("Đoàn Phường 2", "92.50"),  # 70.00 + 22.50
    ("Đoàn Phường 1", "89.00"),  # 63.00 + 26.00
    ("Đoàn Phường 3", "84.00"),  # 56.00 + 28.00
    ("Đoàn Phường 4", "63.00"),  # 42.00 + 21.00
)

# The city's contest: the ward is one unit there, whose best clip counts, with the same marks.
EXPECTED_ABOVE = (("Phường 5", "93.33"),)


# Sets of pictures: the first and second juror mark one category, the first and third the other.
# The second juror's own unit enters the one that is not hers.
def _action(first: int, second: int) -> dict[str, int | None]:
    return {JURORS[0]: first, JURORS[1]: second}


def _people(first: int, third: int) -> dict[str, int | None]:
    return {JURORS[0]: first, JURORS[2]: third}


PICTURE_SETS = (
    Part("Đoàn Phường 1", "Áo xanh trên đồng ngập nước", ("Nguyễn Thị Ngọc Ánh", "Trần Gia Huy"),
         category="action", marks=_action(90, 80)),
    Part("Đoàn Phường 2", "Bàn tay ngoại Tư", ("Lê Quốc Khánh",),
         category="people", marks=_people(80, 100)),
    Part("Đoàn Phường 3", "Lớp học bên bờ kênh", ("Phan Thị Thùy Dương",), flaws=("small", ""),
         category="action", marks=_action(70, 90), chosen="audience"),
    Part("Đoàn Phường 4", "Nụ cười mùa hè xanh", ("Lâm Chí Thành",), flaws=("", ""),
         reviews=("changes", "approve"), category="people", marks=_people(100, 90)),
    Part("Đoàn Phường 4", "Ba giờ sáng ở bếp ăn", ("Lâm Chí Thành",),
         category="action", marks=_action(60, 70)),
    Part("Đoàn Phường 6", "Mưa trên mái tôn", ("Nguyễn Tuấn Kiệt",), reviews=("reject",),
         category="action"),
)
EXPECTED_OF_PICTURES = (
    ("Đoàn Phường 4", "95.00"),  # 100 and 90; its second set has 65
    ("Đoàn Phường 2", "90.00"),  # 80 and 100
    ("Đoàn Phường 1", "85.00"),  # 90 and 80
    ("Đoàn Phường 3", "80.00"),  # 70 and 90
)

# Texts: lots decide which two of the three jurors mark one, so all would give it the same.
TEXTS = (
    Part("Đoàn Phường 1", "Lá thư gửi người đoàn viên đầu tiên", ("Nguyễn Thị Ngọc Ánh",),
         marks=_by(90, 90, 90)),
    Part("Đoàn Phường 2", "Ba sẵn sàng, chuyện ông ngoại kể", ("Lê Quốc Khánh",),
         marks=_by(80, None, 80)),
    Part("Đoàn Phường 3", "Từ Năm xung phong đến hôm nay", ("Phan Thị Thùy Dương",),
         flaws=("short", ""), marks=_by(100, 100, 100)),
    Part("Đoàn Phường 4", "Chiếc huy hiệu trong ngăn tủ", ("Lâm Chí Thành",), flaws=("", ""),
         reviews=("changes", "approve"), marks=_by(70, 70, 70)),
    Part("Đoàn Trường THPT Nguyễn Hiền", "Bài ca trên công trường", ("Tạ Minh Châu",),
         marks=_by(60, 60, 60)),
    Part("Đoàn Trường THPT Nguyễn Hiền", "Đêm lửa trại đầu tiên", ("Câu lạc bộ Truyền thông",),
         marks=_by(50, 50, 50)),
    Part("Đoàn Phường 6", "Sao chép một trang sách", ("Nguyễn Tuấn Kiệt",), reviews=("reject",)),
)
EXPECTED_OF_TEXTS = (
    ("Đoàn Phường 3", "100.00"), ("Đoàn Phường 1", "90.00"), ("Đoàn Phường 2", "80.00"),
    ("Đoàn Phường 4", "70.00"), ("Đoàn Trường THPT Nguyễn Hiền", "60.00"),
)
