"""What is kept beside a verdict: pictures that say nothing else, words, and nothing of the rest."""

from __future__ import annotations

import tempfile

import pytest
from PIL import ExifTags, Image, ImageCms

from media_checks import MediaCheckError, check, check_text, clean_picture, load_policy
from tests import forks
from tests.media_checks.files import documents_made, pictures_made, texts_made
from tests.media_checks.files.pictures_made import clear, drawn, saved, with_exif
from tests.small_disk import SmallDisk

PICTURES = load_policy(pictures_made.POLICY)


def kept(tmp_path, data, name="a.jpg"):
    """The copy and the thumbnail of a picture."""
    (tmp_path / name).write_bytes(data)
    report = check(tmp_path / name, PICTURES, artefacts=tmp_path / "out")
    [files] = report.artefacts["files"]
    for made in files.values():
        with Image.open(tmp_path / "out" / made["file"]) as picture:
            assert picture.size == (made["width"], made["height"])
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        f["file"] for f in files.values()
    }
    return [(tmp_path / "out" / files[word]["file"]) for word in ("picture", "thumbnail")]


def test_a_copy_holds_pixels_turned_as_shown_and_nothing_else(tmp_path):
    place = with_exif((640, 480), turn=6, place=True)()
    for path in kept(tmp_path, place + b"second file behind the first"):
        data = path.read_bytes()
        assert b"Exif" not in data and b"iPhone" not in data and b"second file" not in data
        with Image.open(path) as copy:
            assert not copy.getexif() and copy.width < copy.height
            assert "icc_profile" not in copy.info and "comment" not in copy.info
            # The left side of what is stored is the top of what is shown.
            shown = copy.convert("RGB").resize((48, 64))
            stored = drawn().resize((64, 48)).transpose(Image.Transpose.ROTATE_270)
            assert _differ(shown, stored) < 12


def on_a_full_disk(path, place, answer):
    """In a process of its own, which alone sees the disk: what is raised there."""
    SmallDisk(place).fill()
    tempfile.tempdir = str(place)
    try:
        clean_picture(path, place)
    except MediaCheckError as error:
        answer.write_text(f"{type(error).__name__}: {error}")


def test_a_full_disk_is_no_fault_of_the_picture(tmp_path):
    (tmp_path / "a").write_bytes(saved(drawn(), "JPEG"))
    process = forks.begin(on_a_full_disk, tmp_path / "a", tmp_path / "disk", tmp_path / "answer")
    process.join()
    said = (tmp_path / "answer").read_text()
    assert said.startswith("ToolFailed: The machine has no room")


def test_a_copy_can_be_had_without_a_policy(tmp_path):
    (tmp_path / "a").write_bytes(with_exif((640, 480), place=True)())
    made = clean_picture(tmp_path / "a", tmp_path / "out")
    assert made["picture"] == {"file": "picture-01.jpg", "width": 640, "height": 480}
    with Image.open(tmp_path / "out" / made["thumbnail"]["file"]) as small:
        assert small.size == (480, 360)
    (tmp_path / "cut").write_bytes(saved(drawn(), "JPEG")[:9000])
    assert clean_picture(tmp_path / "cut", tmp_path / "out2") == {}


def _differ(one, other):
    pairs = zip(one.tobytes(), other.tobytes(), strict=True)
    return sum(abs(a - b) for a, b in pairs) / len(one.tobytes())


def test_transparency_is_kept_and_shown_on_white_where_it_cannot_be(tmp_path):
    copy, thumbnail = kept(tmp_path, saved(clear(drawn()), "PNG"), "clear.png")
    with Image.open(copy) as picture:
        assert (picture.format, picture.mode) == ("PNG", "RGBA")
        assert picture.getextrema()[3] == (0, 0)
    with Image.open(thumbnail) as picture:
        assert picture.getpixel((5, 5)) == (255, 255, 255)


def test_colours_of_another_profile_look_the_same_without_it(tmp_path):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    copy, _ = kept(tmp_path, saved(drawn(), "JPEG", quality=95, icc_profile=srgb))
    with Image.open(copy) as picture:
        assert _differ(picture.convert("RGB"), drawn()) < 6
    broken = saved(drawn(), "JPEG", quality=95, icc_profile=b"no profile at all" * 20)
    copy, _ = kept(_fresh(tmp_path), broken)
    with Image.open(copy) as picture:
        assert _differ(picture.convert("RGB"), drawn()) < 6


def _fresh(tmp_path):
    (tmp_path / "fresh").mkdir()
    return tmp_path / "fresh"


def test_pictures_of_an_entry_are_told_apart(tmp_path):
    paths = [tmp_path / name for name in ("b.jpg", "a.jpg")]
    for seed, path in enumerate(paths, 1):
        path.write_bytes(saved(drawn(seed=seed), "JPEG"))
    report = check(paths, PICTURES, artefacts=tmp_path / "out")
    names = [files["picture"]["file"] for files in report.artefacts["files"]]
    assert names == ["picture-01.jpg", "picture-02.jpg"]
    with Image.open(tmp_path / "out" / "picture-02.jpg") as picture:
        assert _differ(picture.convert("RGB"), drawn(seed=2)) < 6


@pytest.mark.parametrize("build", [documents_made.pdf, documents_made.word])
def test_the_words_of_a_document_are_kept(tmp_path, build):
    (tmp_path / "bai").write_bytes(build())
    policy = load_policy(documents_made.POLICY)
    report = check(tmp_path / "bai", policy, artefacts=tmp_path / "out")
    [files] = report.artefacts["files"]
    told = (tmp_path / "out" / files["text"]["file"]).read_text("utf-8")
    assert documents_made.SAID in " ".join(told.split())
    assert report.fingerprint.runs == 8  # twelve words


def test_what_was_typed_is_judged_without_a_file():
    policy = load_policy(texts_made.POLICY)
    report = check_text(texts_made.SAID, policy)
    assert (report.verdict, report.facts.files[0].words) == ("pass", 12)
    assert check_text("", policy).verdict == "fail"
    assert check_text("\ud800 lẻ", policy).facts.files[0].words == 1


def test_names_are_the_senders_and_decide_nothing(tmp_path):
    (tmp_path / "0a1b").write_bytes(saved(drawn(), "PNG"))
    report = check(tmp_path / "0a1b", PICTURES, names=["ảnh đẹp.JPG"])
    assert report.verdict == "pass"
    [told] = [f.message_vi for f in report.findings if f.rule == "format"]
    assert told.endswith("Tên tệp ghi .jpg nhưng bên trong là PNG.")
    with pytest.raises(ValueError, match="argument"):
        check(tmp_path / "0a1b", PICTURES, names=["a", "b"])


def test_what_the_camera_noted(tmp_path):
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Apple", "iPhone\x00 15\n"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2023:06:05 10:11:12"
    (tmp_path / "a.jpg").write_bytes(saved(drawn(), "JPEG", exif=exif))
    [found] = check(tmp_path / "a.jpg", PICTURES).facts.files
    assert (found.camera, found.taken) == ("Apple iPhone 15", "2023:06:05 10:11:12")
