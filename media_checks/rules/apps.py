"""The very setting to change, in the app or camera that probably made the clip.

Names of menus as the apps show them in Vietnamese and in English. ``probing/origin.py`` makes the
guess; a policy's own remedy goes before all of this.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..words import NOTHING, Text

MADE = {
    "capcut": Text("Clip có vẻ được xuất từ CapCut", "The clip seems to come from CapCut"),
    "iphone": Text("Clip có vẻ quay bằng iPhone", "The clip seems to be filmed with an iPhone"),
    "android": Text(
        "Clip có vẻ quay bằng điện thoại Android",
        "The clip seems to be filmed with an Android phone",
    ),
    "iphone_screen": Text(
        "Clip có vẻ là bản quay màn hình iPhone", "The clip seems to show an iPhone's screen"
    ),
    "android_screen": Text(
        "Clip có vẻ là bản quay màn hình điện thoại", "The clip seems to show a phone's screen"
    ),
    "obs": Text("Clip có vẻ ghi bằng OBS", "The clip seems to be recorded with OBS"),
    "premiere": Text("Clip có vẻ xuất từ Premiere", "The clip seems to come from Premiere"),
    "davinci": Text("Clip có vẻ xuất từ DaVinci Resolve", "The clip seems to come from Resolve"),
    "handbrake": Text("Clip có vẻ đã qua HandBrake", "The clip seems to come from HandBrake"),
    "chrome": Text(
        "Clip có vẻ ghi bằng trình duyệt Chrome", "The clip seems to be recorded with Chrome"
    ),
    "firefox": Text(
        "Clip có vẻ ghi bằng trình duyệt Firefox", "The clip seems to be recorded with Firefox"
    ),
    "youtube": Text("Clip có vẻ tải về từ YouTube", "The clip seems to come from YouTube"),
    "tiktok": Text("Clip có vẻ tải về từ TikTok", "The clip seems to come from TikTok"),
    "zalo": Text("Clip có vẻ đã gửi qua Zalo", "The clip seems to have gone through Zalo"),
    "messenger": Text(
        "Clip có vẻ đã gửi qua Messenger", "The clip seems to have gone through Messenger"
    ),
}
SHAPE, SIZE, RATE, KIND, DATA, SOUND = range(6)
OF_RULE = {
    "aspect_ratio": SHAPE, "borders": SHAPE, "resolution": SIZE, "frame_rate": RATE,
    "container": KIND, "codec": KIND, "bitrate": DATA, "audio_present": SOUND,
    "audio_silent": SOUND, "audio_level": SOUND, "audio_clipping": SOUND,
}  # fmt: skip
EDIT = Text(
    "mở clip trong ứng dụng dựng phim (như CapCut), đặt Tỉ lệ khung {ratio}, kéo hình cho đầy "
    "khung rồi xuất MP4 1080p",
    "open the clip in an editing app (such as CapCut), set Ratio {ratio}, let the picture fill the "
    "frame and export MP4 at 1080p",
)
AGAIN = Text(
    "mở clip trong ứng dụng dựng phim (như CapCut) rồi xuất lại thành MP4",
    "open the clip in an editing app (such as CapCut) and export it as MP4",
)
FIRST_HAND = Text(
    "hãy gửi bản gốc từ máy đã quay hoặc đã dựng, chép bằng cáp hoặc gửi dưới dạng Tệp (File)",
    "send the original from the device that made it, copied by cable or sent as a file",
)
SETTINGS = {
    ("capcut", SHAPE): Text(
        "mở dự án, bấm Tỉ lệ khung hình (Ratio), chọn {ratio}, kéo hình cho đầy khung rồi bấm Xuất",
        "open the project, tap Aspect ratio, choose {ratio}, let the picture fill the frame, then "
        "Export",
    ),
    ("capcut", SIZE): Text(
        "mở dự án, chạm ô độ phân giải cạnh nút Xuất, chọn 1080p rồi bấm Xuất",
        "open the project, tap the resolution beside Export, choose 1080p, then Export",
    ),
    ("capcut", RATE): Text(
        "chạm ô độ phân giải cạnh nút Xuất, đặt Tốc độ khung hình 30 rồi bấm Xuất",
        "tap the resolution beside Export, set Frame rate to 30, then Export",
    ),
    ("capcut", DATA): Text(
        "chạm ô độ phân giải cạnh nút Xuất, đặt Tốc độ mã hoá ở mức Khuyến nghị rồi bấm Xuất",
        "tap the resolution beside Export, set Code rate to Recommended, then Export",
    ),
    ("capcut", KIND): Text(
        "khi Xuất hãy tắt HDR; trên máy tính chọn Định dạng mp4 và H.264",
        "turn HDR off when you Export; on a computer choose Format mp4 and H.264",
    ),
    ("capcut", SOUND): Text(
        "chạm vào đoạn tiếng, bấm Âm lượng và kéo tới mức vừa nghe, rồi xuất lại",
        "tap the sound, tap Volume and set it so that it is heard well, then export again",
    ),
    ("iphone", SHAPE): Text(
        "trong ứng dụng Ảnh mở clip, bấm Sửa → Cắt → nút tỉ lệ, chọn {ratio} rồi bấm Xong",
        "in Photos open the clip, tap Edit → Crop → the shape button, choose {ratio}, then Done",
    ),
    ("iphone", SIZE): Text(
        "Cài đặt → Camera → Quay video → 1080p HD; gửi bản gốc, đừng gửi bản đã nén qua tin nhắn",
        "Settings → Camera → Record Video → 1080p HD; send the original, not a copy from a message",
    ),
    ("iphone", RATE): Text(
        "Cài đặt → Camera → Quay video → 1080p HD, 30 fps",
        "Settings → Camera → Record Video → 1080p HD at 30 fps",
    ),
    ("iphone", KIND): Text(
        "Cài đặt → Camera → Định dạng → Tương thích nhất, rồi quay hoặc xuất lại",
        "Settings → Camera → Formats → Most Compatible, then film or export again",
    ),
    ("android", SHAPE): Text(
        "mở clip trong Thư viện hoặc Google Photos, bấm Chỉnh sửa → Cắt, chọn {ratio} rồi Lưu",
        "open the clip in the gallery or Google Photos, tap Edit → Crop, choose {ratio}, then Save",
    ),
    ("android", SIZE): Text(
        "mở Camera → Cài đặt → Kích thước video, chọn FHD 1920×1080 rồi quay lại",
        "open Camera → Settings → Video size, choose FHD 1920×1080 and film again",
    ),
    ("android", RATE): Text(
        "mở Camera → Cài đặt → Kích thước video, chọn FHD 30 hình/giây",
        "open Camera → Settings → Video size, choose FHD at 30 fps",
    ),
    ("android", KIND): Text(
        "mở Camera → Cài đặt, tắt Video hiệu quả cao (HEVC)",
        "open Camera → Settings and turn High efficiency video (HEVC) off",
    ),
    ("obs", SHAPE): Text(
        "Cài đặt → Video: đặt Độ phân giải nền và Độ phân giải đầu ra theo tỉ lệ {ratio}",
        "Settings → Video: set Base and Output Resolution to the shape {ratio}",
    ),
    ("obs", SIZE): Text(
        "Cài đặt → Video: tăng Độ phân giải đầu ra", "Settings → Video: raise Output Resolution"
    ),
    ("obs", RATE): Text(
        "Cài đặt → Video: Giá trị FPS chung 30", "Settings → Video: Common FPS Values 30"
    ),
    ("obs", DATA): Text(
        "Cài đặt → Đầu ra → Ghi: Chất lượng ghi hình Cao",
        "Settings → Output → Recording: Recording Quality High",
    ),
    ("obs", KIND): Text(
        "Cài đặt → Đầu ra → Ghi: Định dạng MP4, bộ mã hoá H.264; tệp MKV đã ghi thì dùng Tệp → "
        "Chuyển mã bản ghi (Remux)",
        "Settings → Output → Recording: format MP4, encoder H.264; for a recorded MKV use File → "
        "Remux Recordings",
    ),
    ("obs", SOUND): Text(
        "xem cột Bộ trộn âm thanh: bật micro và kéo thanh âm lượng tới vùng vàng",
        "look at the Audio Mixer: switch the microphone on and raise it to the yellow part",
    ),
    ("premiere", SHAPE): Text(
        "Sequence → Sequence Settings: đặt Frame Size theo tỉ lệ {ratio}, chỉnh Scale cho đầy "
        "khung",
        "Sequence → Sequence Settings: set Frame Size to the shape {ratio}, scale to fill it",
    ),
    ("premiere", KIND): Text(
        "File → Export → Media: Format H.264, Preset Match Source",
        "File → Export → Media: Format H.264, Preset Match Source",
    ),
    ("davinci", SHAPE): Text(
        "File → Project Settings → Timeline resolution: đặt theo tỉ lệ {ratio}",
        "File → Project Settings → Timeline resolution: set the shape {ratio}",
    ),
    ("davinci", KIND): Text(
        "trang Deliver: Format MP4, Video H.264, Audio AAC",
        "on the Deliver page: Format MP4, Video H.264, Audio AAC",
    ),
    ("chrome", KIND): AGAIN,
    ("firefox", KIND): AGAIN,
    ("iphone_screen", KIND): AGAIN,
    ("android_screen", KIND): AGAIN,
    ("chrome", SHAPE): EDIT,
    ("firefox", SHAPE): EDIT,
    ("iphone_screen", SHAPE): EDIT,
    ("android_screen", SHAPE): EDIT,
    ("iphone_screen", SOUND): Text(
        "giữ nút Quay màn hình trong Trung tâm điều khiển và bật Micrô",
        "hold the Screen Recording button in Control Centre and turn Microphone on",
    ),
}
SAYS_ALL = ("aspect_ratio", "frame_rate")  # the setting alone is what there is to do
SECOND_HAND = ("zalo", "messenger", "youtube", "tiktok", "handbrake")


def setting(made_by: str, rule: str, limits: Mapping[str, Any]) -> Text:
    """Where to change what ``rule`` found, in the app that made the clip; empty if unknown."""
    concern = OF_RULE.get(rule)
    told = SETTINGS.get((made_by, concern)) if concern is not None else None
    if made_by in SECOND_HAND and concern in (SIZE, DATA):
        told = FIRST_HAND
    if told is None:
        return NOTHING
    shape = limits.get("ratio", "")
    if concern == SHAPE and not shape and "{ratio}" in told.vi:
        return NOTHING
    app = MADE[made_by]
    return Text(
        f"{app.vi}: {told.vi.format(ratio=shape)}.", f"{app.en}: {told.en.format(ratio=shape)}."
    )
