"""A set of pictures is put together, handed in, judged and shown."""

import io
import json
import zipfile
from typing import Any

import numpy
from PIL import Image
from sqlalchemy import select

from contest.models import ClipVersion, EntryPart, Submission
from contest.safekeeping.clips import named
from contest.services.checking import leaves, parts
from contest.services.entry import checks
from tests.contest.kinds.conftest import AT, Sending


def photo(seed: int, *, width: int = 800, height: int = 600) -> io.BytesIO:
    """A picture of blocks and noise; another one for another seed. With a place in its EXIF."""
    random = numpy.random.default_rng(seed)
    blocks = random.integers(0, 255, (9, 12, 3)).astype("uint8")
    noise = random.integers(-20, 20, (height, width, 3))
    large = numpy.asarray(Image.fromarray(blocks).resize((width, height), Image.Resampling.NEAREST))
    image = Image.fromarray(numpy.clip(large + noise, 0, 255).astype("uint8"))
    exif = Image.Exif()
    exif[0x010E] = "chụp ở nhà bà Sáu"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    out.seek(0)
    return out


class Set:
    """One entry and its unit's browser."""

    def __init__(self, photos: Sending) -> None:
        self.photos = photos
        self.submission = photos.make.submission(photos.make.unit(photos.contest), "uploading")
        self.browser = photos.visit.unit(self.submission.unit)
        self.home = f"{AT}/unit/entries/{self.submission.code}"

    def add(self, *pictures: tuple[io.BytesIO, str]) -> Any:
        return self.browser.post(f"{self.home}/send", data={"clip": list(pictures)})

    def do(self, act: str, **captions: str) -> Any:
        return self.browser.post(f"{self.home}/pictures", data={"do": act} | captions)

    def rows(self) -> list[EntryPart]:
        with self.photos.platform.db.read() as session:
            return list(parts.of(session, session.get_one(Submission, self.submission.id)))

    def names(self) -> list[str]:
        return [one.filename for one in self.rows()]


def test_pictures_are_put_in_order_changed_one_by_one_and_handed_in(photos: Sending) -> None:
    one = Set(photos)
    assert one.add().status_code == 422
    assert one.add((photo(1), "a.jpg"), (photo(2), "b.jpg"), (photo(3), "c.jpg")).status_code == 303
    assert one.names() == ["a.jpg", "b.jpg", "c.jpg"]
    a, b, c = one.rows()
    one.do(f"up:{b.id}", **{f"caption-{a.id}": "  Bà Sáu   và phường "})
    assert one.names() == ["b.jpg", "a.jpg", "c.jpg"]
    one.do(f"down:{b.id}")
    one.do(f"drop:{c.id}")
    assert one.names() == ["a.jpg", "b.jpg"]
    page = one.browser.get(f"{one.home}/send").text
    assert "Bà Sáu và phường" in page and "Thay ảnh này" in page and ">clip" not in page.lower()
    small = one.browser.get(f"{one.home}/pictures/{a.id}.jpg")
    assert Image.open(io.BytesIO(small.data)).size == (400, 300)
    assert one.browser.get(f"{one.home}/pictures/{c.id}.jpg").status_code == 404
    exchanged = one.browser.post(
        f"{one.home}/pictures/{a.id}", data={"clip": (photo(9), "new.jpg")})
    assert exchanged.status_code == 303 and one.names() == ["new.jpg", "b.jpg"]
    assert one.rows()[0].caption == "Bà Sáu và phường"
    assert one.do("save", **{f"caption-{b.id}": "x" * 301}).status_code == 422
    assert one.do("hand-in").status_code == 303
    assert photos.make.fresh(one.submission).state == "checking"


def test_a_set_is_judged_and_shown_without_what_its_files_tell(photos: Sending) -> None:
    one = Set(photos)
    one.add((photo(1), "a.jpg"), (photo(2), "b.jpg"))
    first, _second = one.rows()
    one.do("hand-in", **{f"caption-{first.id}": "Tuyến hẻm xanh"})
    photos.work("check.quick")
    assert photos.check(one.submission).verdict in ("pass", "look")
    assert photos.make.fresh(one.submission).state == "in_review"
    with photos.platform.db.read() as session:
        version = session.get_one(Submission, one.submission.id).version
        shown = leaves.pages(session, version.id)
        assert [leaf.data["caption"] for leaf in shown] == ["Tuyến hẻm xanh", ""]
        assert set(checks.derivatives(session, version)) == {"poster"}
        kept = named(session.connection())
        assert {first.sha256, version.sha256, *(leaf.sha256 for leaf in shown)} <= set(kept)
    for leaf in shown:
        content = photos.platform.blobs.path(leaf.sha256).read_bytes()
        assert "bà Sáu".encode() not in content and not Image.open(io.BytesIO(content)).getexif()
    code = one.submission.code
    for page in (one.browser.get(one.home),
                 photos.visit.role("reviewer").get(f"{AT}/review/{code}")):
        assert f"/media/{code}/1/page-2.jpg" in page.text and "Tuyến hẻm xanh" in page.text
    sealed = one.browser.get(f"{AT}/media/{code}/1/original")
    assert sealed.headers["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(sealed.data)) as archive:
        assert archive.namelist() == ["01.jpg", "02.jpg", "captions.json"]
        assert json.loads(archive.read("captions.json"))[0]["caption"] == "Tuyến hẻm xanh"
    photos.work("check.deep")
    assert photos.check(one.submission, "deep").verdict == "pass"


def test_too_few_too_many_and_too_small_pictures_are_told(photos: Sending) -> None:
    one = Set(photos)
    one.add((photo(1, width=500, height=400), "small.jpg"))
    few = one.do("hand-in")
    assert few.status_code == 422 and "cần ít nhất 2" in few.text
    one.add((photo(2), "b.jpg"), (photo(3), "c.jpg"), (photo(4), "d.jpg"))
    assert "nhiều nhất 3" in one.do("hand-in").text
    full = one.add((photo(5), "e.jpg"))
    assert full.status_code == 409 and len(one.rows()) == 4
    one.do(f"drop:{one.rows()[3].id}")
    assert one.do("hand-in").status_code == 303
    photos.work("check.quick")
    assert "resolution" in photos.failed(one.submission)
    assert photos.make.fresh(one.submission).state == "needs_fix"
    page = one.browser.get(one.home).text
    assert "Ảnh 1" in page and "Nhờ sửa giúp" not in page
    one.do(f"drop:{one.rows()[0].id}")
    one.do("hand-in")
    photos.work("check.quick")
    with photos.platform.db.read() as session:
        assert len(session.scalars(select(ClipVersion)).all()) == 2
    assert photos.make.fresh(one.submission).state == "in_review"
