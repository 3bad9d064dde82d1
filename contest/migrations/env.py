"""Alembic's entry: one online migration, in one transaction, with a lock time-out."""

from alembic import context
from sqlalchemy import JSON

from contest.db import make_engine
from contest.models import Base
from contest.models.base import UtcDateTime


def render_item(kind, item, autogen):  # type: ignore[no-untyped-def]
    """A migration stands alone: it names no type of today's code."""
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, JSON):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def include_name(name, kind, parents):  # type: ignore[no-untyped-def]
    """All but what models cannot say: indexes of an expression, on PostgreSQL (0041, 0059)."""
    return kind != "index" or "_sorted_" not in (name or "")


engine = make_engine(context.config.attributes["url"])
with engine.connect() as connection:
    sqlite = engine.dialect.name == "sqlite"
    if not sqlite:
        connection.exec_driver_sql("SET lock_timeout = '10s'")
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=sqlite,
        compare_type=True,
        render_item=render_item,
        include_name=include_name,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
