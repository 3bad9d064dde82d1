"""Staff: accounts, roles, sessions."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.models.base import Base, one_of


class Passkey(Base):
    """A person's passkey (a WebAuthn credential): what may be known of it; its secret half never
    leaves the device or the account that keeps it.

    ``credential_id`` and ``public_key`` are base64url. ``synced``: kept in an account of the
    person's, as the device said at its last use, else bound to the one device. ``sign_count``
    counts its uses; 0 where the device does not count.
    """

    __tablename__ = "passkey"
    __table_args__ = (
        UniqueConstraint("credential_id"),
        Index("ix_passkey_user_id", "user_id"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    name: Mapped[str] = mapped_column(String(60))  # the person's own word for it
    credential_id: Mapped[str] = mapped_column(Text)
    public_key: Mapped[str] = mapped_column(Text)  # COSE
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)  # up to 2^32 - 1
    synced: Mapped[bool] = mapped_column(default=False)
    transports: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    user: Mapped["User"] = relationship()


class UsedChallenge(Base):
    """The hash of a challenge that a passkey has answered: no answer is taken twice."""

    __tablename__ = "used_challenge"
    __table_args__ = (UniqueConstraint("challenge_hash"),)

    challenge_hash: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime]  # from then on the challenge is refused for its age


class User(Base):
    """A person of the staff. May hold several roles in several contests."""

    __tablename__ = "user"
    __table_args__ = (UniqueConstraint("email"),)

    email: Mapped[str] = mapped_column(String(254))  # lower case; the name to sign in with
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(Text, default="")  # argon2id; empty: cannot sign in
    totp_secret: Mapped[str] = mapped_column(Text, default="")  # encrypted
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int] = mapped_column(default=0)  # a one-time code is used once
    # What devices know the account by: random, for they keep it where others may look.
    passkey_handle: Mapped[str] = mapped_column(String(43), default="", server_default="")
    # Kept here because it is asked at every request; set where passkeys come and go.
    has_passkey: Mapped[bool] = mapped_column(default=False, server_default=false())
    language: Mapped[str] = mapped_column(String(2), default="vi")
    admin: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]  # throttled until then
    created_at: Mapped[datetime]
    roles: Mapped[list["RoleGrant"]] = relationship(back_populates="user")

    @property
    def second_factor_on(self) -> bool:
        """Whether the password alone does not sign in: of whichever kind the second factor is."""
        return self.totp_confirmed_at is not None or self.has_passkey


class RoleGrant(Base):
    """A role in a contest. ``unit_id``: the unit a juror belongs to and therefore never marks.
    ``chair``: the reviewer who has the casting word in the board; at most one of a contest."""

    __tablename__ = "role_grant"
    __table_args__ = (
        UniqueConstraint("user_id", "contest_id", "role"),
        one_of("role", ("organiser", "reviewer", "juror")),
        CheckConstraint("role = 'reviewer' OR NOT chair", name="chair"),
        Index(
            "uq_role_grant_chair", "contest_id", unique=True, sqlite_where=text("chair"),
            postgresql_where=text("chair"),
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    role: Mapped[str] = mapped_column(String(16))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    chair: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime]
    user: Mapped[User] = relationship(back_populates="roles")


class StaffSession(Base):
    """A signed-in browser; can be listed and revoked."""

    __tablename__ = "staff_session"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_staff_session_user_id", "user_id"),
    )

    token_hash: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    second_factor_at: Mapped[datetime | None]
    # A juror's own device: for weeks, renewed by each use (services/people/sessions.py).
    kept: Mapped[bool] = mapped_column(default=False, server_default=false())
    agent: Mapped[str] = mapped_column(Text, default="")
    address: Mapped[str] = mapped_column(String(64), default="")
    user: Mapped[User] = relationship()


class Invitation(Base):
    """A one-use way to set a password, or a juror's one-time sign-in.

    The token is made from ``nonce`` and the installation's key, so that a mail can be written
    later; only its hash is kept.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        one_of("purpose", ("password", "sign_in")),
        Index("ix_invitation_user_id", "user_id"),
    )

    token_hash: Mapped[str] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(43))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    purpose: Mapped[str] = mapped_column(String(16))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    wrong_codes: Mapped[int] = mapped_column(default=0, server_default="0")  # on the spot
    user: Mapped[User] = relationship()


class RecoveryCode(Base):
    """A code that stands in for the second factor once, when the phone is lost. Hash only,
    as of a password (argon2id); from before migration 0010, SHA-256."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    code_hash: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SavedView(Base):
    """The filter of an organiser's table, kept by a person under a name; ``shared`` with the other
    organisers of the contest. ``filter``: what stands in the table's address."""

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("contest_id", "user_id", "place", "name"),
        one_of("place", ("entries", "units", "publications", "people", "jobs")),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    place: Mapped[str] = mapped_column(String(16))  # the table
    name: Mapped[str] = mapped_column(String(60))
    filter: Mapped[dict[str, str]] = mapped_column(default=dict)
    shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    user: Mapped[User] = relationship()
