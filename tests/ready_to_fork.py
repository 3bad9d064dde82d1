"""What the server of forks imports first (``forks.py``); nobody else does."""

import gc

from contest.cli import YOUNG_OBJECTS

gc.set_threshold(YOUNG_OBJECTS, 20, 20)  # before all that is imported

from tests import forks  # noqa: E402

forks.import_all()
