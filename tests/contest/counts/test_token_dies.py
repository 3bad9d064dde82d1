"""The Page's token dies at 15:50 on the last day: people type the numbers, the result is whole."""

from datetime import datetime

from sqlalchemy import select

from contest.models import Contest, Mail
from contest.services.counts import interactions
from contest.services.counts.interactions import Reading
from contest.services.fanpage import page_pause
from contest.services.results import closing, scoring_input
from social.simulator.process import SimulatorProcess
from tests.contest.posting import Bench


def test_the_pages_token_dies_ten_minutes_before_the_cut_off(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    entries = [bench.approved() for _ in range(2)]
    organiser = bench.make.actor(
        bench.make.user("organiser", contest=bench.contest, email="btc@example.vn")
    )
    bench.at_release()
    bench.work()
    bench.clock.moment = datetime.fromisoformat("2023-06-19T15:10:00+07:00")
    simulator.fault("counts", "expired_token", times=500)
    assert bench.readings() == []
    now = bench.clock.now()
    assert now == datetime.fromisoformat("2023-06-19T15:50:00+07:00")
    with bench.platform.db.read() as session:
        pause = page_pause.pause_of(session, bench.contest.id)
        told = session.scalars(select(Mail.to).where(Mail.template == "page_paused")).all()
    assert pause is not None
    assert pause.kind == "credential"
    assert "btc@example.vn" in told
    for number, entry in enumerate(entries):
        with bench.platform.db.write() as session:
            interactions.write_down(
                session, session.get_one(Contest, bench.contest.id), entry.code,
                Reading(100 + number, 7), taken_at=now, actor=organiser, at=now,
            )
    bench.clock.moment = datetime.fromisoformat("2023-06-26T09:00:00+07:00")
    with bench.platform.db.read() as session:
        contest = session.get_one(Contest, bench.contest.id)
        data = scoring_input.prepare(session, contest, keys=bench.platform.keys).data
        found = closing.gaps(session, contest, at=bench.clock.now())
    counts = {one["id"]: one["interactions"] for one in data["entries"]}
    assert [(counts[e.code]["reactions"], counts[e.code]["shares"]) for e in entries] == [
        (100, 7), (101, 7),
    ]
    assert [gap.code for gap in found if gap.code.startswith("interactions")] == []
