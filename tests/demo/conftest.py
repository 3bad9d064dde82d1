"""What FFmpeg has said of the films that are kept is not asked again."""

from tests.media_checks.conftest import answers

__all__ = ["answers"]
