"""Prizes by other measures than the ranking, from the rule file to the papers."""

import io
import json

import pytest
from docx import Document
from sqlalchemy import text

import scoring
from contest import profile as rule_files
from contest.clock import FixedClock
from contest.errors import Conflict, Invalid, NotAllowed, NotFound
from contest.models import AuditRow, Contest, ProfileRevision, Result, Submission
from contest.services.awards import choosing, stage, workbook
from contest.services.results import documents, results, standings, tally
from contest.services.results.documents import DocumentContext
from tests.contest.conftest import Visits
from tests.contest.entry.test_unit_views import FORM
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, Build, Stage, staged

PRIZES = '''
[[prizes]]
id = "loved"
count = 1
by = "interactions"
name = { vi = "Giải được yêu thích nhất", en = "Audience award" }

[[prizes]]
id = "fresh"
count = 1
by = "criterion:content"
certificate = false
name = { vi = "Giải nội dung", en = "Content prize" }

[[prizes]]
id = "learn"
count = 1
by = "category:hoc"
name = { vi = "Giải học tập", en = "Learning prize" }

[[prizes]]
id = "chosen"
count = 1
by = "chair"
name = { vi = "Giải của Ban Tổ chức", en = "Organisers' prize" }

[[categories]]
id = "hoc"
name = { vi = "Học tập", en = "Learning" }

[publication]
'''


@pytest.fixture
def hall(make: Factory, contest: Contest, clock: FixedClock, built: Build) -> Stage:
    """A ranked first; C is liked most; B and C are about learning."""
    made = staged(built, make, contest)
    made.newer_rules("[publication]\n", PRIZES)
    with make.platform.db.write() as session:
        codes = [clip.code for clip in made.clips]
        session.execute(
            text("UPDATE submission SET category = 'hoc' WHERE code IN (:b, :c)"),
            {"b": codes[1], "c": codes[2]},
        )
    clock.moment = AFTER
    return made


def choose(hall: Stage, codes: list[str], prize: str = "chosen", reason: str = "BB 02") -> None:
    with hall.platform.db.write() as session:
        choosing.choose(session, hall.contest_now(session), prize, codes, reason=reason,
                        actor=hall.organiser, at=AFTER)


def won(result: Result) -> list[tuple[str, str]]:
    return [(row["prize"], row["unit"]) for row in result.output["awards"]]


def test_from_the_rules_to_the_papers(hall: Stage, visit: Visits) -> None:
    a, b, _ = (clip.code for clip in hall.clips)
    choose(hall, [b, a])
    result = hall.compute()
    assert won(result) == [
        ("first", "Đoàn C"), ("second", "Đoàn B"), ("third", "Đoàn A"), ("loved", "Đoàn C"),
        ("fresh", "Đoàn A"), ("learn", "Đoàn C"), ("chosen", "Đoàn B"),
    ]
    frozen = hall.publish(hall.freeze(result))
    checks = scoring.bundle.verify(
        hall.platform.blobs.path(frozen.bundle_sha256), key=hall.fingerprint)
    assert {check.holds for check in checks} == {True}
    with hall.platform.db.read() as session:
        again = session.get_one(Result, frozen.id)
        slides = [one.prize for one in stage.slides(session, again, "vi") if one.kind == "winner"]
        assert slides == ["Giải của Ban Tổ chức", "Giải học tập", "Giải nội dung",
                          "Giải được yêu thích nhất", "Giải ba", "Giải nhì", "Giải nhất"]
        with workbook.of_result(session, again, "vi") as file:
            assert len(file.read()) > 0
        press = DocumentContext.of(
            hall.contest_now(session), blobs=hall.platform.blobs,
            data_dir=hall.platform.settings.data_dir, base_url="https://x.vn", seed=b"1" * 32)
        decision = documents.paper(session, again, "decision", press=press)
        papers = documents.paper(session, again, "certificates", press=press)
        assert "certificates" in {one.kind for one in documents.listed(session, again, press=press)}
    said = [row["prize"] for row in decision.values["prizes"]]
    assert said[3:] == [
        "Giải được yêu thích nhất (điểm tương tác: 420)",
        "Giải nội dung (tiêu chí “Nội dung, ý nghĩa”: 100,00)",
        "Giải học tập (mảng “Học tập”: 95,20)", "Giải của Ban Tổ chức (Trưởng ban chọn)",
    ]
    assert len(papers.values["certificates"]) == len(said) - 1  # one prize comes without
    whole = Document(io.BytesIO(decision.docx()))
    texts = [paragraph.text for paragraph in whole.paragraphs]
    texts += [cell.text for table in whole.tables for row in table.rows for cell in row.cells]
    assert any("điểm tương tác: 420" in one for one in texts)
    page = visit.public().get(f"/c/{hall.contest.slug}/results").text
    assert "Ai nhận giải nào" in page
    assert "điểm tương tác: 420" in page
    assert "Hạng 1 theo tổng điểm trong mảng “Học tập”: 95,20." in page
    reader = visit.public().english()
    assert "Who takes which prize" in reader.get(f"/c/{hall.contest.slug}/results").text
    assert "Audience award" in reader.get(f"/c/{hall.contest.slug}/results/table").text
    only = visit.public().get(f"/c/{hall.contest.slug}/results/table?show=category:hoc").text
    assert ("Đoàn B" in only, "Đoàn A" in only) == (True, False)
    assert visit.public().get(f"/c/{hall.contest.slug}/rules").text.count("xét theo") == 3


def test_the_second_tally_stops_a_prize_that_went_astray(hall: Stage) -> None:
    result = hall.compute()
    astray = json.loads(json.dumps(result.output))
    with hall.platform.db.read() as session:
        contest = hall.contest_now(session)
        assert tally.differences(session, contest, astray) == []
        by = {row["prize"]: row for row in astray["awards"]}
        by["loved"]["value"]["exact"] = "419"
        by["fresh"] |= {"unit": "Đoàn B", "value": {"exact": "80"}}
        by["learn"] |= {"unit": "Đoàn A", "value": {"exact": "68"}}
        found = tally.differences(session, contest, astray)
        assert [line.split(":")[0] for line in found] == [
            "loved, Đoàn C", "criterion", "learn, Đoàn A"]
        with pytest.raises(Conflict):
            tally.require_agreement(session, contest, astray)


def test_nobody_takes_two_where_the_rules_say_so(hall: Stage) -> None:
    hall.newer_rules("[publication]\n", "[awards]\nseveral = false\n\n[publication]\n")
    result = hall.compute()
    assert won(result) == [("first", "Đoàn C"), ("second", "Đoàn B"), ("third", "Đoàn A")]
    with hall.platform.db.read() as session:
        rules = results.profile_of(session.get_one(Result, result.id))
        assert not rules.awards.several
        assert standings.goes_by_measures(rules)


def test_the_chair_chooses_and_who_is_out_is_followed(hall: Stage, visit: Visits) -> None:
    codes = [clip.code for clip in hall.clips]
    for wrong in ([], [codes[0], codes[0]], ["CX-NONE"]):
        with pytest.raises(Invalid):
            choose(hall, wrong)
    with pytest.raises(Invalid):
        choose(hall, codes, reason=" ")
    with pytest.raises(NotFound):
        choose(hall, codes, prize="first")
    with hall.platform.db.write() as session, pytest.raises(NotAllowed):
        choosing.choose(session, hall.contest_now(session), "chosen", codes, reason="x",
                        actor=hall.make.actor(hall.jurors[0]), at=AFTER)
    result = hall.compute()
    assert "chosen" not in dict(won(result))
    assert [gap["vi"] for gap in result.gaps] == [
        "Chưa chọn đơn vị nhận giải của Trưởng ban: Giải của Ban Tổ chức."
    ]
    client = visit.role("organiser")
    base = f"/c/{hall.contest.slug}/organiser/results"
    page = client.get(f"{base}/").text
    assert "chưa chọn" in page
    refused = client.post(f"{base}/choices/chosen", data={"code-1": "nope", "reason": "BB 3"})
    assert refused.status_code == 422
    assert "Không có trong bảng xếp hạng: NOPE" in refused.text
    given = {"code-1": codes[1], "code-2": "", "reason": "BB 3"}
    done = client.post(f"{base}/choices/chosen", data=given)
    assert done.status_code in (302, 303)
    assert dict(won(hall.compute()))["chosen"] == "Đoàn B"
    with hall.platform.db.read() as session:
        row = session.query(AuditRow).filter_by(action="result.decided").one()
        assert row.after["prize"] == "chosen"


def test_the_only_category_is_given(
    make: Factory, contest: Contest, visit: Visits
) -> None:
    unit = make.unit(contest, "Đoàn Phường 9")
    client = visit.unit(unit)
    new = f"/c/{contest.slug}/unit/entries/new"
    assert "Mảng nội dung" not in client.get(new).text
    with make.platform.db.write() as session:
        revision = session.get_one(Contest, contest.id).revision
        assert revision is not None
        source = revision.source.replace("[publication]\n", PRIZES, 1)
        loaded = rule_files.load(source)
        row = ProfileRevision(
            contest_id=contest.id, number=2, source=source, sha256=loaded.sha256,
            content=loaded.content, reason="Mảng", created_by="system", created_at=AFTER,
        )
        session.get_one(Contest, contest.id).revision = row
    saved = client.post(new, data=FORM)
    with make.platform.db.read() as session:
        entry = session.query(Submission).one()
        assert entry.category == "hoc"
    page = client.get(saved.location).text
    assert "Học tập" in page
