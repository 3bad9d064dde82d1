"""Forms that carry more than others do: who sends one is looked at before it is read.

Flask reads a form before the view runs, so the sender is looked at in a session of its own, by a
blueprint's ``url_value_preprocessor``.
"""

from flask import request

from contest.permissions import require
from contest.services.core import profiles
from contest.services.people import people
from contest.views.shared.support import current, staff_token

FORM = 1 << 20  # bytes of a form in addition to its file


def admit(slug: str, action: str, most: int) -> None:
    """Let a member of the staff who may do ``action`` send a file of ``most`` bytes; who is signed
    in and may not is refused (``NotAllowed``). Anybody else is refused by the view itself, after no
    more bytes than any form has."""
    with current.platform.db.read() as session:
        contest = profiles.find(session, slug)
        sender = people.actor_of_token(session, staff_token(), at=current.now)
        if sender is None:
            return
        require(sender, action, contest)
    request.max_content_length = most + FORM
