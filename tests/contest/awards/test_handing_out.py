"""Cash in figures and words, the list of recipients, the letters that invite, what papers say."""

import io
import re

import pytest
from docx import Document

from contest.errors import Invalid
from contest.languages import amount_in_words, write_amount
from contest.models import Result
from contest.profile import load
from contest.services.awards import handing_out
from contest.services.results import document_values
from tests.contest.factory import QUAN11
from tests.contest.stage import AFTER, Stage

BASE = "/c/quan11-2023/organiser/documents"


def priced(source: str) -> str:
    """The reference rules with amounts for the first two prizes."""
    for key, amount in (("first", 500_000), ("second", 300_000)):
        source = source.replace(f'id = "{key}"', f'id = "{key}"\namount = {amount}', 1)
    return source


def words(data: bytes) -> str:
    body = Document(io.BytesIO(data)).element.body
    return "\n".join("".join(t.text or "" for t in p.iter("{*}t")) for p in body.iter("{*}p"))


@pytest.mark.parametrize(("amount", "said"), [
    (0, "Không đồng"), (5, "Năm đồng"), (10, "Mười đồng"), (15, "Mười lăm đồng"),
    (21, "Hai mươi mốt đồng"), (11, "Mười một đồng"), (55, "Năm mươi lăm đồng"),
    (105, "Một trăm linh năm đồng"), (500_000, "Năm trăm nghìn đồng"),
    (1_500_000, "Một triệu năm trăm nghìn đồng"),
    (1_005_000, "Một triệu không trăm linh năm nghìn đồng"),
    (2_000_001, "Hai triệu không trăm linh một đồng"),
    (3_025_310, "Ba triệu không trăm hai mươi lăm nghìn ba trăm mười đồng"),
    (1_000_000_000, "Một tỷ đồng"),
    (1_000_000_000_000, "Một nghìn tỷ đồng"),
    (12_345_678_901, "Mười hai tỷ ba trăm bốn mươi lăm triệu sáu trăm bảy mươi tám nghìn chín trăm "
     "linh một đồng"),
])
def test_an_amount_is_spelt_as_papers_spell_it(amount: int, said: str) -> None:
    assert amount_in_words(amount) == said


def test_rules_without_amounts_keep_their_hash_and_cash_without_cash_is_refused() -> None:
    plain, with_amounts = load(QUAN11.read_text()), load(priced(QUAN11.read_text()))
    assert all("amount" not in prize for prize in plain.content["prizes"])
    assert [one.amount for one in with_amounts.profile.prizes][:2] == [500_000, 300_000]
    assert write_amount(500_000) == "500.000 đồng"
    last = plain.profile.prizes[-1]
    assert not last.cash
    with pytest.raises(Invalid) as refused:
        load(QUAN11.read_text().replace(f'id = "{last.id}"', f'id = "{last.id}"\namount = 1', 1))
    place = len(plain.profile.prizes) - 1
    assert [one["key"] for one in refused.value.data["faults"]] == [f"prizes.{place}.amount"]


def test_the_decision_says_exactly_what_each_prize_comes_with() -> None:
    plain, with_amounts = load(QUAN11.read_text()).profile, load(priced(QUAN11.read_text())).profile
    assert document_values._rules(plain)["cash_amounts"] == ""
    said = document_values._rules(with_amounts)["cash_amounts"]
    assert "500.000 đồng (Năm trăm nghìn đồng)" in said
    assert document_values._rules(plain)["certificates_given"] == (
        "Mỗi đơn vị đạt giải được tặng Giấy khen.")
    only = plain.model_copy(update={"prizes": [
        one.model_copy(update={"certificate": place == 0})
        for place, one in enumerate(plain.prizes)]})
    assert document_values._rules(only)["certificates_given"] == (
        f"Đơn vị đạt {plain.prizes[0].name.vi} được tặng Giấy khen.")
    none = only.model_copy(update={"prizes": only.prizes[1:]})
    assert document_values._rules(none)["certificates_given"] == ""


def alike(source: str) -> str:
    """Everybody has as many points, and nothing decides between them."""
    source = re.sub(r"(?m)^tie_breaks = .*$", "tie_breaks = []", priced(source))
    source = re.sub(r"(?m)^jury_weight = \d+", "jury_weight = 0", source)
    return re.sub(r"(?m)^points_cap = \d+", "points_cap = 100", source)


@pytest.fixture
def clock(clock):
    clock.moment = AFTER
    return clock


def receiving(platform, result: Result) -> dict:
    with platform.db.read() as session:
        return handing_out.receiving(session, session.get_one(Result, result.id))


def test_the_list_names_each_amount_and_the_sum(platform, make) -> None:
    stage = Stage(platform, make, make.contest(edit=priced))
    found = receiving(platform, stage.compute())
    assert [row["amount"] for row in found["rows"]][:2] == ["500.000", "300.000"]
    assert (found["total"], found["draft"]) == ("800.000 đồng", "DỰ THẢO")
    assert found["total_words"] == "Tám trăm nghìn đồng"


def test_a_shared_prize_is_left_to_be_written_by_hand(platform, make) -> None:
    stage = Stage(platform, make, make.contest(edit=alike))
    found = receiving(platform, stage.compute())
    assert [row["amount"] for row in found["rows"]] == ["", "", ""]
    assert {row["prize"].endswith("(đồng giải)") for row in found["rows"]} == {True}
    assert (found["total"], found["open"]) == ("", "1")


def test_the_papers_are_filled_and_fetched(platform, visit, make) -> None:
    stage = Stage(platform, make, make.contest(edit=priced))
    stage.publish(stage.freeze(stage.compute()))
    organiser = visit.role("organiser", contest=stage.contest)
    assert f"{BASE}/1/recipients.docx" in organiser.get(f"{BASE}/").text
    listed = words(organiser.get(f"{BASE}/1/recipients.docx").data)
    assert "DANH SÁCH NHẬN THƯỞNG" in listed
    assert "Họ tên, ký nhận" in listed
    assert "DỰ THẢO" not in listed
    assert "Tổng số tiền: 800.000 đồng. Bằng chữ: Tám trăm nghìn đồng." in listed
    decided = words(organiser.get(f"{BASE}/1/decision.docx").data)
    assert "500.000 đồng (Năm trăm nghìn đồng)" in decided
    invited = words(organiser.get(f"{BASE}/invitations.docx").data)
    assert invited.count("GIẤY MỜI") == 3
    assert "Kính gửi: Đoàn B" in invited
    assert organiser.get(f"{BASE}/99/recipients.docx").status_code == 404
