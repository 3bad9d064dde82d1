"""A file that is no clip is told as what it is, and a clip by the app that made it."""

from __future__ import annotations

import re
import zipfile

import pytest
from PIL import Image

from media_checks import Unreadable
from media_checks.probing.origin import made_by
from media_checks.probing.probe import probe
from media_checks.probing.refusals import codec_refused, no_picture, not_a_clip
from tests.media_checks.corpus import VP8, ffmpeg, kept

FILES = [
    (b"#EXTM3U\nclip.mp4\n", "danh sách phát", "a playlist"),
    (b"\xef\xbb\xbf  ffconcat version 1.0\n", "danh sách phát", "a playlist"),
    (b'<?xml version="1.0"?>\n<MPD profiles="x">', "danh sách phát", "a playlist"),
    (b"%PDF-1.7\n%\xe2\xe3", "tài liệu PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0" + bytes(600), "tài liệu Word", "a Word, Excel or PowerPoint document"),
    (b"Rar!\x1a\x07\x00", "tệp nén RAR", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "tệp nén 7z", "a 7z archive"),
    (b"<!DOCTYPE html><html lang=vi>", "trang web", "a web page"),
    (b"\n <html><head>", "trang web", "a web page"),
    (b"[InternetShortcut]\r\nURL=https://x", "lối tắt", "a shortcut"),
    (b"ID3\x04\x00\x00", "bản ghi âm MP3", "an MP3 sound recording"),
    (b"\xff\xfb\x90\x64" + bytes(400), "bản ghi âm", "a sound recording"),
    (b"RIFF\x24\x00\x00\x00WAVEfmt ", "bản ghi âm WAV", "a WAV sound recording"),
    (b"fLaC" + bytes(40), "bản ghi âm FLAC", "a FLAC sound recording"),
    (b"#!AMR\n" + bytes(40), "bản ghi âm AMR", "an AMR sound recording"),
    (b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00", "bản ghi âm M4A", "an M4A sound recording"),
    (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "ảnh HEIC", "HEIC picture"),
    (b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00", "ảnh AVIF", "an AVIF picture"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "clip Windows Media (WMV)", "a Windows Media"),
    (b"FLV\x01\x05\x00\x00\x00\x09", "clip Flash", "a Flash (FLV) clip"),
    (b"MZ\x90\x00" + bytes(100), "chương trình", "a Windows program"),
    (b"\x00\x05\x16\x07\x00\x02\x00\x00", "tệp phụ của máy Mac", "a Mac's side file"),
    (b'{"canvas_config":{"height":1080}}', "dự án", "an editing app's project"),
    (b"1\r\n00:00:01,000 --> 00:00:02,000\r\n", "phụ đề", "subtitles"),
    ("Kịch bản clip của Đoàn phường 5".encode(), "văn bản", "a text file"),
    ("Kịch bản".encode("utf-16"), "văn bản", "a text file"),
    (bytes(5000), "tệp toàn số 0", "nothing but zeros"),
]


@pytest.mark.parametrize(("data", "vi", "en"), FILES, ids=[en for _, _, en in FILES])
def test_what_is_no_clip_is_told_as_what_it_is(data, vi, en, tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(data)
    with pytest.raises(Unreadable) as refused:
        probe(path)
    _reads_well(refused.value)
    assert vi in refused.value.message_vi and en in refused.value.message_en


def _reads_well(error):
    for text in (error.message_vi, error.message_en):
        assert not re.search(r"[?]|None|codec|moov|mục lục|container|  ", text), text
        assert text.endswith(".") and text[0].isupper()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_a_picture_is_called_one(kind, tmp_path):
    path = tmp_path / "clip.mp4"
    Image.new("RGB", (64, 48), "red").save(path, kind)
    with pytest.raises(Unreadable, match=r"It is an? .*picture") as refused:
        probe(path)
    assert "Lý do: đây là ảnh" in refused.value.message_vi


@pytest.mark.parametrize(
    ("member", "en"),
    [("word/document.xml", "a Word document"), ("xl/workbook.xml", "an Excel workbook"),
     ("AndroidManifest.xml", "an Android app"), ("clip/clip.mp4", "a ZIP archive")],
)  # fmt: skip
def test_an_archive_is_told_by_what_is_in_it(member, en, tmp_path):
    path = tmp_path / "clip.mp4"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(member, b"x" * 100)
    with pytest.raises(Unreadable, match=en) as refused:
        probe(path)
    _reads_well(refused.value)


@pytest.mark.parametrize("name", ["clip.mp4.crdownload", "clip.mp4.part", "CLIP.MP4.PARTIAL"])
def test_a_download_that_goes_on_is_told_as_that(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(b"\x00\x00\x00\x20ftypisom" + bytes(range(200)))
    with pytest.raises(Unreadable, match="a download that has not finished"):
        probe(path)


def test_a_locked_clip_is_called_locked(tmp_path):
    path = tmp_path / "clip.mp4"
    key = ["-encryption_scheme", "cenc-aes-ctr", "-encryption_key", "7" * 32]
    ffmpeg("-i", str(kept("mp4")), "-c", "copy", *key, "-encryption_kid", "a" * 32, str(path))
    with pytest.raises(Unreadable, match=re.escape("locked (DRM)")):
        probe(path)


@pytest.mark.parametrize("name", ["", "?", "[0][0][0][0]", "\x00\x00", "none of it"])
def test_a_picture_stored_in_no_known_way_has_no_name(name):
    error = codec_refused(name, "hình", "picture")
    _reads_well(error)
    assert "something unknown" in error.message_en and "một kiểu lạ" in error.message_vi
    assert "kiểu MagicYUV" in codec_refused("magicyuv", "hình", "picture").message_vi
    assert "DTS" in codec_refused("dts", "âm thanh", "sound").message_en


def test_sound_alone_is_a_recording_with_or_without_a_cover():
    for error in (no_picture(), no_picture(cover=True)):
        _reads_well(error)
        assert "đây là bản ghi âm" in error.message_vi
    assert "ảnh bìa" in no_picture(cover=True).message_vi


def test_a_recording_that_was_cut_off_is_no_riddle(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"\x00\x00\x00\x20ftypisom" + bytes(range(1, 200)))
    error = not_a_clip("moov atom not found", 1, path)
    assert "phần cuối" in error.message_vi
    _reads_well(error)


TRACES = [
    ("comment", '{"source_type":"vicut","data":{"product":"vicut"}}', "capcut"),
    ("comment", "Blackmagic Design DaVinci Resolve Studio", "davinci"),
    ("com.apple.quicktime.author", "ReplayKitRecording", "iphone_screen"),
    ("comment", "vid:v10044g50000cabcdef0123456789", "tiktok"),
    ("com.android.version", "14", "android"),
    ("title", "Quê hương", ""),
]


@pytest.mark.parametrize(("tag", "value", "app"), TRACES)
def test_the_app_that_made_a_clip_leaves_traces(tag, value, app, tmp_path):
    path = tmp_path / "clip.mov"
    ffmpeg("-i", str(kept("mp4")), "-c", "copy", "-movflags", "use_metadata_tags",
           "-metadata", f"{tag}={value}", str(path))  # fmt: skip
    assert made_by(path, "mov") == app
    assert probe(path).facts.made_by == app


def test_an_iphone_names_itself(tmp_path):
    path = tmp_path / "clip.mov"
    ffmpeg("-i", str(kept("mp4")), "-c", "copy", "-movflags", "use_metadata_tags",
           "-metadata", "com.apple.quicktime.make=Apple",
           "-metadata", "com.apple.quicktime.model=iPhone 15", str(path))  # fmt: skip
    assert made_by(path, "mov") == "iphone"


def test_browsers_sign_their_recordings(tmp_path):
    path = tmp_path / "clip.webm"
    data = kept("webm", codecs=VP8).read_bytes()
    at = data.index(b"\x4d\x80")
    muxer = data[at : at + 3 + (data[at + 2] & 127)]
    path.write_bytes(data.replace(muxer, b"\x4d\x80\x86Chrome"))
    assert made_by(path, "webm") == "chrome"
    path.write_bytes(b"\x1aE\xdf\xa3" + b"\x4d\x80\x98QTmuxingAppLibWebM-0.0.1")
    assert made_by(path, "webm") == "firefox"


@pytest.mark.parametrize(
    ("name", "app"),
    [("z4567890123456_0123456789abcdef0123456789abcdef.mp4", "zalo"),
     ("Screen_Recording_20260101-101010.mp4", "android_screen"),
     ("RPReplay_Final1690000000.mp4", "iphone_screen"), ("received_1234567890123.mp4", "messenger"),
     ("zebra.mp4", "")],
)  # fmt: skip
def test_names_that_apps_give_tell_too(name, app, tmp_path):
    path = tmp_path / name
    path.write_bytes(kept("mp4").read_bytes())
    assert made_by(path, "mp4") == app
