"""The rules that a plan may state: their order, what each is called, which must be asked for."""

from __future__ import annotations

from .draft import Words

# What a contest cannot do without or a plan usually says; named when it is missing.
ASKED = {
    "contest.title.vi": Words("Tên hội thi", "Title"),
    "contest.theme.vi": Words("Chủ đề", "Theme"),
    "contest.organiser.vi": Words("Đơn vị tổ chức", "Organiser"),
    "contest.contact.vi": Words("Nơi liên hệ", "Contact"),
    "contest.page_name": Words("Tên Fanpage", "Name of the Fanpage"),
    "contest.page_url": Words("Địa chỉ Fanpage", "Address of the Fanpage"),
    "schedule.entries_open": Words("Bắt đầu nhận clip", "Clips from"),
    "schedule.entries_close": Words("Hạn nhận clip", "Clips until"),
    "schedule.publicity_opens": Words("Bắt đầu tuyên truyền, tính điểm", "Publicity from"),
    "schedule.counts_close": Words("Chốt tương tác", "Interactions counted until"),
    "schedule.awards": Words("Trao giải", "Awards"),
    "quota.minimum": Words("Mỗi đơn vị ít nhất (clip)", "Each unit at least (clips)"),
    "quota.maximum": Words("Mỗi đơn vị nhiều nhất (clip)", "Each unit at most (clips)"),
    "form.kinds": Words("Hình thức dự thi", "Kinds of entries"),
    "media.rules.duration.min_s": Words("Độ dài ít nhất (giây)", "Length at least (seconds)"),
    "media.rules.duration.max_s": Words("Độ dài nhiều nhất (giây)", "Length at most (seconds)"),
    "media.rules.aspect_ratio.ratio": Words("Tỉ lệ khung hình", "Shape of the picture"),
    "media.rules.resolution.min_width": Words(
        "Chiều rộng ít nhất (điểm ảnh)", "Width at least (px)"
    ),
    "media.rules.resolution.min_height": Words(
        "Chiều cao ít nhất (điểm ảnh)", "Height at least (px)"
    ),
    "review.checklist": Words("Danh mục thẩm định", "Checklist of the appraisal"),
    "jury.criteria": Words("Tiêu chí chấm", "The jury's criteria"),
    "scoring.jury_weight": Words("Tỉ trọng giám khảo (%)", "Weight of the jury (%)"),
    "scoring.interaction_weight": Words("Tỉ trọng tương tác (%)", "Weight of interactions (%)"),
    "scoring.points_per_share": Words("Điểm một lượt chia sẻ", "Points of a share"),
    "scoring.points_per_reaction": Words("Điểm một lượt cảm xúc", "Points of a reaction"),
    "scoring.shares_per_account": Words(
        "Lượt chia sẻ tính cho một tài khoản", "Shares counted of one account"
    ),
    "scoring.points_cap": Words("Điểm tương tác tối đa", "Most interaction points"),
    "prizes": Words("Giải thưởng", "Prizes"),
    "documents.recipients": Words("Nơi nhận", "Recipients"),
}
# What some plans say as well.
OTHERS = {
    "schedule.jury_closes": Words("Hạn chấm của giám khảo", "The jury's deadline"),
    "form.max_authors": Words("Số tác giả nhiều nhất", "Most authors"),
    "upload.max_bytes": Words("Dung lượng tệp nhiều nhất (byte)", "Largest file (bytes)"),
    "upload.extensions": Words("Định dạng tệp", "Kinds of files"),
    "media.rules.duration.tolerance_s": Words(
        "Dung sai độ dài (giây)", "Tolerance of length (seconds)"
    ),
    "media.rules.frame_rate.min_fps": Words("Số hình mỗi giây ít nhất", "Frames a second at least"),
    "media.rules.audio_present.level": Words("Phải có tiếng", "Sound is needed"),
    "media.rules.audio_noise.level": Words("Tạp âm", "Noise"),
    "scoring.shares_per_account_per": Words(
        "Giới hạn chia sẻ tính theo", "Shares are capped for each"
    ),
    "scoring.unit_score": Words("Điểm của đơn vị", "A unit's score"),
    "documents.place": Words("Địa danh trên văn bản", "Place on papers"),
    "documents.symbol": Words("Ký hiệu văn bản", "Symbol on papers"),
    "documents.on_behalf": Words("Thẩm quyền ký", "Signed on behalf of"),
    "documents.signer": Words("Chức vụ người ký", "Office of who signs"),
}
# What has no rule in a profile, and is shown beside the draft.
BESIDE = {
    "beside.plan_number": Words("Số kế hoạch", "Number of the plan"),
    "beside.plan_date": Words("Ngày ban hành", "Date of the plan"),
    "beside.committee": Words("Ban Tổ chức, tổ thẩm định", "Committee, appraisal"),
    "beside.prize_amounts": Words("Tiền thưởng (đồng)", "Amounts of prizes (đồng)"),
    "beside.content": Words("Nội dung clip", "Content of clips"),
    "beside.exceptions": Words("Trường hợp riêng về số lượng", "Exceptions to the number"),
    "beside.points_per_comment": Words("Điểm một bình luận", "Points of a comment"),
    "beside.hashtags": Words("Hashtag", "Hashtags"),
    "beside.phone": Words("Điện thoại", "Telephone"),
    "beside.mail": Words("Email", "Mail"),
}
LABELS = ASKED | OTHERS | BESIDE
ORDER = {key: number for number, key in enumerate(LABELS)}
