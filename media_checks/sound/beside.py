"""Listening beside everything else: from the moment that a clip's headers are known."""

from __future__ import annotations

from concurrent.futures import TimeoutError as NotYet

from ..beside import Beside, RaiseIfStopped
from ..probing.opening import SCAN_LIMIT_S, Opened
from ..probing.probe import ProbeResult
from ..progress import ProgressReporter
from .listening import SoundScan, listen


class Listening:
    """Hears the clip ``beside`` the rest.

    It begins with as much as the header promises. Where the packets then say that there is more,
    the whole is heard again. ``most_full_scale_pct`` is what ``listen`` takes.
    """

    def __init__(self, beside: Beside, opened: Opened, most_full_scale_pct: float) -> None:
        self.opened, self.share = opened, most_full_scale_pct
        self.seconds = min(SCAN_LIMIT_S, opened.claimed_s or SCAN_LIMIT_S) + 1
        self._beside = beside
        self._heard = beside.start(self._listen)

    def heard(self, probed: ProbeResult, progress: ProgressReporter) -> SoundScan:
        """What there was to hear; ``progress`` is called while it is waited for.

        Raises ``ToolFailed`` when FFmpeg cannot be started, and whatever ``progress`` raises.
        """
        heard, facts = self._wait(progress), probed.facts
        if facts.audio is None or not facts.audio.duration_s:
            return SoundScan()
        there_is = min(SCAN_LIMIT_S, probed.zero + facts.duration_s)
        if there_is <= self.seconds:
            return heard
        self.seconds = there_is + 1
        self._heard = self._beside.start(self._listen)
        return self._wait(progress)

    def _wait(self, progress: ProgressReporter) -> SoundScan:
        while True:
            try:
                return self._heard.result(timeout=1)
            except NotYet:
                progress(1.0)

    def _listen(self, raise_if_stopped: RaiseIfStopped) -> SoundScan:
        audio = self.opened.audio
        return listen(
            self.opened.path,
            None if audio is None else audio["index"],
            self.opened.sound,
            self.seconds,
            raise_if_stopped,
            most_full_scale_pct=self.share,
            options=self.opened.options,
        )
