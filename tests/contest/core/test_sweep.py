"""Old sessions and spent invitations go; what is in use or lately ended stays."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from contest.actors import SYSTEM
from contest.clock import FixedClock
from contest.jobs import Later, sweep
from contest.models import Contest, Invitation, StaffSession, Task, UnitSession
from contest.services.people import invitations, sessions
from contest.wiring import Platform
from tests.contest.factory import Factory


def count(platform: Platform) -> list[int]:
    with platform.db.read() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0
                for table in (StaffSession, UnitSession, Invitation)]


def swept(platform: Platform) -> list[int]:
    with pytest.raises(Later) as later:
        sweep.run(platform, 0, lambda: None)
    assert later.value.due_at == platform.clock.now() + timedelta(days=1)
    return count(platform)


def test_what_ended_a_month_ago_goes(
    platform: Platform, make: Factory, contest: Contest, clock: FixedClock
):
    begun = clock.moment
    user = make.user("juror", contest=contest)
    make.staff_token(user)  # ends after 12 hours
    make.unit_token(make.unit(contest))  # ends after 30 days
    jurors = [make.user(), make.user()]
    with platform.db.write() as session:
        spent, still_open = (
            invitations.create(session, juror, purpose="sign_in", actor=SYSTEM, at=begun,
                               key=platform.settings.secret_key) for juror in jurors
        )
        session.flush()
        invitations.use(session, spent, at=begun)
    assert swept(platform) == [1, 1, 2]
    clock.moment = begun + timedelta(days=30)
    assert swept(platform) == [1, 1, 2]
    clock.moment = begun + timedelta(days=31)
    assert swept(platform) == [0, 1, 1]
    clock.moment = begun + timedelta(days=61)
    assert swept(platform) == [0, 0, 0]
    assert make.fresh(user).active
    with platform.db.read() as session:
        assert session.get(Invitation, still_open.id) is None


def test_the_first_who_signs_in_has_it_swept_from_then_on(platform: Platform, make: Factory):
    for user in (make.user(), make.user()):
        with platform.db.write() as session:
            sessions.start(session, user, at=platform.clock.now())
    with platform.db.read() as session:
        assert session.scalars(select(Task.kind)).all() == ["sessions.sweep"]
