"""The upload process's application: the protocol over the contest's rows and folder."""

from __future__ import annotations

from pathlib import Path

from contest.config import Settings
from contest.uploads.protocol import UploadApp
from contest.uploads.rows import RowRegistry
from contest.uploads.storage import Folder
from contest.wiring import Platform


def folder_of(settings: Settings) -> Path:
    """Where unfinished uploads are: beside the clips, so that finishing is a rename."""
    return settings.data_dir / "uploads"


def create_upload_app(platform: Platform) -> UploadApp:
    """The application; what was complete when an earlier process was killed is finished first."""
    app = UploadApp(
        RowRegistry(platform), Folder(folder_of(platform.settings)), clock=platform.clock.now
    )
    app.reconcile()
    return app
