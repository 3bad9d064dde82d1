"""What can go wrong, each with a sentence for the person and a type for the program."""

from __future__ import annotations

NO_ROOM = ("No space left on device", "Disk quota exceeded")  # ENOSPC and EDQUOT, in any log


class MediaCheckError(Exception):
    """Base of every error this package raises; carries both languages."""

    def __init__(self, message_vi: str, message_en: str) -> None:
        super().__init__(message_en)
        self.message_vi = message_vi
        self.message_en = message_en

    def to_dict(self) -> dict[str, str]:
        """The two sentences, as the command prints them with ``--json``."""
        return {"message_vi": self.message_vi, "message_en": self.message_en}


class Unreadable(MediaCheckError):
    """The file cannot be read as a clip; sending the same bytes again cannot help."""


class PolicyError(MediaCheckError):
    """A policy is wrong at ``key`` (dotted, as written in the TOML file)."""

    def __init__(self, key: str, message_vi: str, message_en: str) -> None:
        super().__init__(f"{key}: {message_vi}", f"{key}: {message_en}")
        self.key = key


class ToolsMissing(MediaCheckError):
    """No usable FFmpeg on this machine."""


class ToolFailed(MediaCheckError):
    """FFmpeg failed for a reason that lies with the machine, so trying again may help."""


def confirm_room(log: str) -> None:
    """Raises ``ToolFailed`` where the ``log`` of a program says that a disk is full: it then ends
    as it does with a file that cannot be read."""
    if any(word in log for word in NO_ROOM):
        raise ToolFailed(
            "Máy kiểm tra hết chỗ trên đĩa, nên chưa xem hết được tệp.",
            "The machine has no room left on its disk, so the file could not be read whole.",
        )
