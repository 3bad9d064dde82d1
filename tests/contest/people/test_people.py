"""Accounts, roles, invitations and sessions: what organisers may do, and what nobody may."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from contest.actors import PUBLIC, SYSTEM
from contest.errors import Conflict, DomainError, Gone, Invalid, NotAllowed, NotFound, SignInNeeded
from contest.models import AuditRow, Mail, RoleGrant, Task, User
from contest.services.core.sealing import Keyring
from contest.services.people import (
    demanded_factor,
    invitations,
    people,
    second_factor,
    sessions,
)
from tests.contest.conftest import SECRET_KEY


@pytest.fixture
def do(platform, make, contest, boss):
    """Call a function of ``people`` in a transaction, as the organiser unless told otherwise."""

    def call(function, *args, actor=None, **values):
        with platform.db.write() as session:
            held = [session.get_one(type(a), a.id) if isinstance(a, User) else a for a in args]
            return function(session, contest, *held, actor=actor or make.actor(boss),
                            at=platform.clock.now(), **values)

    return call


def roles_of(platform, user):
    with platform.db.read() as session:
        found = session.scalars(select(RoleGrant).where(RoleGrant.user_id == user.id))
        return {(g.contest_id, g.role, g.unit_id) for g in found}


def actions(platform):
    with platform.db.read() as session:
        return [a for a in session.scalars(select(AuditRow.action).order_by(AuditRow.seq))
                if a.startswith("person.")]


def invite_new(do, email="moi@example.vn", roles=("juror",), **values):
    return do(people.add, email=email, name="Phạm Thị Mới", roles=roles, key=SECRET_KEY, **values)


def test_a_new_person_gets_roles_an_invitation_and_a_mail(do, make, contest, platform):
    unit = make.unit(contest)
    user, invitation = invite_new(do, " Moi@Example.VN ", ("juror", "reviewer"), unit_id=unit.id)
    assert user.email == "moi@example.vn"
    assert roles_of(platform, user) == {
        (contest.id, "juror", unit.id), (contest.id, "reviewer", None)
    }
    with platform.db.read() as session:
        mail = session.scalars(select(Mail)).one()
        assert (mail.to, mail.template) == ("moi@example.vn", "invitation")
        assert mail.params == {"user_id": user.id, "invitation_id": invitation.id}
        assert session.scalars(select(Task.kind)).all() == ["mail.send"]
    assert actions(platform) == ["person.added", "person.roles_changed", "person.invited"]


def test_the_database_alone_opens_no_invitation(do, platform):
    _, invitation = invite_new(do)
    token = invitations.token_of(invitation, key=SECRET_KEY)
    assert len(token) == 43
    assert invitations.token_of(invitation, key="another installation's key") != token
    with platform.db.read() as session:
        found = invitations.find(session, token, purpose="password", at=platform.clock.now())
        assert found.id == invitation.id


def test_somebody_known_keeps_name_and_password_and_gets_no_link(do, make, platform, contest):
    other = make.contest("quan-3-2024")
    known = make.user("organiser", contest=other, email="cu@example.vn", name="Tên Cũ",
                      password_hash="kept")
    user, invitation = invite_new(do, "cu@example.vn")
    assert (user.id, user.name, user.password_hash) == (known.id, "Tên Cũ", "kept")
    assert invitation is None
    assert {(c, r) for c, r, _ in roles_of(platform, user)} == {
        (other.id, "organiser"), (contest.id, "juror")
    }


def test_adding_somebody_twice_says_where_to_look(do):
    invite_new(do)
    with pytest.raises(Conflict, match="in the list already"):
        invite_new(do)


@pytest.mark.parametrize("email", ["", "moi", "moi@", "moi@vn", "a b@example.vn", "a@b@example.vn",
                                   "x" * 250 + "@a.vn", "moi@example.vn>"])
def test_it_refuses_what_is_no_address(do, email):
    with pytest.raises(Invalid, match="not an e-mail address"):
        invite_new(do, email)


def test_it_refuses_a_person_without_a_name_or_role(do):
    with pytest.raises(Invalid, match="at least one role"):
        invite_new(do, roles=())
    with pytest.raises(Invalid, match="give the name"):
        do(people.add, email="x@example.vn", name=" ", roles=("juror",), key=SECRET_KEY)


@pytest.mark.parametrize("role", ["reviewer", "juror"])
def test_only_organisers_manage_people(do, make, contest, role):
    someone = make.actor(make.user(role, contest=contest))
    with pytest.raises(NotAllowed):
        invite_new(do, actor=someone)
    with pytest.raises(SignInNeeded):
        invite_new(do, actor=PUBLIC)


def test_a_foreign_organiser_manages_nobody_here(do, make):
    other = make.contest("quan-3-2024")
    stranger = make.actor(make.user("organiser", contest=other))
    with pytest.raises(NotAllowed):
        invite_new(do, actor=stranger)


def test_a_unit_of_another_contest_is_nobodys_own(do, make):
    foreign = make.unit(make.contest("quan-3-2024"))
    with pytest.raises(NotFound):
        invite_new(do, unit_id=foreign.id)


def test_roles_are_changed_and_taken_away_with_before_and_after(do, make, contest, platform):
    juror = make.user("juror", contest=contest, unit=make.unit(contest))
    do(people.change_roles, juror, roles=("reviewer",), unit_id=None)
    assert roles_of(platform, juror) == {(contest.id, "reviewer", None)}
    do(people.change_roles, juror, roles=(), unit_id=None)
    assert roles_of(platform, juror) == set()
    with platform.db.read() as session:
        rows = session.scalars(
            select(AuditRow).where(AuditRow.action == "person.roles_changed").order_by(AuditRow.seq)
        ).all()
    assert [(r.before["roles"], r.after["roles"]) for r in rows] == [
        (["juror"], ["reviewer"]), (["reviewer"], [])
    ]
    with platform.db.read() as session, pytest.raises(NotFound):
        people.one(session, contest, juror.id, at=platform.clock.now())


def test_saving_the_same_roles_records_nothing(do, make, contest, platform):
    juror = make.user("juror", contest=contest)
    do(people.change_roles, juror, roles=("juror",), unit_id=None)
    assert actions(platform) == []


def test_the_last_organiser_stays(do, boss, make, contest, platform):
    with pytest.raises(Conflict, match="only organiser"):
        do(people.change_roles, boss, roles=("juror",), unit_id=None)
    make.user("organiser", contest=contest, active=False)  # a locked one is no organiser
    with pytest.raises(Conflict, match="only organiser"):
        do(people.change_roles, boss, roles=(), unit_id=None)
    make.user("organiser", contest=contest)
    do(people.change_roles, boss, roles=(), unit_id=None)
    assert roles_of(platform, boss) == set()


def test_nobody_gets_a_way_into_an_account_that_can_do_more(do, make, contest):
    other = make.contest("quan-3-2024")
    shared = make.user("juror", contest=contest)
    make.add(RoleGrant(user_id=shared.id, contest_id=other.id, role="organiser",
                       created_at=make.at))
    admin = make.user("juror", contest=contest, admin=True)
    for target in (shared, admin):
        for purpose in ("password", "sign_in"):
            with pytest.raises(NotAllowed, match="only an administrator"):
                do(people.invite, target, purpose=purpose, key=SECRET_KEY)
        with pytest.raises(NotAllowed, match="only an administrator"):
            do(people.set_active, target, False)
    root = make.actor(make.user(admin=True))
    assert do(people.invite, shared, purpose="password", key=SECRET_KEY, actor=root)


def test_a_new_invitation_makes_the_old_one_useless(do, make, contest, platform):
    juror = make.user("juror", contest=contest)
    old = do(people.invite, juror, purpose="sign_in", key=SECRET_KEY)
    new = do(people.invite, juror, purpose="sign_in", key=SECRET_KEY)
    at = platform.clock.now()
    with platform.db.write() as session:
        with pytest.raises(Gone):
            invitations.find(session, invitations.token_of(old, key=SECRET_KEY),
                             purpose="sign_in", at=at)
        token = invitations.token_of(new, key=SECRET_KEY)
        with pytest.raises(Gone):  # a link of one purpose is no link of the other
            invitations.find(session, token, purpose="password", at=at)
        found = invitations.find(session, token, purpose="sign_in", at=at)
        invitations.use(session, found, at=at)
        with pytest.raises(Gone):
            invitations.use(session, found, at=at)


def test_an_invitation_ends_after_a_week(do, make, contest, platform, clock):
    juror = make.user("juror", contest=contest)
    made = do(people.invite, juror, purpose="password", key=SECRET_KEY)
    clock.moment += timedelta(days=7)
    with platform.db.read() as session, pytest.raises(Gone):
        invitations.find(session, invitations.token_of(made, key=SECRET_KEY), purpose="password",
                         at=clock.now())


def test_a_locked_account_loses_sessions_and_invitations_at_once(do, make, contest, platform):
    juror = make.user("juror", contest=contest)
    token = make.staff_token(juror)
    made = do(people.invite, juror, purpose="sign_in", key=SECRET_KEY)
    do(people.set_active, juror, False)
    do(people.set_active, juror, True)  # opening it again brings nothing back
    with platform.db.read() as session:
        at = platform.clock.now()
        assert people.actor_of_token(session, token, at=at) is None
        with pytest.raises(Gone):
            invitations.find(session, invitations.token_of(made, key=SECRET_KEY),
                             purpose="sign_in", at=at)
    assert actions(platform)[-3:] == ["person.sessions_revoked", "person.locked", "person.unlocked"]


def test_nobody_locks_themselves_out(do, boss):
    with pytest.raises(Conflict, match="your own account"):
        do(people.set_active, boss, False)


def test_signing_somebody_out_counts_the_sessions(do, make, contest, platform):
    juror = make.user("juror", contest=contest)
    tokens = [make.staff_token(juror) for _ in range(2)]
    assert do(people.sign_out_everywhere, juror) == 2
    assert do(people.sign_out_everywhere, juror) == 0
    with platform.db.read() as session:
        at = platform.clock.now()
        assert [people.actor_of_token(session, t, at=at) for t in tokens] == [None, None]


@pytest.mark.parametrize(
    ("later", "alive"),
    [(timedelta(hours=1, minutes=59), True), (timedelta(hours=2), False)],
)
def test_a_session_ends_after_two_idle_hours(make, contest, platform, later, alive):
    token = make.staff_token(make.user("juror", contest=contest))
    with platform.db.read() as session:
        assert (people.actor_of_token(session, token, at=make.at + later) is not None) == alive


def test_a_session_ends_after_twelve_hours_however_much_used(make, contest, platform, clock):
    token = make.staff_token(make.user("juror", contest=contest))
    for hour in range(1, 12):
        with platform.db.write() as session:
            at = clock.now() + timedelta(hours=hour)
            sessions.seen(session, people.session_of_token(session, token, at=at).id, at=at)
    with platform.db.read() as session:
        at = clock.now() + timedelta(hours=12)
        assert people.session_of_token(session, token, at=at - timedelta(seconds=1)) is not None
        assert people.session_of_token(session, token, at=at) is None


def test_the_profile_demands_a_second_factor_of_a_role(make, platform):
    strict = make.contest("quan-3-2024", edit=lambda t: t.replace(
        "second_factor = []", 'second_factor = ["organiser"]'))
    organiser, juror = (make.user(r, contest=strict) for r in ("organiser", "juror"))
    admin = make.user(admin=True)
    demanded_factor.require(make.actor(juror), strict)
    demanded_factor.require(make.actor(organiser, second_factor=True), strict)
    for user in (organiser, admin):
        with pytest.raises(NotAllowed, match="second factor"):
            demanded_factor.require(make.actor(user), strict)


def test_a_secret_is_unreadable_without_the_installations_key(make, platform):
    user = make.user()
    with platform.db.write() as session:
        user = session.get_one(User, user.id)
        second_factor.begin(session, user, keys=platform.keys)
        assert len(second_factor.secret_of(user, keys=platform.keys)) == 32
        assert second_factor.secret_of(user, keys=platform.keys) not in user.totp_secret
        assert second_factor.secret_of(user, keys=Keyring(["another installation's key"])) == ""


def test_only_the_command_line_or_an_admin_makes_admins(make, platform, boss):
    with platform.db.write() as session:
        values = {"email": "a@example.vn", "name": "A", "admin": True, "at": platform.clock.now()}
        with pytest.raises(DomainError):
            people.create(session, actor=make.actor(boss), **values)
        assert people.create(session, actor=SYSTEM, **values).admin


def test_signing_out_somebody_of_another_contest_too_is_an_administrators_work(
    do, make, contest, platform
):
    """Added here by their address, an organiser of another contest is not at this one's mercy."""
    other = make.contest("quan-3-2024")
    foreign = make.user("organiser", contest=other, email="ban@example.vn")
    token = make.staff_token(foreign)
    invite_new(do, "ban@example.vn")
    with pytest.raises(NotAllowed, match="only an administrator"):
        do(people.sign_out_everywhere, foreign)
    with platform.db.read() as session:
        assert people.actor_of_token(session, token, at=platform.clock.now()) is not None
    assert do(people.sign_out_everywhere, foreign, actor=make.actor(make.user(admin=True))) == 1


@pytest.mark.parametrize("call", [
    lambda do, user: do(people.sign_out_everywhere, user),
    lambda do, user: do(people.set_active, user, False),
    lambda do, user: do(people.invite, user, purpose="password", key=SECRET_KEY),
    lambda do, user: do(people.invite, user, purpose="sign_in", key=SECRET_KEY),
])
@pytest.mark.parametrize("elsewhere", [True, False])
def test_whoever_has_no_role_here_is_out_of_reach(do, make, call, elsewhere):
    other = make.contest("quan-3-2024")
    stranger = make.user("juror", contest=other) if elsewhere else make.user()
    with pytest.raises(NotFound):
        call(do, stranger)
