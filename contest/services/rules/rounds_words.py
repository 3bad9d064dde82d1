"""The words of rules about what comes before and after a round."""

from contest.services.rules.labels import Label

NEXT = "next_round.rules."  # rules of the next round, by their own names
NEXT_FAULT = "next_round → "  # before the key of what is wrong in them
RULES = {
    "next_round.name": Label(
        "Tên vòng sau",
        "Name of the next round",
        "Ví dụ Vòng chung kết. Để trống cả hai ngôn ngữ: hội thi chỉ có một vòng.",
        "Such as Final. Empty in both languages: the contest has one round only.",
    ),
    "next_round.suffix": Label(
        "Đuôi địa chỉ của vòng sau",
        "Ending of its address",
        "Ví dụ chung-ket.",
        "Such as final.",
    ),
    "next_round.by": Label("Ai vào vòng sau", "Who goes on"),
    "next_round.count": Label(
        "Số đơn vị vào vòng sau",
        "Units that go on",
        "Theo mảng: số đơn vị của mỗi mảng.",
        "By category: so many of each.",
    ),
    "next_round.least": Label("Mức điểm phải đạt (trên 100)", "Mark to reach (out of 100)"),
    "next_round.ties": Label("Cùng đứng ở chỗ cuối", "Those who share the last place"),
    "next_round.clip": Label("Clip của vòng sau", "Clips of the next round"),
    "next_round.carried": Label(
        "Điểm vòng này chiếm bao nhiêu phần trăm điểm vòng sau",
        "Per cent of the next total that is this round's",
        "0: vòng sau chấm lại từ đầu.",
        "0: the next round begins afresh.",
    ),
    "next_round.without": Label("Vòng sau không có các mục", "Rules that the next round lacks"),
    "jury.live": Label(
        "Chấm tại chỗ, điểm hiện dần trên màn hình",
        "Marked live, shown on a stage screen",
        "Điểm không còn giữ kín: ai cũng thấy ngay khi giám khảo nộp phiếu.",
        "Marks are not sealed: everybody sees them as soon as a ballot is handed in.",
    ),
}
CHOICES = {
    "above": Label("Mọi đơn vị đạt mức điểm", "All who reach a mark"),
    "none": Label("Để Trưởng ban quyết định", "None, until the chair decides"),
    "same": Label("Clip đã dự thi", "The same clips"),
    "new": Label("Clip mới do đơn vị gửi", "New clips that units send"),
    # Words that stand for something else where they are said of rounds.
    "next_round.by best": Label("Những đơn vị cao điểm nhất", "The best units"),
    "next_round.by category": Label("Cao điểm nhất của mỗi mảng", "The best of each category"),
    "next_round.by chair": Label("Danh sách của Trưởng ban", "The chair's list"),
    "next_round.ties all": Label("Cùng vào vòng sau", "All of them go on"),
}
