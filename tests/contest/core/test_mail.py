"""Mails: queued with their transaction, written in their language, sent once, seen to fail."""

import email
import email.policy
import re
import smtplib
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from contest.actors import SYSTEM
from contest.jobs import handlers
from contest.jobs.mail import write
from contest.jobs.worker import perform
from contest.models import AuthorWord, Filing, Mail, PagePause, Submission, Task, Upload, Withdrawal
from contest.ports import MailRefused
from contest.services.core import mail, outbox
from contest.services.people import invitations, people
from tests.contest.filings.owed import owing
from tests.contest.stage import PowerCut, Stage

REFUSAL = "550 no such person"


class Mailer:
    """Stands in for a mail server that answers as told; keeps what it took."""

    def __init__(self, *failures: Exception) -> None:
        self.failures, self.taken = list(failures), []

    def send(self, **letter: str) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append(letter)


@pytest.fixture
def contest(make):
    return make.contest(edit=owing)


@pytest.fixture
def queue(platform, contest):
    def queue_one(template, params, to="an@example.vn", language="vi"):
        with platform.db.write() as session:
            return mail.enqueue(session, to=to, template=template, language=language, params=params,
                              contest_id=contest.id, at=platform.clock.now())

    return queue_one


@pytest.fixture
def submission(make, contest):
    return make.submission(make.unit(contest, "Đoàn Phường 5"), "needs_fix",
                           title="Một ngày ở bộ phận một cửa", code="CXABC234")


def tasks(platform):
    with platform.db.read() as session:
        return session.scalars(select(Task).order_by(Task.id)).all()


def run(platform, mailer=None):
    """What the worker does with the mails' outbox rows, once."""
    if mailer:
        platform.__dict__["mailer"] = mailer
    for task in tasks(platform):
        perform(platform, task.id)


def test_a_mail_is_sent_once(platform, queue, submission, make):
    queued, mailer = queue("receipt", {"submission_id": submission.id}), Mailer()
    run(platform, mailer)
    run(platform)
    assert len(mailer.taken) == 1
    assert mailer.taken[0]["to"] == "an@example.vn"
    assert (make.fresh(queued).state, make.fresh(queued).sent_at) == ("sent", make.at)
    assert [t.state for t in tasks(platform)] == ["done"]


def test_a_mail_whose_sending_nobody_noted_is_sent_again_as_the_same(
    platform, queue, submission, make, monkeypatch
):
    """The worker was killed just after the mail server had taken it."""

    def cut(*_, **__):
        raise PowerCut

    queued, other = (queue("receipt", {"submission_id": submission.id}) for _ in range(2))
    with monkeypatch.context() as patch, pytest.raises(PowerCut):
        patch.setattr(mail, "sent", cut)
        run(platform)
    with platform.db.write() as session:
        session.execute(update(Task).values(state="pending"))
    run(platform)
    assert {make.fresh(queued).state, make.fresh(other).state} == {"sent"}
    letters = [email.message_from_bytes(path.read_bytes())["Message-ID"]
               for path in sorted((platform.settings.data_dir / "mail").iterdir())]
    assert (len(letters), len(set(letters))) == (3, 2)
    assert letters[0] == letters[1]


def test_without_an_address_there_is_nothing_to_do(platform, queue, submission):
    assert queue("receipt", {"submission_id": submission.id}, to="  ") is None
    assert tasks(platform) == []


def test_a_rolled_back_transaction_sends_nothing(platform, contest):
    with pytest.raises(ZeroDivisionError), platform.db.write() as session:
        mail.enqueue(
            session,
            to="a@example.vn",
            template="receipt",
            params={},
            contest_id=contest.id,
            at=platform.clock.now(),
        )
        raise ZeroDivisionError
    assert tasks(platform) == []


def test_a_folder_keeps_the_mails_of_an_installation_without_a_server(platform, queue, submission):
    queue("findings", {"submission_id": submission.id})
    run(platform)
    [file] = (platform.settings.data_dir / "mail").iterdir()
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert message["Subject"] == "Clip CXABC234 cần sửa trước khi thẩm định"
    text, html = (p.get_content() for p in message.iter_parts())
    for part in (text, html):
        assert "Hãy cắt bớt ít nhất 42 giây." in part
    assert "Chào Lê Thị Cúc," in text
    assert "http://localhost/c/quan11-2023" in text


def test_what_the_server_refuses_for_good_is_failed_at_once(platform, queue, submission, make):
    queued = queue("receipt", {"submission_id": submission.id})
    run(platform, Mailer(MailRefused(REFUSAL)))
    assert (make.fresh(queued).state, make.fresh(queued).error) == ("failed", REFUSAL)
    assert [(t.state, t.error) for t in tasks(platform)] == [("failed", REFUSAL)]


@pytest.mark.parametrize(
    "error", [ConnectionRefusedError("away"), smtplib.SMTPServerDisconnected("away")]
)
def test_a_server_that_is_away_is_tried_again_and_then_given_up(
    platform, queue, submission, make, error
):
    queued = queue("receipt", {"submission_id": submission.id})
    mailer = Mailer(*[error] * outbox.MAX_ATTEMPTS)
    for _ in range(outbox.MAX_ATTEMPTS - 1):
        run(platform, mailer)
        assert (make.fresh(queued).state, make.fresh(queued).error) == ("waiting", "away")
    run(platform)
    assert make.fresh(queued).state == "failed"
    assert [t.state for t in tasks(platform)] == ["failed"]
    with platform.db.write() as session:  # a person asks for another try
        outbox.enqueue_again(session, session.scalars(select(Task)).one(), at=platform.clock.now())
    run(platform)
    assert (make.fresh(queued).state, make.fresh(queued).error) == ("sent", "")


def test_failed_mails_are_listed_for_the_organisers(platform, queue, submission, contest):
    queued = queue("receipt", {"submission_id": submission.id})
    run(platform, Mailer(MailRefused(REFUSAL)))
    with platform.db.read() as session:
        assert [m.id for m in mail.failed(session, contest)] == [queued.id]


def test_the_last_mail_about_a_row_is_known(platform, queue, make, contest, clock):
    unit = make.unit(contest)
    for _ in range(2):
        queue("reminder", {"unit_id": unit.id}, to=unit.contact_email)
        run(platform, Mailer())
        clock.moment += timedelta(days=1)
    with platform.db.read() as session:
        last = mail.last_asked(session, contest, "reminder", "unit_id")
    assert last == {unit.id: clock.moment - timedelta(days=1)}


def test_an_invitation_carries_a_link_that_the_database_does_not_hold(
    platform, contest, make, queue
):
    with platform.db.write() as session:
        user, invitation = people.add(
            session, contest, email="moi@example.vn", name="Phạm Mới", roles=("juror",),
            actor=SYSTEM, at=platform.clock.now(), key=platform.keys.invitations(session),
        )
        [row] = session.scalars(select(Mail))
        token = invitations.token_of(invitation, key=platform.keys.invitations(session))
    letter = write(platform, row)
    assert f"http://localhost/account/invitation#{token}" in letter.text
    assert f"http://localhost/account/invitation#{token}" in letter.html
    assert "giám khảo" in letter.text
    assert row.params == {"user_id": user.id, "invitation_id": invitation.id}


PARAMS = {
    "release_refused": {"hour": "09g00", "why_vi": "Còn thiếu phiếu.", "why_en": "Ballots lack."},
    "result": {"points": "81,25", "rank": "2", "prize": "2"},
    "link_failed": {"host": "drive.google.com", "why_vi": "Tệp chưa được chia sẻ.",
                    "why_en": "The file is not shared."},
    "postponed": {"lines": [[["Hạn nhận clip", "Clips until"], ["hết ngày 10/6", "the end of 10/6"],
                             ["hết ngày 13/6", "the end of 13/6"]]], "reason": "Storm"},
    "page_expiring": {"page_name": "Page", "page_id": "1", "ends": "16:00 on 19 June 2023"},
    "page_paused": {"remedy": "Page: token 190", "reason": "Error validating access token."},
    "handed_over": {"source": "Ward 5", "reason": "level"},
}
OF_STAFF = {
    "invitation": {},
    "handover_waits": {"count": 2, "source": "Ward 5", "note": "Two clips.", "path": "/c/city/"},
    "level_asks": {"source": "Ward 5", "path": "/c/city/"},
    "handover_declined": {"code": "CX123", "title": "One day", "target": "City",
                          "reason": "Too long for us.", "path": "/c/ward/"},
}
VIETNAMESE = re.compile(r"[ăđơưạảấầẩẫậắằẳẵặẹẻẽềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)


def values_for(template, make, contest, called="Unit Five"):
    """The parameters of any template, with rows for them."""
    unit = make.unit(contest, called)
    if template in ("reminder", "time_granted", "time_revoked"):
        return {"unit_id": unit.id, "reason": "Storm"}
    if template.startswith("filing_"):
        make.add(Filing(
            contest_id=contest.id, unit_id=unit.id, filing="registration", answers={},
            note="The names are missing.", until_reason="Storm",
            **({"filed_at": make.at, "first_at": make.at, "returned_at": make.at}
               if template == "filing_returned" else {}),
        ))
        return {"unit_id": unit.id, "filing": "registration"}
    if template == "vote_waits":
        juror = make.user("reviewer", contest=contest, name="Ann")
        clip = make.submission(unit, "in_review", title="One day")
        return {"user_id": juror.id, "versions": [clip.version_id]}
    if template in ("jury_reminder", "review_reminder", "count_reminder"):
        return {"user_id": make.user("juror", contest=contest, name="Ann").id, "count": 2}
    if template in OF_STAFF:
        return {"user_id": make.user("juror", contest=contest, name="Ann").id, **OF_STAFF[template]}
    state = {"findings": "needs_fix", "changes_requested": "changes_requested",
             "published": "published", "result": "published",
             "rejected": "disqualified"}.get(template, "approved")
    plain = {"title": "One day", "contact_name": "Ann", "state_reason": "Names are missing."}
    submission = make.submission(unit, state, **plain)
    return {"submission_id": submission.id} | about(template, make, submission)


def about(template, make, submission):
    if template.startswith("upload_"):
        with make.platform.db.read() as session:
            upload_id = session.scalars(
                select(Upload.id).where(Upload.submission_id == submission.id)
            ).one()
        return {"upload_id": upload_id, "late": False}
    if template in ("consent_withdrawn", "withdrawal_to_do"):
        at = make.platform.clock.now()
        made = make.add(Withdrawal(
            contest_id=submission.contest_id, submission_id=submission.id, purpose="publication",
            follows="leaves", created_by="system", created_at=at, due_by=at,
        ))
        return {"withdrawal_id": made.id}
    if template == "author_confirm":
        at = make.platform.clock.now()
        word = make.add(AuthorWord(submission_id=submission.id, name="Ann", asked_at=at,
                                   expires_at=at))
        return {"author_word_id": word.id, "number": 1}
    return PARAMS.get(template, {})


@pytest.mark.parametrize("template", mail.TEMPLATES)
def test_each_template_is_written_in_both_languages(platform, queue, make, contest, template):
    params = values_for(template, make, contest)
    vi, en = (write(platform, queue(template, params, language=one)) for one in ("vi", "en"))
    for letter in (vi, en):
        assert letter.subject
        assert "\n" not in letter.subject
        assert "None" not in letter.text + letter.html
        assert "<" not in letter.text
        assert "\n\n\n\n" not in letter.text
    assert vi.subject != en.subject
    assert VIETNAMESE.search(vi.text)
    assert not VIETNAMESE.search(en.text.replace("Quận Đoàn 11", "")), en.text
    assert 'lang="en"' in en.html


def test_a_title_cannot_smuggle_markup_into_a_mail(platform, queue, make, contest):
    submission = make.submission(make.unit(contest), "approved", title="<img src=x> & Bình")
    letter = write(platform, queue("approved", {"submission_id": submission.id}))
    assert "&lt;img src=x&gt; &amp; Bình" in letter.html
    assert "<img src=x> & Bình" in letter.text


def test_the_worker_knows_the_kind():
    assert "mail.send" in handlers()


# A letter that asks for something -> what it asks, as long as that is possible.
ASKED = {
    "reminder": "quét mã QR", "upload_waiting": "chọn lại đúng tệp", "link_failed": "Gửi lại",
    "findings": "rồi gửi lại", "changes_requested": "Hãy gửi bản mới trước",
    "upload_expired": "Bạn vẫn gửi lại được", "time_granted": "Hãy gửi clip trước",
    "time_revoked": "Hãy gửi clip trước", "jury_reminder": "Clip nào không chấm được",
    "vote_waits": "Hãy xem clip và bỏ phiếu", "board_waits": "Xin mời Chủ tịch",
    "page_paused": "token 190", "published": "Hãy chia sẻ bài đăng này",
    "approved": "cùng lúc với các clip khác", "release_refused": "Hãy bổ sung",
    "filing_reminder": "Hãy nộp trước 11g00 ngày 6/6/2023", "filing_time_given": "Hãy nộp trước",
}


def test_what_can_no_longer_be_done_is_not_asked(platform, queue, make, contest, clock):
    """A letter waits where the mail server is away: what it asks is read when it goes out."""
    of_clips = ("upload_waiting", "upload_expired", "link_failed", "board_waits")
    letters = {}
    for template in ASKED:
        params = values_for(template, make, contest, called="")
        if template in of_clips:
            submission = make.submission(make.unit(contest), "in_review")
            params = {"submission_id": submission.id, "chair": True,
                      "path": f"/c/quan11-2023/unit/entries/{submission.code}/send",
                      **about(template, make, submission)}
        letters[template] = queue(template, params)
    pause = make.add(PagePause(contest_id=contest.id, kind="manual", reason="Error", details={},
                               created_by="system", created_at=clock.moment))
    letters["page_paused"] = queue("page_paused", PARAMS["page_paused"] | {"pause_id": pause.id})
    with platform.db.write() as session:
        session.execute(update(Upload).values(state="open"))
    for template, words in ASKED.items():
        letter = write(platform, letters[template])
        assert words in letter.text, template
        assert words in letter.html, template
    assert letter_path(platform, letters["link_failed"]).endswith("/send")

    clock.moment = datetime.fromisoformat("2023-06-27T09:00:00+07:00")
    with platform.db.write() as session:
        session.execute(update(PagePause).values(lifted_at=clock.moment, lifted_by="system"))
        session.execute(update(Submission).where(Submission.state == "in_review")
                        .values(state="withdrawn"))
    stage = Stage(platform, make, contest)
    frozen = stage.freeze(stage.compute(reason="Còn thiếu đơn vị"), stage.second)
    stage.publish(frozen)
    for template, words in ASKED.items():
        letter = write(platform, letters[template])
        assert words not in letter.text, template
        assert words not in letter.html, template
    assert not letter_path(platform, letters["link_failed"]).endswith("/send")


def letter_path(platform, queued):
    with platform.db.read() as session:
        return mail.values(session, queued, token_of=lambda _: "", at=platform.clock.now())["path"]
