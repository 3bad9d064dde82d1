"""What is wrong with several fields alike is said so that each of them is known."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup

from contest.models import Contest
from tests.contest.conftest import Client, Visits
from tests.contest.entry.test_unit_views import FORM
from tests.contest.factory import Factory

CONSENTS = ("consent_originality", "consent_publicity", "consent_personal_data")
OURS = "Ban Tổ chức được toàn quyền sử dụng clip cho mục đích tuyên truyền và"


@pytest.fixture
def sent(make: Factory, visit: Visits) -> Callable[[Contest], Client]:
    return lambda contest: visit.unit(make.unit(contest, "Đoàn Phường 1"))


def lines(client: Client, address: str, data: dict[str, str]) -> list[str]:
    """What stands above the form that comes back."""
    answer = client.post(address, data=data)
    assert answer.status_code == 422
    return [one.text.strip() for one in BeautifulSoup(answer.text, "html.parser").select(
        ".errors li")]


def without(*names: str) -> dict[str, str]:
    return FORM | dict.fromkeys(names, "")


def test_each_consent_that_is_missing_is_named(
    make: Factory, contest: Contest, sent: Callable[[Contest], Client]
) -> None:
    address = f"/c/{contest.slug}/unit/entries/new"
    client = sent(contest)
    assert lines(client, address, without(*CONSENTS)) == [
        "Hãy đọc và đánh dấu mục “Tác phẩm là mới, không sao chép, chưa đăng trên bất kỳ…” để "
        "tiếp tục.",
        "Hãy đọc và đánh dấu mục “Ban Tổ chức được toàn quyền sử dụng clip cho mục đích tuyên…” để "
        "tiếp tục.",
        "Hãy đọc và đánh dấu mục “Tôi đồng ý cho Ban Tổ chức xử lý họ tên và thông tin liên…” để "
        "tiếp tục.",
    ]
    assert lines(client.english(), address, without("consent_personal_data")) == [
        "Please read and tick “I agree that the organisers process names and contact…” to go on."]
    alike = make.contest("quan-3", edit=lambda text: text.replace(
        'vi = "Tôi đồng ý cho Ban Tổ chức xử lý họ tên', f'vi = "{OURS} lưu họ tên'))
    found = lines(sent(alike), f"/c/{alike.slug}/unit/entries/new", without(*CONSENTS))
    assert len(set(found)) == len(CONSENTS)
    assert f"{OURS} đăng trên Fanpage." in found[1]


def test_one_sentence_of_two_fields_is_told_with_their_names(
    visit: Visits, contest: Contest
) -> None:
    client = visit.role("organiser")
    address = f"/c/{contest.slug}/organiser/people/new"
    data = {"name": "", "email": "", "roles": "juror", "unit": "0", "language": "vi"}
    assert lines(client, address, data) == [
        "Họ và tên: Hãy điền mục này.", "Email: Hãy điền mục này."]
    assert lines(client, address, data | {"name": "Mới"}) == ["Hãy điền mục này."]
