"""The Page is read at set times before the cut-off, and when an organiser asks."""

from sqlalchemy import select

from contest.models import Contest, Snapshot, Task
from contest.services.counts import official, polling
from social.simulator.process import SimulatorProcess
from tests.contest.counts.test_interactions import CUT_OFF
from tests.contest.posting import Bench


def test_the_page_is_read_until_the_cut_off(bench: Bench, simulator: SimulatorProcess) -> None:
    entry = bench.approved()
    bench.at_release()
    bench.work()
    simulator.set_counts(code=f"#{entry.code}", reactions={"LIKE": 7, "LOVE": 1}, shares=2)
    with bench.platform.db.read() as session:
        query = select(Task.due_at).where(Task.kind == "interactions.poll")
        moments = sorted(session.scalars(query))
    minutes = [round((CUT_OFF - moment).total_seconds() / 60) for moment in moments[-4:]]
    assert minutes == [60, 15, 5, 1]
    bench.clock.moment = moments[-1]
    for _ in range(3):
        bench.work()
    with bench.platform.db.read() as session:
        contest = session.get_one(Contest, bench.contest.id)
        found = official.official_counts(session, contest)[entry.id]
        [newest, *_] = session.scalars(select(Snapshot).order_by(Snapshot.id.desc()))
    assert (found.reactions, found.shares, found.late) == (8, 2, False)
    assert newest.reactions_by_kind["LOVE"] == 1
    assert newest.taken_at <= CUT_OFF


def test_a_post_that_was_never_shared_has_unknown_shares(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    entry = bench.approved()
    bench.at_release()
    bench.work()
    organiser = bench.make.actor(bench.make.user("organiser", contest=bench.contest))
    with bench.platform.db.write() as session:
        contest = session.get_one(Contest, bench.contest.id)
        polling.now(session, contest, actor=organiser, at=bench.clock.now())
    bench.work()
    with bench.platform.db.read() as session:
        contest = session.get_one(Contest, bench.contest.id)
        found = official.official_counts(session, contest)[entry.id]
    assert (found.reactions, found.shares) == (0, None)
