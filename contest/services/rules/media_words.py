"""The words of rules about picture and sound: the checks, and their limits."""

from contest.services.rules.labels import Label

CHECKS = {
    "intact": Label("Tệp nguyên vẹn", "Intact file"),
    "container": Label("Định dạng tệp", "Kind of file"),
    "duration": Label("Độ dài", "Length"),
    "aspect_ratio": Label("Khung hình", "Shape"),
    "resolution": Label("Độ phân giải", "Resolution"),
    "frame_rate": Label("Số hình mỗi giây", "Frame rate"),
    "bitrate": Label("Tốc độ bit", "Bit rate"),
    "codec": Label("Chuẩn nén", "Codec"),
    "borders": Label("Viền đen", "Borders"),
    "black": Label("Màn hình đen", "Black picture"),
    "frozen": Label("Hình đứng yên", "Frozen picture"),
    "audio_present": Label("Có tiếng", "Sound"),
    "audio_silent": Label("Đoạn im lặng", "Silence"),
    "audio_level": Label("Độ to", "Loudness"),
    "audio_clipping": Label("Vỡ tiếng", "Clipping"),
    "audio_noise": Label("Tạp âm", "Noise"),
    "audio_hum": Label("Tiếng ù điện", "Hum"),
    "audio_mono": Label("Âm thanh mono", "Mono"),
    "audio_one_sided": Label("Tiếng một bên", "One-sided sound"),
    "audio_antiphase": Label("Hai kênh ngược pha", "Opposite phase"),
}
LIMITS = {
    "level": Label("mức", "level"),
    "min_s": Label("ít nhất (giây)", "at least (s)"),
    "max_s": Label("nhiều nhất (giây)", "at most (s)"),
    "tolerance_s": Label("dung sai (giây)", "tolerance (s)"),
    "ratio": Label("tỉ lệ, ví dụ 4:3", "ratio, such as 4:3"),
    "tolerance_pct": Label("dung sai (%)", "tolerance (%)"),
    "min_width": Label("rộng ít nhất (điểm ảnh)", "width at least (px)"),
    "min_height": Label("cao ít nhất (điểm ảnh)", "height at least (px)"),
    "min_fps": Label("ít nhất (hình/giây)", "at least (fps)"),
    "max_fps": Label("nhiều nhất (hình/giây)", "at most (fps)"),
    "min_kbps": Label("ít nhất (kbit/s)", "at least (kbit/s)"),
    "max_kbps": Label("nhiều nhất (kbit/s)", "at most (kbit/s)"),
    "video": Label("hình", "video"),
    "audio": Label("tiếng", "audio"),
    "containers": Label("loại tệp", "containers"),
    "video_codecs": Label("chuẩn hình", "video codecs"),
    "audio_codecs": Label("chuẩn tiếng", "audio codecs"),
    "max_pct": Label("nhiều nhất (% cạnh)", "at most (% of a side)"),
    "max_run_s": Label("liền nhau nhiều nhất (giây)", "at most in a row (s)"),
    "max_share_pct": Label("nhiều nhất (% clip)", "at most (% of the clip)"),
    "min_lufs": Label("to ít nhất (LUFS)", "at least (LUFS)"),
    "max_lufs": Label("to nhiều nhất (LUFS)", "at most (LUFS)"),
    "max_true_peak_dbtp": Label("đỉnh cao nhất (dBTP)", "highest peak (dBTP)"),
    "max_full_scale_pct": Label(
        "mẫu kịch thang nhiều nhất (%)", "samples at full scale at most (%)"
    ),
    "min_speech_to_noise_db": Label(
        "tiếng nói trên tạp âm ít nhất (dB)", "speech above noise at least (dB)"
    ),
    "max_flatness_db": Label("độ phẳng nhiều nhất (dB)", "flatness at most (dB)"),
    "max_above_db": Label("vượt nền nhiều nhất (dB)", "above the rest at most (dB)"),
    "quiet_dbfs": Label("bỏ qua dưới (dBFS)", "ignored below (dBFS)"),
    "max_gap_db": Label("chênh nhiều nhất (dB)", "difference at most (dB)"),
    "min_correlation": Label("tương quan ít nhất", "correlation at least"),
}
