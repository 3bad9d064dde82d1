"""A contest in which units owe a registration, a report and, of one group, an article."""

FILINGS = """
[[filings]]
id = "registration"
name = { vi = "Đăng ký thi đua", en = "Registration" }
due = 2023-06-06T11:00:00+07:00
late = "refused"

[[filings.questions]]
id = "people"
label = { vi = "Số người", en = "People" }
kind = "number"
required = true
least = 1

[[filings.questions]]
id = "leader"
label = { vi = "Người phụ trách", en = "Leader" }

[[filings]]
id = "report"
name = { vi = "Báo cáo", en = "Report" }
due = 2023-06-20T11:00:00+07:00

[[filings]]
id = "article"
name = { vi = "Bài viết", en = "Article" }
groups = ["Trường học"]
due = 2023-06-30T17:00:00+07:00
"""


def owing(source: str) -> str:
    """The rule file with these filings."""
    return source + FILINGS
