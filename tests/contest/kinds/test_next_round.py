"""A round of documents follows another: the same file goes on and is drawn there, too."""

from pathlib import Path

from sqlalchemy import select

from contest.clock import FixedClock
from contest.models import Contest, Submission
from contest.services.advancing import advancing
from contest.services.checking import leaves
from contest.services.core import profiles
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.kinds.conftest import IDEAS, Sending
from tests.contest.rounds.test_promotion import round_by
from tests.contest.stage import AFTER, Stage

SEEN = "live = true\nblind = false"  # the final names units, the first round does not
RULES = IDEAS + round_by('by = "best"\ncount = 2').replace("live = true", SEEN)


def test_the_best_documents_go_on_to_a_live_final(
    visit: Visits, make: Factory, clock: FixedClock, papers: Path
) -> None:
    contest = make.contest("quan11-2023", edit=lambda _: RULES)
    stage = Stage(make.platform, make, contest, papers / "idea.pdf")
    clock.moment = AFTER
    computed = stage.compute(reason="Giải của Ban Tổ chức chọn sau")
    stage.publish(stage.freeze(computed, stage.second))
    with stage.platform.db.write() as session:
        after = advancing.begin(session, stage.contest_now(session), same_jury=True,
                                actor=stage.organiser, at=AFTER)
    sending = Sending(visit, make, after)
    sending.work("check.quick")
    sending.work("check.deep")
    with stage.platform.db.read() as session:
        rules = profiles.profile_of(session.get_one(Contest, after.id))
        assert (rules.entry.kind, rules.jury.live, rules.media) == ("document", True, {})
        gone_on = session.scalars(
            select(Submission).where(Submission.contest_id == after.id)).all()
        assert len(gone_on) == 2
        assert [len(leaves.pages(session, one.version.id)) >= 2 for one in gone_on] == [True] * 2
        code = gone_on[0].code
    page = visit.role("reviewer", contest=after).get(f"/c/{after.slug}/review/{code}")
    assert f"/media/{code}/1/page-2.jpg" in page.text
