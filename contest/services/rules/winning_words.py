"""The words of rules about what there is to win, and where clips are shown."""

from contest.services.rules.labels import Label

RULES = {
    "showing.where": Label(
        "Clip được xem ở đâu",
        "Where clips are shown",
        "Không chọn nơi nào: chưa công bố trước khi có kết quả. Không có Fanpage thì tỉ trọng "
        "tương tác phải là 0.",
        "None: nowhere before the result. Without the Fanpage, interactions must weigh 0.",
    ),
    "awards.several": Label(
        "Một đơn vị được nhận nhiều giải",
        "One unit may take several prizes",
        "Nếu không: đơn vị nhận giải đứng trước trong danh sách, giải sau thuộc đơn vị kế tiếp.",
        "If not, a unit takes the prize listed first, and the next in line moves up to the other.",
    ),
    "awards.participation": Label(
        "Giấy chứng nhận tham gia",
        "Certificates of participation",
        "Mỗi bài dự thi không bị loại được một giấy, có số vào sổ; đơn vị tải ở trang của bài sau "
        "khi công bố.",
        "One for each entry that stays in the contest, numbered; units download theirs on the "
        "entry's page once the result is public.",
    ),
    "categories": Label(
        "Mảng nội dung",
        "Categories",
        "Mỗi mảng cần ít nhất một giải xét theo mảng đó.",
        "Each needs at least one prize that goes by it.",
    ),
    "measures": Label(
        "Cách tính riêng cho giải",
        "Measures for prizes",
        "Giám khảo và tương tác theo tỉ trọng khác với bảng xếp hạng chung.",
        "Jury and interactions under other weights than those of the ranking.",
    ),
}
COLUMNS = {
    "by": Label(
        "Xét theo",
        "Goes by",
        "Mảng hay cách tính vừa thêm ở dưới: chọn theo số dòng của nó.",
        "A category or measure added below is chosen by the number of its row.",
    ),
    "amount": Label("Số tiền mỗi giải (đồng)", "Cash of each (đồng)",
                    "Để trống: không ghi số tiền.", "Empty: no amount is named."),
    "jury_weight": Label("Tỉ trọng giám khảo", "Weight of the jury"),
    "interaction_weight": Label("Tỉ trọng tương tác", "Weight of interactions"),
    "units": Label(
        "Dành cho khối",
        "For units of the group",
        "Để trống: đơn vị nào cũng chọn được, trừ đơn vị thuộc khối có mảng riêng.",
        "Empty: any unit may choose it, but those of a group with a category of its own.",
    ),
    "maximum": Label("Mỗi đơn vị nhiều nhất (clip)", "Each unit at most (clips)"),
}
CHOICES = {
    "fanpage": Label("Fanpage", "The Fanpage"),
    "site": Label("Trang của hội thi", "The contest's own pages"),
    "by overall": Label("Bảng xếp hạng chung", "The ranking"),
    "by jury": Label("Điểm giám khảo", "The jury's marks"),
    "by interactions": Label("Điểm tương tác, không giới hạn", "Interaction points, uncapped"),
    "by chair": Label("Trưởng ban chọn", "The chair's choice"),
    "by criterion": Label("Tiêu chí", "Criterion"),
    "by category": Label("Mảng", "Category"),
    "by measure": Label("Cách tính", "Measure"),
    "by new category": Label("Mảng mới ở dòng {}", "New category in row {}"),
    "by new measure": Label("Cách tính mới ở dòng {}", "New measure in row {}"),
}
