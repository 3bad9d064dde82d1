"""The one place that chooses concrete adapters and puts the platform together."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from contest.clock import Clock, FileClock, SystemClock
from contest.config import Settings
from contest.ports import (
    Antivirus,
    BlobStore,
    ChatBot,
    LinkReader,
    Mailer,
    PageDrawer,
    PdfMaker,
    PdfReader,
    PictureCleaner,
    PlanReader,
    Pusher,
    Shelf,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from contest.adapters.job_queue import JobQueue
    from contest.db import Database
    from contest.services.core.keys import Keys
    from contest.services.fanpage.connections import Credentials
    from social.graph import GraphPage


@dataclass(frozen=True)
class Platform:
    """What web, upload, worker, relay and commands share; each part is imported and built at its
    first use: a health check wants the queue alone, and importing everything takes seconds."""

    settings: Settings

    @cached_property
    def db(self) -> "Database":
        from contest.db import Database

        return Database(self.settings.database_url)

    @cached_property
    def keys(self) -> "Keys":
        from contest.services.core.keys import Keys

        return Keys(self.settings.secret_keys, self.db.write)

    @cached_property
    def clock(self) -> Clock:
        file = self.settings.clock_file
        return FileClock(Path(file)) if file else SystemClock()

    @cached_property
    def blobs(self) -> BlobStore:
        if not self.settings.in_bucket:
            from contest.adapters.folder_store import FolderStore

            return FolderStore(self.settings.storage_dir)
        return _bucket(self.settings)

    @cached_property
    def mailer(self) -> Mailer:
        from contest.adapters.mailers import LocalMailer, SmtpMailer

        if self.settings.smtp_url:
            return SmtpMailer(self.settings.smtp_url)
        return LocalMailer(self.settings.data_dir / "mail")

    @cached_property
    def pusher(self) -> Pusher:
        from contest.adapters.web_push import WebPush
        from contest.services.core import push

        with self.db.read() as session:
            seed = self.keys.push(session)
        return WebPush(seed, self.settings.base_url, is_known=push.is_known)

    @cached_property
    def telegram(self) -> ChatBot | None:
        """The bot; None where no ``HOITHI_TELEGRAM_TOKEN`` is set."""
        from contest.adapters.telegram import TelegramBot

        return TelegramBot(self.settings.telegram_token) if self.settings.telegram_token else None

    @cached_property
    def office(self) -> PdfMaker:
        from contest.adapters.office import LibreOffice

        return LibreOffice()

    @cached_property
    def pictures(self) -> PictureCleaner:
        from contest.adapters.pictures import BoxedPictures

        return BoxedPictures()

    @cached_property
    def plans(self) -> PlanReader:
        from contest.adapters.plans import BoxedPlans

        return BoxedPlans()

    @cached_property
    def pdfs(self) -> PdfReader:
        from contest.adapters.pdfs import BoxedPdfs

        return BoxedPdfs()

    @cached_property
    def pages(self) -> PageDrawer:
        from contest.adapters.documents.pages import BoxedPages

        return BoxedPages(self.office)

    @cached_property
    def links(self) -> LinkReader:
        from contest.adapters.links.reader import WebLinks

        return WebLinks(self.settings.standins)

    @cached_property
    def antivirus(self) -> Antivirus | None:
        """Who looks into files from outside; None where no ``HOITHI_CLAMD`` is set."""
        from contest.adapters.clamd import Clamd

        return Clamd(self.settings.clamd) if self.settings.clamd else None

    @cached_property
    def shelf(self) -> Shelf:
        from contest.adapters.shelf import RedisShelf

        return RedisShelf(lambda: self.queue.redis)

    @cached_property
    def queue(self) -> "JobQueue":
        from contest.adapters.job_queue import JobQueue

        return JobQueue(self.settings.redis_url)

    def fanpage_of(self, session: "Session", contest_id: int) -> "Credentials | None":
        """The Fanpage of a contest: its own, or else the installation's. None: clips are posted
        by hand and their links pasted, as always in a dry run. Raises ``ConfigError`` where no
        secret key opens it."""
        from cryptography.fernet import InvalidToken

        from contest.models import Contest
        from contest.services.core.sealing import sealed_by_another
        from contest.services.fanpage import connections

        contest = session.get(Contest, contest_id)
        if contest is not None and contest.trial_of is not None:
            return None
        try:
            own = connections.credentials(session, contest_id, keys=self.keys)
        except InvalidToken:
            raise sealed_by_another() from None
        return own or self.default_fanpage

    @property
    def default_fanpage(self) -> "Credentials | None":
        """The installation's Fanpage, from its settings; None where they name none."""
        from contest.services.fanpage.connections import Credentials

        s = self.settings
        given = s.page_id and s.page_token
        return Credentials(s.page_id, s.page_token, s.app_secret) if given else None

    def fanpage_client(self, fanpage: "Credentials") -> "GraphPage":
        """A client of this Fanpage. Raises ``WrongSetting`` for unusable credentials.

        A new client each time: it is cheap, and not to be shared between threads.
        """
        from social.graph import GraphPage
        from social.settings import DEFAULT_GRAPH_URL, GraphSettings

        return GraphPage(
            GraphSettings(
                page_id=fanpage.page_id, token=fanpage.token,
                app_secret=fanpage.app_secret or None,
                graph_url=self.settings.graph_url or DEFAULT_GRAPH_URL,
            )
        )


def _bucket(settings: Settings) -> BlobStore:
    from contest.adapters.bucket.place import Place
    from contest.adapters.bucket.scratch import Scratch
    from contest.adapters.bucket.store import BucketStore

    settings.require_bucket_keys()
    place = Place(
        settings.bucket_endpoint, settings.s3_region, *settings.bucket,
        settings.s3_access_key, settings.s3_secret_key,
    )
    return BucketStore(place, Scratch(settings.storage_dir, settings.storage_cache * 1000**3))


_built: dict[int, Platform] = {}


def platform_of_process() -> Platform:
    """The platform of this process; a forked child gets its own, with its own connections."""
    if os.getpid() not in _built:
        _built.clear()
        _built[os.getpid()] = Platform(Settings.from_env())
    return _built[os.getpid()]
