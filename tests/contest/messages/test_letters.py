"""Letters in a contest's own words: replaced names and nothing else, in their frame."""


from itertools import product

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from contest import mail_rendering
from contest.clock import FixedClock
from contest.errors import Invalid, NotAllowed
from contest.jobs.mail import write
from contest.models import AuditRow, Contest, Mail, Submission
from contest.profile import letters
from contest.profile.letters import FIELDS, LETTERS, Words
from contest.services.core import mail
from contest.services.messages import letter_texts
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory

ROOM = "/c/quan11-2023/organiser/messages/letters"
BODY = "Mời {unit} sửa clip {code}:\n\n{findings}\n\n{next_step}\nXem https://quan11.example/sua"


@pytest.fixture
def submission(make: Factory, contest: Contest) -> Submission:
    return make.submission(make.unit(contest, "Đoàn <b>Phường 5</b>"), "needs_fix",
                           title="{code} & {{ 7 * 7 }}", code="CXABC234")


def say(platform: Platform, make: Factory, contest: Contest, words: Words) -> None:
    organiser = make.actor(make.user("organiser", contest=contest))
    with platform.db.write() as session:
        letter_texts.save(session, session.get_one(Contest, contest.id), words, "vi",
                          actor=organiser, at=platform.clock.now())


def letter_about(
    platform: Platform, contest: Contest, submission: Submission, template: str = "findings",
    language: str = "vi",
) -> mail_rendering.RenderedMail:
    with platform.db.write() as session:
        row = mail.enqueue(session, to="an@example.vn", template=template, language=language,
                           params={"submission_id": submission.id}, contest_id=contest.id,
                           at=platform.clock.now())
    assert row is not None
    return write(platform, row)


def test_own_words_are_sent_in_the_usual_frame(
    platform: Platform, make: Factory, contest: Contest, submission: Submission
):
    say(platform, make, contest, Words("findings", "Sửa {code} \n nhé", BODY))
    letter = letter_about(platform, contest, submission)
    assert letter.subject == "Sửa CXABC234 nhé"
    assert "Chào Lê Thị Cúc,\n\nMời Đoàn <b>Phường 5</b> sửa clip CXABC234:" in letter.text
    assert "- Clip dài 5 phút 42 giây" in letter.text
    assert "Hạn gửi: hết ngày 10/6/2023." in letter.text
    assert "/c/quan11-2023/unit/entries/CXABC234#findings" in letter.text
    assert letter.text.rstrip().endswith("Ban MT-ANQP-ĐBDC Quận Đoàn 11") or "-- " in letter.text
    page = BeautifulSoup(letter.html, "html.parser")
    assert [a["href"] for a in page.select("a")] == [
        "https://quan11.example/sua",
        "http://localhost/c/quan11-2023/unit/entries/CXABC234#findings"]
    assert page.select("b") == []
    english = letter_about(platform, contest, submission, language="en")
    assert "Mời" not in english.text  # only the Vietnamese words were changed


@pytest.mark.parametrize("trick", [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{% for x in y %}", "{{ config }}",
    "{{ ''.__class__ }}", "{# … #}", "%(unit)s", "&lt;b&gt;",
    '"><a href="javascript:alert(1)">x</a>',
])
def test_nothing_but_a_name_in_braces_means_anything(
    platform: Platform, make: Factory, contest: Contest, submission: Submission, trick: str
):
    words = Words("rejected", "Tin", f"{trick}\n{{reason}}")
    if letters.NAMED.search(trick):
        with pytest.raises(Invalid):
            say(platform, make, contest, words)
        return
    say(platform, make, contest, words)
    letter = letter_about(platform, contest, submission, "rejected")
    page = BeautifulSoup(letter.html, "html.parser")
    assert trick in letter.text
    assert trick in page.text
    assert page.select("script, img, a[href^=javascript]") == []


def test_a_value_that_looks_like_a_name_is_not_replaced_once_more(
    platform: Platform, make: Factory, contest: Contest, submission: Submission
):
    say(platform, make, contest, Words("receipt", "{title}", "Clip {title}, mã {code}."))
    letter = letter_about(platform, contest, submission, "receipt")
    assert letter.subject == "{code} & {{ 7 * 7 }}"
    assert "Clip {code} & {{ 7 * 7 }}, mã CXABC234." in letter.text
    assert "{code} &amp; {{ 7 * 7 }}" in letter.html


def test_a_letter_about_one_event_is_worded_like_any_other(
    platform: Platform, make: Factory, contest: Contest, submission: Submission
):
    """Dates that moved are listed, the reason stands where it was put, and what is empty leaves no
    gap."""
    say(platform, make, contest,
        Words("postponed", "Lịch mới", "Xin chú ý:\n\n{changes}\n\n{reason}"))
    say(platform, make, contest,
        Words("result_moved", "Bản mới", "Clip {code}\n\n{reason}\n\n{next_step}"))
    say(platform, make, contest, Words("link_failed", "{title}", "Từ {host}: {why}"))
    line = [["Hạn nhận clip", "Clips until"], ["hết ngày 10/6", "…"], ["hết ngày 13/6", "…"]]
    unit = {"unit_id": submission.unit_id, "lines": [line, line], "reason": "Bão <b>số 5</b>"}
    link = {"host": "drive.google.com", "why_vi": "Chưa chia sẻ.", "why_en": "Not shared."}
    user = {"user_id": make.user("organiser", contest=contest).id, "reason": ""}
    about = {"submission_id": submission.id}
    with platform.db.write() as session:
        rows = [mail.enqueue(session, to="an@example.vn", template=template, params=params,
                             contest_id=contest.id, at=platform.clock.now())
                for template, params in (("postponed", unit), ("link_failed", about | link),
                                         ("result_moved", about | user))]
    moved, failed, result = (write(platform, row) for row in rows if row)
    told = "- Hạn nhận clip: hết ngày 10/6 → hết ngày 13/6\n"
    assert f"Xin chú ý:\n\n{told}{told}\nBão <b>số 5</b>\n" in moved.text
    assert "Bão &lt;b&gt;số 5" in moved.html
    assert "Từ drive.google.com: Chưa chia sẻ." in failed.text
    assert "Clip CXABC234\n\nBản kết quả đó đã được thay" in result.text
    assert "<p style=\"margin:0 0 16px\"></p>" not in result.html


def test_what_to_do_next_is_as_it_is_when_the_letter_goes_out(
    platform: Platform, make: Factory, contest: Contest, submission: Submission, clock: FixedClock
):
    say(platform, make, contest, Words("findings", "Sửa {code}", BODY))
    clock.moment = clock.moment.replace(day=12)
    letter = letter_about(platform, contest, submission)
    assert "Thời hạn gửi clip đã hết. Hãy liên hệ Ban Tổ chức." in letter.text
    assert "Hạn gửi:" not in letter.text


@pytest.mark.parametrize(
    ("subject", "body", "said"),
    [
        ("Sửa", BODY + " {nam}", "{nam}"), ("{Code}", BODY, "{Code}"),
        ("Sửa", BODY + " {points}", "{points}"), ("Sửa", BODY + " { code }", "{ code }"),
        ("Sửa", BODY + " {}", "{}"),
        ("Sửa", "Mời {unit}. {next_step}", "{findings}"), ("Sửa", "{findings}", "{next_step}"),
        ("", BODY, "tiêu đề"), ("Sửa", "  ", "nội dung"), ("S" * 151, BODY, "150"),
        ("Sửa", BODY + "x" * 5000, "5000"),
    ],
)
def test_faulty_words_are_refused_with_what_is_allowed(subject: str, body: str, said: str):
    with pytest.raises(Invalid) as refused:
        letters.check(Words("findings", subject, body))
    assert said in refused.value.message("vi")
    if "{" in said:
        assert said in refused.value.message("en")


def test_the_standard_words_can_be_saved_as_they_are(app: Flask, contest: Contest):
    """What the page offers to begin with passes the check, and names every value in braces."""
    for letter, language in product(LETTERS, ("vi", "en")):
        words = mail_rendering.standard(
            app, letter, language=language, contest=contest, base_url="http://localhost")
        letters.check(words)
        used = set(letters.NAMED.findall(words.subject + words.body))
        assert set(LETTERS[letter].needs) <= used, letter
        assert "None" not in words.body, letter
        assert "\n\n\n" not in words.body, letter
        assert set(LETTERS[letter].fields) <= set(FIELDS)


def test_every_letter_of_a_contest_can_be_worded():
    of_accounts = {"second_factor"}
    of_the_law = {"author_confirm", "privacy_confirm", "privacy_told",
                  "consent_withdrawn", "withdrawal_to_do"}
    between_contests = {"handed_over", "handover_declined", "handover_waits"}
    assert set(mail.TEMPLATES) - set(LETTERS) == of_accounts | of_the_law | between_contests


def test_the_page_previews_saves_and_takes_the_standard_words_again(
    platform: Platform, make: Factory, contest: Contest, submission: Submission, visit: Visits
):
    client = visit.role("organiser", name="Lê Tổ Chức")
    address = f"{ROOM}/findings/vi"
    page = BeautifulSoup(client.get(address).text, "html.parser")
    assert "{findings}" in page.select_one("textarea").text
    data = {"subject": "Sửa {code}", "body": BODY.replace("\n", "\r\n")}
    shown = client.post(f"{address}/preview", data=data)
    assert "Mời Đoàn &lt;b&gt;Phường 5&lt;/b&gt; sửa clip CXABC234:" in shown.text
    with platform.db.read() as session:
        assert letter_texts.of_contest(session, contest) == []
    wrong = client.post(address, data=data | {"body": "{ten_doi}"})
    assert wrong.status_code == Invalid.status
    assert "Thư này không có {ten_doi}. Chỉ dùng được: {code}" in wrong.text
    for stray in ("Chào {unit,\n{next_step}", "Chào unit}\n{next_step}", "{{unit}} {next_step}"):
        wrong = client.post(address, data=data | {"body": stray})
        assert wrong.status_code == Invalid.status and "mỗi tên nằm giữa một dấu" in wrong.text
    assert client.post(address, data=data).status_code == 303
    assert "lời riêng" in client.get(ROOM).text
    assert letter_about(platform, contest, submission).subject == "Sửa CXABC234"
    assert client.post(f"{address}/standard").status_code == 303
    assert "cần sửa trước khi thẩm định" in letter_about(platform, contest, submission).subject
    told = BeautifulSoup(client.get(address).text, "html.parser").main.text
    assert "Lê Tổ Chức · dùng lại lời mẫu" in told
    assert "Sửa {code}" in told  # what was said meanwhile
    with platform.db.read() as session:
        actions = select(AuditRow.action).where(AuditRow.action.like("letter.%"))
        assert session.scalars(actions.order_by(AuditRow.seq)).all() == [
            "letter.changed", "letter.standard"]
    assert client.get(f"{ROOM}/second_factor/vi").status_code == 404


def test_only_organisers_change_words(platform: Platform, make: Factory, contest: Contest):
    reviewer = make.actor(make.user("reviewer", contest=contest))
    with platform.db.write() as session, pytest.raises(NotAllowed):
        letter_texts.save(session, session.get_one(Contest, contest.id),
                          Words("receipt", "x", "{code}"), "vi", actor=reviewer,
                          at=platform.clock.now())


def test_every_letter_is_shown_with_real_data(
    platform: Platform, make: Factory, contest: Contest, submission: Submission, visit: Visits
):
    client = visit.role("organiser")
    for letter in LETTERS:
        for spoken in ("vi", "en"):
            answer = client.get(f"{ROOM}/{letter}/{spoken}")
            assert answer.status_code == 200, letter
            assert "{" not in BeautifulSoup(answer.text, "html.parser").select_one(
                ".letter").text.replace("{code} & {{ 7 * 7 }}", ""), letter
    with platform.db.read() as session:
        assert session.scalars(select(Mail)).all() == []
