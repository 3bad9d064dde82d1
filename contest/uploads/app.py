"""The upload process's application: the protocol over the contest's rows and folder."""

from __future__ import annotations

import logging
import threading
import time

from contest.uploads.protocol import UploadApp
from contest.uploads.rows import RowRegistry
from contest.uploads.storage import Folder
from contest.wiring import Platform

TIDY_EVERY_S = 3.0
_log = logging.getLogger(__name__)


def create_upload_app(platform: Platform) -> UploadApp:
    """The application; first finishes uploads that were complete when a process was killed."""
    app = UploadApp(
        RowRegistry(platform), Folder(platform.settings.uploads_dir), clock=platform.clock.now
    )
    app.reconcile()
    return app


def begin_tidying(app: UploadApp) -> None:
    """From now on, every ``TIDY_EVERY_S``, let go of uploads that others have ended."""
    threading.Thread(target=_keep_tidy, args=(app,), daemon=True, name="tidy").start()


def _keep_tidy(app: UploadApp) -> None:
    while True:
        time.sleep(TIDY_EVERY_S)
        try:
            app.tidy()
        except Exception:  # the database may be away for a while
            _log.exception("ended uploads could not be looked for")
