"""``hoithi result``: lock the jury round, compute, freeze and publish a contest's result."""

import json

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest import ready_pages
from contest.actors import SYSTEM, Actor
from contest.cli.support import open_platform
from contest.db import retried
from contest.errors import Invalid, not_found
from contest.jobs.closing.steps import place_of
from contest.models import Result, User
from contest.services.core import profiles
from contest.services.jury import jury_round
from contest.services.people import people
from contest.services.results import results
from contest.services.results.steps import in_parts
from contest.web import create_app

by_option = click.option(
    "--as", "email", default="", help="Act as the organiser with this address (for two people)."
)


@click.group("result")
def command() -> None:
    """Compute, freeze and publish a contest's result."""


@command.command()
@click.argument("slug")
@by_option
@retried
def lock(slug: str, email: str) -> None:
    """Lock the jury round of contest SLUG; only then may anybody see marks."""
    platform = open_platform()
    with platform.db.write() as session:
        contest = profiles.find(session, slug)
        actor = actor_of(session, email)
        jury_round.lock(session, contest, actor=actor, at=platform.clock.now())
    click.echo("locked", err=True)


@command.command()
@click.argument("slug")
@click.option("--reason", default="", help="Why, where something is missing or a result stands.")
@by_option
@retried
def compute(slug: str, reason: str, email: str) -> None:
    """Compute the result of contest SLUG and print it; nothing is final yet."""
    platform = open_platform()
    with platform.db.read() as session:
        contest_id, actor = profiles.find(session, slug).id, actor_of(session, email)
    result = in_parts.compute(place_of(platform), contest_id, actor=actor, reason=reason)
    with platform.db.read() as session:
        _print(session.get_one(Result, result.id))  # its JSON is in the database alone
    for gap in result.gaps:
        click.echo(f"{gap['vi']} / {gap['en']}", err=True)


@command.command()
@click.argument("slug")
@by_option
@retried
def freeze(slug: str, email: str) -> None:
    """End all change to the computed result of SLUG and keep its evidence bundle."""
    platform = open_platform()
    with platform.db.read() as session:
        result_id, actor = _newest(session, slug).id, actor_of(session, email)
    in_parts.freeze(place_of(platform), result_id, actor=actor)
    with platform.db.read() as session:
        _print(_newest(session, slug))


@command.command()
@click.argument("slug")
@by_option
@retried
def publish(slug: str, email: str) -> None:
    """Make the frozen result of SLUG public."""
    platform = open_platform()
    with platform.db.read() as session:
        result_id, actor = _newest(session, slug).id, actor_of(session, email)
    in_parts.publish(place_of(platform), result_id, actor=actor)
    ready_pages.refresh(create_app(platform), platform.settings.data_dir, slug)
    with platform.db.read() as session:
        _print(_newest(session, slug))


def actor_of(session: Session, email: str) -> Actor:
    """The organiser with this e-mail address, or the platform itself. Raises ``Invalid``."""
    if not email:
        return SYSTEM
    user = session.scalars(select(User).where(User.email == email.lower())).one_or_none()
    if user is None:
        raise Invalid(f"Không có tài khoản {email}.", f"There is no account {email}.")
    return people.actor_of(session, user, second_factor=True)


def _newest(session: Session, slug: str) -> Result:
    result = results.current(session, profiles.find(session, slug))
    if result is None:
        raise not_found()
    return result


def _print(result: Result) -> None:
    rows: list[dict[str, object]] = [
        {key: row[key] for key in ("rank", "unit", "entry", "prize", "prizes") if key in row}
        | {key: row[key]["rounded"] for key in ("jury", "interactions", "total")}
        for row in result.output["ranking"]
    ]
    facts = {
        "number": result.number, "state": result.state, "output_sha256": result.output_sha256,
        "bundle_sha256": result.bundle_sha256 or None, "ranking": rows,
    }
    if awards := result.output.get("awards"):
        known = ("prize", "by", "rank", "unit", "entry", "shared")
        facts["awards"] = [
            {key: row[key] for key in known} | {"value": row["value"]["rounded"]} for row in awards
        ]
    click.echo(json.dumps(facts, ensure_ascii=False, indent=1))
