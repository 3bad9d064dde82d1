"""The words of rules about who marks which clip, and how many must."""

from contest.services.rules.labels import Label

RULES = {
    "jury.assignment": Label(
        "Ai chấm clip nào",
        "Who marks which clip",
        "Việc phân công làm ở trang Phân công chấm, sau khi clip được duyệt.",
        "Clips are given out on the page Who marks what, once they are approved.",
    ),
    "jury.jurors_per_clip": Label(
        "Mỗi clip do mấy giám khảo chấm",
        "Jurors for each clip",
        "Chia theo mảng thì có thể để trống: mọi giám khảo của mảng.",
        "By category it may be left empty: all jurors of the category.",
    ),
    "jury.quorum": Label(
        "Số phiếu ít nhất của một clip",
        "Fewest ballots of a clip",
        "Clip chưa đủ được nêu tên trước khi chốt kết quả. 0: không đòi hỏi.",
        "A clip with fewer is named before the result is frozen. 0: none asked for.",
    ),
    "jury.strictness": Label(
        "Nêu độ chặt tay của từng giám khảo trong biên bản và bảng tính",
        "Tell in minutes and workbook how strict each juror was",
    ),
}
CHOICES = {
    "all": Label("Mọi giám khảo chấm mọi clip", "Every juror marks every clip"),
    "each": Label("Chia đều, mỗi clip cho một số giám khảo", "Shared out, some jurors for each"),
    "category": Label("Theo mảng nội dung", "By category"),
}
