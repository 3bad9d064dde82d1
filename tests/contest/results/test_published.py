"""Published results: what the page says, and that the ready page is whole, right and fast."""

import re
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from jsonschema import Draft202012Validator
from sqlalchemy import select

import scoring
from contest import ready_pages
from contest.clock import FixedClock
from contest.jobs import results as pages
from contest.models import Contest, Derivative, Result, Submission
from contest.services.core import profiles
from contest.services.results import bundles, ranking_rows, results, standings
from contest.services.results.ranking_rows import Picked
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, Stage

ADDRESS = "/c/quan11-2023/results"
COUNTS = ((120, 15), (260, 60), (30, 5))


@pytest.fixture
def result(make: Factory, contest: Contest) -> Result:
    """A published result of three units: places 2, 1, 3."""
    entries, names = [], {}
    for number, (reactions, shares) in enumerate(COUNTS, start=1):
        submission = make.submission(make.unit(contest, f"Đoàn Phường {number}"), "published",
                                title=f"Clip {number}")
        marks = {"content": 30, "creativity": 20, "craft": 15, "influence": 5}
        entries.append({
            "id": submission.code, "unit": str(submission.unit_id), "marks": {"GK1": marks},
            "interactions": {"reactions": reactions, "shares": shares},
        })
        names[submission.code] = {
            "title": submission.title, "unit": submission.unit.name, "authors": ["An"],
        }
    rules = profiles.profile_of(contest).scoring_rules()
    data = {"rules": rules, "jurors": ["GK1"], "entries": entries}
    return make.add(revision(contest, 1, data, names, make))


def revision(
    contest: Contest, number: int, data: dict[str, Any], names: dict[str, Any], make: Factory
) -> Result:
    return Result(
        contest_id=contest.id, number=number, state="published", input=data, names=names,
        output=scoring.compute(data), input_sha256="1" * 64, output_sha256=f"{number}" * 64,
        profile_revision_id=contest.revision_id, created_by="user:1", created_at=make.at,
        reason="" if number == 1 else "Một clip bị loại.", published_at=make.at,
    )


def test_before_publication_the_page_says_when(visit: Visits):
    page = visit.public().get(ADDRESS)
    assert page.status_code == 200
    assert "Chưa công bố kết quả" in page.text


def test_single_lines_are_those_of_the_whole_ranking(result: Result, platform: Platform):
    with platform.db.read() as session:
        row = session.get_one(Result, result.id)
        whole = results.lines(row, "vi")
        for wanted, lines in (
            (Picked(), whole), (Picked(most=2), whole[:2]),
            (Picked(code=whole[1].code), whole[1:2]),
            (Picked(words=whole[2].code.lower()), whole[2:]), (Picked(words="%"), []),
            (Picked(prizes=True), [line for line in whole if line.prize]),
        ):
            assert results.some_lines(row, "vi", wanted) == lines
        assert ranking_rows.length(session, row) == len(whole)


def test_a_frozen_result_is_not_shown(make: Factory, result: Result, visit: Visits):
    with make.platform.db.write() as session:
        session.get_one(Result, result.id).state = "frozen"
    assert "Chưa công bố kết quả" in visit.public().get(ADDRESS).text
    assert visit.public().get(f"{ADDRESS}/1").status_code == 404
    assert visit.public().get(f"{ADDRESS}/ceremony").status_code == 404


def test_lines_are_written_in_the_readers_language(contest: Contest, result: Result):
    profile = profiles.profile_of(contest)
    first = standings.lines(result, profile, "vi")[0]
    assert (first.rank, first.unit, first.prize) == (1, "Đoàn Phường 2", "Giải nhất")
    assert (first.jury, first.interactions, first.total) == ("28,00", "60,00", "88,00")
    assert first.second == {"of": "500", "jury": "140,00", "interactions": "300,00",
                            "total": "440,00"}
    assert standings.lines(result, profile, "en")[0].total == "88.00"


def test_the_page_shows_ranks_bars_and_table(result: Result, visit: Visits):
    page = BeautifulSoup(visit.public().get(ADDRESS).text, "html.parser")
    units = [p.find(string=True).strip() for p in page.select(".ranking__unit")]
    assert units == ["Đoàn Phường 2", "Đoàn Phường 1", "Đoàn Phường 3"]
    assert [r.select_one("th").text for r in page.select("tbody tr")] == units
    widths = [float(rect["width"]) for rect in page.select("li:first-child .score rect")]
    assert widths == [28.0, 59.75]


def test_each_clip_has_its_sums(result: Result, visit: Visits):
    code = result.output["ranking"][0]["entry"]
    page = visit.public().get(f"{ADDRESS}/clips/{code}")
    assert "260 cảm xúc × 1 + 60 lượt chia sẻ × 2 = 380 điểm, tính tối đa 300" in page.text


def test_the_ceremony_goes_from_last_to_first(result: Result, visit: Visits):
    page = BeautifulSoup(visit.public().get(f"{ADDRESS}/ceremony").text, "html.parser")
    assert [h.text for h in page.select("details h2")] == [
        "Đoàn Phường 3", "Đoàn Phường 1", "Đoàn Phường 2"
    ]


def test_only_the_embed_page_may_be_framed(result: Result, visit: Visits):
    framed = visit.public().get(f"{ADDRESS}/embed").headers["Content-Security-Policy"]
    assert framed.endswith("frame-ancestors *")
    plain = visit.public().get(ADDRESS).headers["Content-Security-Policy"]
    assert plain.endswith("frame-ancestors 'none'")


def test_the_ready_page_is_what_is_rendered(result: Result, visit: Visits, platform: Platform):
    rendered = visit.public().get(ADDRESS).data
    pages.render(platform, result.contest_id, lambda: None)
    assert visit.public().get(ADDRESS).data == rendered
    assert visit.public().get(ADDRESS).headers["Cache-Control"] == "public, no-cache"


def test_the_ready_page_speaks_both_languages(result: Result, visit: Visits, platform: Platform):
    pages.render(platform, result.contest_id, lambda: None)
    assert '<html lang="vi">' in visit.public().get(ADDRESS).text
    assert '<html lang="en">' in visit.public().english().get(ADDRESS).text
    assert '<html lang="en">' in visit.public().get(f"{ADDRESS}?lang=en").text


def test_the_ready_page_holds_nothing_of_who_reads_it(
    result: Result, visit: Visits, platform: Platform
):
    pages.render(platform, result.contest_id, lambda: None)
    client = visit.role("organiser", name="Người Tổ Chức")
    assert "Người Tổ Chức" not in client.get(ADDRESS).text
    assert "csrf_token" not in client.get(ADDRESS).text


def test_an_unchanged_page_is_not_sent_again(result: Result, visit: Visits, platform: Platform):
    pages.render(platform, result.contest_id, lambda: None)
    etag = visit.public().get(ADDRESS).headers["ETag"]
    again = visit.public().get(ADDRESS, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


def test_a_new_revision_replaces_the_page(
    make: Factory, contest: Contest, result: Result, visit: Visits, platform: Platform
):
    pages.render(platform, contest.id, lambda: None)
    data = {**result.input, "entries": result.input["entries"][:1]}
    make.add(revision(contest, 2, data, result.names, make))
    pages.render(platform, contest.id, lambda: None)
    page = visit.public().get(ADDRESS).text
    assert "Một clip bị loại." in page
    assert "Đoàn Phường 2" not in page
    assert "Đoàn Phường 2" in visit.public().get(f"{ADDRESS}/1").text


def test_a_page_that_cannot_be_made_leaves_no_earlier_one(
    contest: Contest, visit: Visits, platform: Platform
):
    ready_pages.write(platform.settings.data_dir, contest.slug, {"vi": b"earlier", "en": b"e"})
    assert visit.public().get(ADDRESS).data == b"earlier"
    with pytest.raises(RuntimeError):
        ready_pages.refresh(Flask("no pages"), platform.settings.data_dir, contest.slug)
    assert "Chưa công bố kết quả" in visit.public().get(ADDRESS).text


def test_nobody_gets_a_page_that_is_old_or_not_whole(
    make: Factory, contest: Contest, result: Result, visit: Visits, platform: Platform
):
    """While revisions are published one after the other, and a slow job renders beside."""
    app, data_dir = visit.app, platform.settings.data_dir
    ready_pages.refresh(app, data_dir, contest.slug)
    told, ended = [1], threading.Event()  # the last revision that was said to be published

    def publish() -> None:
        try:
            for number in range(2, 8):
                made = revision(contest, number, result.input, result.names, make)
                made.reason = f"Bản số {number}."
                make.add(made)
                ready_pages.refresh(app, data_dir, contest.slug)
                told[0] = number
        finally:
            ended.set()

    def render() -> None:
        while not ended.wait(0.05):
            pages.render(platform, contest.id, lambda: None)

    threads = [threading.Thread(target=work) for work in (publish, render)]
    for thread in threads:
        thread.start()
    seen = set()
    while not ended.is_set():
        least, text = told[0], visit.public().get(ADDRESS).text
        number = int((re.search(r"Bản số (\d+)", text) or ["", "1"])[1])
        assert number >= least
        assert text.rstrip().endswith("</html>")
        seen.add(number)
        time.sleep(0.01)
    for thread in threads:
        thread.join()
    assert told == [7]
    assert len(seen) > 1


def old_asset(visit: Visits) -> bytes:
    with visit.public().get("/static/app-OLD.css") as answer:
        return bytes(answer.data)


def test_a_page_of_an_earlier_build_is_rendered_anew_at_the_start(
    contest: Contest, result: Result, visit: Visits, platform: Platform, tmp_path: Path
):
    data_dir, before = platform.settings.data_dir, tmp_path / "before"
    before.mkdir()
    (before / "app-OLD.css").write_text("old")
    page = b'<link href="/static/app-OLD.css">'
    ready_pages.write(data_dir, contest.slug, {"vi": page, "en": page}, static=before)
    assert visit.public().get(ADDRESS).data == page
    assert old_asset(visit) == b"old"
    assert ready_pages.outdated(data_dir) == [contest.slug]
    ready_pages.renew(visit.app, data_dir)
    assert ready_pages.outdated(data_dir) == []
    assert "Đoàn Phường 2" in visit.public().get(ADDRESS).text
    assert old_asset(visit) == b"old"  # in tabs that are open still
    named = set(re.findall(r"/static/([\w.-]+)", visit.public().get(ADDRESS).text))
    assert named
    assert named <= {path.name for path in ready_pages.kept_assets(data_dir).iterdir()}


@pytest.mark.parametrize("slug", ["..", ".hidden"])
def test_a_ready_page_never_comes_from_elsewhere(platform: Platform, visit: Visits, slug: str):
    ready_pages.write(platform.settings.data_dir, slug, {"vi": b"elsewhere"})
    assert visit.public().get(f"/c/{slug}/results").data != b"elsewhere"


def test_the_page_shows_with_which_key_bundles_are_signed(
    result: Result, visit: Visits, platform: Platform
):
    with platform.db.read() as session:
        fingerprint = bundles.Signer(platform.keys.signature(session)).fingerprint
    assert fingerprint in visit.public().get("/c/quan11-2023/results").text
    assert fingerprint in visit.public().get("/c/quan11-2023/verify").text
    assert 'href="/c/quan11-2023/results/1"' in visit.public().get("/c/quan11-2023/verify").text


def test_the_api_gives_the_published_result(result: Result, visit: Visits):
    client = visit.public()
    listed = client.get("/api/v1/contests/quan11-2023/results").json
    assert [r["number"] for r in listed["results"]] == [1]
    one = client.get("/api/v1/contests/quan11-2023/results/1").json
    assert one["result"]["ranking"] == result.output["ranking"]
    profile = client.get("/api/v1/contests/quan11-2023/profile").json
    assert one["profile_sha256"] == listed["results"][0]["profile_sha256"] == profile["sha256"]
    assert client.get("/api/v1/contests/quan11-2023/results/2").json["error"] == "not_found"


def test_the_api_describes_itself(result: Result, visit: Visits):
    client = visit.public()
    document = client.get("/api/v1/openapi.json").json
    assert len(document["paths"]) == 6
    values = {"{slug}": "quan11-2023", "{number}": "1"}
    for path, offer in document["paths"].items():
        for name, value in values.items():
            path = path.replace(name, value)  # noqa: PLW2901
        answer = client.get(f"/api/v1{path}")
        assert answer.status_code == 200
        assert _fits(answer.json, document, offer, "200")
        assert not _fits({}, document, offer, "200")
    refused = client.get("/api/v1/contests/none")
    assert _fits(refused.json, document, document["paths"]["/contests/{slug}"], "404")


def _fits(answer, document, offer, status: str) -> bool:
    """Whether it is what the document says, and nothing beyond it."""
    schema = offer["get"]["responses"][status]["content"]["application/json"]["schema"]
    validator = Draft202012Validator(
        {**schema, "components": document["components"], "unevaluatedProperties": False},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    validator.check_schema(validator.schema)
    return validator.is_valid(answer)


def test_the_apis_json_is_what_programs_read_since_its_first_day(result: Result, visit: Visits):
    client = visit.public()
    [contest] = client.get("/api/v1/contests").json["contests"]
    assert contest == client.get("/api/v1/contests/quan11-2023").json
    assert list(contest) == ["organiser", "page", "phase", "profile_sha256", "schedule", "slug",
                             "time_zone", "title"]
    assert contest["schedule"]["entries_close"] == "2023-06-11T00:00:00+07:00"
    assert set(contest["title"]) == {"vi", "en"}
    [edition] = client.get("/api/v1/contests/quan11-2023/results").json["results"]
    assert edition["published_at"] == "2023-06-05T02:00:00+00:00"
    clip = client.get("/api/v1/contests/quan11-2023/clips").json["clips"][0]
    assert list(clip) == ["authors", "code", "kind", "permalink", "published_at", "title", "unit"]
    assert clip["published_at"].endswith("+00:00")


def test_the_units_page_tells_what_its_clip_came_to(
    result: Result, visit: Visits, make: Factory
) -> None:
    with make.platform.db.read() as session:
        submission = session.scalars(
            select(Submission).where(Submission.title == "Clip 2")
        ).one()
        unit = submission.unit
    page = BeautifulSoup(
        visit.unit(unit).get(f"/c/quan11-2023/unit/entries/{submission.code}").data, "html.parser"
    )
    card = page.find(attrs={"aria-labelledby": "result"})
    line = next(row for row in result.output["ranking"] if row["entry"] == submission.code)
    assert f"Hạng {line['rank']}" in card.text
    assert card.find("a", href=f"/c/quan11-2023/results/clips/{submission.code}")
    assert "Kết quả hội thi đã được công bố" in page.find(id="status").text
    assert page.find("a", string="Xem bài đăng trên Fanpage")
    assert "Rút bài dự thi…" not in page.text
    last = page.select(".timeline__step")[-1]
    assert "timeline__step--done" in last["class"]


def test_the_table_is_searched_without_accents_narrowed_and_taken_by_pages(
    visit: Visits, make: Factory, contest: Contest, clock: FixedClock, platform: Platform
):
    clock.moment = AFTER
    stage = Stage(platform, make, contest)
    stage.publish(stage.freeze(stage.compute()))
    make.add(Derivative(
        version_id=stage.clips[0].version_id, kind="poster", sha256="a" * 64, size=9, data={},
        media_type="image/jpeg", created_at=make.at,
    ))

    def rows(query: str) -> list[str]:
        page = BeautifulSoup(visit.public().get(f"{ADDRESS}/table{query}").text, "html.parser")
        return [row.th.get_text(strip=True) for row in page.select("tbody tr")]

    assert rows("") == rows("?page=9") == ["Đoàn C", "Đoàn B", "Đoàn A"]
    assert rows("?q=DOAN") == rows("")
    assert rows(f"?q=doan+{stage.clips[1].code.lower()}") == ["Đoàn B"]
    assert len(rows("?show=prizes")) == 3
    assert rows("?q=khong+co") == []
    shown = visit.public().get(f"{ADDRESS}/table").text
    assert f"{stage.clips[0].code}/poster-400.jpg?v=aaaaaaaa" in shown
    assert f"{stage.clips[1].code}/poster-400.jpg" not in shown
