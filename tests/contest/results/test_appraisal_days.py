"""The days of the board's minutes are the contest's own, counted by the database."""

from datetime import date, datetime

import pytest

from contest.errors import NotFound
from contest.models import Contest, Review
from contest.services.results import appraisal_minutes
from contest.services.results.appraisal_minutes import Day
from contest.wiring import Platform
from tests.contest.factory import Factory


@pytest.mark.both_databases
def test_a_decision_is_of_the_day_of_its_place(
    platform: Platform, make: Factory, contest: Contest
) -> None:
    first, second = (make.submission(make.unit(contest), "approved") for _ in range(2))
    reviewer = make.user("reviewer", contest=contest)
    with platform.db.read() as session:
        assert appraisal_minutes.days(session, make.contest("quan-3-2024")) == []
    for clip, moment in ((first, "2023-06-09T16:59:00Z"), (first, "2023-06-09T17:00:00Z"),
                         (second, "2023-06-12T03:00:00Z"), (second, "2023-06-12T04:00:00Z")):
        make.add(Review(
            submission_id=clip.id, version_id=clip.version_id, reviewer_id=reviewer.id,
            profile_revision_id=contest.revision_id, outcome="approve", checklist={},
            created_at=datetime.fromisoformat(moment),
        ))
    with platform.db.read() as session:
        own = session.get_one(Contest, contest.id)
        assert appraisal_minutes.days(session, own) == [
            Day(date(2023, 6, 5), 2, 2), Day(date(2023, 6, 9), 1, 1),
            Day(date(2023, 6, 10), 1, 1), Day(date(2023, 6, 12), 1, 2),
        ]
        sitting = appraisal_minutes.sitting(session, own, date(2023, 6, 12))
        assert [one.code for one in sitting.entries] == [second.code]
        with pytest.raises(NotFound):
            appraisal_minutes.sitting(session, own, date(2023, 6, 11))
