"""What all tables share: names of constraints, UTC instants, JSON, and state columns."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, DateTime, Dialect, MetaData, String, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from contest.states import Machine


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes on both databases; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a zone never reaches the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# How a row is locked (``FOR NO KEY UPDATE``): one writer at a time, while others may store rows
# that refer to it, as every audit row does to its contest. ``FOR UPDATE`` would block those, and
# whoever has locked the audit chain's head must wait for nobody.
LOCK: dict[str, Any] = {"key_share": True}

Json = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012
        datetime: UtcDateTime, dict[str, Any]: Json, dict[str, bool]: Json, dict[str, int]: Json,
        dict[str, str]: Json, list[Any]: Json, list[str]: Json,
    }

    id: Mapped[int] = mapped_column(primary_key=True)


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """A constraint: ``column`` takes only these values."""
    listed = ", ".join(f"'{v}'" for v in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def state_check(machine: Machine) -> CheckConstraint:
    return one_of("state", machine.states)


def state_column(machine: Machine) -> Mapped[str]:
    return mapped_column(String(32), default=machine.first)
