"""An organiser's phone is lost: a colleague, or the shell, frees the account, ends its sessions."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from contest.actors import Actor
from contest.errors import Conflict, NotAllowed
from contest.models import AuditRow, Contest, Mail, Passkey, RecoveryCode, User
from contest.services.people import lost_phone
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.signing import HASH, is_in, sign_in


@pytest.fixture
def lost(make: Factory, contest: Contest, platform: Platform) -> User:
    """An organiser with a second factor and recovery codes on the lost phone."""
    user = make.user(
        "organiser", contest=contest, email="an@example.vn", password_hash=HASH,
        totp_secret="sealed", totp_confirmed_at=make.at - timedelta(days=9), has_passkey=True,
    )
    make.add(Passkey(user_id=user.id, name="Điện thoại", credential_id="AA", public_key="AA",
                     created_at=make.at))
    make.add(RecoveryCode(user_id=user.id, code_hash="x", created_at=make.at))
    return user


def test_another_organiser_resets_it_on_the_screen(
    lost: User, visit: Visits, make: Factory, contest: Contest, platform: Platform
) -> None:
    stolen = visit.user(lost, second_factor=True)
    assert is_in(stolen)
    colleague = visit.role("organiser")
    address = f"/c/quan11-2023/organiser/people/{lost.id}"
    assert "Mất điện thoại…" in colleague.get(address).text
    assert colleague.post(f"{address}/lost-phone").status_code == 303
    assert not is_in(stolen)
    fresh = visit.public()
    sign_in(fresh)
    assert is_in(fresh)
    with platform.db.read() as session:
        assert session.scalars(select(RecoveryCode)).all() == []
        assert session.scalars(select(Passkey)).all() == []
        told = session.scalars(select(Mail.to).where(Mail.template == "second_factor")).all()
        actions = set(session.scalars(select(AuditRow.action)))
    assert told == ["an@example.vn"]
    assert {"person.second_factor_off", "person.sessions_revoked"} <= actions


def test_nobody_frees_their_own_session_and_no_stranger_does_it(
    lost: User, make: Factory, contest: Contest, platform: Platform
) -> None:
    another = make.contest("quan-khac")
    colleague = make.actor(make.user("organiser", contest=contest))
    foreign = make.actor(make.user("organiser", contest=another))
    admin = make.actor(make.user(admin=True))

    def reset(actor: Actor) -> None:
        with platform.db.write() as session:
            lost_phone.reset(
                session, session.get_one(Contest, contest.id), session.get_one(User, lost.id),
                actor=actor, at=make.at,
            )

    with pytest.raises(Conflict, match="recovery code"):
        reset(make.actor(lost))
    with pytest.raises(NotAllowed):
        reset(foreign)
    reset(colleague)
    reset(admin)
