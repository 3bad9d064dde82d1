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
