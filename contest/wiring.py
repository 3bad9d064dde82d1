"""The one place that chooses concrete adapters and puts the platform together."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from contest.adapters.folder_store import FolderStore
from contest.adapters.job_queue import JobQueue
from contest.adapters.mailers import LocalMailer, SmtpMailer
from contest.adapters.office import LibreOffice
from contest.clock import Clock, FileClock, SystemClock
from contest.config import Settings
from contest.db import Database
from contest.ports import BlobStore, Mailer, PdfMaker
from contest.services.core.keys import Keys
from social.graph import GraphPage
from social.settings import DEFAULT_GRAPH_URL, GraphSettings


@dataclass(frozen=True)
class Platform:
    """What web, upload, worker, relay and commands share; each part is built at its first use."""

    settings: Settings

    @cached_property
    def db(self) -> Database:
        return Database(self.settings.database_url)

    @cached_property
    def keys(self) -> Keys:
        return Keys(self.settings.secret_keys, self.db.write)

    @cached_property
    def clock(self) -> Clock:
        file = self.settings.clock_file
        return FileClock(Path(file)) if file else SystemClock()

    @cached_property
    def blobs(self) -> BlobStore:
        return FolderStore(self.settings.storage_dir)

    @cached_property
    def mailer(self) -> Mailer:
        if self.settings.smtp_url:
            return SmtpMailer(self.settings.smtp_url)
        return LocalMailer(self.settings.data_dir / "mail")

    @cached_property
    def office(self) -> PdfMaker:
        return LibreOffice()

    @cached_property
    def queue(self) -> JobQueue:
        return JobQueue(self.settings.redis_url)

    def page(self) -> GraphPage | None:
        """The Fanpage, or None: then clips are posted by hand and their links pasted.

        A new client each time: it is cheap, and not to be shared between threads.
        """
        s = self.settings
        if not (s.page_id and s.page_token):
            return None
        return GraphPage(
            GraphSettings(
                page_id=s.page_id, token=s.page_token, app_secret=s.app_secret or None,
                graph_url=s.graph_url or DEFAULT_GRAPH_URL,
            )
        )


_built: dict[int, Platform] = {}


def platform_of_process() -> Platform:
    """The platform of this process; a forked child gets its own, with its own connections."""
    if os.getpid() not in _built:
        _built.clear()
        _built[os.getpid()] = Platform(Settings.from_env())
    return _built[os.getpid()]
