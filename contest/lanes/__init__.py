"""Lanes: which background work may never wait behind which other.

Each lane is a queue of its own, and some worker keeps each of them free:

- ``now``: a person looks at the screen for it (a verdict, a paper, a published page). Seconds.
- ``mail``: letters, by mail, push or chat. They wait for nobody but one another.
- ``soon``: has its time (posting, counts, clips behind links). Seconds to minutes.
- ``later``: nobody waits for it (deep checks, renditions, fingerprints, text on screen). Minutes
  of processor, given up to whoever else needs it (``giving_way``).

A row's lane follows from its kind, and from its priority where the kind says nothing, so that rows
of an older release have theirs without being touched.
"""

from collections.abc import Sequence

NOW, MAIL, SOON, LATER = "now", "mail", "soon", "later"
LANES = (NOW, MAIL, SOON, LATER)
BY_PRIORITY = {"high": NOW, "default": SOON, "low": LATER}
BY_KIND = {
    "check.quick": NOW,
    "publication.release": NOW,
    "mail.send": MAIL,
    "push.send": MAIL,
    "result.tell": MAIL,
    "telegram.look": MAIL,
    # these are in time, not quick: a clip on its way to a Page takes minutes
    "publication.upload": SOON,
    "publication.check": SOON,
    "publication.finish": SOON,
    "publication.reconcile": SOON,
    "publication.verify": SOON,
    "interactions.poll": SOON,
    "backup.run": LATER,
    "check.deep": LATER,
    "copies.compare": LATER,
    "fix.make": LATER,
    "names.read": LATER,
    "privacy.archive": LATER,
    "privacy.erase": LATER,
    "privacy.tidy": LATER,
    "reel.make": LATER,
    "results.prospects": LATER,
    "results.verify": LATER,
    "sessions.sweep": LATER,
    "trial.end": LATER,
}
# Queues of releases before lanes, and who empties them: an old relay may still fill them.
BEFORE_LANES = {"high": NOW, "default": NOW, "low": LATER}

Lanes = Sequence[str]
# The workers of one machine, by what each of them takes, in that order. Two take what people wait
# for, so that a small machine has both cores for it; the first of them does nothing else.
CREW: Sequence[Lanes] = ((NOW,), (NOW, SOON), (MAIL,), (LATER,))


def lane_of(kind: str, priority: str) -> str:
    """The lane of a task. An unknown priority is an ordinary one."""
    return BY_KIND.get(kind) or BY_PRIORITY.get(priority, SOON)


def queues_of(lanes: Lanes) -> list[str]:
    """The names of the queues that a worker of ``lanes`` empties, in this order."""
    return [*lanes, *(old for old, lane in BEFORE_LANES.items() if lane in lanes)]


def parse(text: str) -> tuple[str, ...]:
    """``now,soon`` -> lanes, in the order given. Raises ``ValueError`` naming what is no lane."""
    lanes = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    strange = [lane for lane in lanes if lane not in LANES]
    if strange or not lanes:
        raise ValueError(", ".join(strange) or text)
    return lanes
