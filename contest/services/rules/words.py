"""What every rule is called, what it means, in which unit: Vietnamese and English.

A key of the schema without a line here is shown by its key; a test asks for the line.
"""

import re

from contest.services.rules import (
    asking_words,
    judging_words,
    kind_words,
    level_words,
    media_words,
    platform_words,
    rounds_words,
    winning_words,
)
from contest.services.rules.labels import Label

LANGUAGES = {".vi": (" (tiếng Việt)", " (Vietnamese)"), ".en": (" (tiếng Anh)", " (English)")}
SECTIONS = {
    "contest": Label("Hội thi", "The contest"),
    "schedule": Label("Thời gian", "Dates"),
    "entrants": Label("Số lượng, phiếu dự thi", "Numbers and the form"),
    "questions": Label("Câu hỏi riêng trong phiếu", "Questions of its own"),
    "filings": Label("Báo cáo, đăng ký", "Filings"),
    "entry": Label("Bài dự thi là gì", "What is entered"),
    "upload": Label("Gửi tệp", "Files"),
    "media": Label("Hình ảnh, âm thanh", "Picture and sound"),
    "review": Label("Thẩm định", "Appraisal"),
    "jury": Label("Ban giám khảo", "The jury"),
    "scoring": Label("Tính điểm", "Scoring"),
    "prizes": Label("Giải thưởng", "Prizes"),
    "publication": Label("Đăng Fanpage", "Publication"),
    "documents": Label("Văn bản", "Papers"),
    "reminders": Label("Lời nhắc", "Reminders"),
    "rounds": Label("Vòng thi", "Rounds"),
    "persons": Label("Dữ liệu cá nhân", "Personal data"),
    "levels": Label("Cấp trên", "The level above"),
    "other": Label("Bảo mật, ghi chú", "Security, note"),
}
RULES = {
    "contest.title": Label("Tên hội thi", "Title"),
    "contest.theme": Label("Chủ đề", "Theme"),
    "contest.organiser": Label("Đơn vị tổ chức", "Organiser"),
    "contest.heading": Label(
        "Tên cơ quan ở góc trái văn bản",
        "Issuing body, top left of papers",
        "Mỗi dòng một cấp, cấp trên trước; nhiều nhất 4 dòng.",
        "One body on each line, the higher first; at most 4.",
    ),
    "contest.page_name": Label("Tên Fanpage", "Name of the Fanpage"),
    "contest.page_url": Label(
        "Địa chỉ Fanpage",
        "Address of the Fanpage",
        "Bắt đầu bằng https://, ví dụ https://www.facebook.com/quandoan11",
        "Begins with https://, such as https://www.facebook.com/quandoan11",
    ),
    "contest.page_id": Label(
        "Số của Trang",
        "Number of the Page",
        "Chỉ chữ số; clip không bao giờ được đăng ở Trang khác.",
        "Digits only; nothing is posted on any other Page.",
    ),
    "contest.contact": Label("Nơi liên hệ", "Contact"),
    "contest.phone": Label(
        "Điện thoại để đơn vị gọi",
        "Telephone for units",
        "Hiện thành nút gọi ở mọi trang của đơn vị, ví dụ 028 3963 0000.",
        "A button on every page of a unit, such as 028 3963 0000.",
    ),
    "contest.zalo": Label(
        "Zalo để đơn vị nhắn",
        "Zalo for units",
        "Số điện thoại dùng Zalo, hoặc địa chỉ https://zalo.me/… của nhóm hay trang.",
        "A number that uses Zalo, or the https://zalo.me/… address of a group or page.",
    ),
    "contest.code_prefix": Label(
        "Chữ đầu của mã bài",
        "Letters before a clip's code",
        "2 đến 4 chữ in hoa, ví dụ CX.",
        "2 to 4 capitals, such as CX.",
    ),
    "schedule.time_zone": Label(
        "Múi giờ", "Time zone", "Ví dụ Asia/Ho_Chi_Minh.", "For example Asia/Ho_Chi_Minh."
    ),
    "schedule.entries_open": Label("Bắt đầu nhận clip", "Clips from"),
    "schedule.entries_close": Label(
        "Hạn nhận clip",
        "Clips until",
        "Hết ngày 10 là 00:00 ngày 11.",
        "To the end of the 10th is 00:00 on the 11th.",
    ),
    "schedule.grace_minutes": Label(
        "Gửi dở được thêm (phút)", "Time to finish an upload (minutes)"
    ),
    "schedule.publicity_opens": Label("Bắt đầu tuyên truyền, tính điểm", "Publicity from"),
    "schedule.counts_close": Label("Chốt tương tác", "Interactions counted until"),
    "schedule.jury_closes": Label(
        "Hạn chấm của giám khảo",
        "The jury's deadline",
        "Để trống: cùng lúc chốt tương tác.",
        "Empty: when interactions are fixed.",
    ),
    "schedule.awards": Label("Trao giải", "Awards"),
    "quota.minimum": Label("Mỗi đơn vị ít nhất (clip)", "Each unit at least (clips)"),
    "quota.maximum": Label("Mỗi đơn vị nhiều nhất (clip)", "Each unit at most (clips)"),
    "form.kinds": Label("Hình thức dự thi", "Kinds of entries"),
    "form.max_authors": Label("Số tác giả nhiều nhất", "Most authors"),
    "form.notice_version": Label(
        "Bản của thông báo dữ liệu",
        "Version of the privacy notice",
        "Đổi khi thông báo đổi, ví dụ một ngày.",
        "Changes with the notice; a date, for example.",
    ),
    "form.notice": Label("Thông báo về dữ liệu cá nhân", "Privacy notice"),
    "form.consents": Label("Cam đoan và đồng ý", "Declarations and consents"),
    "upload.max_bytes": Label(
        "Tệp lớn nhất (byte)", "Largest file (bytes)", "4 GB là 4000000000.", "4 GB are 4000000000."
    ),
    "upload.plain_form_max_bytes": Label(
        "Tệp lớn nhất khi không có JavaScript (byte)", "Largest file without JavaScript (bytes)"
    ),
    "upload.expires_hours": Label("Giữ tệp gửi dở (giờ)", "Unfinished uploads are kept (hours)"),
    "upload.extensions": Label("Đuôi tệp được nhận", "File endings that are taken"),
    "upload.unit_clips": Label(
        "Lượt gửi nhiều nhất của một đơn vị",
        "Most uploads of a unit",
        "Để trống: mười lần số clip nhiều nhất.",
        "Empty: ten times the most clips.",
    ),
    "upload.unit_bytes": Label(
        "Byte nhiều nhất của một đơn vị",
        "Most bytes of a unit",
        "Để trống: tệp lớn nhất nhân số clip.",
        "Empty: the largest file for each clip.",
    ),
    "upload.links": Label(
        "Đơn vị được gửi đường dẫn tới clip",
        "Units may give a link to their clip",
        "Google Drive, Dropbox hoặc địa chỉ https; máy chủ tự tải tệp.",
        "Google Drive, Dropbox or an https address; the server fetches the file.",
    ),
    "review.checklist": Label("Danh mục thẩm định", "Checklist"),
    "review.reasons": Label("Lý do soạn sẵn", "Ready-made reasons"),
    "review.changes_days": Label("Số ngày để sửa", "Days for changes"),
    "review.approvals": Label(
        "Số phiếu đồng ý để duyệt",
        "Votes that approve a clip",
        "Từ 2 trở lên: Tổ thẩm định biểu quyết, loại clip cần hai người.",
        "From 2 on the reviewers vote as a board, and a rejection needs two.",
    ),
    "review.quorum": Label(
        "Số thành viên phải có ý kiến",
        "Members who have to vote",
        "0: không đặt; chỉ cần đủ phiếu cho một kết luận.",
        "0: none; enough votes for one outcome suffice.",
    ),
    "review.second_to_reject": Label(
        "Loại clip phải có hai người", "A rejection needs a second person"
    ),
    "jury.blind": Label("Chấm kín: giấu tên đơn vị, tác giả", "Blind: names are hidden"),
    "jury.trim": Label("Bỏ bao nhiêu điểm cao nhất và thấp nhất", "Marks left out at each end"),
    "jury.standardise": Label("Quy chuẩn điểm từng giám khảo", "Standardise each juror's marks"),
    "jury.criteria": Label("Tiêu chí chấm", "Criteria"),
    "scoring.jury_weight": Label("Tỉ trọng giám khảo", "Weight of the jury"),
    "scoring.interaction_weight": Label("Tỉ trọng tương tác", "Weight of interactions"),
    "scoring.points_per_share": Label(
        "Điểm một lượt chia sẻ",
        "Points of a share",
        "0: không tính chia sẻ (quy định khuyến mại của Meta).",
        "0: shares do not count (Meta's rules on promotions).",
    ),
    "scoring.points_per_reaction": Label("Điểm một lượt cảm xúc", "Points of a reaction"),
    "scoring.shares_per_account": Label(
        "Lượt chia sẻ tính cho một tài khoản", "Shares counted of one account"
    ),
    "scoring.shares_per_account_per": Label(
        "Giới hạn chia sẻ tính theo", "Shares are capped for each"
    ),
    "scoring.points_cap": Label("Điểm tương tác tối đa", "Most interaction points"),
    "scoring.unit_score": Label("Điểm của đơn vị", "A unit's score"),
    "tie_breaks": Label("Khi bằng điểm, xét lần lượt", "Ties are broken by, in order"),
    "prizes": Label("Giải thưởng", "Prizes"),
    "publication.release_at": Label(
        "Giờ đăng clip",
        "Clips are posted at",
        "Để trống: khi bắt đầu tuyên truyền.",
        "Empty: when publicity begins.",
    ),
    "publication.caption": Label(
        "Lời đăng kèm clip",
        "Caption",
        "Dùng được {title} {unit} {authors} {contest} {code}.",
        "May hold {title} {unit} {authors} {contest} {code}.",
    ),
    "publication.mode": Label("Cách đăng", "Way of posting"),
    "publication.watch_here": Label(
        "Cho xem clip ngay trên trang của hội thi",
        "Let everybody watch the clips on the contest's own pages",
        "Chỉ clip đã đăng, từ giờ đăng; lượt xem ở đây không tính điểm tương tác.",
        "Published clips only, from the release on; watching here earns no points.",
    ),
    "publication.own_certificates": Label(
        "Cho đơn vị tự tải giấy khen của mình",
        "Let units download their own certificates",
        "Sau khi công bố kết quả, trên trang của bài; cả bản của từng tác giả.",
        "Once the result is published, on the entry's page; one for each author, too.",
    ),
    "documents.place": Label("Địa danh trên văn bản", "Place on papers"),
    "documents.symbol": Label("Ký hiệu văn bản", "Symbol on papers"),
    "documents.authority": Label("Cơ quan quyết định", "Deciding body"),
    "documents.on_behalf": Label("Thẩm quyền ký", "Signed on behalf of"),
    "documents.signer": Label("Chức vụ người ký", "Office of who signs"),
    "documents.bases": Label("Căn cứ", "Bases", "Mỗi dòng một căn cứ.", "One on each line."),
    "documents.recipients": Label(
        "Nơi nhận", "Recipients", "Mỗi dòng một nơi.", "One on each line."
    ),
    "security.second_factor": Label("Bắt buộc xác thực hai bước", "Second factor demanded of"),
    **{
        f"reminders.{key}": Label(
            vi, en, "Mỗi dòng một lần nhắc, ví dụ 3d (trước 3 ngày) hoặc 6h (trước 6 giờ).",
            "A reminder on each line, such as 3d (3 days before) or 6h (6 hours before).",
        )
        for key, vi, en in (
            ("uploads", "Nhắc đơn vị chưa có clip, trước hạn nhận clip",
             "Units without a clip, before the deadline for clips"),
            ("fixing", "Nhắc đơn vị sửa clip, trước hạn gửi lại",
             "Units with a clip to fix, before it is due"),
            ("reviewing", "Nhắc người thẩm định, trước giờ đăng chung",
             "Reviewers, before the common release"),
            ("marking", "Nhắc giám khảo còn thiếu phiếu, trước hạn chấm",
             "Jurors who owe ballots, before their deadline"),
            ("counting", "Nhắc Ban Tổ chức, trước giờ chốt tương tác",
             "Organisers, before the counts close"),
            ("filings", "Nhắc đơn vị chưa nộp báo cáo, đăng ký, trước hạn nộp",
             "Units that owe a filing, before it is due"),
        )
    },
    "reminders.quiet_from": Label(
        "Không nhắc từ (giờ)",
        "No reminder from (hour)",
        "Giờ trong ngày; cùng một giờ ở hai ô là nhắc cả ngày lẫn đêm.",
        "An hour of the day; the same hour in both boxes means day and night.",
    ),
    "reminders.quiet_to": Label("Nhắc lại được từ (giờ)", "Reminders again from (hour)"),
    **{
        f"retention.{key}": Label(
            f"{vi} (ngày)", f"{en} (days)",
            "Để trống: giữ đến khi có người yêu cầu xoá.",
            "Empty: kept until somebody asks for erasure.",
        )
        for key, vi, en in (
            ("rejected_clips", "Giữ clip bị loại, đã rút, sau khi rời hội thi",
             "Rejected and withdrawn clips, after they left"),
            ("originals", "Giữ clip gốc, bản xem, sau khi trao giải",
             "Clips and renditions, after the awards"),
            ("ledgers", "Giữ sổ chia sẻ, tệp số liệu, sau khi trao giải",
             "Ledgers and files of counts, after the awards"),
            ("screenshots", "Giữ ảnh, phim bằng chứng, sau khi trao giải",
             "Screenshots and recordings, after the awards"),
            ("logs", "Giữ nhật ký truy cập, sau khi xảy ra", "Logs of access, after it happened"),
            ("signed_forms", "Giữ ảnh phiếu có chữ ký, tệp kèm phiếu, sau khi trao giải",
             "Signed forms and files with them, after the awards"),
            ("requests", "Giữ yêu cầu về dữ liệu, sau khi kết thúc",
             "Requests about data, after they ended"),
            ("removal_proofs", "Giữ bằng chứng đã gỡ bài đăng, sau khi lưu",
             "Proofs of removed posts, after they were kept"),
        )
    },
    "retention.mails": Label(
        "Giữ thư đã gửi, sau khi gửi (ngày)",
        "Mails, after they were sent (days)",
        "Nhiều nhất 90: nền tảng tự xoá thư sau 90 ngày, cả khi để trống.",
        "At most 90: the platform forgets mails after 90 days, also where this is empty.",
    ),
    "consent.authors": Label("Từng tác giả tự xác nhận", "Each author confirms"),
    "consent.minors": Label(
        "Hỏi năm sinh; trẻ em cần người giám hộ đồng ý",
        "Ask the birth year; a child needs a guardian's consent",
    ),
    "consent.minor_age": Label(
        "Cần người giám hộ khi dưới (tuổi)",
        "A guardian is needed below the age of",
        "Luật Trẻ em 2016: trẻ em là người dưới 16 tuổi.",
        "Luật Trẻ em 2016: a child is below 16.",
    ),
    "rules_note": Label("Ghi chú trong thể lệ", "Note in the rules"),
}
COLUMNS = {
    "name": Label("Tên", "Name"),
    "text": Label("Nội dung", "Text"),
    "hint": Label("Xét điều gì", "What counts"),
    "required": Label("Bắt buộc", "Required"),
    "outcome": Label("Kết quả", "Outcome"),
    "max": Label("Tối đa", "Maximum"),
    "weight": Label("Hệ số", "Weight"),
    "count": Label("Số giải", "How many"),
    "certificate": Label("Giấy khen", "Certificate"),
    "cash": Label("Hiện kim", "Cash"),
}
CHOICES = {
    "individual": Label("Cá nhân", "Individual"),
    "team": Label("Tập thể", "Team"),
    "hard": Label("Bắt buộc: không đạt thì clip không qua", "Required: else the clip fails"),
    "soft": Label("Nhắc đơn vị và người thẩm định", "A warning to unit and reviewer"),
    "clip": Label("Mỗi clip, cả hội thi", "Each clip, the whole contest"),
    "day": Label("Mỗi clip mỗi ngày", "Each clip and day"),
    "best": Label("Clip cao điểm nhất", "Its best clip"),
    "sum": Label("Tổng các clip", "The sum of its clips"),
    "jury_mean": Label("Điểm trung bình của giám khảo", "The jury's mean"),
    "top_criterion": Label("Điểm tiêu chí lớn nhất", "Mark in the weightiest criterion"),
    "uncapped_points": Label("Điểm tương tác chưa giới hạn", "Uncapped interaction points"),
    "chair": Label("Quyết định của Trưởng ban", "The chair's decision"),
    "changes": Label("Yêu cầu sửa", "Changes"),
    "reject": Label("Từ chối", "Rejection"),
    "api": Label("Hệ thống đăng", "Posted by the platform"),
    "manual": Label("Đăng bằng tay", "Posted by hand"),
    "no": Label("Không hỏi", "Not asked"),
    "asked": Label("Có hỏi, không bắt buộc", "Asked, not required"),
    "required": Label("Bắt buộc trước khi duyệt clip", "Required before a clip is approved"),
    "organiser": Label("Ban Tổ chức", "Organisers"),
    "reviewer": Label("Thẩm định", "Reviewers"),
    "juror": Label("Giám khảo", "Jurors"),
}
for more in (winning_words, judging_words, asking_words, kind_words, rounds_words):
    RULES |= more.RULES
    CHOICES |= more.CHOICES
RULES |= level_words.RULES | platform_words.RULES
for columns in (winning_words, asking_words, level_words, platform_words):
    COLUMNS |= columns.COLUMNS


def label_of(key: str) -> Label:
    """The label of a rule or of a column, by its key."""
    for prefix in (rounds_words.NEXT, rounds_words.NEXT_FAULT):
        if not key.startswith(prefix):
            continue
        of_next = label_of(key.removeprefix(prefix))
        return Label(f"Vòng sau: {of_next.vi}", f"Next round: {of_next.en}")
    base, ending = (key[:-3], key[-3:]) if key.endswith((".vi", ".en")) else (key, "")
    if base.startswith("media.rules."):
        _, _, check, limit = base.split(".")
        one, other = media_words.CHECKS.get(check), media_words.LIMITS.get(limit)
        if one and other:
            return Label(f"{one.vi}: {other.vi}", f"{one.en}: {other.en}")
    found = RULES.get(base) or COLUMNS.get(base) or _in_a_list(base) or Label(base, base)
    vi, en = LANGUAGES.get(ending, ("", ""))
    return Label(found.vi + vi, found.en + en, found.help_vi, found.help_en)


def _in_a_list(key: str) -> Label | None:
    """Of a row's rule: ``filings.0.questions`` by its lists, ``filings.0.due`` by its column."""
    if not re.search(r"\.\d", key):
        return None
    return RULES.get(re.sub(r"\.\d+", "", key)) or COLUMNS.get(key.rpartition(".")[2])
