"""Staff: accounts, roles, sessions."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.models.base import Base, one_of


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
    language: Mapped[str] = mapped_column(String(2), default="vi")
    admin: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]  # throttled until then
    created_at: Mapped[datetime]
    roles: Mapped[list["RoleGrant"]] = relationship(back_populates="user")


class RoleGrant(Base):
    """A role in a contest. ``unit_id``: the unit a juror belongs to and therefore never marks."""

    __tablename__ = "role_grant"
    __table_args__ = (
        UniqueConstraint("user_id", "contest_id", "role"),
        one_of("role", ("organiser", "reviewer", "juror")),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"))
    role: Mapped[str] = mapped_column(String(16))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
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
