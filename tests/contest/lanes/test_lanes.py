"""Lanes: what waits behind what, and who keeps a lane free."""

import pytest

from contest import lanes
from contest.jobs import handlers
from contest.lanes import CREW, LANES, LATER, MAIL, NOW, SOON, lane_of

WAITED_FOR = ["check.quick", "documents.pdf", "pages.render", "reviews.fall", "result.release"]
LONG = ["check.deep", "copies.compare", "names.read", "fix.make", "reel.make", "backup.run",
        "publication.upload", "interactions.poll", "link.fetch"]
PRIORITY = {"documents.pdf": "high", "pages.render": "high", "reviews.fall": "high",
            "result.release": "high", "publication.upload": "high", "interactions.poll": "high"}


def lane(kind: str) -> str:
    return lane_of(kind, PRIORITY.get(kind, "default"))


def test_what_people_wait_for_shares_no_lane_with_what_takes_minutes() -> None:
    assert {lane(kind) for kind in WAITED_FOR} == {NOW}
    assert not {lane(kind) for kind in LONG} & {NOW, MAIL}
    assert {lane("mail.send"), lane("push.send")} == {MAIL}


@pytest.mark.parametrize(
    ("priority", "found"), [("high", NOW), ("default", SOON), ("low", LATER), ("odd", SOON)]
)
def test_a_row_of_an_older_release_has_its_lane_by_its_priority(priority: str, found: str) -> None:
    assert lane_of("some.kind", priority) == found


def test_the_table_names_kinds_that_there_are() -> None:
    assert set(lanes.BY_KIND) <= set(handlers())


def test_a_crew_keeps_a_worker_free_for_each_lane_and_both_cores_for_what_people_wait_for() -> None:
    assert {lane for its in CREW for lane in its} == set(LANES)
    assert (NOW,) in CREW
    assert sum(NOW in its for its in CREW) == 2
    assert [its for its in CREW if LATER in its] == [(LATER,)]
    assert [its for its in CREW if MAIL in its] == [(MAIL,)]


def test_queues_of_an_older_release_are_emptied_by_some_worker_of_the_crew() -> None:
    emptied = {name for its in CREW for name in lanes.queues_of(its)}
    assert emptied >= {"high", "default", "low"}
    assert lanes.queues_of((NOW, SOON))[:2] == [NOW, SOON]
    assert "low" not in lanes.queues_of((NOW,))


def test_lanes_are_named_in_the_order_in_which_they_are_taken() -> None:
    assert lanes.parse("soon, now,soon") == (SOON, NOW)
    for wrong, named in (("fast", "fast"), ("now,quick", "quick"), (" , ", ",")):
        with pytest.raises(ValueError, match=named):
            lanes.parse(wrong)
