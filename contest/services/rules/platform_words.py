"""The words of rules about posts on other platforms."""

from contest.services.rules.labels import Label

RULES = {
    "platforms": Label(
        "Nền tảng khác",
        "Other platforms",
        "Bài đăng của clip trên YouTube, TikTok, Zalo, Instagram…: đường dẫn và số đếm ghi bằng "
        "tay, điểm cộng vào điểm tương tác.",
        "Posts of a clip on YouTube, TikTok, Zalo, Instagram …: link and counts are entered by "
        "hand, the points add to those of interactions.",
    ),
}
COLUMNS = {
    "hosts": Label(
        "Tên miền được phép",
        "Hosts that are allowed",
        "Mỗi dòng một tên miền, ví dụ youtube.com; gồm cả m.youtube.com và youtu.be.",
        "One to a line, such as youtube.com; m.youtube.com and youtu.be are included.",
    ),
    "points_per_like": Label("Điểm mỗi lượt thích", "Points of a like"),
    "points_per_share": Label("Điểm mỗi lượt chia sẻ", "Points of a share"),
    "points_per_comment": Label("Điểm mỗi bình luận", "Points of a comment"),
    "points_per_view": Label("Điểm mỗi bậc lượt xem", "Points of a step of views"),
    "views_per_step": Label(
        "Số lượt xem của một bậc", "Views of a step",
        "Ví dụ 100: đủ 100 lượt xem mới được điểm một lần.",
        "For example 100: each full hundred views earns the points once.",
    ),
    "cap": Label("Nhiều nhất mỗi bài đăng (điểm)", "Most points of a post",
                 "Để trống: không giới hạn riêng.", "Empty: no cap of its own."),
    "by_units": Label("Đơn vị tự gửi đường dẫn", "Units give the links"),
    "two_people": Label(
        "Số đếm cần người thứ hai", "Numbers need a second person",
        "Số chỉ được tính khi một người khác trong Ban Tổ chức đã xác nhận.",
        "A number counts once another organiser has agreed to it.",
    ),
}
