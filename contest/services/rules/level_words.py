"""The words of rules about the level above."""

from contest.services.rules.labels import Label

RULES = {
    "parent.contest": Label(
        "Tên ngắn của hội thi cấp trên",
        "Short name of the contest above",
        "Như trong địa chỉ trang của hội thi đó. Để trống: không gửi bài lên cấp nào.",
        "As in the address of its pages. Empty: nothing is handed up.",
    ),
    "parent.installation": Label(
        "Địa chỉ máy chủ của cấp trên",
        "Address of the server above",
        "Chỉ ghi khi cấp trên dùng máy chủ khác, ví dụ https://hoithi.thanhdoan.vn; bài được gửi "
        "bằng một tệp có chữ ký.",
        "Only where the contest above is on another server, such as https://hoithi.example.vn; "
        "entries go there as a signed file.",
    ),
    "parent.unit": Label(
        "Tên đơn vị ở cấp trên",
        "The unit's name above",
        "Bài gửi lên là bài của đơn vị này, ví dụ Phường 5. Để trống: tên đơn vị tổ chức.",
        "What is handed up is this unit's, such as Ward 5. Empty: the organiser's name.",
    ),
    "parent.quota": Label(
        "Gửi lên nhiều nhất (bài)",
        "Handed up at most (entries)",
        "Để trống: chỉ theo chỉ tiêu của cấp trên.",
        "Empty: only the quota of the contest above counts.",
    ),
    "parent.consent": Label(
        "Sự đồng ý cần có để gửi lên",
        "Consent that is needed for it",
        "Tên (id) của một mục đồng ý trong phiếu dự thi.",
        "The name (id) of a consent of the form.",
    ),
}
COLUMNS = {
    "hand_up": Label(
        "Gửi lên cấp trên nhiều nhất (bài)", "Handed up at most (entries)",
    ),
}
