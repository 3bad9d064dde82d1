"""Signed files by pages: one is downloaded, taken in, and what waits of it is decided."""

import io
import zipfile

import pytest
from sqlalchemy import select

from contest.errors import Conflict, TooLarge
from contest.models import AuditRow, Contest, Handover, LevelLink, Submission
from contest.services.levels import links, packing, signed_files
from contest.services.results.bundles import Signer
from tests.contest.levels.test_packing import Sent


@pytest.fixture
def sent(make, platform, tmp_path):
    return Sent(make, platform, tmp_path)


def pages_of(visit, slug):
    return f"/c/{slug}/organiser/signed-files"


@pytest.fixture
def site(sent, visit):
    """A browser of each organiser: the ward's writes, the city's reads."""
    class Site:
        below = visit.user(sent.below)
        above = visit.user(sent.above)
        down, up = pages_of(visit, "phuong-5"), pages_of(visit, "thanh-pho")

        def written(self):
            return self.below.post(f"{self.down}/write", data={"codes": [sent.entry.code]})

        def read(self, content):
            file = (io.BytesIO(content), "bai-gui.zip")
            return self.above.post(f"{self.up}/read", data={"file": file})
    return Site()


def test_a_file_is_downloaded_taken_in_and_accepted_once_the_key_is_confirmed(
    site, sent, make, platform
):
    made = site.written()
    assert made.status_code == 200, made.text
    assert made.headers["Content-Disposition"].endswith("phuong-5-thanh-pho.zip")
    clip = f"{packing.CLIPS}{sent.entry.version.sha256}"
    assert set(zipfile.ZipFile(io.BytesIO(made.data)).namelist()) == {
        packing.MANIFEST, packing.SIGNATURE, clip}
    with platform.db.read() as session:
        assert session.scalar(select(AuditRow.actor).where(
            AuditRow.action == "handover.written")) == make.actor(sent.below).label
        fingerprint = Signer(platform.keys.signature(session)).fingerprint
    assert fingerprint in site.below.get(site.down).text  # to be read out
    answer = site.read(made.data)
    assert answer.status_code == 303, answer.text
    shown = site.above.get(site.up).text
    for said in (sent.entry.title, sent.entry.code, "Phường 5", fingerprint, "Khoá chưa xác nhận"):
        assert said in shown, said
    with platform.db.write() as session:
        link = session.scalars(select(LevelLink)).one()
        links.confirm(session, link, actor=make.actor(sent.above), at=make.at)
    [waiting] = _handovers(platform)
    assert "Khoá đã xác nhận" in site.above.get(site.up).text
    accepted = site.above.post("/c/thanh-pho/organiser/handovers/accept",
                               data={"ids": [waiting.id]})
    assert accepted.status_code == 303
    with platform.db.read() as session:
        row = session.get_one(Handover, waiting.id)
        assert session.get_one(Submission, row.submission_id).unit.name == "Phường 5"
    assert sent.entry.title not in site.above.get(site.up).text


def _handovers(platform):
    with platform.db.read() as session:
        return session.scalars(select(Handover)).all()


def test_read_a_second_time_it_is_refused_in_one_sentence(site, platform):
    content = site.written().data
    assert site.read(content).status_code == 303
    again = site.read(content)
    assert again.status_code == 409
    assert "Tệp này đã được nhận trước đây" in again.text
    assert len(_handovers(platform)) == 1


def _changed(content):
    """The file with another kind of entry in its manifest, a good ZIP nevertheless."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for part in old.infolist():
            new.writestr(part.filename, old.read(part).replace(b"team", b"individual"))
    return made.getvalue()


@pytest.mark.parametrize(("touched", "said"), [
    (lambda content: content[: len(content) // 2], "cắt cụt"),
    (lambda _: b"no zip at all", "không phải tệp gửi bài"),
    (_changed, "Chữ ký của tệp không đúng"),
], ids=["cut", "no zip", "changed"])
def test_a_file_that_is_not_whole_is_refused(site, platform, touched, said):
    answer = site.read(touched(site.written().data))
    assert answer.status_code == 422
    assert said in answer.text
    assert _handovers(platform) == []


def test_another_key_for_a_unit_that_is_known_is_refused(sent, make, platform):
    """Until the old link is ended, which is said."""
    sent.write().take()
    with platform.db.write() as session:
        link = session.scalars(select(LevelLink)).one()
        links.confirm(session, link, actor=make.actor(sent.above), at=make.at)
    sent.signer = Signer(bytes(range(32)))
    more = make.submission(make.unit(sent.ward), "approved")
    packing.write(sent.path, sent.packet(more.code), sent.signer, platform.blobs)
    with pytest.raises(Conflict, match="was confirmed with"):
        sent.take()
    with platform.db.write() as session:
        links.end(session, session.get_one(LevelLink, link.id), why="Đổi máy chủ",
                  actor=make.actor(sent.above), at=make.at)
    assert len(sent.take()) == 1


def test_a_refused_key_asks_again_when_its_file_is_read_again(sent, make, platform):
    sent.write().take()
    with platform.db.write() as session:
        link = session.scalars(select(LevelLink)).one()
        links.refuse(session, link, why="Không gọi được cho nơi gửi",
                     actor=make.actor(sent.above), at=make.at)
    assert sent.take() == []  # its entry waits still
    assert make.fresh(link).state == "asked"


def test_everything_of_a_key_is_given_back_at_once(site, sent, make, platform):
    site.read(site.written().data)
    with platform.db.read() as session:
        link = session.scalars(select(LevelLink)).one()
    url = f"{site.up}/{link.id}/decline"
    short = site.above.post(url, data={"why": "Không"})
    assert short.status_code == 422
    assert site.above.post(url, data={"why": "Sai chủ đề năm nay"}).status_code == 303
    [row] = _handovers(platform)
    assert (row.state, row.state_reason) == ("declined", "Sai chủ đề năm nay")
    assert site.above.post(url, data={"why": "Sai chủ đề năm nay"}).status_code == 409


def test_more_than_a_page_takes_is_not_written(sent):
    made = sent.packet()
    [entry] = made.entries
    for size in (signed_files.MOST_BYTES, signed_files.MOST_BYTES + 1):
        clip = entry.clip.model_copy(update={"size": size})
        large = made.model_copy(update={"entries": [entry.model_copy(update={"clip": clip})]})
        if size > signed_files.MOST_BYTES:
            with pytest.raises(TooLarge, match="several files"):
                signed_files.require_size(large)
        else:
            signed_files.require_size(large)


def test_a_dry_run_writes_no_file(sent, make, platform):
    with platform.db.write() as session:
        session.get_one(type(sent.ward), sent.ward.id).trial_of = sent.city.id
    with pytest.raises(Conflict, match="dry run"):
        sent.packet()


def test_a_file_larger_than_any_form_is_read_from_who_may_take_it_in(visit, sent):
    """Of others no more than of any form: what they send is refused before it is read."""
    url = f"{pages_of(visit, 'thanh-pho')}/read"

    body = b"".join((
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\n',
        bytes(17 << 20), b"\r\n--x--\r\n"))
    kind = "multipart/form-data; boundary=x"
    assert visit.user(sent.below).post(url, data=body, content_type=kind).status_code == 403
    answer = visit.user(sent.above).post(url, data=body, content_type=kind)
    assert answer.status_code == 422
    assert "cắt cụt" in answer.text  # it was read


def test_of_many_entries_and_keys_some_are_shown_at_a_time(sent, make, platform, visit):
    """Each key with its own first entries and all of its sum; those without any are left out."""
    city, most = sent.city, signed_files.SHOWN
    for place, count in enumerate((most + 2, 1, 0)):
        key = f"{place}" * signed_files.KEY_LENGTH
        unit = make.unit(city, f"Phường {place}")
        make.add(LevelLink(
            contest_id=city.id, state="confirmed", child_key=key, child_name=f"Phường {place}",
            unit_id=unit.id, created_by="user:1", created_at=make.at,
        ), *(Handover(
            contest_id=city.id, state="offered", reason="level", origin=f"{key}/phuong/XA-{n}",
            sha256="1" * 64, size=1000, filename="clip.mp4", unit_name=unit.name, offered_by="",
            packet={"code": f"X{place}-{n}", "title": f"Bài {n}", "unit": "Chi đoàn", "authors": [],
                    "contest": {"vi": "Phường", "en": "Ward"}}, offered_at=make.at,
        ) for n in range(count)))
    with platform.db.read() as session:
        found = signed_files.waiting(session, session.get_one(Contest, city.id))
        shown = [(one.link.child_name, one.count, one.size,
                  [row.packet["code"] for row in one.waiting]) for one in found.rows]
        assert shown == [
            ("Phường 0", most + 2, 1000 * (most + 2), [f"X0-{n}" for n in range(most)]),
            ("Phường 1", 1, 1000, ["X1-0"])]
        assert (found.total, found.count) == (2, 1)
    page = visit.user(sent.above).get(pages_of(visit, "thanh-pho")).text
    assert page.count('name="ids"') == most + 1
    assert f"Đây là {most} bài đầu" in page
