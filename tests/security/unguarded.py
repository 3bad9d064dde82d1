"""`hoithi web` and `hoithi uploads` with their guards off, for the controls: what each attack does
where nothing stands in its way.

``python -m tests.security.unguarded web --bind …``
"""

import contextlib
from typing import Any

from contest.cli import main
from contest.pace.lines import Pace
from contest.running.serving import PagesWorker
from contest.services.people import sign_in
from contest.uploads import protocol, server
from contest.views.shared.throttle import Attempt

PATIENT_S = 3600.0


def for_ever() -> Pace:
    """Any line may take as long as it likes."""
    return Pace(least_bytes_s=1e-9, window_s=PATIENT_S)


def keep_the_place(_worker: PagesWorker, _conn: Any) -> Any:
    """A thread that waits for bytes makes no page meanwhile, nor lets another one."""
    return contextlib.nullcontext()


def uncounted(_attempt: Attempt) -> None:
    """Everybody may guess."""


PagesWorker.make_pace = staticmethod(for_ever)
PagesWorker.waiting = keep_the_place
server.UploadWorker.make_pace = staticmethod(for_ever)
server.UploadWorker.silence_s = protocol.WINDOW_S = PATIENT_S
protocol.LEAST_BYTES_S = 1e-9
Attempt.reserve = uncounted  # type: ignore[method-assign]
sign_in._must_wait = lambda *_values: False

if __name__ == "__main__":
    main()
