"""Work done before the contest is held is done again only if its own contest has changed."""

from contest.models import Contest, Snapshot, Submission
from contest.services.results import unheld
from tests.contest.factory import Factory


def times_done(make: Factory, contest: Contest, counted: Submission) -> int:
    """How often work on ``contest`` is done while a clip's counts are read from the Page."""
    done: list[int] = []
    with make.platform.db.write() as session:
        def work() -> int:
            if not done:
                session.add(Snapshot(
                    submission_id=counted.id, taken_at=make.at, source="graph", reactions=5,
                    created_by="system", created_at=make.at,
                ))
                session.flush()
            done.append(1)
            return len(done)

        assert unheld.answer(session, session.get_one(Contest, contest.id), work) == len(done)
    return len(done)


def test_counts_of_the_contest_itself_are_seen(make: Factory, contest: Contest) -> None:
    clip = make.submission(make.unit(contest), "published")
    assert times_done(make, contest, clip) == 2


def test_counts_of_another_contest_change_nothing(make: Factory, contest: Contest) -> None:
    make.submission(make.unit(contest), "published")
    other = make.contest("khac")
    assert times_done(make, contest, make.submission(make.unit(other), "published")) == 1
