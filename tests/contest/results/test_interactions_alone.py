"""A contest of interactions alone: nobody marks, nothing waits for marks, all is proven."""

from pathlib import Path

import pytest

from contest.clock import FixedClock
from contest.models import Contest
from contest.services.results import closing, tally
from contest.services.rules import toml_editing
from scoring import bundle
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, COUNTED, Stage


def counted_only(source: str) -> str:
    """The reference contest, by interactions alone."""
    return toml_editing.edited(
        source, {"scoring.jury_weight": 0, "scoring.interaction_weight": 100,
                 "tie_breaks": ["uncapped_points", "chair"]})


@pytest.fixture
def contest(make: Factory) -> Contest:
    return make.contest(edit=counted_only)


class Unjudged(Stage):
    """No juror was ever asked."""

    def __init__(self, make: Factory, contest: Contest) -> None:
        self.platform, self.make, self.contest = make.platform, make, contest
        self.clips = [make.submission(make.unit(contest, f"Đoàn {name}"), "published")
                      for name in "ABC"]
        self.organiser = make.actor(make.user("organiser", contest=contest))
        for clip, reactions in zip(self.clips, (120, 250, 400), strict=True):
            self.count(clip, reactions, 10)


def test_it_is_ranked_frozen_published_and_verified(
    make: Factory, contest: Contest, clock: FixedClock, visit: Visits, tmp_path: Path
) -> None:
    clock.moment = AFTER
    stage = Unjudged(make, contest)
    organiser = visit.role("organiser")
    desk = organiser.get(f"/c/{contest.slug}/organiser").text
    assert f"/c/{contest.slug}/organiser/jury/" not in desk
    with make.platform.db.read() as session:
        here = stage.contest_now(session)
        assert not any("jur" in gap.code or "ballot" in gap.code or "mark" in gap.code
                       for gap in closing.gaps(session, here, at=COUNTED))
    result = stage.compute()
    # 400 + 2 x 10 and 250 + 2 x 10 points are more than the cap of 300 for the first of them only
    assert [(row["unit"], row["total"]["rounded"]) for row in result.output["ranking"]] == [
        ("Đoàn C", "100.00"), ("Đoàn B", "90.00"), ("Đoàn A", "46.67")]
    with make.platform.db.read() as session:
        assert tally.differences(session, stage.contest_now(session), result.output) == []
    published = stage.publish(stage.freeze(result))
    public = visit.public()
    page = public.get(f"/c/{contest.slug}/results").text
    assert "Đoàn C" in page
    kept = tmp_path / "bundle.zip"
    kept.write_bytes(public.get(
        f"/c/{contest.slug}/results/{published.number}/bundle.zip").data)
    assert not [one for one in bundle.verify(kept, key=stage.fingerprint) if one.holds is False]
    for room in ("results", "documents", "interactions", "publications", "people"):
        shown = organiser.get(f"/c/{contest.slug}/organiser/{room}", follow_redirects=True)
        assert shown.status_code == 200, room
    assert "Giám khảo" not in public.get(f"/c/{contest.slug}/rules").text
