"""A contest that asks questions of its own, of every kind and for every reader."""

QUESTIONS = """
[[questions]]
id = "school"
label = { vi = "Trường", en = "School" }
help = { vi = "Ghi tên đầy đủ.", en = "Its full name." }
required = true
most = 40
seen_by = ["reviewers", "jurors", "public"]

[[questions]]
id = "story"
label = { vi = "Câu chuyện", en = "Story" }
kind = "long"
least = 5
seen_by = ["jurors"]

[[questions]]
id = "level"
label = { vi = "Cấp", en = "Level" }
kind = "choice"
options = ["Phường | Ward", "Quận | District"]
required = true

[[questions]]
id = "media"
label = { vi = "Phương tiện", en = "Means" }
kind = "several"
options = ["Điện thoại | Phone", "Máy quay | Camera", "Flycam | Drone"]
most = 2
seen_by = ["reviewers"]

[[questions]]
id = "people"
label = { vi = "Số người", en = "People" }
kind = "number"
least = 1
most = 100

[[questions]]
id = "filmed"
label = { vi = "Ngày quay", en = "Filmed on" }
kind = "date"
earliest = 2023-01-01
latest = "2023-06-10"

[[questions]]
id = "plan"
label = { vi = "Kế hoạch", en = "Plan" }
kind = "file"
types = ["pdf", "picture"]
most = 2
megabytes = 2
seen_by = ["reviewers"]
"""


def asking(source: str) -> str:
    """The rule file with these questions."""
    return source + QUESTIONS


ANSWERED = {"school": "THPT Nguyễn Du", "level": "Phường", "people": "12,5",
            "filmed": "2023-06-01", "media": ["Flycam", "Máy quay"], "story": "Một\r\nngày"}
