"""Who acts: a person of the staff, a unit, the platform itself, or the public."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    ORGANISER = "organiser"
    REVIEWER = "reviewer"
    JUROR = "juror"


@dataclass(frozen=True)
class Actor:
    """On whose behalf something is done; named in every audit row.

    ``roles`` maps a contest's id to the roles held there; ``admin`` may set up contests and people.
    """

    kind: str
    id: int | None = None
    name: str = ""
    roles: Mapping[int, frozenset[str]] = field(default_factory=dict)
    admin: bool = False
    unit_id: int | None = None
    contest_id: int | None = None
    second_factor: bool = False
    session: str = ""  # of a unit: the row of its browser's session

    @property
    def label(self) -> str:
        """How the actor is named in the audit trail: by reference, never by personal data."""
        return f"{self.kind}:{self.id}" if self.id is not None else self.kind

    def has_role(self, role: str, contest_id: int) -> bool:
        return role in self.roles.get(contest_id, frozenset())


PUBLIC = Actor("public")
SYSTEM = Actor("system")


def unit_actor(unit_id: int, contest_id: int, name: str) -> Actor:
    """The actor of a unit that came in by its link or code."""
    return Actor("unit", unit_id, name, unit_id=unit_id, contest_id=contest_id)
