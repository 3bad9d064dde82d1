"""A blind jury: no name of a unit, an author or a contact reaches a juror, in whatever form."""

import pytest

from contest.clock import FixedClock
from contest.models import Contest, Derivative, Submission, User
from tests.contest.conftest import Client, Visits
from tests.contest.factory import Factory
from tests.contest.jury.test_jury_room import ROOM, SCRIPT, TIME, rubric

NAMES = ("Phường Bí Mật", "Tác Giả Kín", "Liên Hệ Ẩn", "0909 777 888", "an@bi-mat.example",
         "phuong-bi-mat")
REASON = {"recused-reason": "Quen biết", "abstained-reason": "Không nghe được tiếng"}


@pytest.fixture
def contest(make: Factory) -> Contest:
    return make.contest(edit=lambda text: text.replace("blind = false", "blind = true"))


@pytest.fixture
def submission(make: Factory, contest: Contest, clock: FixedClock) -> Submission:
    """A clip with its files, whose form names people wherever it can."""
    clock.moment = TIME
    unit = make.unit(contest, "Đoàn Phường Bí Mật", contact_name="Liên Hệ Ẩn")
    submission = make.submission(
        unit, "approved", title="Một ngày số", authors=["Tác Giả Kín"], contact_name="Liên Hệ Ẩn",
        contact_phone="0909 777 888", contact_email="an@bi-mat.example",
        description="Clip của Đoàn Phường Bí Mật do Tác Giả Kín quay.",
    )
    with make.platform.db.write() as session:
        version = session.get_one(Submission, submission.id).version
        assert version is not None
        version.filename = "phuong-bi-mat.mp4"
        for kind, media_type in (("rendition", "video/mp4"), ("poster", "image/jpeg")):
            session.add(Derivative(
                version_id=version.id, kind=kind, sha256=version.sha256, size=version.size,
                media_type=media_type, data={}, created_at=make.at,
            ))
    return submission


@pytest.fixture
def juror(make: Factory, contest: Contest) -> User:
    return make.user("juror", contest=contest)


@pytest.fixture
def at_work(visit: Visits, juror: User, submission: Submission) -> Client:
    return visit.user(juror)


def names_in(answer) -> list[str]:
    said = answer.get_data() + str(answer.headers).encode()
    return [name for name in NAMES if name.encode() in said]


def test_nothing_a_juror_opens_or_sends_names_anybody(
    at_work: Client, submission: Submission, contest: Contest, make: Factory
) -> None:
    other = make.submission(submission.unit, "approved", authors=["Tác Giả Kín"])
    pair = f"{ROOM}own/compare?clip={submission.code}&clip={other.code}"
    clip, half = ROOM + submission.code, {"version": "0", "mark-content": "30"}
    full = rubric(contest) | {"version": "1"}
    answers = [
        at_work.get(ROOM), at_work.get(clip), at_work.post(clip, data=half, headers=SCRIPT),
        at_work.post(clip, data=half, headers=SCRIPT),  # 409: changed elsewhere
        at_work.post(clip, data={"version": "1", "mark-content": "9999"}),  # 422
        at_work.post(clip, data=full | {"do": "submit"}), at_work.get(ROOM), at_work.get(clip),
        at_work.post(f"{clip}/reopen"), at_work.post(f"{clip}/aside/recused", data=REASON),
        at_work.get(clip), at_work.get("/account/"), at_work.english().get(clip),
        at_work.get(f"{ROOM}own"), at_work.get(pair),
    ]
    assert [a.status_code for a in answers] == [
        200, 200, 200, 409, 422, 303, 200, 200, 303, 303, 200, 200, 200, 200, 200
    ]
    assert [names_in(a) for a in answers] == [[]] * len(answers)


def test_files_are_named_by_code_and_the_original_stays_away(
    at_work: Client, submission: Submission, visit: Visits
) -> None:
    media = f"/c/quan11-2023/media/{submission.code}/1"
    for kind in ("rendition", "poster"):
        answer = at_work.get(f"{media}/{kind}")
        assert answer.status_code == 200
        assert f"{submission.code}-1-{kind}" in answer.headers["Content-Disposition"]
        assert names_in(answer) == []
    assert at_work.get(f"{media}/original").status_code == 404
    assert visit.role("reviewer").get(f"{media}/original").status_code == 200


def test_the_interface_for_programs_names_nobody_before_publication(
    at_work: Client, submission: Submission
) -> None:
    paths = [f"/api/v1/{path}" for path in (
        "contests", "contests/quan11-2023", "contests/quan11-2023/profile",
        "contests/quan11-2023/clips", "contests/quan11-2023/results", "openapi.json",
    )]
    answers = [at_work.get(path) for path in paths]
    assert [names_in(a) for a in answers] == [[]] * len(paths)
    assert {a.status_code for a in answers} <= {200, 404}


def test_where_the_jury_is_not_blind_it_is_told(
    make: Factory, visit: Visits, clock: FixedClock
) -> None:
    open_one = make.contest("hoi-thi-mo")
    clock.moment = TIME
    submission = make.submission(make.unit(open_one, "Đoàn Phường Bí Mật"), "approved")
    page = visit.role("juror", contest=open_one).get(f"/c/hoi-thi-mo/jury/{submission.code}")
    assert names_in(page) == ["Phường Bí Mật"]
