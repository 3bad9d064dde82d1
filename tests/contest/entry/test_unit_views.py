"""A unit's way through the screens: link, form, check, sending without JavaScript, receipt."""

import io
import shutil
from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from contest.models import Submission, Upload
from contest.services.entry import checks, submissions
from contest.states import SubmissionState

BASE, ISSUE = "/c/quan11-2023", "/c/quan11-2023/organiser/units/links"
CLOSE = datetime.fromisoformat("2023-06-11T00:00:00+07:00")
FORM = {
    "title": "Ba trách nhiệm ở Phường 1", "kind": "team",
    "authors": "Nguyễn Văn An\nTrần Thị Bích\n",
    "contact_name": "Lê Thị Cúc", "contact_phone": "0903 123 456", "contact_email": "",
    "consent_originality": "y", "consent_publicity": "y", "consent_personal_data": "y",
}


def soup(response) -> BeautifulSoup:
    return BeautifulSoup(response.data, "html.parser")


def only_entry(platform) -> Submission:
    with platform.db.read() as session:
        return session.scalars(select(Submission)).one()


@pytest.fixture
def unit(make, contest):
    return make.unit(contest, "Đoàn Phường 1")


@pytest.fixture
def client(visit, unit):
    return visit.unit(unit)


# ---------------------------------------------------------------------------- coming in


def test_opening_a_link_changes_nothing_and_posting_it_gives_a_cookie(visit, make, unit):
    link, token, _code = make.unit_link(unit)
    browser = visit.public()
    assert browser.get("/u").status_code == 200
    assert make.fresh(link).uses == 0
    response = browser.post("/u", data={"token": token})
    assert (response.status_code, response.location) == (303, f"{BASE}/unit")
    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert token not in cookie
    assert "Đoàn Phường 1" in soup(browser.get(f"{BASE}/unit")).h1.text


def test_a_typed_code_leads_to_the_same_place(visit, make, unit):
    _link, _token, code = make.unit_link(unit)
    browser = visit.public()
    response = browser.post("/u", data={"code": f" {code[:4].lower()} - {code[4:]} "})
    assert response.status_code == 303


@pytest.mark.parametrize("ended", ["revoked_at", "expires_at"])
def test_a_dead_link_is_gone(visit, make, unit, clock, ended):
    _link, token, _code = make.unit_link(unit, **{ended: clock.now() - timedelta(days=1)})
    response = visit.public().post("/u", data={"token": token})
    assert response.status_code == 410
    assert "Ban Tổ chức" in soup(response).find(class_="errors").text


def test_a_wrong_code_is_told_at_its_field_and_tried_ten_times_a_minute(visit):
    browser = visit.public()
    answers = [browser.post("/u", data={"code": "ABCD-EFGH"}).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


def test_without_a_cookie_the_unit_is_asked_for_its_code(visit):
    response = visit.public().get(f"{BASE}/unit")
    assert response.status_code == 401
    assert soup(response).find("input", {"name": "code"})


def test_leaving_forgets_the_unit(client):
    assert client.post("/u/leave").status_code == 303
    assert client.get(f"{BASE}/unit").status_code == 401


# ---------------------------------------------------------------------------- the form


def test_consents_are_asked_unticked(client):
    page = soup(client.get(f"{BASE}/unit/entries/new"))
    boxes = page.find_all("input", {"type": "checkbox"})
    assert [box["name"] for box in boxes] == [
        "consent_originality", "consent_publicity", "consent_personal_data", "consent_news",
    ]
    assert not any(box.has_attr("checked") for box in boxes)


def test_the_form_is_saved_before_the_first_byte(client, platform, contest):
    response = client.post(f"{BASE}/unit/entries/new", data=FORM)
    submission = only_entry(platform)
    assert response.location == f"{BASE}/unit/entries/{submission.code}/review"
    assert (submission.state, submission.authors) == (
        "uploading",
        ["Nguyễn Văn An", "Trần Thị Bích"],
    )
    with platform.db.read() as session:
        consents = session.get_one(Submission, submission.id).consents
        profile_version = {c.notice_version for c in consents}
        assert {c.purpose for c in consents} == {"originality", "publicity", "personal_data"}
    assert profile_version == {"2023-05-25"}
    assert submission.code.startswith("CX-")
    answers = soup(client.get(response.location))
    assert "Trần Thị Bích" in answers.find("dl").text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"kind": "choir"}, "kind-0"),
        ({"authors": " \n "}, "authors"),
        ({"authors": "\n".join(f"Người {n}" for n in range(21))}, "authors"),
        ({"contact_phone": "gọi em"}, "contact_phone"),
        ({"contact_email": "khong-phai"}, "contact_email"),
        ({"consent_originality": ""}, "consent_originality"),
    ],
)
def test_every_fault_of_the_form_is_linked_from_the_summary(client, platform, change, field):
    response = client.post(f"{BASE}/unit/entries/new", data=FORM | change)
    assert response.status_code == 422
    links = [a["href"] for a in soup(response).find(class_="errors").find_all("a")]
    assert links == [f"#{field}"]
    with platform.db.read() as session:
        assert session.scalars(select(Submission)).all() == []


def test_an_individual_names_one_author_as_the_form_says(client, platform, visit, make, contest):
    page = soup(client.get(f"{BASE}/unit/entries/new"))
    hint = page.find(id=page.find(id="authors")["aria-describedby"].split()[0])
    assert "Cá nhân: ghi một tên. Tập thể: ghi tên nhóm, hoặc mỗi người một dòng." in hint.text
    refused = client.post(f"{BASE}/unit/entries/new", data=FORM | {"kind": "individual"}).text
    assert "Bài cá nhân có một tác giả; ở đây ghi 2." in refused
    client.post(f"{BASE}/unit/entries/new", data=FORM | {"kind": "individual", "authors": "An\n"})
    assert only_entry(platform).authors == ["An"]


def test_an_optional_consent_can_be_given_and_taken_back(client, platform, clock):
    client.post(f"{BASE}/unit/entries/new", data=FORM | {"consent_news": "y"})
    submission = only_entry(platform)
    clock.moment += timedelta(hours=1)
    client.post(f"{BASE}/unit/entries/{submission.code}/edit", data=FORM)
    with platform.db.read() as session:
        rows = session.get_one(Submission, submission.id).consents
        news = next(row for row in rows if row.purpose == "news")
        assert news.withdrawn_at == clock.now()
        assert "news" not in submissions.given(session.get_one(Submission, submission.id))


def test_no_more_entries_than_the_profile_allows(client, make, unit):
    for _ in range(5):
        make.submission(unit, "in_review")
    assert client.post(f"{BASE}/unit/entries/new", data=FORM).status_code == 422


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        (datetime.fromisoformat("2023-05-24T23:59:59+07:00"), 403),
        (datetime.fromisoformat("2023-05-25T00:00:00+07:00"), 200),
        (CLOSE - timedelta(microseconds=1), 200),
        (CLOSE, 403),
    ],
)
def test_the_window_for_clips(client, clock, moment, status):
    clock.moment = moment
    assert client.get(f"{BASE}/unit/entries/new").status_code == status


# ---------------------------------------------------------------------------- one unit and another


def test_to_another_unit_an_entry_does_not_exist(visit, make, contest, unit):
    submission = make.submission(unit, "in_review")
    stranger = visit.unit(make.unit(contest))
    here = f"{BASE}/unit/entries/{submission.code}"
    for path in ("", "/edit", "/review", "/send"):
        assert stranger.get(here + path).status_code == 404
    assert stranger.post(f"{here}/withdraw").status_code == 404


# ---------------------------------------------------------------------------- without JavaScript


def send_plain(client, code, content=b"not really a clip", name="clip.mp4"):
    head = f'--x\r\nContent-Disposition: form-data; name="clip"; filename="{name}"\r\n\r\n'
    return client.post(
        f"{BASE}/unit/entries/{code}/send", data=head.encode() + content + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )


def test_the_plain_form_takes_a_clip(client, platform, make, unit):
    submission = make.submission(unit, "uploading")
    response = send_plain(client, submission.code)
    assert response.location == f"{BASE}/unit/entries/{submission.code}"
    submission = make.fresh(submission)
    assert submission.state == "checking"
    with platform.db.read() as session:
        version = session.get_one(Submission, submission.id).version
        assert platform.blobs.path(version.sha256).read_bytes() == b"not really a clip"
        assert session.scalars(select(Upload)).one().state == "complete"


def test_a_file_above_the_form_limit_of_the_house_but_below_the_profiles_passes(client, make, unit):
    submission = make.submission(unit, "uploading")
    assert send_plain(client, submission.code, bytes(17 << 20)).status_code == 303


def announced(client, code, length):
    """A form of this length of which nothing follows: whoever reads it finds no clip."""
    return client.post(
        f"{BASE}/unit/entries/{code}/send", content_type="multipart/form-data; boundary=x",
        input_stream=io.BytesIO(), environ_overrides={"CONTENT_LENGTH": str(length)},
    )


def test_a_form_that_is_too_large_is_refused_before_it_is_read(client, make, unit):
    submission = make.submission(unit, "uploading")
    answer = announced(client, submission.code, 201_000_000)
    assert answer.status_code == 413
    assert "Tệp nặng 201 MB; cách gửi này nhận tối đa 200 MB." in answer.text
    refused = announced(client.english(), submission.code, 201_000_000).text
    assert "this form takes 200 MB" in refused
    assert announced(client, submission.code, 200_000_000).status_code == 400  # read: nothing comes


def test_a_form_for_which_there_is_no_room_is_refused_before_it_is_read(
    client, platform, make, unit
):
    """What other uploads have still to send is not there for it."""
    submission, other = (make.submission(unit, "uploading") for _ in range(2))
    free = shutil.disk_usage(platform.settings.data_dir).free
    make.add(Upload(
        public_id="a" * 32, contest_id=other.contest_id, unit_id=unit.id, submission_id=other.id,
        length=free, filename="clip.mp4", begun_at=make.at,
        expires_at=make.at + timedelta(hours=1), fingerprint="",
    ))
    answer = announced(client, submission.code, 60_000_000)
    assert answer.status_code == 507
    assert "không còn đủ chỗ cho tệp 60 MB" in answer.text
    assert make.fresh(submission).state == "uploading"


def test_a_form_of_a_stranger_is_refused_before_it_is_read(visit, make, contest, unit):
    submission = make.submission(unit, "uploading")
    assert announced(visit.public(), submission.code, 201_000_000).status_code == 401
    stranger = visit.unit(make.unit(contest))
    assert announced(stranger, submission.code, 201_000_000).status_code == 404


@pytest.mark.parametrize("file", [(b"x", "clip.exe"), (b"", "clip.mp4"), (b"", "")])
def test_what_is_not_a_clip_is_refused(client, make, unit, file):
    submission = make.submission(unit, "uploading")
    assert send_plain(client, submission.code, *file).status_code == 422
    assert make.fresh(submission).state == "uploading"


# ---------------------------------------------------------------------------- receipt and status


@pytest.mark.parametrize("state", list(SubmissionState))
def test_the_status_page_shows_every_state(client, make, unit, state):
    submission = make.submission(unit, state)
    page = soup(client.get(f"{BASE}/unit/entries/{submission.code}"))
    assert page.find(class_="receipt__code").text == submission.code
    assert page.find("svg", class_="qr")["aria-label"]
    assert page.find(class_="timeline")
    english = client.english().get(f"{BASE}/unit/entries/{submission.code}")
    assert english.status_code == 200


def test_a_running_check_says_how_long_it_will_take(client, platform, make, unit, clock):
    submission = make.submission(unit, "checking")
    with platform.db.write() as session:
        check = session.get_one(Submission, submission.id).version.checks[-1]
        checks.start(session, check.id, at=clock.now())
        checks.progress(session, check.id, 0.25)
    clock.moment += timedelta(seconds=3)
    shown = client.get(f"/c/quan11-2023/unit/entries/{submission.code}").text
    assert "25 %" in shown
    assert "Còn khoảng 9 giây." in shown


def test_a_failed_check_says_what_was_found_what_is_allowed_and_what_to_do(client, make, unit):
    submission = make.submission(unit, "needs_fix")
    finding = soup(client.get(f"{BASE}/unit/entries/{submission.code}")).find(class_="finding--bad")
    assert "5 phút 42 giây; cho phép 3–5 phút. Hãy cắt bớt ít nhất 42 giây." in finding.text


def test_a_clip_may_be_replaced_until_the_deadline_and_each_version_is_kept(
    client, platform, make, unit, clock
):
    submission = make.submission(unit, "needs_fix")
    assert send_plain(client, submission.code, b"a second clip").status_code == 303
    page = soup(client.get(f"{BASE}/unit/entries/{submission.code}"))
    assert len(page.find("ol", reversed=True).find_all("li")) == 2
    with platform.db.read() as session:
        found = session.get_one(Submission, submission.id)
        assert [v.number for v in found.versions] == [1, 2]
        assert found.version.number == 2
    clock.moment = CLOSE
    assert send_plain(client, submission.code, b"too late").status_code == 403


def test_changes_asked_for_after_the_close_have_their_own_deadline(client, make, unit, clock):
    clock.moment = CLOSE - timedelta(hours=1)
    submission = make.submission(unit, "changes_requested")
    clock.moment = submission.changes_until - timedelta(seconds=1)
    assert clock.moment > CLOSE
    assert client.get(f"{BASE}/unit/entries/{submission.code}/send").status_code == 200
    clock.moment = submission.changes_until
    assert client.get(f"{BASE}/unit/entries/{submission.code}/send").status_code == 403


def test_an_entry_is_withdrawn_once(client, make, unit):
    submission = make.submission(unit, "in_review")
    path = f"{BASE}/unit/entries/{submission.code}/withdraw"
    assert client.post(path, data={"reason": "Quay lại"}).status_code == 303
    assert make.fresh(submission).state == "withdrawn"
    assert client.post(path).status_code == 409
    assert client.get(f"{BASE}/unit/entries/{submission.code}/send").status_code == 409


def test_the_policy_for_phones_is_the_workers(visit, contest):
    told = visit.public().get(f"{BASE}/policy.json").json
    assert told["rules"]["duration"] == {
        "level": "hard", "min_s": 180, "max_s": 300, "tolerance_s": 1,
    }
    assert told["max_bytes"] == 4_000_000_000


# ---------------------------------------------------------------------------- the organisers' side


def test_an_organiser_imports_units_after_a_preview(visit, platform, contest):
    browser = visit.role("organiser")
    text = "Tên đơn vị,Email\nĐoàn Phường 3,p3@example.vn\n"
    data = {"file": (io.BytesIO(text.encode()), "units.csv")}
    preview = browser.post(f"{BASE}/organiser/units/import", data=data)
    assert "Đoàn Phường 3" in soup(preview).find("tbody").text
    assert "Đoàn Phường 3" not in browser.get(f"{BASE}/organiser/units").text
    hidden = soup(preview).find("input", {"name": "data"})["value"]
    browser.post(f"{BASE}/organiser/units/import/apply", data={"data": hidden})
    assert "Đoàn Phường 3" in browser.get(f"{BASE}/organiser/units").text


def test_a_preview_with_errors_offers_no_import(visit, contest):
    data = {"file": (io.BytesIO("Tên đơn vị,Email\nA,sai\n".encode()), "units.csv")}
    preview = visit.role("organiser").post(f"{BASE}/organiser/units/import", data=data)
    assert soup(preview).find("input", {"name": "data"}) is None


def test_the_sheet_shows_codes_that_work(visit, make, contest, unit):
    sheet = visit.role("organiser").post(ISSUE, data={"unit": unit.id}, follow_redirects=True)
    code, name = (soup(sheet).find(class_=f"sheet__{what}").text for what in ("code", "name"))
    assert name == "Đoàn Phường 1"
    assert visit.public().post("/u", data={"code": code}).status_code == 303


def test_a_revoked_link_is_shown_as_such(visit, make, contest, unit):
    link, token, _code = make.unit_link(unit)
    browser = visit.role("organiser")
    browser.post(f"{BASE}/organiser/units/links/{link.id}/revoke")
    assert "Đã thu hồi" in browser.get(f"{BASE}/organiser/units/{unit.id}").text
    assert visit.public().post("/u", data={"token": token}).status_code == 410


def test_the_poster_leads_to_the_code(visit, contest):
    page = soup(visit.role("organiser").get(f"{BASE}/organiser/units/poster"))
    assert page.find("p", class_="code").text == "http://localhost/c/quan11-2023/u"
    assert visit.public().get(f"{BASE}/u").status_code == 200


def test_codes_are_printed_for_units_of_other_pages_that_have_none(visit, make, contest):
    """Beyond one page a box stands for every unit without a live link."""
    first, *others = [make.unit(contest, f"Chi đoàn {number:02}") for number in range(52)]
    make.unit_link(others[-1])
    browser = visit.role("organiser")
    assert "others" in browser.get(f"{BASE}/organiser/units").text
    sheet = browser.post(ISSUE, data={"unit": first.id, "others": "1"}, follow_redirects=True)
    codes = soup(sheet).text
    assert all(unit.name in codes for unit in (first, *others[:-1]))
    assert others[-1].name not in codes
