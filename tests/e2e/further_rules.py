"""Rules and words of the further contests that the walk goes through."""

from typing import Any

from tests.contest.elsewhere.platforms import TIKTOK, YOUTUBE, ZALO

VIDEO = "https://www.tiktok.com/@phuong2/video/7230000000000000001"
ESSAY = (
    "Sáng thứ bảy, chi đoàn tôi ra quân từ sáu giờ. Cô Tư bán nước đầu hẻm đã bày sẵn ly trà đá."
    "\n\n"
    "Việc không lớn: dọn một con kênh dài hai trăm mét. Nhưng khi nước chảy lại, cả hẻm ra xem."
)
WORDS = ESSAY + "\n\nÝ tưởng: mỗi chi đoàn nhận một đoạn kênh, mỗi tháng một buổi, trong một năm."
PRIZES = """
[[prizes]]
id = "loved"
count = 1
by = "interactions"
name = { vi = "Giải được yêu thích nhất", en = "Audience award" }

[[prizes]]
id = "fresh"
count = 1
by = "criterion:content"
name = { vi = "Giải nội dung", en = "Content prize" }

[[prizes]]
id = "learn"
count = 1
by = "category:learning"
name = { vi = "Giải học tập", en = "Learning prize" }

[[prizes]]
id = "live"
count = 1
by = "category:living"
name = { vi = "Giải đời sống", en = "Everyday prize" }

[[prizes]]
id = "chosen"
count = 1
by = "chair"
name = { vi = "Giải của Ban Tổ chức", en = "Organisers' prize" }

[[categories]]
id = "learning"
name = { vi = "Học tập", en = "Learning" }

[[categories]]
id = "living"
name = { vi = "Đời sống", en = "Everyday life" }
"""
GIVEN_OUT: dict[str, Any] = {
    "jury.assignment": "each", "jury.jurors_per_clip": 2, "jury.quorum": 2,
    "jury.strictness": True, "platforms": [YOUTUBE, TIKTOK, ZALO],
}
DECIDED: dict[str, Any] = {
    "awards.participation": True, "publication.own_certificates": True, "jury.strictness": True,
    "publication.watch_here": True,
}
WARD: dict[str, Any] = {"parent.contest": "thanh-pho", "parent.quota": 3}
ANSWERS = {
    "school": "THPT Nguyễn Du", "level": "Phường", "people": "12.5", "filmed": "2023-06-01",
    "media": ["Flycam", "Máy quay"], "story": "Một ngày ở con hẻm số 47.",
}
