"""What each rule is about, as a heading."""

from __future__ import annotations

from ..words import Text

TITLES = {
    "intact": Text("Tệp nguyên vẹn", "Complete file"),
    "container": Text("Loại tệp", "Kind of file"),
    "duration": Text("Độ dài", "Length"),
    "aspect_ratio": Text("Tỉ lệ khung hình", "Shape of the frame"),
    "resolution": Text("Kích thước hình", "Size of the picture"),
    "frame_rate": Text("Số hình mỗi giây", "Frames a second"),
    "bitrate": Text("Dữ liệu hình mỗi giây", "Picture data a second"),
    "codec": Text("Cách lưu hình và tiếng", "How picture and sound are stored"),
    "borders": Text("Viền đen", "Black bars"),
    "black": Text("Màn hình đen", "Black screen"),
    "frozen": Text("Hình đứng yên", "Motionless picture"),
    "audio_present": Text("Có tiếng", "Sound"),
    "audio_silent": Text("Im lặng", "Silence"),
    "audio_level": Text("Độ to", "Loudness"),
    "audio_clipping": Text("Vỡ tiếng", "Distortion"),
    "audio_noise": Text("Tiếng ồn nền", "Background noise"),
    "audio_hum": Text("Tiếng ù điện", "Hum of the mains"),
    "audio_mono": Text("Âm thanh nổi", "Stereo"),
    "audio_one_sided": Text("Tiếng một bên", "Sound on one side"),
    "audio_antiphase": Text("Tiếng triệt tiêu nhau", "Sound that cancels out"),
}
# Of pictures, documents and texts. Some are called like one of a clip and mean the same there.
OF_FILES = {
    "format": Text("Loại tệp", "Kind of file"),
    "file_size": Text("Dung lượng", "Size of the file"),
    "total_size": Text("Dung lượng tất cả", "Size of all files"),
    "count": Text("Số ảnh", "Number of pictures"),
    "alike": Text("Ảnh trùng nhau", "Pictures alike"),
    "colours": Text("Hệ màu", "Colours"),
    "animated": Text("Ảnh tĩnh", "Still picture"),
    "blank": Text("Có nội dung", "Something to see"),
    "blurred": Text("Độ nét", "Sharpness"),
    "location": Text("Nơi chụp", "Place"),
    "pages": Text("Số trang", "Pages"),
    "words": Text("Số chữ", "Words"),
    "characters": Text("Số ký tự", "Characters"),
    "paper": Text("Khổ giấy", "Paper"),
    "fonts_embedded": Text("Phông chữ trong tệp", "Fonts in the file"),
    "old_fonts": Text("Bảng mã chữ", "Encoding of the letters"),
    "letters": Text("Chữ đọc được", "Readable letters"),
    "repeated": Text("Nội dung lặp lại", "Repetition"),
    "scanned": Text("Bản quét", "Scans"),
    "active": Text("Mã tự chạy", "Things that run"),
    "attachments": Text("Tệp nhúng", "Embedded files"),
    "links": Text("Liên kết", "Links"),
}


def title(rule: str) -> Text:
    """A rule's heading, whatever kind of entry it is of."""
    return OF_FILES.get(rule) or TITLES[rule]
