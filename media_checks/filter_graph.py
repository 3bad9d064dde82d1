"""FFmpeg's filter graphs: what we use of ffmpeg-python, which has no types of its own."""

from __future__ import annotations

from typing import Protocol

import ffmpeg


class Stream(Protocol):
    """Pictures or sound on their way. What comes of a filter can be used only once."""

    def filter(self, name: str, *values: object, **options: object) -> Stream: ...

    def filter_multi_output(self, name: str, *values: object) -> Copies: ...


class Copies(Protocol):
    """What a filter with several ends gives, by number."""

    def __getitem__(self, number: int) -> Stream: ...


class Source(Protocol):
    """A clip as FFmpeg reads it; its streams by their index, written as text."""

    def __getitem__(self, index: str) -> Stream: ...


class Output(Protocol):
    """What is written, and where to; it knows all that leads to it."""

    def get_args(self) -> list[str]: ...


def source(url: str, **options: object) -> Source:
    """The clip at ``url``, with FFmpeg's options before the input."""
    made: Source = ffmpeg.input(url, **options)
    return made


def output(url: str, *streams: Stream, **options: object) -> Output:
    """These streams written to ``url``, with FFmpeg's options of an output."""
    made: Output = ffmpeg.output(*streams, url, **options)
    return made


def arguments(*outputs: Output) -> list[str]:
    """FFmpeg's arguments for one run that writes all of these."""
    [whole] = outputs if len(outputs) == 1 else [ffmpeg.merge_outputs(*outputs)]
    args: list[str] = whole.get_args()
    return args
