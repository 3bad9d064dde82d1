"""The organisers hear of a full disk long before uploads are refused."""

import pytest

from contest.uploads.storage import KEPT_SHARE
from contest.views.shared import disk as disks
from contest.views.shared.disk import Disk


@pytest.mark.parametrize(
    ("percent", "short", "kept"),
    [(50, False, False), (20, False, False), (19, True, False), (10, True, False), (9, True, True)],
)
def test_a_fifth_is_a_warning_and_a_tenth_the_end(percent: int, short: bool, kept: bool) -> None:
    found = Disk(percent * 10**9, percent, 10**11)
    assert (found.is_short, found.is_kept) == (short, kept)
    assert disks.KEPT_PERCENT == 100 // KEPT_SHARE


@pytest.mark.parametrize(("percent", "words"), [(15, "Dưới 10%"), (5, "không nhận clip mới")])
def test_the_desk_says_so(visit, contest, monkeypatch, percent: int, words: str) -> None:
    usage = disks.shutil.disk_usage("/")._replace(total=10**12, free=percent * 10**10)
    monkeypatch.setattr(disks.shutil, "disk_usage", lambda _path: usage)  # this machine's is larger
    page = visit.role("organiser").get(f"/c/{contest.slug}/organiser/").text
    assert words in page
    assert f"({percent}%)" in page


def test_the_desk_is_silent_where_there_is_room(visit, contest, monkeypatch) -> None:
    usage = disks.shutil.disk_usage("/")._replace(total=10**12, free=5 * 10**11)
    monkeypatch.setattr(disks.shutil, "disk_usage", lambda _path: usage)
    assert "Ổ đĩa" not in visit.role("organiser").get(f"/c/{contest.slug}/organiser/").text
