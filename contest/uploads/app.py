"""The upload process's application: the protocol over the contest's rows and folder."""

from __future__ import annotations

from contest.uploads.protocol import UploadApp
from contest.uploads.rows import RowRegistry
from contest.uploads.storage import Folder
from contest.wiring import Platform


def create_upload_app(platform: Platform) -> UploadApp:
    """The application; first finishes uploads that were complete when a process was killed."""
    app = UploadApp(
        RowRegistry(platform), Folder(platform.settings.uploads_dir), clock=platform.clock.now
    )
    app.reconcile()
    return app
